#include "pool.h"

#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 4096, ALIGNMENT = 16 };

struct pool_block {
    struct pool_block *before;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

static struct pool_block *add_block(struct pool *pool, size_t size) {
    size = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct pool_block *block = calloc(1, sizeof *block + size);
    if (block) {
        *block = (struct pool_block){.before = pool->last, .size = size};
        pool->last = block;
    }
    return block;
}

void *pool_take(struct pool *pool, size_t count, size_t size) {
    struct pool_block *block = pool->last;
    if (size && count > (SIZE_MAX - 2 * BLOCK_SIZE) / size) {
        return NULL;
    }
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!block || block->size - block->used < bytes) {
        block = add_block(pool, bytes);
    }
    if (!block) {
        return NULL;
    }
    void *taken = block->bytes + block->used;
    block->used += bytes;
    return taken;
}

void pool_free(struct pool *pool) {
    while (pool->last) {
        struct pool_block *before = pool->last->before;
        free(pool->last);
        pool->last = before;
    }
}
