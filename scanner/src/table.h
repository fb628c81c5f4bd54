/* Rows at stable addresses, and a hash index over them. The index stores row numbers; whoever asks
 * says when a row matches. A look-up returns the slot to fill, so that put costs one search. */
#ifndef TABLE_H
#define TABLE_H

#include "ledger.h"

enum { ROWS_SHIFT = 9, ROWS_BLOCK = 1 << ROWS_SHIFT };

/* An array in blocks: rows never move. */
struct rows {
    struct ledger *ledger;
    enum prologue_subsystem subsystem;
    uint32_t item_size;
    uint32_t count, block_count, block_capacity;
    char **blocks;
};

void rows_init(struct rows *rows, struct ledger *ledger, enum prologue_subsystem subsystem,
               uint32_t item_size);
void rows_free(struct rows *rows);
/* New rows with the same contents. 0, or a code and no rows. */
int rows_copy(struct rows *copy, const struct rows *rows);
/* A new zeroed row at index rows->count - 1; NULL: no memory. */
void *rows_add(struct rows *rows);

static inline void *rows_at(const struct rows *rows, uint32_t index) {
    return rows->blocks[index >> ROWS_SHIFT] + (size_t)(index & (ROWS_BLOCK - 1)) * rows->item_size;
}

struct table_slot {
    uint32_t hash;
    uint32_t row; /* index + 1; 0: free */
};

struct table {
    struct ledger *ledger;
    enum prologue_subsystem subsystem;
    struct table_slot *slots;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t count;
};

typedef bool table_match(const void *context, uint32_t row, const void *key);

void table_init(struct table *table, struct ledger *ledger, enum prologue_subsystem subsystem);
void table_free(struct table *table);
/* Makes room for one more row. 0 or a code. */
int table_reserve(struct table *table);

/* The slot whose row matches, or the free slot where it belongs. The table must have room. */
static inline struct table_slot *table_slot(const struct table *table, uint32_t hash,
                                            table_match *match, const void *context,
                                            const void *key) {
    uint32_t mask = table->capacity - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        struct table_slot *slot = &table->slots[i];
        if (slot->row == 0 || (slot->hash == hash && match(context, slot->row - 1, key))) {
            return slot;
        }
    }
}

static inline void table_put(struct table *table, struct table_slot *slot, uint32_t hash,
                             uint32_t row) {
    slot->hash = hash;
    slot->row = row + 1;
    table->count++;
}

#endif
