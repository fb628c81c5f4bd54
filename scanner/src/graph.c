#include "graph.h"

void graph_init(struct graph *graph, struct ledger *ledger, struct paths *paths,
                struct slab *sources) {
    *graph = (struct graph){.ledger = ledger, .paths = paths, .sources = sources};
    rows_init(&graph->files, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct file));
    rows_init(&graph->stamps, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(uint64_t));
    rows_init(&graph->globs, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct glob_targets *));
    arena_init(&graph->edges, ledger, PROLOGUE_SUBSYSTEM_GRAPH);
}

void graph_free(struct graph *graph) {
    for (uint32_t i = 0; i < graph->files.count; i++) {
        source_drop(graph->sources, graph_at(graph, i)->facts);
    }
    rows_free(&graph->files);
    rows_free(&graph->stamps);
    rows_free(&graph->globs);
    arena_free(&graph->edges);
    ledger_free(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, graph->imports,
                graph->import_capacity * sizeof *graph->imports);
    ledger_free(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, graph->text, graph->text_capacity);
}

int graph_copy(struct graph *copy, struct paths *paths, const struct graph *graph) {
    graph_init(copy, graph->ledger, paths, graph->sources);
    int code = rows_copy(&copy->stamps, &graph->stamps);
    if (!code) {
        code = rows_copy(&copy->globs, &graph->globs);
    }
    if (!code) {
        code = ledger_grow(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, &copy->imports,
                           &copy->import_capacity, graph->import_capacity, sizeof *copy->imports);
    }
    if (!code) {
        code = ledger_grow(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, &copy->text,
                           &copy->text_capacity, graph->text_capacity, 1);
    }
    if (!code) {
        code = rows_copy(&copy->files, &graph->files);
    }
    for (uint32_t i = 0; i < copy->files.count; i++) {
        source_keep(graph_at(copy, i)->facts);
    }
    if (code) {
        graph_free(copy);
    }
    return code;
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

static int reserve(struct graph *graph, uint32_t imports, uint32_t text) {
    int code = ledger_grow(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, &graph->imports,
                           &graph->import_capacity, imports, sizeof *graph->imports);
    return code ? code
                : ledger_grow(graph->ledger, PROLOGUE_SUBSYSTEM_FACTS, &graph->text,
                              &graph->text_capacity, text, 1);
}

int graph_take(struct graph *graph, struct file *file, struct source *facts) {
    if (file->facts != facts) {
        source_drop(graph->sources, file->facts);
    }
    file->facts = facts;
    return facts ? reserve(graph, facts->import_count, 0) : 0;
}

/* ---- texts that are not kept ----------------------------------------------------------------- */

/* How one writes a path from a file's folder. */
static struct slice spell(const struct graph *graph, const struct file *file, uint32_t target,
                          char *text, size_t size) {
    const struct paths *paths = graph->paths;
    path_id folder = path_at(paths, file->path)->parent, path = edge_path(target);
    bool below = path_is_below(paths, path, folder);
    size_t dots = below ? 2 : 0;
    size_t length = path_relative(paths, folder, path, text + dots, size - dots);
    memcpy(text, below ? "./" : text, dots);
    return (struct slice){text, length + dots};
}

static const struct edges *first_edges(const struct file *file) {
    const struct edges *edges = file->edges;
    while (edges->next) {
        edges = edges->next;
    }
    return edges;
}

/* `text` has room for all of it. */
static void spell_derived(const struct graph *graph, const struct file *file, struct facts *facts,
                          char *text) {
    char path[PATH_LONGEST + 4];
    const struct edges *edges = first_edges(file);
    memcpy(text, facts->text, facts->text_length);
    facts->text = text;
    for (uint32_t i = 0; i < facts->import_count; i++) {
        struct fact_import *import = &facts->imports[i];
        if (import->derived) {
            spell(graph, file, edges->targets[i], path, sizeof path);
            memcpy(text + facts->text_length, path, import->text_length);
            import->text = facts->text_length;
            facts->text_length += import->text_length;
        }
    }
}

struct facts graph_imports(const struct graph *graph, const struct file *file) {
    return source_unpack(file->facts, graph->imports);
}

void graph_spell(const struct graph *graph, const struct file *file, struct facts *facts) {
    if (file->facts && file->facts->derived) {
        spell_derived(graph, file, facts, graph->text);
    }
}

struct facts graph_facts(const struct graph *graph, const struct file *file) {
    struct facts facts = graph_imports(graph, file);
    graph_spell(graph, file, &facts);
    return facts;
}

static void replace_facts(struct graph *graph, struct file *file, struct source *facts) {
    source_drop(graph->sources, file->facts);
    file->facts = facts;
}

void graph_derive(struct graph *graph, struct file *file, const struct facts *facts) {
    bool any = false;
    for (uint32_t i = 0; i < facts->import_count; i++) {
        any |= facts->imports[i].derived;
    }
    struct source *less = any && !reserve(graph, facts->import_count, facts->text_length)
                              ? source_derive(graph->sources, file->facts, facts->imports)
                              : NULL;
    if (less) {
        replace_facts(graph, file, less);
    }
}

struct source *graph_whole(struct graph *graph, const struct graph *other,
                           const struct file *file) {
    if (!file->facts || !file->facts->derived) {
        return source_keep(file->facts);
    }
    if (reserve(graph, file->facts->import_count, other->text_capacity)) {
        return NULL;
    }
    struct facts facts = source_unpack(file->facts, graph->imports);
    spell_derived(other, file, &facts, graph->text);
    for (uint32_t i = 0; i < facts.import_count; i++) {
        facts.imports[i].derived = false;
    }
    return source_new(graph->sources, &facts);
}

int graph_restore(struct graph *graph, struct file *file) {
    if (!file->facts || !file->facts->derived) {
        return 0;
    }
    struct source *whole = graph_whole(graph, graph, file);
    if (!whole) {
        return ledger_error(graph->ledger);
    }
    replace_facts(graph, file, whole);
    return 0;
}

void graph_pack(struct graph *graph) {
    if (!slab_begin_packing(graph->sources)) {
        return;
    }
    for (uint32_t i = 0; i < graph->files.count; i++) {
        struct file *file = graph_at(graph, i);
        file->facts = source_pack(graph->sources, file->facts);
    }
    slab_end_packing(graph->sources);
}

bool graph_same_facts(const struct graph *graph, const struct file *file, const struct graph *other,
                      const struct file *same) {
    const struct source *a = file->facts, *b = same->facts;
    if (a == b || !a || !b || (!a->derived && !b->derived)) {
        return source_equal(a, b);
    }
    struct facts left = graph_facts(graph, file), right = graph_facts(other, same);
    return facts_equal(&left, &right);
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

int graph_drop_edges(struct graph *graph, struct file *file) {
    int code = graph_restore(graph, file);
    for (const struct edges *edges = code ? NULL : file->edges; edges; edges = edges->next) {
        graph->stale += edges_size(file);
    }
    file->edges = code ? file->edges : NULL;
    return code;
}

uint32_t graph_add_glob(struct graph *graph, const path_id *paths, uint32_t count, bool leaf) {
    struct glob_targets *targets = arena_alloc(
        &graph->edges, sizeof *targets + count * sizeof *paths, _Alignof(struct glob_targets));
    struct glob_targets **row = targets ? rows_add(&graph->globs) : NULL;
    if (!row) {
        return EDGE(EDGE_SKIPPED);
    }
    *row = targets;
    targets->count = count;
    targets->leaf = leaf;
    if (count) {
        memcpy(targets->paths, paths, count * sizeof *paths);
    }
    return EDGE(EDGE_GLOB) - (graph->globs.count - 1);
}

int graph_set_stamp(struct graph *graph, const struct file *file, uint64_t stamp) {
    while (graph->stamps.count <= file->index) {
        if (!rows_add(&graph->stamps)) {
            return ledger_error(graph->ledger);
        }
    }
    *(uint64_t *)rows_at(&graph->stamps, file->index) = stamp;
    return 0;
}
