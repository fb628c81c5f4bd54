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

/* From which environments the user excluded it. */
enum file_excluded { FILE_NOT_EXCLUDED, FILE_EXCLUDED, FILE_PARTLY_EXCLUDED };

/* Where an import leads: a path, or one of these. */
enum {
    EDGE_SKIPPED = -1, /* not followed: a type, or elided */
    EDGE_UNRESOLVED = -2,
    EDGE_EXTERNAL = -3,
    EDGE_IGNORED = -4,
    EDGE_GLOB = -5, /* and below: several files, those of graph_glob() */
};
#define EDGE(value) ((uint32_t)(value))
/* Beside a path: the answer rests on names alone, and is the same wherever no browser map speaks. */
#define EDGE_PLAIN (UINT32_C(1) << 30)
/* Beside a path: no module. */
#define EDGE_LEAF (UINT32_C(1) << 29)

/* What a glob stood for when it was expanded. */
struct glob_targets {
    uint32_t count;
    bool leaf;       /* none of them is a module */
    path_id paths[]; /* each once, by number */
};

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
    int16_t error : 13;          /* libuv's, where it is not ready */
    uint16_t by_host : 1;        /* what is known of it is not the disk's, but the scan's host's */
    uint16_t kept : 1;           /* what is known of it holds where the host has nothing to say */
    uint16_t asked : 1;          /* where imports of it lead was asked of the scan's host */
    uint32_t requested, visited; /* environments, as bits */
    uint32_t tsconfig;           /* the walk's: its config; 0: not looked for yet */
    uint32_t waiters;            /* index + 1 of the first edge that waits for this file to exist */
    uint32_t next : 29;          /* index + 1 of the next file in the same list */
    uint32_t excluded : 2;       /* enum file_excluded */
    uint32_t stale : 1;          /* what is known of it is not what stands in it */
    struct edges *edges;
    struct source *facts; /* NULL: nothing worth keeping */
};

struct graph {
    struct ledger *ledger;
    struct paths *paths;
    struct rows files;
    struct rows stamps; /* os_stamp() of the files, by their index; none where nobody asks again */
    struct rows globs;  /* struct glob_targets * */
    struct arena edges;
    struct slab *sources;        /* where facts are kept; outlives the graph */
    struct fact_import *imports; /* of the file whose facts were asked for last */
    uint32_t import_capacity;    /* enough for every file */
    char *text;                  /* theirs, where some of it is derived */
    uint32_t text_capacity;
    size_t stale; /* bytes of edges that no file has any more */
};

void graph_init(struct graph *graph, struct ledger *ledger, struct paths *paths,
                struct slab *sources);
void graph_free(struct graph *graph);
/* A copy over a copy of the paths. It borrows the edges. 0 or a code; freed with graph_free(). */
int graph_copy(struct graph *copy, struct paths *paths, const struct graph *graph);

/* The row of a path; made now where there is none. NULL: no memory. */
struct file *graph_file(struct graph *graph, path_id path);

static inline struct file *graph_at(const struct graph *graph, uint32_t index) {
    return rows_at(&graph->files, index);
}

static inline bool edge_is_path(uint32_t target) {
    return (int32_t)target >= 0;
}

static inline path_id edge_path(uint32_t target) {
    return target & ~(EDGE_PLAIN | EDGE_LEAF);
}

static inline bool edge_is_glob(uint32_t target) {
    return (int32_t)target <= EDGE_GLOB;
}

static inline const struct glob_targets *graph_glob(const struct graph *graph, uint32_t target) {
    return *(struct glob_targets *const *)rows_at(&graph->globs, EDGE(EDGE_GLOB) - target);
}

/* The targets in an environment; NULL where the file has none there. */
static inline struct edges *graph_edges(const struct file *file, uint32_t environment) {
    struct edges *edges = file->edges;
    while (edges && !(edges->environments >> environment & 1)) {
        edges = edges->next;
    }
    return edges;
}

/* Gives a file its facts, and lets go of those that it had. They are then the graph's, also where there
 * is no memory. 0 or a code. */
int graph_take(struct graph *graph, struct file *file, struct source *facts);

/* A file's facts with its imports, which stand until the next call. */
struct facts graph_facts(const struct graph *graph, const struct file *file);

/* The same without the texts of imports that are `derived`, and with them. */
struct facts graph_imports(const struct graph *graph, const struct file *file);
void graph_spell(const struct graph *graph, const struct file *file, struct facts *facts);

/* A specifier that is the start of how one writes its target from the importer's folder need not be
 * kept. Lets go of the texts of those imports that are `derived` from now on, of a file that has its
 * first edges. Nothing happens where there is no memory. */
void graph_derive(struct graph *graph, struct file *file, const struct facts *facts);
/* The whole facts of another graph's file, or of its own: the caller's reference. NULL: there are none,
 * or no memory. */
struct source *graph_whole(struct graph *graph, const struct graph *other, const struct file *file);
/* What is kept of the files is moved together where much around it is not used. Nobody else may read
 * the graph meanwhile. */
void graph_pack(struct graph *graph);
/* A file's edges may be changed from here on. 0 or a code. */
int graph_restore(struct graph *graph, struct file *file);
bool graph_same_facts(const struct graph *graph, const struct file *file, const struct graph *other,
                      const struct file *same);

/* New targets for a file's imports, all EDGE_SKIPPED. NULL: no memory. */
struct edges *graph_add_edges(struct graph *graph, struct file *file, uint32_t environment);
/* Forgets where a file's imports lead. 0 or a code. */
int graph_drop_edges(struct graph *graph, struct file *file);

/* The target that stands for these files, for edges; EDGE_SKIPPED: no memory. */
uint32_t graph_add_glob(struct graph *graph, const path_id *paths, uint32_t count, bool leaf);

/* 0 where none was taken. */
static inline uint64_t graph_stamp(const struct graph *graph, const struct file *file) {
    return file->index < graph->stamps.count
               ? *(const uint64_t *)rows_at(&graph->stamps, file->index)
               : 0;
}
/* 0 or a code. */
int graph_set_stamp(struct graph *graph, const struct file *file, uint64_t stamp);

/* The edges that were added last, which are complete, become one with others that are the same. */
void graph_join_edges(struct graph *graph, struct file *file);

/* The edges of one environment, now its own. NULL: no memory. */
struct edges *graph_own_edges(struct graph *graph, struct file *file, uint32_t environment);

#endif
