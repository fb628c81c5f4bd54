/* UTF-8, and how many columns a character takes. */
#ifndef UNICODE_H
#define UNICODE_H

#include <stddef.h>
#include <stdint.h>

#define UNICODE_REPLACEMENT 0xFFFDu

/* The character at `bytes`, of which there is at least one; `*taken` is its length. Malformed bytes
 * are taken one by one, each as UNICODE_REPLACEMENT. */
uint32_t unicode_decode(const char *bytes, size_t length, size_t *taken);

/* 0 for combining and other characters without a width, 2 for wide ones, else 1. */
int unicode_width(uint32_t character);

/* The columns of a text without tabs. */
size_t unicode_columns(const char *bytes, size_t length);

#endif
