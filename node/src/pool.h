/* Memory that is freed at once: what a request is made of. */
#ifndef POOL_H
#define POOL_H

#include <stddef.h>

struct pool_block;

struct pool { /* zeroed: empty */
    struct pool_block *last;
};

/* Zeroed, NULL where there is no memory. */
void *pool_take(struct pool *pool, size_t count, size_t size);

void pool_free(struct pool *pool);

#endif
