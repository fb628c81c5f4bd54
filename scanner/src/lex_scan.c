/* Searches that look at sixteen bytes at a time, and what they are for first of all: the white space
 * and comments between tokens. */
#include "lex_private.h"

#if defined(__SSE2__)
typedef __m128i block;

static inline block block_equal(block a, char byte) {
    return _mm_cmpeq_epi8(a, _mm_set1_epi8(byte));
}

static inline block block_or(block a, block b) {
    return _mm_or_si128(a, b);
}

static inline uint32_t block_mask(block a) {
    return (uint32_t)_mm_movemask_epi8(a);
}

/* The first byte at or after `at` that equals one of four. */
static inline uint32_t scan_four(const struct lexer *lexer, uint32_t at, char a, char b, char c,
                                 char d) {
    const char *bytes = lexer->bytes;
    for (; lexer->end - at >= BLOCK; at += BLOCK) {
        block data = load_block(bytes + at);
        uint32_t mask = block_mask(block_or(block_or(block_equal(data, a), block_equal(data, b)),
                                            block_or(block_equal(data, c), block_equal(data, d))));
        if (mask) {
            return at + (uint32_t)__builtin_ctz(mask);
        }
    }
    while (at < lexer->end && bytes[at] != a && bytes[at] != b && bytes[at] != c &&
           bytes[at] != d) {
        at++;
    }
    return at;
}
#else
static inline uint32_t scan_four(const struct lexer *lexer, uint32_t at, char a, char b, char c,
                                 char d) {
    const char *bytes = lexer->bytes;
    while (at < lexer->end && bytes[at] != a && bytes[at] != b && bytes[at] != c &&
           bytes[at] != d) {
        at++;
    }
    return at;
}
#endif

uint32_t scan_string(const struct lexer *lexer, uint32_t at, char quote) {
    return at >= lexer->end ? lexer->end : scan_four(lexer, at, quote, '\\', '\n', '\r');
}

uint32_t scan_template(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->end ? lexer->end : scan_four(lexer, at, '`', '\\', '$', '$');
}

uint32_t scan_line(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->end ? lexer->end : scan_four(lexer, at, '\n', '\r', (char)0xE2, '\n');
}

uint32_t scan_comment(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->end ? lexer->end : scan_four(lexer, at, '*', '\n', '\r', (char)0xE2);
}

uint32_t scan_jsx_text(const struct lexer *lexer, uint32_t at) {
    return at >= lexer->end ? lexer->end : scan_four(lexer, at, '<', '{', '}', '>');
}

/* ---- white space and comments ---------------------------------------------------------------- */

uint32_t skip_unicode_space(struct lexer *lexer, uint32_t at, bool *newline) {
    bool three = has_bytes(lexer, at, 3), two = three || has_bytes(lexer, at, 2);
    const unsigned char *text = (const unsigned char *)lexer->bytes + at;
    if (two && text[0] == 0xC2 && text[1] == 0xA0) {
        return 2;
    }
    if (!three) {
        return 0;
    }
    uint32_t code = (uint32_t)text[0] << 16 | (uint32_t)text[1] << 8 | text[2];
    switch (code) {
    case 0xE280A8: /* U+2028 */
    case 0xE280A9: /* U+2029 */
        *newline = true;
        return 3;
    case 0xE19A80: /* U+1680 */
    case 0xE280AF: /* U+202F */
    case 0xE2819F: /* U+205F */
    case 0xE38080: /* U+3000 */
    case 0xEFBBBF: /* U+FEFF */
        return 3;
    default:
        return code >= 0xE28080 && code <= 0xE2808A ? 3 : 0; /* U+2000 - U+200A */
    }
}

uint32_t skip_line(struct lexer *lexer, uint32_t at) {
    for (;; at++) {
        at = scan_line(lexer, at);
        bool newline = false;
        switch (byte_at(lexer, at)) {
        case -1:
        case '\n':
        case '\r':
            return at;
        case 0xE2:
            if (skip_unicode_space(lexer, at, &newline) && newline) {
                return at;
            }
        }
    }
}

/* The first `*` before a `/`, or a place less than a block before the end of what is at hand. */
static uint32_t scan_comment_end(const struct lexer *lexer, uint32_t at) {
#if defined(__SSE2__)
    for (; lexer->end - at > BLOCK; at += BLOCK) {
        block star = block_equal(load_block(lexer->bytes + at), '*');
        block slash = block_equal(load_block(lexer->bytes + at + 1), '/');
        uint32_t mask = block_mask(_mm_and_si128(star, slash));
        if (mask) {
            return at + (uint32_t)__builtin_ctz(mask);
        }
    }
#else
    while (lexer->end - at > BLOCK && (lexer->bytes[at] != '*' || lexer->bytes[at + 1] != '/')) {
        at++;
    }
#endif
    return at;
}

/* Past the `*` + `/`; NONE where there is none. */
static uint32_t skip_comment(struct lexer *lexer, uint32_t at, bool *newline) {
    for (;; at++) {
        at = scan_comment(lexer, *newline ? scan_comment_end(lexer, at) : at);
        switch (byte_at(lexer, at)) {
        case -1:
            return NONE;
        case '*':
            if (byte_at(lexer, at + 1) == '/') {
                return at + 2;
            }
            break;
        case 0xE2:
            skip_unicode_space(lexer, at, newline);
            break;
        case '\n':
        case '\r':
            *newline = true;
        }
    }
}

/* `<!--`, and `-->` at the start of a line, begin a comment in scripts, not in modules. */
static bool html_comment(struct lexer *lexer, uint32_t at, bool line_start) {
    bool found = text_follows(lexer, at, SLICE("<!--")) ||
                 (line_start && text_follows(lexer, at, SLICE("-->")));
    if (found && (lexer->has_module_syntax || lexer->module)) {
        return false;
    }
    return found && !lexer->typescript;
}

void skip_trivia(struct lexer *lexer, bool *newline) {
    uint32_t at = lexer->cursor, start, length;
    for (;;) {
        int byte = byte_at(lexer, at);
        switch (byte) {
        case '\n':
        case '\r':
            *newline = true;
            at = skip_indentation(lexer, at + 1);
            continue;
        case ' ':
        case '\t':
        case '\v':
        case '\f':
            at++;
            continue;
        case '/':
            start = at;
            if (byte_at(lexer, at + 1) == '/') {
                at = skip_line(lexer, at + 2);
            } else if (byte_at(lexer, at + 1) == '*') {
                at = skip_comment(lexer, at + 2, newline);
                if (at == NONE) {
                    lexer->cursor = lexer->end;
                    lexer_fail_at(lexer, start);
                    return;
                }
            } else {
                break;
            }
            if (lexer->in_prologue && lexer->typescript && lexer->jsx) {
                scope_pragmas(lexer, start, at);
            }
            continue;
        case '<':
        case '-':
            if (html_comment(lexer, at, *newline || lexer->token.end == 0)) {
                lexer->has_html_comment = true;
                at = skip_line(lexer, at);
                continue;
            }
            break;
        default:
            if (byte >= 0x80 && (length = skip_unicode_space(lexer, at, newline)) > 0) {
                at += length;
                continue;
            }
        }
        break;
    }
    lexer->cursor = at;
}
