/* The cooking of literals: their values, in UTF-8. */
#include "lex_automaton.h"

/* Up to `limit` hexadecimal digits; the slice moves past them. */
static uint32_t read_hex(struct slice *text, unsigned limit) {
    uint32_t value = 0;
    while (limit-- && text->length && text_hex_value(text->data[0]) >= 0) {
        value = value << 4 | (uint32_t)text_hex_value(text->data[0]);
        value = value > 0x10FFFF ? 0x110000 : value;
        *text = slice_skip(*text, 1);
    }
    return value;
}

static uint32_t read_unicode(struct slice *text) {
    if (!text->length || text->data[0] != '{') {
        return read_hex(text, 4);
    }
    *text = slice_skip(*text, 1);
    uint32_t value = read_hex(text, UINT32_MAX);
    if (text->length) {
        *text = slice_skip(*text, 1);
    }
    return value;
}

static bool is_surrogate(uint32_t code, uint32_t base) {
    return code >= base && code < base + 0x400;
}

/* After `\u`: one code point, of two escapes where they are a surrogate pair. */
static uint32_t read_code_point(struct slice *text) {
    uint32_t code = read_unicode(text);
    if (is_surrogate(code, 0xD800) && slice_starts(*text, SLICE("\\u"))) {
        struct slice rest = slice_skip(*text, 2);
        uint32_t low = read_unicode(&rest);
        if (is_surrogate(low, 0xDC00)) {
            *text = rest;
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return is_surrogate(code, 0xD800) || is_surrogate(code, 0xDC00) || code > 0x10FFFF ? 0xFFFD
                                                                                       : code;
}

size_t encode_utf8(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | (code >> 18 & 7));
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static uint32_t read_octal(struct slice *text, char first) {
    uint32_t value = (uint32_t)(first - '0');
    unsigned more = first < '4' ? 2 : 1;
    while (more-- && text->length && text->data[0] >= '0' && text->data[0] <= '7') {
        value = value * 8 + (uint32_t)(text->data[0] - '0');
        *text = slice_skip(*text, 1);
    }
    return value;
}

/* After a backslash that begins an escape; a line continuation gives nothing. */
static size_t cook_escape(struct slice *text, char *out) {
    char byte = text->data[0];
    *text = slice_skip(*text, 1);
    switch (byte) {
    case 'n':
        return encode_utf8('\n', out);
    case 't':
        return encode_utf8('\t', out);
    case 'r':
        return encode_utf8('\r', out);
    case 'b':
        return encode_utf8('\b', out);
    case 'v':
        return encode_utf8('\v', out);
    case 'f':
        return encode_utf8('\f', out);
    case 'x':
        return encode_utf8(read_hex(text, 2), out);
    case 'u':
        return encode_utf8(read_code_point(text), out);
    case '0' ... '7':
        return encode_utf8(read_octal(text, byte), out);
    case '\r':
        if (text->length && text->data[0] == '\n') {
            *text = slice_skip(*text, 1);
        }
        return 0;
    case '\n':
        return 0;
    case (char)0xE2: /* U+2028 or U+2029 */
        if (slice_starts(*text, SLICE("\x80\xA8")) || slice_starts(*text, SLICE("\x80\xA9"))) {
            *text = slice_skip(*text, 2);
            return 0;
        }
        /* fall through */
    default:
        out[0] = byte;
        return 1;
    }
}

/* A line end in a template is a line feed. */
static NOINLINE uint32_t cook_escaped(struct lexer *lexer, struct slice text, uint32_t *length) {
    uint32_t offset = facts_add_text(lexer->facts, "", 0);
    while (text.length) {
        char piece[4];
        size_t plain = 0;
        while (plain < text.length && text.data[plain] != '\\' && text.data[plain] != '\r') {
            plain++;
        }
        facts_add_text(lexer->facts, text.data, plain);
        text = slice_skip(text, plain);
        if (slice_starts(text, SLICE("\r"))) {
            text = slice_skip(text, slice_starts(text, SLICE("\r\n")) ? 2 : 1);
            facts_add_text(lexer->facts, "\n", 1);
        } else if (text.length > 1) {
            text = slice_skip(text, 1);
            facts_add_text(lexer->facts, piece, cook_escape(&text, piece));
        } else {
            break;
        }
    }
    *length = lexer->facts->text_length - offset;
    return offset;
}

/* Appends the value of the literal text to facts->text; returns its offset. */
uint32_t cook(struct lexer *lexer, uint32_t start, uint32_t end, bool escaped, uint32_t *length) {
    struct slice text = lexer_text(lexer, start, end);
    if (escaped) {
        return cook_escaped(lexer, text, length);
    }
    *length = (uint32_t)text.length;
    return facts_add_text(lexer->facts, text.data, text.length);
}
