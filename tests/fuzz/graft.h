/* Mutations that mostly keep a program one: a node of its tree is replaced by another of the same
 * kind, or that may stand for one, of this program or another one, or white space and comments are
 * put between two tokens. */
#ifndef GRAFT_H
#define GRAFT_H

#include <tree_sitter/api.h>

#include "language.h"
#include "syntax_arena.h"

enum { GRAFT_NODES = 4096, GRAFT_FACTOR = 160, GRAFT_BASE = 1 << 20 };

struct grafting {
    const char *bytes;
    uint32_t size, count;
    struct syntax_arena arena; /* holds the tree: a parse may need memory without end */
    TSNode nodes[GRAFT_NODES]; /* named ones and tokens, in the order of their starts */
};

static inline uint32_t graft_random(uint32_t *state, uint32_t below) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % below;
}

static inline void graft_collect(struct grafting *of, TSNode root) {
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    while (more && of->count < GRAFT_NODES) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (ts_node_end_byte(node) > ts_node_start_byte(node)) {
            of->nodes[of->count++] = node;
        }
        more = ts_tree_cursor_goto_first_child(&cursor);
        while (!more && !(more = ts_tree_cursor_goto_next_sibling(&cursor))) {
            if (!ts_tree_cursor_goto_parent(&cursor)) {
                break;
            }
        }
    }
    ts_tree_cursor_delete(&cursor);
}

static inline void graft_parse(struct grafting *of, const TSLanguage *grammar) {
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, grammar);
    TSTree *tree = ts_parser_parse_string(parser, NULL, of->bytes, of->size);
    ts_parser_delete(parser);
    if (tree && !ts_node_has_error(ts_tree_root_node(tree))) {
        graft_collect(of, ts_tree_root_node(tree));
    }
}

/* Where the tree has an error, or does not fit into its memory, there are no nodes. */
static inline void graft_open(struct grafting *of, struct ledger *ledger, unsigned dialect,
                              const char *bytes, size_t size) {
    of->bytes = bytes;
    of->size = (uint32_t)size;
    of->count = 0;
    syntax_arena_init(&of->arena, ledger, size * GRAFT_FACTOR + GRAFT_BASE);
    if (setjmp(of->arena.escape) == 0) {
        syntax_arena_enter(&of->arena);
        graft_parse(of, languages[language_for(dialect)].grammar());
    } else {
        of->count = 0;
    }
    syntax_arena_enter(NULL);
}

static inline void graft_close(struct grafting *of) {
    syntax_arena_drop(&of->arena);
}

static inline struct slice graft_text(const struct grafting *of, TSNode node) {
    uint32_t start = ts_node_start_byte(node);
    return (struct slice){of->bytes + start, ts_node_end_byte(node) - start};
}

static inline size_t graft_write(const struct grafting *of, uint32_t start, uint32_t end,
                                 struct slice text, char *out, size_t room) {
    size_t size = of->size - (end - start) + text.length;
    if (size > room) {
        return 0;
    }
    memcpy(out, of->bytes, start);
    memcpy(out + start, text.data, text.length);
    memcpy(out + start + text.length, of->bytes + end, of->size - end);
    return size;
}

static inline bool graft_ends(const char *text, const char *end) {
    size_t length = strlen(text), least = strlen(end);
    return length >= least && strcmp(text + length - least, end) == 0;
}

enum graft_family { GRAFT_OTHER, GRAFT_EXPRESSION, GRAFT_STATEMENT };

static inline enum graft_family graft_family(const char *type) {
    static const char *const operands[] = {
        "identifier", "string",         "number", "template_string", "object", "array", "regex",
        "class",      "arrow_function", "this",   "jsx_element",     "null",   NULL};
    for (int i = 0; operands[i]; i++) {
        if (strcmp(type, operands[i]) == 0) {
            return GRAFT_EXPRESSION;
        }
    }
    return graft_ends(type, "_expression")                                      ? GRAFT_EXPRESSION
           : graft_ends(type, "_statement") || graft_ends(type, "_declaration") ? GRAFT_STATEMENT
                                                                                : GRAFT_OTHER;
}

static inline bool graft_fits(const char *type, const char *gone, bool loose) {
    return strcmp(type, gone) == 0 ||
           (loose && graft_family(gone) && graft_family(type) == graft_family(gone));
}

/* A node of `stock` in place of one that it fits. 0: there is none, or no room. */
static inline size_t graft_node(const struct grafting *into, const struct grafting *stock,
                                uint32_t *seed, char *out, size_t room) {
    if (!into->count || !stock->count) {
        return 0;
    }
    TSNode gone = into->nodes[graft_random(seed, into->count)];
    uint32_t from = graft_random(seed, stock->count);
    bool loose = graft_random(seed, 2);
    for (uint32_t i = 0; i < stock->count; i++) {
        TSNode node = stock->nodes[(from + i) % stock->count];
        struct slice text = graft_text(stock, node);
        if (graft_fits(ts_node_type(node), ts_node_type(gone), loose) &&
            !slice_equal(text, graft_text(into, gone))) {
            return graft_write(into, ts_node_start_byte(gone), ts_node_end_byte(gone), text, out,
                               room);
        }
    }
    return 0;
}

/* White space or a comment before a token. */
static inline size_t graft_gap(const struct grafting *into, uint32_t *seed, char *out,
                               size_t room) {
    static const struct slice gaps[] = {SLICE(" "),     SLICE("\n"),       SLICE("/**/"),
                                        SLICE("//'\n"), SLICE("/*\n`*/"),  SLICE("\t"),
                                        SLICE("\r\n"),  SLICE("\xC2\xA0"), SLICE("\xE2\x80\xA8")};
    if (!into->count) {
        return 0;
    }
    uint32_t start = ts_node_start_byte(into->nodes[graft_random(seed, into->count)]);
    struct slice gap = gaps[graft_random(seed, sizeof gaps / sizeof *gaps)];
    return graft_write(into, start, start, gap, out, room);
}

#endif
