/* Sorts paths by the bytes of what they are called from a root, without spelling them out. */
#ifndef ORDER_H
#define ORDER_H

#include "path.h"

/* Sorts `ids`, files without duplicates. 0 or a code. */
int order_paths(const struct paths *paths, path_id root, path_id *ids, uint32_t count);

#endif
