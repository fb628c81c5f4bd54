#include "table.h"

#include <string.h>

void rows_init(struct rows *rows, struct ledger *ledger, enum prologue_subsystem subsystem,
               uint32_t item_size) {
    *rows = (struct rows){.ledger = ledger, .subsystem = subsystem, .item_size = item_size};
}

static size_t rows_block_size(const struct rows *rows) {
    return (size_t)rows->item_size << ROWS_SHIFT;
}

void rows_free(struct rows *rows) {
    for (uint32_t i = 0; i < rows->block_count; i++) {
        ledger_free(rows->ledger, rows->subsystem, rows->blocks[i], rows_block_size(rows));
    }
    ledger_free(rows->ledger, rows->subsystem, rows->blocks,
                rows->block_capacity * sizeof *rows->blocks);
    rows_init(rows, rows->ledger, rows->subsystem, rows->item_size);
}

static bool rows_add_block(struct rows *rows) {
    if (ledger_grow(rows->ledger, rows->subsystem, &rows->blocks, &rows->block_capacity,
                    rows->block_count + 1, sizeof *rows->blocks)) {
        return false;
    }
    char *block = ledger_resize(rows->ledger, rows->subsystem, NULL, 0, rows_block_size(rows));
    if (!block) {
        return false;
    }
    rows->blocks[rows->block_count++] = block;
    return true;
}

int rows_copy(struct rows *copy, const struct rows *rows) {
    rows_init(copy, rows->ledger, rows->subsystem, rows->item_size);
    while (copy->block_count < rows->block_count) {
        if (!rows_add_block(copy)) {
            rows_free(copy);
            return ledger_error(rows->ledger);
        }
        memcpy(copy->blocks[copy->block_count - 1], rows->blocks[copy->block_count - 1],
               rows_block_size(rows));
    }
    copy->count = rows->count;
    return 0;
}

void *rows_add(struct rows *rows) {
    if (rows->count >> ROWS_SHIFT >= rows->block_count && !rows_add_block(rows)) {
        return NULL;
    }
    return memset(rows_at(rows, rows->count++), 0, rows->item_size);
}

void table_init(struct table *table, struct ledger *ledger, enum prologue_subsystem subsystem) {
    *table = (struct table){.ledger = ledger, .subsystem = subsystem};
}

void table_free(struct table *table) {
    ledger_free(table->ledger, table->subsystem, table->slots,
                table->capacity * sizeof *table->slots);
    table_init(table, table->ledger, table->subsystem);
}

static void table_move(struct table_slot *slots, uint32_t mask, struct table_slot slot) {
    uint32_t i = slot.hash & mask;
    while (slots[i].row) {
        i = (i + 1) & mask;
    }
    slots[i] = slot;
}

int table_reserve(struct table *table) {
    if (table->count + 1 <= table->capacity - table->capacity / 4 && table->capacity) {
        return 0;
    }
    if (table->capacity > UINT32_MAX / 2) {
        return PROLOGUE_ENOMEM;
    }
    uint32_t capacity = table->capacity ? table->capacity * 2 : 64;
    struct table_slot *slots =
        ledger_new(table->ledger, table->subsystem, capacity * sizeof *slots);
    if (!slots) {
        return ledger_error(table->ledger);
    }
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].row) {
            table_move(slots, capacity - 1, table->slots[i]);
        }
    }
    ledger_free(table->ledger, table->subsystem, table->slots,
                table->capacity * sizeof *table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return 0;
}
