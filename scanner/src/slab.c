#include "slab.h"

void slab_init(struct slab *slab, struct ledger *ledger, enum prologue_subsystem subsystem) {
    memset(slab->free, 0, sizeof slab->free);
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

void *slab_alloc(struct slab *slab, size_t size) {
    if (size > SLAB_LARGEST) {
        return ledger_resize(slab->arena.ledger, slab->arena.subsystem, NULL, 0, size);
    }
    size_t grains = grains_of(size);
    uv_mutex_lock(&slab->mutex);
    struct slab_free *block = slab->free[grains];
    if (block) {
        slab->free[grains] = block->next;
    } else {
        block = arena_alloc(&slab->arena, grains * SLAB_GRAIN, SLAB_GRAIN);
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
        block->next = slab->free[grains_of(size)];
        slab->free[grains_of(size)] = block;
        uv_mutex_unlock(&slab->mutex);
    }
}
