/* Bump allocation: many small pieces that are given back together. */
#ifndef ARENA_H
#define ARENA_H

#include "ledger.h"
#include "text.h"

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* with this head */
    _Alignas(16) char bytes[];
};

struct arena {
    struct ledger *ledger;
    enum prologue_subsystem subsystem;
    struct arena_chunk *chunks; /* newest first */
    char *next, *end;
    size_t held; /* by all chunks */
};

void arena_init(struct arena *arena, struct ledger *ledger, enum prologue_subsystem subsystem);
void arena_free(struct arena *arena);

/* `alignment` is a power of two up to 16. NULL: no memory. Not zeroed. */
void *arena_alloc(struct arena *arena, size_t size, size_t alignment);

/* Gives back what was allocated last. */
void arena_undo(struct arena *arena, void *last);

/* Gives one chunk back before the others: the one that stands behind `newer`. */
void arena_drop(struct arena *arena, struct arena_chunk *newer);

/* A NUL-terminated copy. NULL: no memory. */
const char *arena_copy(struct arena *arena, struct slice text);

#endif
