/* Expands the globs of import.meta.glob and of relative templates against real folders. */
#ifndef GLOB_H
#define GLOB_H

#include "realpath.h"

enum { GLOB_MAX_SEGMENTS = 256 };

struct glob_request {
    struct realpath *realpath;
    path_id base; /* what a relative pattern is relative to */
    path_id root; /* what a pattern that begins with `/` is relative to */
    struct slice pattern;
    bool meta; /* `**`, `?` and classes mean something; else only `*` within one name */
};

/* Calls back for each file that matches, in no order. Memory errors are left in the realpath. */
void glob_expand(const struct glob_request *request, void (*found)(void *payload, path_id path),
                 void *payload);

/* Whether one name, or a whole relative path, matches; for negative patterns. */
bool glob_matches(struct slice pattern, struct slice path, bool meta);

#endif
