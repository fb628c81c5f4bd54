#include "graph.h"

static bool is_kept(const struct fact_directive *directive) {
    return directive->configured >= 0;
}

static uint32_t kept_directives(const struct facts *facts) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        count += is_kept(&facts->directives[i]);
    }
    return count;
}

struct source *source_new(struct ledger *ledger, const struct facts *facts) {
    uint32_t directives = kept_directives(facts);
    size_t size = sizeof(struct source) + facts->import_count * sizeof *facts->imports +
                  directives * sizeof *facts->directives +
                  facts->note_count * sizeof *facts->notes + facts->text_length;
    struct source *source = ledger_resize(ledger, PROLOGUE_SUBSYSTEM_FACTS, NULL, 0, size);
    if (!source) {
        return NULL;
    }
    *source = (struct source){
        size,          facts->import_count, directives, facts->note_count, facts->text_length,
        facts->grammar};
    struct facts copy = source_facts(source);
    if (facts->import_count) {
        memcpy(copy.imports, facts->imports, facts->import_count * sizeof *facts->imports);
    }
    for (uint32_t i = 0, at = 0; i < facts->directive_count; i++) {
        if (is_kept(&facts->directives[i])) {
            copy.directives[at++] = facts->directives[i];
        }
    }
    if (facts->note_count) {
        memcpy(copy.notes, facts->notes, facts->note_count * sizeof *facts->notes);
    }
    if (facts->text_length) {
        memcpy(copy.text, facts->text, facts->text_length);
    }
    return source;
}

void source_free(struct source *source, struct ledger *ledger) {
    if (source) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_FACTS, source, source->size);
    }
}

struct facts source_facts(const struct source *source) {
    struct facts facts = {0};
    if (!source) {
        return facts;
    }
    facts.imports = (struct fact_import *)(source + 1);
    facts.import_count = source->import_count;
    facts.directives = (struct fact_directive *)(facts.imports + source->import_count);
    facts.directive_count = source->directive_count;
    facts.notes = (struct fact_note *)(facts.directives + source->directive_count);
    facts.note_count = source->note_count;
    facts.text = (char *)(facts.notes + source->note_count);
    facts.text_length = source->text_length;
    facts.grammar = source->grammar;
    return facts;
}

void graph_init(struct graph *graph, struct ledger *ledger, struct paths *paths) {
    *graph = (struct graph){.ledger = ledger, .paths = paths};
    rows_init(&graph->files, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct file));
    arena_init(&graph->edges, ledger, PROLOGUE_SUBSYSTEM_GRAPH);
}

void graph_free(struct graph *graph) {
    for (uint32_t i = 0; i < graph->files.count; i++) {
        source_free(graph_at(graph, i)->facts, graph->ledger);
    }
    rows_free(&graph->files);
    arena_free(&graph->edges);
}

struct file *graph_file(struct graph *graph, path_id id) {
    struct path *path = path_at(graph->paths, id);
    if (path->memo) {
        return graph_at(graph, path->memo - 1);
    }
    struct file *file = rows_add(&graph->files);
    if (file) {
        file->path = id;
        file->index = graph->files.count - 1;
        path->memo = graph->files.count;
    }
    return file;
}

struct edges *graph_add_edges(struct graph *graph, struct file *file, uint32_t environment) {
    uint32_t count = file->facts ? file->facts->import_count : 0;
    struct edges *edges = arena_alloc(&graph->edges, sizeof *edges + count * sizeof *edges->targets,
                                      _Alignof(struct edges));
    if (edges) {
        edges->next = file->edges;
        edges->environment = environment;
        memset(edges->targets, 0xFF, count * sizeof *edges->targets);
        file->edges = edges;
    }
    return edges;
}
