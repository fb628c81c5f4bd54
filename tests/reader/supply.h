/* A file in memory, for inputs that come in pieces. */
#ifndef SUPPLY_H
#define SUPPLY_H

#include <string.h>

#include "input.h"

struct supply {
    const char *bytes;
    size_t size;
};

static int64_t supply_read(void *context, char *to, size_t size, uint64_t at) {
    const struct supply *supply = context;
    size_t left = at < supply->size ? supply->size - at : 0;
    size = size < left ? size : left;
    memcpy(to, supply->bytes + at, size);
    return (int64_t)size;
}

#endif
