#include "syntax_tree.h"

struct slice syntax_text(const struct syntax_parse *parse, TSNode node) {
    uint32_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);
    if (end > parse->size)
        end = (uint32_t)parse->size;
    if (start > end)
        start = end;
    return (struct slice){parse->bytes + start, end - start};
}

struct slice syntax_inner(const struct syntax_parse *parse, TSNode node) {
    struct slice text = syntax_text(parse, node);
    if (text.length < 2)
        return (struct slice){text.data, 0};
    return (struct slice){text.data + 1, text.length - 2};
}

/* Spaces and line ends alone between quotes: to the grammar they are not part of the string. */
void syntax_doubt_string(struct syntax_parse *parse, TSNode string) {
    struct slice raw = syntax_inner(parse, string);
    for (size_t i = 0; i < raw.length && syntax_is(string, "string"); i++) {
        char c = raw.data[i];
        parse->doubt |= c == '\n' || c == '\r';
        bool pair = i + 2 < raw.length && raw.data[i + 1] == '\r' && raw.data[i + 2] == '\n';
        i += c != '\\' ? 0 : pair ? 2 : 1;
    }
}

#define SYNTAX_MANY_COMMENTS 8

void syntax_doubt_line(struct syntax_parse *parse, TSNode node) {
    uint32_t second = 1;
    while (second < SYNTAX_MANY_COMMENTS && syntax_is(ts_node_child(node, second), "comment"))
        second++;
    TSNode part = ts_node_child(node, second);
    if (ts_node_is_null(part))
        return;
    uint32_t end = ts_node_start_byte(part);
    for (uint32_t at = ts_node_end_byte(ts_node_child(node, 0)); at < end; at++) {
        struct slice rest = {parse->bytes + at, end - at};
        parse->doubt |= rest.data[0] == '\n' || rest.data[0] == '\r' ||
                        slice_starts(rest, SLICE("\xE2\x80\xA8")) ||
                        slice_starts(rest, SLICE("\xE2\x80\xA9"));
    }
    parse->doubt |= second == SYNTAX_MANY_COMMENTS;
}

bool syntax_is(TSNode node, const char *type) {
    return !ts_node_is_null(node) && strcmp(ts_node_type(node), type) == 0;
}

TSNode syntax_next_child(TSNode node, uint32_t *index) {
    uint32_t count = ts_node_child_count(node);
    while (*index < count) {
        TSNode child = ts_node_child(node, (*index)++);
        if (!ts_node_is_named(child) || syntax_is(child, "comment"))
            continue;
        return child;
    }
    return (TSNode){0};
}

TSNode syntax_first_child(TSNode node) {
    uint32_t index = 0;
    return ts_node_is_null(node) ? node : syntax_next_child(node, &index);
}

/* `<T>x`: what follows the type. */
static TSNode asserted(TSNode node) {
    uint32_t index = 0;
    syntax_next_child(node, &index);
    return syntax_next_child(node, &index);
}

bool syntax_changes_nothing(TSNode node) {
    return syntax_is(node, "parenthesized_expression") || syntax_is(node, "as_expression") ||
           syntax_is(node, "satisfies_expression") || syntax_is(node, "non_null_expression") ||
           syntax_is(node, "type_assertion");
}

TSNode syntax_inside(TSNode node) {
    return syntax_is(node, "type_assertion") ? asserted(node) : syntax_first_child(node);
}

TSNode syntax_unwrap(TSNode node) {
    while (syntax_changes_nothing(node))
        node = syntax_inside(node);
    return node;
}

TSNode syntax_only_string(TSNode statement) {
    uint32_t index = 0;
    if (!syntax_is(statement, "expression_statement"))
        return (TSNode){0};
    TSNode string = syntax_next_child(statement, &index);
    if (!syntax_is(string, "string"))
        return (TSNode){0};
    return ts_node_is_null(syntax_next_child(statement, &index)) ? string : (TSNode){0};
}

