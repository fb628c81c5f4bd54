#include <ctype.h>

#include "syntax_tree.h"

static void add_event(struct syntax_parse *parse, TSNode node, uint8_t capture) {
    parse->events = syntax_arena_grow(parse->arena, parse->events, &parse->event_capacity,
                                      parse->event_count + 1, sizeof *parse->events);
    parse->events[parse->event_count++] =
        (struct syntax_event){node, ts_node_start_byte(node), ts_node_end_byte(node), capture};
}

static bool begins(const struct syntax_parse *parse, TSNode node, const char *word) {
    uint32_t start = ts_node_start_byte(node);
    struct slice rest = {parse->bytes + start, start < parse->size ? parse->size - start : 0};
    return rest.length && (rest.data[0] == '\\' || slice_starts(rest, slice_of(word)));
}

/* What the grammar takes for a name, since it does not know where a statement has to end, or what a
 * script may call so and a module may not. */
static bool is_reserved(struct slice word) {
    static const char *const words[] = {"let",   "yield",  "await",    "new",    "export", "import",
                                        "const", "class",  "function", "return", "typeof", "delete",
                                        "void",  "throw",  "in",       "if",     "else",   "for",
                                        "while", "switch", "case"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal(word, slice_of(words[i])))
            return true;
    }
    return false;
}

static void see_name(struct syntax_parse *parse, TSNode node) {
    uint32_t length = ts_node_end_byte(node) - ts_node_start_byte(node);
    if (length > 1 && length < 9)
        parse->doubt |= is_reserved(syntax_text(parse, node));
}

/* A byte that is not ASCII may be white space. */
static bool opens(struct slice text, struct slice word) {
    if (!slice_starts(text, word))
        return false;
    unsigned char next = text.length > word.length ? (unsigned char)text.data[word.length] : ' ';
    return !isalnum(next) && next != '_' && next != '$' && next != '\\';
}

/* With white space between the words: neither a comment nor what is not ASCII is looked past. */
static bool opens_async_function(struct slice text) {
    if (!opens(text, SLICE("async")))
        return false;
    for (text = slice_skip(text, 5); text.length && memchr(" \t\v\f", text.data[0], 4);)
        text = slice_skip(text, 1);
    return opens(text, SLICE("function")) || slice_starts(text, SLICE("/")) ||
           (text.length && (unsigned char)text.data[0] >= 0x80);
}

/* `from`, which an `export { a }` before it may miss. */
static bool opens_source(struct slice text, TSNode statement) {
    return opens(text, SLICE("from")) && syntax_is(syntax_first_child(statement), "identifier");
}

static bool opens_declaration(const struct syntax_parse *parse, TSNode node) {
    struct slice text = syntax_text(parse, node);
    bool whole = syntax_is(node, "function_expression") || syntax_is(node, "generator_function") ||
                 syntax_is(node, "class");
    return !whole && (opens(text, SLICE("function")) || opens(text, SLICE("class")) ||
                      opens_async_function(text) || opens_source(text, node));
}

bool syntax_is_unclear(const struct syntax_parse *parse, TSNode operand) {
    return !ts_node_is_null(operand) && (slice_starts(syntax_text(parse, operand), SLICE("/")) ||
                                         slice_starts(syntax_text(parse, operand), SLICE("<")));
}

static bool are_flags(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        if (!memchr("dgimsuvy", text.data[i], 8))
            return false;
    }
    return true;
}

/* Most captures of a large script mean nothing; dense ones are most of what there is to hold. */
static bool matters(const struct syntax_parse *parse, TSNode node, uint8_t capture) {
    bool typescript = parse->options->dialect & DIALECT_TYPESCRIPT;
    switch (capture) {
    case CAPTURE_IDENTIFIER:
    case CAPTURE_DEFINE_HERE:
    case CAPTURE_DEFINE_OUTER:
        return typescript || begins(parse, node, "r");
    case CAPTURE_CALL:
        return begins(parse, node, "import") || begins(parse, node, "r") ||
               begins(parse, node, "(") || begins(parse, node, "<");
    case CAPTURE_TYPED:
        return !typescript;
    case CAPTURE_ANGLE:
        return !typescript && begins(parse, node, "<!--");
    case CAPTURE_OPEN_BRACE:
        return slice_starts(syntax_text(parse, node), SLICE("{")) &&
               !syntax_is(node, "statement_block");
    case CAPTURE_OPEN_WORD:
        return opens_declaration(parse, node);
    case CAPTURE_FLAGS:
        return !are_flags(syntax_text(parse, node));
    case CAPTURE_AWAIT:
        return syntax_is_unclear(parse, syntax_first_child(node));
    case CAPTURE_COMMENT:
    case CAPTURE_JSX:
    case CAPTURE_JSX_NAME:
        return typescript;
    default:
        return true;
    }
}

/* `x as T`: what spans the type begins at the keyword and ends with the whole. */
static void add_rest(struct syntax_parse *parse, TSNode whole, TSNode keyword) {
    add_event(parse, whole, CAPTURE_TYPE);
    parse->events[parse->event_count - 1].start = ts_node_start_byte(keyword);
}

static void add_match(struct syntax_parse *parse, const TSQueryMatch *match) {
    TSNode whole = {0}, keyword = {0};
    for (uint16_t i = 0; i < match->capture_count; i++) {
        uint8_t capture = parse->capture_of[match->captures[i].index];
        if (capture == CAPTURE_TYPE_TO)
            whole = match->captures[i].node;
        else if (capture == CAPTURE_TYPE_FROM)
            keyword = match->captures[i].node;
        else if (capture == CAPTURE_IDENTIFIER && (see_name(parse, match->captures[i].node), false))
            continue;
        else if (matters(parse, match->captures[i].node, capture)) {
            add_event(parse, match->captures[i].node, capture);
        }
    }
    if (!ts_node_is_null(whole) && !ts_node_is_null(keyword))
        add_rest(parse, whole, keyword);
}

static bool comes_first(const struct syntax_event *a, const struct syntax_event *b) {
    if (a->start != b->start)
        return a->start < b->start;
    if (a->end != b->end)
        return a->end > b->end;
    return a->capture <= b->capture;
}

static void merge(const struct syntax_event *from, struct syntax_event *to, size_t start,
                  size_t middle, size_t end) {
    size_t left = start, right = middle;
    for (size_t i = start; i < end; i++) {
        bool take_left = left < middle && (right >= end || comes_first(&from[left], &from[right]));
        to[i] = from[take_left ? left++ : right++];
    }
}

static bool is_sorted(const struct syntax_parse *parse) {
    for (size_t i = 1; i < parse->event_count; i++) {
        if (!comes_first(&parse->events[i - 1], &parse->events[i]))
            return false;
    }
    return true;
}

static void sort_events(struct syntax_parse *parse) {
    size_t count = parse->event_count;
    if (is_sorted(parse))
        return;
    struct syntax_event *other = syntax_arena_take(parse->arena, count * sizeof *other);
    struct syntax_event *events = parse->events;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            merge(events, other, start, middle, end);
        }
        struct syntax_event *swap = events;
        events = other;
        other = swap;
    }
    parse->events = events;
    syntax_arena_give(parse->arena, other);
}

void syntax_collect(struct syntax_parse *parse, const TSQuery *query) {
    TSQueryCursor *cursor = ts_query_cursor_new();
    TSQueryMatch match;
    ts_query_cursor_exec(cursor, query, parse->root);
    while (ts_query_cursor_next_match(cursor, &match))
        add_match(parse, &match);
    ts_query_cursor_delete(cursor);
    sort_events(parse);
}
