/* Borrowed pieces of text. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *data; /* not NUL-terminated */
    size_t length;
};

#define SLICE(literal) ((struct slice){("" literal ""), sizeof(literal) - 1})

static inline struct slice slice_of(const char *text) {
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool slice_starts(struct slice text, struct slice head) {
    return text.length >= head.length &&
           (head.length == 0 || memcmp(text.data, head.data, head.length) == 0);
}

static inline bool slice_ends(struct slice text, struct slice tail) {
    return text.length >= tail.length &&
           (tail.length == 0 ||
            memcmp(text.data + text.length - tail.length, tail.data, tail.length) == 0);
}

static inline struct slice slice_skip(struct slice text, size_t count) {
    return (struct slice){text.data + count, text.length - count};
}

/* Bytewise, shorter first: the order of every sorted array in the report. */
static inline int slice_compare(struct slice a, struct slice b) {
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* `*` in the pattern matches any text, `?` none of it specially. Linear space, no recursion. */
bool text_matches(struct slice pattern, struct slice text);

/* Whether two names in UTF-8 differ at most in the case of Latin, Greek and Cyrillic letters. */
bool text_equal_folded(struct slice a, struct slice b);

/* The value of a hexadecimal digit, -1 for any other byte. */
static inline int text_hex_value(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* How many bytes at the start may stand in a JSON string as they are: ASCII without quotes,
 * backslashes and control characters. */
size_t text_plain_length(struct slice text);

#endif
