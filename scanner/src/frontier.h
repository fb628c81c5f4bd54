/* The files still to be read, handed out in the order in which they probably lie on the disk and in
 * the kernel's tables: folder by folder, by name. Read in the order in which the walk meets them,
 * the same files take half as long again. */
#ifndef FRONTIER_H
#define FRONTIER_H

#include "graph.h"
#include "realpath.h"

struct frontier_heap {
    struct folder **items;
    uint32_t count, capacity;
};

struct frontier_item {
    uint64_t key; /* the first eight bytes of the name */
    uint32_t file;
};

struct frontier {
    struct ledger *ledger;
    struct graph *graph;
    struct realpath *realpath;
    /* Folders with files to be read: those behind the last one, and those for the next round. */
    struct frontier_heap now, later;
    const struct folder *last;
    struct frontier_item *run; /* the files of the last folder, in order */
    uint32_t run_at, run_count, run_capacity;
};

void frontier_init(struct frontier *frontier, struct ledger *ledger, struct graph *graph,
                   struct realpath *realpath);
void frontier_free(struct frontier *frontier);

/* Uses file->next. 0 or a code. */
int frontier_add(struct frontier *frontier, struct file *file);

/* The next file; NULL where there is none, or no memory (`*error` is then set). */
struct file *frontier_take(struct frontier *frontier, int *error);

#endif
