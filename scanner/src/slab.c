#include "slab.h"

#include "sort.h"

enum { UNUSED_SHARE = 4 }; /* a quarter of what is held */

void slab_init(struct slab *slab, struct ledger *ledger, enum prologue_subsystem subsystem) {
    memset(slab->free, 0, sizeof slab->free);
    slab->unused = 0;
    slab->packing = false;
    arena_init(&slab->arena, ledger, subsystem);
    uv_mutex_init(&slab->mutex);
}

void slab_close(struct slab *slab) {
    arena_free(&slab->arena);
    uv_mutex_destroy(&slab->mutex);
}

static size_t grains_of(size_t size) {
    return (size + SLAB_GRAIN - 1) / SLAB_GRAIN;
}

static void put_free(struct slab *slab, struct slab_free *block, size_t grains) {
    block->next = slab->free[grains];
    slab->free[grains] = block;
    slab->unused += grains * SLAB_GRAIN;
}

static struct slab_free *take_free(struct slab *slab, size_t grains) {
    struct slab_free *block = slab->packing ? NULL : slab->free[grains];
    if (block) {
        slab->free[grains] = block->next;
        slab->unused -= grains * SLAB_GRAIN;
    }
    return block;
}

static void *take_new(struct slab *slab, size_t grains) {
    size_t rest = (size_t)(slab->arena.end - slab->arena.next) / SLAB_GRAIN;
    if (rest && rest < grains) {
        put_free(slab, arena_alloc(&slab->arena, rest * SLAB_GRAIN, SLAB_GRAIN), rest);
    }
    return arena_alloc(&slab->arena, grains * SLAB_GRAIN, SLAB_GRAIN);
}

void *slab_alloc(struct slab *slab, size_t size) {
    if (size > SLAB_LARGEST) {
        return ledger_resize(slab->arena.ledger, slab->arena.subsystem, NULL, 0, size);
    }
    size_t grains = grains_of(size);
    uv_mutex_lock(&slab->mutex);
    void *block = take_free(slab, grains);
    if (!block) {
        block = take_new(slab, grains);
    }
    uv_mutex_unlock(&slab->mutex);
    return block;
}

void slab_free(struct slab *slab, void *pointer, size_t size) {
    struct slab_free *block = pointer;
    if (size > SLAB_LARGEST) {
        ledger_free(slab->arena.ledger, slab->arena.subsystem, pointer, size);
    } else if (block) {
        uv_mutex_lock(&slab->mutex);
        put_free(slab, block, grains_of(size));
        uv_mutex_unlock(&slab->mutex);
    }
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* In every chunk but the newest, which is being used up and stays, each grain is a block's, live or free. */
struct chunk_use {
    const struct arena_chunk *chunk;
    size_t free, all; /* grains */
};

static size_t chunk_grains(const struct arena_chunk *chunk) {
    return (chunk->size - sizeof *chunk) / SLAB_GRAIN;
}

static bool by_address(const void *context, const void *a, const void *b) {
    (void)context;
    return (uintptr_t)((const struct chunk_use *)a)->chunk <
           (uintptr_t)((const struct chunk_use *)b)->chunk;
}

/* The last chunk that begins before the address. */
static struct chunk_use *use_of(struct chunk_use *uses, uint32_t count, const void *address) {
    uint32_t from = 0;
    for (uint32_t to = count; to - from > 1;) {
        uint32_t middle = from + (to - from) / 2;
        *((uintptr_t)uses[middle].chunk > (uintptr_t)address ? &to : &from) = middle;
    }
    return &uses[from];
}

static bool is_empty(const struct chunk_use *use) {
    return use->free == use->all;
}

static void count_free(const struct slab *slab, struct chunk_use *uses, uint32_t count) {
    for (size_t grains = 1; grains <= SLAB_LARGEST / SLAB_GRAIN; grains++) {
        for (struct slab_free *block = slab->free[grains]; block; block = block->next) {
            use_of(uses, count, block)->free += grains;
        }
    }
}

static void forget_free(struct slab *slab, struct chunk_use *uses, uint32_t count) {
    for (size_t grains = 1; grains <= SLAB_LARGEST / SLAB_GRAIN; grains++) {
        struct slab_free **link = &slab->free[grains];
        while (*link) {
            if (is_empty(use_of(uses, count, *link))) {
                *link = (*link)->next;
                slab->unused -= grains * SLAB_GRAIN;
            } else {
                link = &(*link)->next;
            }
        }
    }
}

static void drop_empty(struct slab *slab, struct chunk_use *uses, uint32_t count) {
    struct arena_chunk *newer = slab->arena.chunks;
    while (newer->older) {
        if (is_empty(use_of(uses, count, newer->older->bytes))) {
            arena_drop(&slab->arena, newer);
        } else {
            newer = newer->older;
        }
    }
}

static void trim(struct slab *slab, struct chunk_use *uses, uint32_t count) {
    uint32_t at = 0;
    for (const struct arena_chunk *chunk = slab->arena.chunks; chunk; chunk = chunk->older) {
        size_t all = chunk == slab->arena.chunks ? SIZE_MAX : chunk_grains(chunk);
        uses[at++] = (struct chunk_use){.chunk = chunk, .all = all};
    }
    sort_heap(uses, count, sizeof *uses, by_address, NULL);
    count_free(slab, uses, count);
    forget_free(slab, uses, count);
    drop_empty(slab, uses, count);
}

static uint32_t count_chunks(const struct slab *slab, size_t *grains) {
    uint32_t count = 0;
    *grains = 0;
    for (const struct arena_chunk *chunk = slab->arena.chunks; chunk; chunk = chunk->older) {
        *grains += chunk_grains(chunk);
        count++;
    }
    return count;
}

static void give_back(struct slab *slab) {
    size_t grains, rest = (size_t)(slab->arena.end - slab->arena.next) / SLAB_GRAIN;
    uint32_t count = count_chunks(slab, &grains);
    size_t size = count * sizeof(struct chunk_use);
    if (slab->unused == (grains - rest) * SLAB_GRAIN) { /* no block lives */
        arena_free(&slab->arena);
        memset(slab->free, 0, sizeof slab->free);
        slab->unused = 0;
        return;
    }
    struct chunk_use *uses =
        count > 1 ? ledger_resize(slab->arena.ledger, slab->arena.subsystem, NULL, 0, size) : NULL;
    if (uses) {
        trim(slab, uses, count);
        ledger_free(slab->arena.ledger, slab->arena.subsystem, uses, size);
    }
}

void slab_trim(struct slab *slab) {
    uv_mutex_lock(&slab->mutex);
    give_back(slab);
    uv_mutex_unlock(&slab->mutex);
}

bool slab_begin_packing(struct slab *slab) {
    uv_mutex_lock(&slab->mutex);
    bool pays = slab->unused > slab->arena.held / UNUSED_SHARE;
    if (pays) {
        give_back(slab);
        pays = slab->packing = slab->unused > slab->arena.held / UNUSED_SHARE;
    }
    uv_mutex_unlock(&slab->mutex);
    return pays;
}

void slab_end_packing(struct slab *slab) {
    uv_mutex_lock(&slab->mutex);
    slab->packing = false;
    give_back(slab);
    uv_mutex_unlock(&slab->mutex);
}
