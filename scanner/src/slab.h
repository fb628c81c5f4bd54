/* Blocks of many sizes that live long and are given back one by one, without a header or rounding
 * of the host's. A block that was given back is used again for its size, or goes with
 * what stood around it. Thread-safe. */
#ifndef SLAB_H
#define SLAB_H

#include <uv.h>

#include "arena.h"

enum { SLAB_GRAIN = 8, SLAB_LARGEST = 1024 }; /* larger blocks are the ledger's */

struct slab_free {
    struct slab_free *next;
};

struct slab {
    uv_mutex_t mutex;
    struct arena arena;
    size_t unused; /* bytes in the lists */
    bool packing;
    struct slab_free *free[SLAB_LARGEST / SLAB_GRAIN + 1]; /* by size in grains */
};

void slab_init(struct slab *slab, struct ledger *ledger, enum prologue_subsystem subsystem);
/* Every block at once, except those larger than SLAB_LARGEST: they are given back before. */
void slab_close(struct slab *slab);

/* Aligned to SLAB_GRAIN, not zeroed. NULL: no memory. */
void *slab_alloc(struct slab *slab, size_t size);
void slab_free(struct slab *slab, void *block, size_t size);

/* What holds no block any more goes back to the host. */
void slab_trim(struct slab *slab);
/* Where much of what is held is not used: what is allocated between these two stands together, behind
 * all else, so that its owners can let go of the old blocks; chunks that hold no block any more then go
 * back to the host. False: it does not pay. */
bool slab_begin_packing(struct slab *slab);
void slab_end_packing(struct slab *slab);

#endif
