/* Every allocation of the scanner goes through a ledger, which charges it to a subsystem and keeps
 * the sum below the limit. Thread-safe. */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prologue.h"

struct ledger_account {
    _Atomic uint64_t current, peak;
};

/* The first time that the total passes so many bytes, or that the limit refuses something. */
struct ledger_mark {
    uint64_t bytes; /* UINT64_MAX: nobody wants to know */
    _Atomic int state;
    bool refused;
    prologue_memory at; /* how the ledger stood then */
};

struct ledger {
    prologue_allocator host;
    uint64_t limit;
    _Atomic uint64_t reserved; /* of the limit, and not to be had for now */
    struct ledger_account total;
    struct ledger_account accounts[PROLOGUE_SUBSYSTEMS];
    atomic_bool refused; /* the last allocation that failed: for the limit, not by the host */
    struct ledger_mark mark;
};

enum { LEDGER_UNMARKED, LEDGER_MARKING, LEDGER_MARKED, LEDGER_TOLD };

/* `host` NULL: malloc. */
void ledger_init(struct ledger *ledger, const prologue_allocator *host, uint64_t limit);

/* Keeps so much of the limit back until it is called with 0: what has to be possible when all else is
 * used up. */
void ledger_reserve(struct ledger *ledger, uint64_t bytes);

/* realloc with the old size: NULL asks for a new block, `new_size` 0 frees and returns NULL.
 * NULL where the limit or the host refuses; the old block then stands. */
void *ledger_resize(struct ledger *ledger, enum prologue_subsystem subsystem, void *pointer,
                    size_t old_size, size_t new_size);

/* ledger_resize of a zeroed new block, and its counterpart. */
void *ledger_new(struct ledger *ledger, enum prologue_subsystem subsystem, size_t size);
void ledger_free(struct ledger *ledger, enum prologue_subsystem subsystem, void *pointer,
                 size_t size);

/* Grows an array of `item_size` items to hold at least `need`, by half at a time. 0 or a code. */
int ledger_grow(struct ledger *ledger, enum prologue_subsystem subsystem, void *items_pointer,
                uint32_t *capacity, uint32_t need, size_t item_size);

/* PROLOGUE_ELIMIT or PROLOGUE_ENOMEM: why the last allocation failed. */
int ledger_error(const struct ledger *ledger);

void ledger_read(const struct ledger *ledger, prologue_memory *out);

/* From now on the mark is nine tenths of the limit. Before other threads use the ledger. */
void ledger_watch(struct ledger *ledger);
/* Whether the mark was passed and nobody was told; then true once. */
static inline bool ledger_is_marked(const struct ledger *ledger) {
    return atomic_load_explicit(&ledger->mark.state, memory_order_relaxed) == LEDGER_MARKED;
}
bool ledger_tell_mark(struct ledger *ledger, prologue_memory *at, bool *refused);
/* Well below the mark, it can be passed again. */
void ledger_rearm(struct ledger *ledger);

#endif
