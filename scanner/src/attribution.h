/* Whose memory it is: the bytes of facts, graph, paths and package.json files by package and by folder,
 * the packages with the most modules, the widest barrels. Needs no memory but what it was given. */
#ifndef ATTRIBUTION_H
#define ATTRIBUTION_H

#include "json_write.h"
#include "walk.h"

enum { ATTRIBUTION_TOP = 50, ATTRIBUTION_BARRELS = 20 };

struct attribution_row {
    path_id owner; /* NO_PATH: a free row */
    uint32_t files, modules;
    uint64_t facts, graph, paths, packages; /* bytes; `packages`: of package.json files */
};

struct attribution {
    struct attribution_row *rows;
    uint32_t capacity; /* a power of two */
    uint32_t count;
    struct attribution_row others; /* of owners that found no row, together */
};

/* How many bytes of rows suit a limit. */
size_t attribution_size(uint64_t limit);
void attribution_init(struct attribution *attribution, void *rows, size_t size);

/* Members of an object that has been opened. On the walk's thread, or while it waits. */
void attribution_put_graph(struct attribution *attribution, struct json_writer *json,
                           const struct walk *walk);
void attribution_put_bytes(struct attribution *attribution, struct json_writer *json,
                           const struct walk *walk);

#endif
