/* Files, what was read in them, and where their imports lead. Data only. */
#ifndef GRAPH_H
#define GRAPH_H

#include "path.h"
#include "source.h"

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

/* The targets of a file's imports, in the order of its facts, in every environment in which they
 * are the same. */
struct edges {
    struct edges *next;
    uint32_t environments; /* bits */
    uint32_t targets[];
};

struct file {
    path_id path;
    uint32_t index; /* of this row */
    uint8_t state : 3;
    bool source : 1; /* stands in a source folder: looked at although nobody imports it */
    uint8_t dialect : 4;
    uint8_t answer : 4; /* enum read_answer, where it is not ready */
    bool opened : 1;
    bool listed : 1; /* in one of the walk's lists */
    bool has_directive : 1;
    bool troubled : 1;           /* an import of it did not resolve, at least at first */
    int16_t error;               /* libuv's, where it is not ready */
    uint32_t requested, visited; /* environments, as bits */
    uint32_t excluded;           /* the environments that do not enter it */
    uint32_t tsconfig;           /* the walk's: its config; 0: not looked for yet */
    uint32_t switched;           /* the environments that its directive switches to */
    uint32_t waiters;            /* index + 1 of the first edge that waits for this file to exist */
    uint32_t next;               /* index + 1 of the next file in the same list */
    struct edges *edges;
    struct source *facts; /* NULL: nothing worth keeping */
};

struct graph {
    struct ledger *ledger;
    struct paths *paths;
    struct rows files;
    struct arena edges;
    struct slab sources;
    struct fact_import *imports; /* of the file whose facts were asked for last */
    uint32_t import_capacity;    /* enough for every file */
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
    while (edges && !(edges->environments >> environment & 1)) {
        edges = edges->next;
    }
    return edges;
}

/* Gives a file its facts, which are then the graph's also where there is no memory. 0 or a code. */
int graph_take(struct graph *graph, struct file *file, struct source *facts);

/* A file's facts with its imports, which stand until the next call. */
struct facts graph_facts(const struct graph *graph, const struct file *file);

/* New targets for a file's imports, all EDGE_SKIPPED. NULL: no memory. */
struct edges *graph_add_edges(struct graph *graph, struct file *file, uint32_t environment);

/* The edges that were added last, which are complete, become one with others that are the same. */
void graph_join_edges(struct graph *graph, struct file *file);

/* The edges of one environment, now its own. NULL: no memory. */
struct edges *graph_own_edges(struct graph *graph, struct file *file, uint32_t environment);

#endif
