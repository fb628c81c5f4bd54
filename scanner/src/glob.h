/* Patterns of file names, as import.meta.glob and relative templates have them. Never touches the
 * disk.
 *
 * A pattern becomes the steps of a nondeterministic automaton. What is read moves a set of states,
 * so the time is that of the pattern's length times the text's, whatever stars and braces it holds,
 * and a walk carries the set from a folder to what stands in it. */
#ifndef GLOB_H
#define GLOB_H

#include "path.h"

enum { GLOB_MAX_STEPS = 1024, GLOB_MAX_CLASSES = 64, GLOB_MAX_GROUPS = 32 };

enum glob_flag {
    GLOB_META = 1, /* `**`, `?`, `[…]`, `{…,…}`, `{…..…}` mean something; else `*` alone does */
    GLOB_GROUPS = 2, /* `(…|…)` does too, and `?` or `+` after it */
    GLOB_DOTS = 4,   /* wildcards match a leading dot */
    GLOB_FOLD = 8,   /* ASCII letters match in either case */
};

struct glob_step {
    uint8_t op, byte;
    uint16_t next, other;
};

struct glob {
    struct glob_step steps[GLOB_MAX_STEPS];
    uint64_t classes[GLOB_MAX_CLASSES][4];
    uint32_t count, class_count;
    unsigned flags; /* enum glob_flag */
};

/* A bit for each step. */
struct glob_states {
    uint64_t bits[GLOB_MAX_STEPS / 64];
};

/* False: it is too long, or its brackets do not match; nothing matches it then. */
bool glob_compile(struct glob *glob, struct slice pattern, unsigned flags);

void glob_begin(struct glob_states *states);
/* Reads text of one name, or the `/` after it. `first`: it begins a name. */
void glob_read(const struct glob *glob, struct glob_states *states, struct slice text, bool first);
bool glob_accepts(const struct glob *glob, const struct glob_states *states);
bool glob_is_dead(const struct glob *glob, const struct glob_states *states);

/* Whether a whole path matches. */
bool glob_matches(const struct glob *glob, struct slice path);

/* Where a pattern leads from: `..`, `.` and its literal names are taken off, and `*base` moves from
 * `*base`, or from `root` where it begins with `/`. What is left is written to `rest`, which holds
 * one byte more than the pattern. 0, PROLOGUE_ENOMEM or ELIMIT. */
int glob_root(struct paths *paths, path_id root, struct slice pattern, unsigned flags,
              path_id *base, char *rest, size_t *rest_length);

#endif
