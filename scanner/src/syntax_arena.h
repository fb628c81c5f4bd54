/* Memory of one parse. tree-sitter does not survive an allocator that returns NULL, so what does
 * not fit leaves by a long jump to `escape`, and the arena is dropped whole. */
#ifndef SYNTAX_ARENA_H
#define SYNTAX_ARENA_H

#include <setjmp.h>

#include "ledger.h"

#define ARENA_CLASSES 80

struct syntax_arena_chunk {
    struct syntax_arena_chunk *next, *previous;
    size_t size, live; /* blocks in use */
};

struct syntax_arena {
    struct ledger *ledger;
    size_t cap, held; /* bytes, chunk headers included */
    struct syntax_arena_chunk *chunks;
    char *free_start, *free_end; /* what is left of the newest shared chunk */
    void *reusable[ARENA_CLASSES];
    jmp_buf escape; /* set by the owner before the arena is entered */
};

void syntax_arena_init(struct syntax_arena *arena, struct ledger *ledger, size_t cap);
void syntax_arena_drop(struct syntax_arena *arena);

/* Gives back the chunks in which no block is in use, for an arena that is kept as it is. */
void syntax_arena_trim(struct syntax_arena *arena);

/* Never NULL: leaves by arena->escape instead. */
void *syntax_arena_take(struct syntax_arena *arena, size_t size);
void syntax_arena_give(struct syntax_arena *arena, void *block);
void *syntax_arena_resize(struct syntax_arena *arena, void *block, size_t size);

/* Grows an array by half at a time to hold `need` items. */
void *syntax_arena_grow(struct syntax_arena *arena, void *items, size_t *capacity, size_t need,
                        size_t item_size);

/* What tree-sitter asks for on this thread goes to `arena`; NULL: to malloc, as in a program that
 * uses tree-sitter beside us. Installs the allocator at the first call. */
void syntax_arena_enter(struct syntax_arena *arena);

#endif
