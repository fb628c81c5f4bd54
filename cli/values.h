/* The values of options: sizes, numbers, pairs, names, and the guess at what was meant. */
#ifndef VALUES_H
#define VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `8MiB`, `64M`, `1GiB`, `512KiB`, `1048576`, in any case; K, M, G, T count in 1024s, KB, MB, GB and
 * TB in 1000s. False where it is no such size, zero, or more than 2^63 - 1. */
bool value_size(const char *text, uint64_t *out);

/* A plain decimal number, digits alone, from `least` to `most`. */
bool value_number(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* The index of `text` in a NULL-terminated list, -1 where it is not in it. */
int value_choice(const char *text, const char *const *choices);

/* A letter or `_`, then letters, digits, `_` and `-`. */
bool value_is_name(const char *text, size_t length);

/* Where `ENV=FILE` splits: the length of ENV, or 0 where the text before the first `=` is no
 * environment name. */
size_t value_entry_split(const char *text);

/* Cuts `text` in place at its commas into `out`, NULL-terminated, which has room for
 * value_list_capacity(text) pointers. An empty text is an empty list; false where an item is empty. */
bool value_list(char *text, const char **out);
size_t value_list_capacity(const char *text);

/* Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`; texts longer than
 * 63 bytes are as far apart as can be. */
size_t value_distance(const char *a, const char *b);

/* The nearest of the candidates where it is near enough to be what was meant, else NULL. */
const char *value_nearest(const char *text, const char *const *candidates, size_t count);

#endif
