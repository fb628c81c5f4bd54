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

int graph_take(struct graph *graph, struct file *file, struct source *facts) {
    if (file->facts != facts) {
        source_drop(graph->sources, file->facts);
    }
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

void graph_drop_edges(struct graph *graph, struct file *file) {
    for (const struct edges *edges = file->edges; edges; edges = edges->next) {
        graph->stale += edges_size(file);
    }
    file->edges = NULL;
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
