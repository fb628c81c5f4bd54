/* Files, what was read in them, and where their imports lead. Data only. */
#ifndef GRAPH_H
#define GRAPH_H

#include "facts.h"
#include "path.h"

/* What is kept of one file: one block, unchanged once it is made. */
struct source {
    size_t size; /* of the block */
    uint32_t import_count, directive_count, note_count, text_length;
    bool grammar;
    /* followed by the imports, the directives, the notes and the text */
};

/* Copies facts into a new block. Directives that are not configured are left out. NULL: no memory. */
struct source *source_new(struct ledger *ledger, const struct facts *facts);
void source_free(struct source *source, struct ledger *ledger);
/* The block seen as facts: borrowed, and not to be changed. */
struct facts source_facts(const struct source *source);

enum file_state {
    FILE_NEW,
    FILE_PENDING, /* its read is asked for, or under way: later askers join it */
    FILE_READY,
    FILE_GONE,   /* missing, a link, a folder: no module of its own */
    FILE_FAILED, /* `error` */
};

/* Where an import leads: a path, or one of these. */
enum {
    EDGE_SKIPPED = -1, /* not followed: a type, or elided */
    EDGE_UNRESOLVED = -2,
    EDGE_EXTERNAL = -3,
    EDGE_IGNORED = -4,
    EDGE_GLOB = -5, /* several files */
};
#define EDGE(value) ((uint32_t)(value))
/* Beside a path: the answer rests on names alone, and is the same wherever no browser map speaks. */
#define EDGE_PLAIN (UINT32_C(1) << 30)

/* The targets of a file's imports in one environment, in the order of its facts. */
struct edges {
    struct edges *next;
    uint32_t environment;
    uint32_t targets[];
};

struct file {
    path_id path;
    uint32_t index; /* of this row */
    uint8_t state;
    uint8_t dialect;
    uint8_t answer; /* enum read_answer, where it is not ready */
    bool source;    /* stands in a source folder: looked at although nobody imports it */
    bool opened;
    bool listed; /* in one of the walk's lists */
    int32_t error;
    uint32_t requested, visited; /* environments, as bits */
    uint32_t excluded;           /* the environments that do not enter it */
    uint32_t tsconfig;           /* the walk's: its config; 0: not looked for yet */
    uint32_t switched;           /* the environments that its directive switches to */
    bool has_directive;
    bool troubled;        /* an import of it did not resolve, at least at first */
    uint32_t waiters;     /* index + 1 of the first edge that waits for this file to exist */
    uint32_t next;        /* index + 1 of the next file in the same list */
    struct source *facts; /* NULL: nothing worth keeping */
    struct edges *edges;
};

struct graph {
    struct ledger *ledger;
    struct paths *paths;
    struct rows files;
    struct arena edges;
};

void graph_init(struct graph *graph, struct ledger *ledger, struct paths *paths);
void graph_free(struct graph *graph);

/* The row of a path; made now where there is none. NULL: no memory. */
struct file *graph_file(struct graph *graph, path_id path);

static inline struct file *graph_at(const struct graph *graph, uint32_t index) {
    return rows_at(&graph->files, index);
}

static inline bool edge_is_path(uint32_t target) {
    return (int32_t)target >= 0;
}

static inline path_id edge_path(uint32_t target) {
    return target & ~EDGE_PLAIN;
}

/* The targets in an environment; NULL where the file has none there. */
static inline struct edges *graph_edges(const struct file *file, uint32_t environment) {
    struct edges *edges = file->edges;
    while (edges && edges->environment != environment) {
        edges = edges->next;
    }
    return edges;
}

/* New targets for a file's imports, all EDGE_SKIPPED. NULL: no memory. */
struct edges *graph_add_edges(struct graph *graph, struct file *file, uint32_t environment);

#endif