/* Exactly `digits` of them, or any number before a `}` where `digits` is 0. */
static bool take_hex(struct slice *text, size_t digits, uint32_t *value) {
    size_t i = 0;
    *value = 0;
    while (i < text->length && (digits == 0 || i < digits)) {
        int digit = text_hex_value(text->data[i]);
        if (digit < 0)
            break;
        if (*value <= 0x10FFFF)
            *value = *value * 16 + (uint32_t)digit;
        i++;
    }
    if (i == 0 || (digits && i != digits))
        return false;
    if (digits == 0 && (i >= text->length || text->data[i++] != '}'))
        return false;
    *text = slice_skip(*text, i);
    return true;
}

/* `text` begins after `\u`. */
static bool take_unicode(struct slice *text, uint32_t *value) {
    struct slice rest = *text;
    bool braced = rest.length && rest.data[0] == '{';
    if (braced)
        rest = slice_skip(rest, 1);
    if (!take_hex(&rest, braced ? 0 : 4, value))
        return false;
    *text = rest;
    return true;
}

static size_t put_code_point(char *out, uint32_t c) {
    if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
        c = 0xFFFD;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

static uint32_t join_surrogates(uint32_t high, struct slice *text) {
    struct slice rest = *text;
    uint32_t low;
    if (high < 0xD800 || high > 0xDBFF || !slice_starts(rest, SLICE("\\u")))
        return high;
    rest = slice_skip(rest, 2);
    if (!take_unicode(&rest, &low) || low < 0xDC00 || low > 0xDFFF)
        return high;
    *text = rest;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static uint32_t take_octal(struct slice *text, char first) {
    uint32_t value = (uint32_t)(first - '0');
    size_t limit = first <= '3' ? 2 : 1;
    for (size_t i = 0; i < limit && text->length; i++) {
        char c = text->data[0];
        if (c < '0' || c > '7')
            break;
        value = value * 8 + (uint32_t)(c - '0');
        *text = slice_skip(*text, 1);
    }
    return value;
}

static bool take_line_end(struct slice *text) {
    static const struct slice ends[] = {
        {"\r\n", 2}, {"\n", 1}, {"\r", 1}, {"\xE2\x80\xA8", 3}, {"\xE2\x80\xA9", 3}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!slice_starts(*text, ends[i]))
            continue;
        *text = slice_skip(*text, ends[i].length);
        return true;
    }
    return false;
}

/* `text` begins after the backslash. */
static size_t cook_escape(struct slice *text, char *out) {
    static const char names[] = "nrtbvf", values[] = "\n\r\t\b\v\f";
    uint32_t value;
    if (take_line_end(text) || text->length == 0)
        return 0;
    char c = text->data[0];
    *text = slice_skip(*text, 1);
    const char *name = c ? strchr(names, c) : NULL;
    if (name) {
        *out = values[name - names];
        return 1;
    }
    if (c >= '0' && c <= '7')
        return put_code_point(out, take_octal(text, c));
    if (c == 'x' && take_hex(text, 2, &value))
        return put_code_point(out, value);
    if (c == 'u' && take_unicode(text, &value)) {
        return put_code_point(out, join_surrogates(value, text));
    }
    *out = c;
    return 1;
}

size_t syntax_cook(struct slice raw, char *out) {
    size_t length = 0;
    while (raw.length) {
        char c = raw.data[0];
        raw = slice_skip(raw, 1);
        if (c == '\\') {
            length += cook_escape(&raw, out + length);
        } else if (c == '\r') { /* in a template alone, and there a line end is a line feed */
            raw = slice_skip(raw, slice_starts(raw, SLICE("\n")));
            out[length++] = '\n';
        } else {
            out[length++] = c;
        }
    }
    return length;
}

struct slice syntax_cooked(struct syntax_parse *parse, struct slice raw) {
    if (raw.length == 0 ||
        (!memchr(raw.data, '\\', raw.length) && !memchr(raw.data, '\r', raw.length)))
        return raw;
    char *cooked = syntax_arena_take(parse->arena, raw.length);
    return (struct slice){cooked, syntax_cook(raw, cooked)};
}
