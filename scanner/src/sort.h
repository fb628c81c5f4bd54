/* Heap sort: in place, no allocation, n log n for every input. Inlined, so that the comparison and
 * the size of an item are constants where it stands. */
#ifndef SORT_H
#define SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SORT_LARGEST_ITEM = 128 };

typedef bool sort_before(const void *context, const void *a, const void *b);

static inline void sort_sift(char *items, uint32_t at, uint32_t count, size_t size,
                             sort_before *before, const void *context) {
    char moving[SORT_LARGEST_ITEM];
    memcpy(moving, items + at * size, size);
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        char *last = items + child * size;
        if (child + 1 < count && before(context, last, last + size)) {
            last += size;
            child++;
        }
        if (!before(context, moving, last)) {
            break;
        }
        memcpy(items + at * size, last, size);
    }
    memcpy(items + at * size, moving, size);
}

/* Not stable. `size` is at most SORT_LARGEST_ITEM. */
static inline void sort_heap(void *all, uint32_t count, size_t size, sort_before *before,
                             const void *context) {
    char *items = all, first[SORT_LARGEST_ITEM];
    for (uint32_t i = count / 2; i-- > 0;) {
        sort_sift(items, i, count, size, before, context);
    }
    while (count > 1) {
        count--;
        memcpy(first, items, size);
        memcpy(items, items + count * size, size);
        memcpy(items + count * size, first, size);
        sort_sift(items, 0, count, size, before, context);
    }
}

#endif
