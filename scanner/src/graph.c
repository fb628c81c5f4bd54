#include "graph.h"

void graph_init(struct graph *graph, struct ledger *ledger, struct paths *paths) {
    *graph = (struct graph){.ledger = ledger, .paths = paths};
    rows_init(&graph->files, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct file));
    arena_init(&graph->edges, ledger, PROLOGUE_SUBSYSTEM_GRAPH);
    slab_init(&graph->sources, ledger, PROLOGUE_SUBSYSTEM_FACTS);
}

void graph_free(struct graph *graph) {
    for (uint32_t i = 0; i < graph->files.count; i++) {
        struct source *facts = graph_at(graph, i)->facts;
        if (source_is_large(facts)) {
            source_free(&graph->sources, facts);
        }
    }
    rows_free(&graph->files);
    arena_free(&graph->edges);
    slab_close(&graph->sources);
    ledger_free(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, graph->imports,
                graph->import_capacity * sizeof *graph->imports);
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

int graph_take(struct graph *graph, struct file *file, struct source *facts) {
    file->facts = facts;
    return facts ? ledger_grow(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, &graph->imports,
                               &graph->import_capacity, facts->import_count, sizeof *graph->imports)
                 : 0;
}

struct facts graph_facts(const struct graph *graph, const struct file *file) {
    return source_unpack(file->facts, graph->imports);
}

static uint32_t import_count(const struct file *file) {
    return file->facts ? file->facts->import_count : 0;
}

static size_t edges_size(const struct file *file) {
    return sizeof(struct edges) + import_count(file) * sizeof(uint32_t);
}

struct edges *graph_add_edges(struct graph *graph, struct file *file, uint32_t environment) {
    struct edges *edges = arena_alloc(&graph->edges, edges_size(file), _Alignof(struct edges));
    if (edges) {
        edges->next = file->edges;
        edges->environments = UINT32_C(1) << environment;
        memset(edges->targets, 0xFF, import_count(file) * sizeof *edges->targets);
        file->edges = edges;
    }
    return edges;
}

void graph_join_edges(struct graph *graph, struct file *file) {
    struct edges *last = file->edges, *other = last->next;
    size_t size = import_count(file) * sizeof *last->targets;
    while (other && memcmp(other->targets, last->targets, size) != 0) {
        other = other->next;
    }
    if (other) {
        other->environments |= last->environments;
        file->edges = last->next;
        arena_undo(&graph->edges, last);
    }
}

struct edges *graph_own_edges(struct graph *graph, struct file *file, uint32_t environment) {
    struct edges *shared = graph_edges(file, environment);
    uint32_t own = UINT32_C(1) << environment;
    if (shared->environments == own) {
        return shared;
    }
    struct edges *edges = graph_add_edges(graph, file, environment);
    if (edges) {
        shared->environments &= ~own;
        memcpy(edges->targets, shared->targets, import_count(file) * sizeof *edges->targets);
    }
    return edges;
}
