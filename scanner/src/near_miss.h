/* Directive texts that were mistyped. */
#ifndef NEAR_MISS_H
#define NEAR_MISS_H

#include "facts.h"

/* The rule, no prefix, whose text is at most two insertions, deletions or replacements away from
 * `raw`; -1: none. `use strict` is nobody's typing error. */
int near_miss_find(const struct directive_set *set, struct slice raw);

#endif
