/* Inside the grammar reader: one parse, from captures to facts. */
#ifndef SYNTAX_TREE_H
#define SYNTAX_TREE_H

#include <tree_sitter/api.h>

#include "facts.h"
#include "lex.h"
#include "syntax_arena.h"

/* Of equal ranges the earlier capture comes first: what spans, then what it spans. */
#define CAPTURE_MAP(XX)                                                                            \
    XX(SCOPE_FUNCTION, "scope.function")                                                           \
    XX(SCOPE_BLOCK, "scope.block")                                                                 \
    XX(BIND_VAR, "bind.var")                                                                       \
    XX(BIND_BLOCK, "bind.block")                                                                   \
    XX(VALUE, "value")                                                                             \
    XX(TYPE, "type")                                                                               \
    XX(AMBIENT, "ambient")                                                                         \
    XX(OUTSIDE, "outside")                                                                         \
    XX(ERASED, "erased")                                                                           \
    XX(TYPE_FROM, "type.from")                                                                     \
    XX(TYPE_TO, "type.to")                                                                         \
    XX(TRY, "try")                                                                                 \
    XX(IMPORT, "import")                                                                           \
    XX(EXPORT, "export")                                                                           \
    XX(CALL, "call")                                                                               \
    XX(NEW, "new")                                                                                 \
    XX(BODY, "body")                                                                               \
    XX(STATEMENT, "statement")                                                                     \
    XX(DOUBT, "doubt")                                                                             \
    XX(ANGLE, "angle")                                                                             \
    XX(TYPED, "typed")                                                                             \
    XX(YIELD, "yield")                                                                             \
    XX(AWAIT, "await")                                                                             \
    XX(FLAGS, "flags")                                                                             \
    XX(LINE, "line")                                                                               \
    XX(OPEN_BRACE, "open.brace")                                                                   \
    XX(OPEN_WORD, "open.word")                                                                     \
    XX(COMMENT, "comment")                                                                         \
    XX(JSX, "jsx")                                                                                 \
    XX(JSX_NAME, "jsx.name")                                                                       \
    XX(DEFINE_OUTER, "define.outer")                                                               \
    XX(DEFINE_HERE, "define.here")                                                                 \
    XX(IMPORT_NAME, "import.name")                                                                 \
    XX(IDENTIFIER, "identifier")

enum capture {
#define XX(name, text) CAPTURE_##name,
    CAPTURE_MAP(XX)
#undef XX
        CAPTURES
};

struct syntax_event {
    TSNode node;
    uint32_t start, end;
    uint8_t capture;
};

struct syntax_scopes;

struct syntax_parse {
    struct syntax_arena *arena;
    const struct lex_options *options;
    const char *bytes;
    size_t size;
    bool guess; /* facts of a broken tree, too */
    TSNode root;
    const uint8_t *capture_of;   /* capture index of the query -> enum capture */
    struct syntax_event *events; /* in document order, the outer one first */
    size_t event_count, event_capacity;
    struct syntax_scopes *scopes;
    struct facts *facts;
    uint32_t groups; /* globs of one call */
    bool doubt;      /* without ERROR, and yet not to be trusted */
};

/* syntax_query.c: runs the query over the tree and sorts what it captured. */
void syntax_collect(struct syntax_parse *parse, const TSQuery *query);
/* Of `await /a/` and `yield <a>`: where the word is a name, a division and a comparison. */
bool syntax_is_unclear(const struct syntax_parse *parse, TSNode operand);

/* syntax_scope.c: which imports are used, and whether `require` is bound at an offset. */
void syntax_scopes_build(struct syntax_parse *parse);
bool syntax_require_is_bound(const struct syntax_parse *parse, uint32_t offset);

struct import_use {
    uint32_t names, type_names, used;
};

/* Of the n-th import statement, in document order. */
struct import_use syntax_import_use(const struct syntax_parse *parse, size_t import);

/* The way through the events. */
struct syntax_reading {
    struct syntax_parse *parse;
    size_t import; /* import statements so far */
    /* Where what has begun ends: a scope, a type, what is ambient, a generator, the block of a `try`,
     * a prologue. */
    uint32_t scope_end, type_end, ambient_end, generator_end, try_end, prologue_end;
    uint32_t environments; /* those that the module's directives switch to so far */
};

/* syntax_directive.c, syntax_import.c: events -> facts. */
void syntax_read_prologue(struct syntax_reading *reading);
void syntax_see_directive(struct syntax_reading *reading, const struct syntax_event *event);
void syntax_see_import(struct syntax_reading *reading, const struct syntax_event *event);

/* syntax_text.c */
struct slice syntax_text(const struct syntax_parse *parse, TSNode node);
void syntax_doubt_string(struct syntax_parse *parse, TSNode string);
/* A line ends between the first two parts of the node, which are no comments. */
void syntax_doubt_line(struct syntax_parse *parse, TSNode node);
/* What stands between the delimiters of a string or template node. */
struct slice syntax_inner(const struct syntax_parse *parse, TSNode node);
bool syntax_is(TSNode node, const char *type);
/* The first child that is named and no comment, from child `*index` on; null where there is none. */
TSNode syntax_next_child(TSNode node, uint32_t *index);
TSNode syntax_first_child(TSNode node);
/* The string of a statement that is nothing else; null where it is more. */
TSNode syntax_only_string(TSNode statement);
/* Parentheses, or a type that is put to an expression. */
bool syntax_changes_nothing(TSNode node);
/* What stands in it, and in all that do. */
TSNode syntax_inside(TSNode node);
TSNode syntax_unwrap(TSNode node);
/* The cooked value of what stands between quotes; `out` holds as many bytes as `raw`, and the
 * length is returned. Lone surrogates become U+FFFD. */
size_t syntax_cook(struct slice raw, char *out);
/* The same in the arena; `raw` itself where it has no escapes. */
struct slice syntax_cooked(struct syntax_parse *parse, struct slice raw);

#endif
