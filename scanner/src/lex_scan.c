/* Searches that look at sixteen bytes at a time. */
#include "lex_private.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__SSE2__)
typedef __m128i block;

static inline block block_load(const char *bytes) {
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

static inline block block_equal(block a, char byte) {
    return _mm_cmpeq_epi8(a, _mm_set1_epi8(byte));
}

static inline block block_or(block a, block b) {
    return _mm_or_si128(a, b);
}

static inline uint32_t block_mask(block a) {
    return (uint32_t)_mm_movemask_epi8(a);
}
#define BLOCK 16u

/* The first byte at or after `at` that equals one of four. */
static inline uint32_t scan_four(const struct lexer *lexer, uint32_t at, char a, char b, char c,
                                 char d) {
    const char *bytes = lexer->bytes;
    for (; lexer->size - at >= BLOCK; at += BLOCK) {
        block data = block_load(bytes + at);
        uint32_t mask = block_mask(block_or(block_or(block_equal(data, a), block_equal(data, b)),
                                            block_or(block_equal(data, c), block_equal(data, d))));
        if (mask) {
            return at + (uint32_t)__builtin_ctz(mask);
        }
    }
    while (at < lexer->size && bytes[at] != a && bytes[at] != b && bytes[at] != c &&
           bytes[at] != d) {
        at++;
    }
    return at;
}
#else
static inline uint32_t scan_four(const struct lexer *lexer, uint32_t at, char a, char b, char c,
                                 char d) {
    const char *bytes = lexer->bytes;
    while (at < lexer->size && bytes[at] != a && bytes[at] != b && bytes[at] != c &&
           bytes[at] != d) {
        at++;
    }
    return at;
}
#endif

uint32_t scan_string(const struct lexer *lexer, uint32_t at, char quote) {
    return at >= lexer->size ? lexer->size : scan_four(lexer, at, quote, '\\', '\n', '\r');
}

uint32_t scan_template(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->size ? lexer->size : scan_four(lexer, at, '`', '\\', '$', '$');
}

uint32_t scan_line(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->size ? lexer->size : scan_four(lexer, at, '\n', '\r', (char)0xE2, '\n');
}

uint32_t scan_comment(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->size ? lexer->size : scan_four(lexer, at, '*', '\n', '\r', (char)0xE2);
}

uint32_t scan_jsx_text(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->size ? lexer->size : scan_four(lexer, at, '<', '{', '}', '>');
}
