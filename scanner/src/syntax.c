#include "syntax.h"

#include <uv.h>

#include "language.h"
#include "syntax_tree.h"

#define SYNTAX_FACTOR 160 /* for a byte of source; 30 to 90 is usual, asm.js takes 150 */
#define SYNTAX_BASE ((size_t)1 << 20) /* and beside that */
#define SYNTAX_QUERY_CAP ((size_t)16 << 20)
#define SYNTAX_MAX_SOURCE ((size_t)1 << 30)
#define SYNTAX_PIECE ((size_t)4 << 10)
#define SYNTAX_MAX_QUERY_CAPTURES 64

/* While a query is compiled it takes 3 MiB, of which little is kept. */
struct compiled {
    TSQuery *query; /* NULL: not compiled yet */
    struct syntax_arena arena;
    uint8_t capture_of[SYNTAX_MAX_QUERY_CAPTURES];
};

struct syntax {
    struct ledger *ledger;
    uv_mutex_t mutex; /* held while a query is compiled: nobody compiles it a second time */
    struct compiled compiled[LANGUAGES];
};

struct syntax *syntax_new(struct ledger *ledger) {
    struct syntax *syntax = ledger_new(ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, sizeof *syntax);
    if (!syntax)
        return NULL;
    if (uv_mutex_init(&syntax->mutex)) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, syntax, sizeof *syntax);
        return NULL;
    }
    syntax->ledger = ledger;
    for (int i = 0; i < LANGUAGES; i++)
        syntax_arena_init(&syntax->compiled[i].arena, ledger, SYNTAX_QUERY_CAP);
    return syntax;
}

void syntax_free(struct syntax *syntax) {
    if (!syntax)
        return;
    for (int i = 0; i < LANGUAGES; i++)
        syntax_arena_drop(&syntax->compiled[i].arena);
    uv_mutex_destroy(&syntax->mutex);
    ledger_free(syntax->ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, syntax, sizeof *syntax);
}

/* ---- queries --------------------------------------------------------------------------------- */

static const char *const capture_names[CAPTURES] = {
#define XX(name, text) [CAPTURE_##name] = text,
    CAPTURE_MAP(XX)
#undef XX
};

static uint8_t capture_named(const char *name, uint32_t length) {
    for (uint8_t i = 0; i < CAPTURES; i++) {
        if (slice_equal(slice_of(capture_names[i]), (struct slice){name, length}))
            return i;
    }
    return CAPTURES;
}

static bool compile(struct compiled *compiled, const struct language *language) {
    TSQueryError error;
    uint32_t offset, length, captures;
    TSQuery *query = ts_query_new(language->grammar(), language->query,
                                  (uint32_t)strlen(language->query), &offset, &error);
    if (!query)
        return false;
    captures = ts_query_capture_count(query);
    if (captures > SYNTAX_MAX_QUERY_CAPTURES)
        return false;
    for (uint32_t i = 0; i < captures; i++) {
        const char *name = ts_query_capture_name_for_id(query, i, &length);
        compiled->capture_of[i] = capture_named(name, length);
    }
    compiled->query = query;
    return true;
}

static bool try_compile(struct compiled *compiled, const struct language *language) {
    volatile bool done = false;
    if (setjmp(compiled->arena.escape) == 0) {
        syntax_arena_enter(&compiled->arena);
        done = compile(compiled, language);
    }
    syntax_arena_enter(NULL);
    if (done)
        syntax_arena_trim(&compiled->arena);
    else
        syntax_arena_drop(&compiled->arena);
    return done;
}

static bool prepare(struct syntax *syntax, int language) {
    struct compiled *compiled = &syntax->compiled[language];
    uv_mutex_lock(&syntax->mutex);
    bool done = compiled->query || try_compile(compiled, &languages[language]);
    uv_mutex_unlock(&syntax->mutex);
    return done;
}

/* ---- source ---------------------------------------------------------------------------------- */

/* What the grammar takes for something else than ECMAScript does stands in for it, byte for byte:
 * a line feed for a lone CR, U+2028 and U+2029, spaces for the other white space, and what no program
 * has for U+0085, U+200B and U+2060, which the grammar takes for white space. */
struct source {
    const char *bytes;
    size_t size;
    bool plain; /* none of them */
};

static const char *replacement(const struct source *source, size_t at, size_t *length) {
    static const struct {
        struct slice text;
        const char *instead;
    } table[] = {
        {{"\xC2\xA0", 2}, "  "},         {{"\xE1\x9A\x80", 3}, "   "},
        {{"\xE2\x80\xA8", 3}, "\n  "},   {{"\xE2\x80\xA9", 3}, "\n  "},
        {{"\xE2\x80\xAF", 3}, "   "},    {{"\xE2\x81\x9F", 3}, "   "},
        {{"\xE3\x80\x80", 3}, "   "},    {{"\xEF\xBB\xBF", 3}, "   "},
        {{"\xC2\x85", 2}, "\1\1"},       {{"\xE2\x80\x8B", 3}, "\1\1\1"},
        {{"\xE2\x81\xA0", 3}, "\1\1\1"},
    };
    struct slice rest = {source->bytes + at, source->size - at};
    unsigned char c = (unsigned char)rest.data[0];
    if (c == '\r') {
        *length = 1;
        return rest.length > 1 && rest.data[1] == '\n' ? NULL : "\n";
    }
    if (c < 0xC2)
        return NULL;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        *length = table[i].text.length;
        if (slice_starts(rest, table[i].text))
            return table[i].instead;
    }
    *length = 3; /* U+2000 to U+200A */
    bool space = rest.length > 2 && c == 0xE2 && rest.data[1] == '\x80' &&
                 (unsigned char)rest.data[2] >= 0x80 && (unsigned char)rest.data[2] <= 0x8A;
    return space ? "   " : NULL;
}

static size_t next_replacement(const struct source *source, size_t at, size_t end) {
    size_t length;
    while (at < end && !replacement(source, at, &length))
        at++;
    return at;
}

static const char *read_source(void *payload, uint32_t offset, TSPoint position, uint32_t *length) {
    const struct source *source = payload;
    (void)position;
    *length = 0;
    if (offset >= source->size)
        return "";
    size_t end = source->size, replaced;
    if (!source->plain) {
        const char *instead = replacement(source, offset, &replaced);
        if (instead) {
            *length = (uint32_t)replaced;
            return instead;
        }
        if (end - offset > SYNTAX_PIECE)
            end = offset + SYNTAX_PIECE;
        end = next_replacement(source, offset, end);
    }
    *length = (uint32_t)(end - offset);
    return source->bytes + offset;
}

/* ---- one parse ------------------------------------------------------------------------------- */

static TSTree *parse_tree(const TSLanguage *grammar, const char *bytes, size_t size) {
    struct source source = {.bytes = bytes, .size = size};
    source.plain = next_replacement(&source, 0, size) == size;
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, grammar);
    TSInput input = {&source, read_source, TSInputEncodingUTF8};
    TSTree *tree = ts_parser_parse(parser, NULL, input);
    ts_parser_delete(parser);
    return tree;
}

static void fill(struct syntax_parse *parse) {
    struct syntax_reading reading = {.parse = parse};
    syntax_read_prologue(&reading);
    for (size_t i = 0; i < parse->event_count; i++) {
        syntax_see_directive(&reading, &parse->events[i]);
        syntax_see_import(&reading, &parse->events[i]);
    }
    facts_sort(parse->facts);
}

static enum syntax_answer run(struct syntax *syntax, struct syntax_parse *parse, int language) {
    const struct compiled *compiled = &syntax->compiled[language];
    TSTree *tree = parse_tree(languages[language].grammar(), parse->bytes, parse->size);
    if (!tree)
        return SYNTAX_BROKEN;
    parse->root = ts_tree_root_node(tree);
    if (!parse->guess && ts_node_has_error(parse->root))
        return SYNTAX_BROKEN;
    parse->capture_of = compiled->capture_of;
    syntax_collect(parse, compiled->query);
    syntax_scopes_build(parse);
    fill(parse);
    bool broken = parse->doubt || ts_node_has_error(parse->root);
    return broken ? SYNTAX_BROKEN : SYNTAX_SURE;
}

static size_t parse_cap(const struct ledger *ledger, size_t size) {
    uint64_t held = atomic_load_explicit(&ledger->total.current, memory_order_relaxed);
    uint64_t left = ledger->limit > held ? ledger->limit - held : 0;
    uint64_t wanted = (uint64_t)size * SYNTAX_FACTOR + SYNTAX_BASE;
    return (size_t)(wanted < left ? wanted : left);
}

enum syntax_answer syntax_read(struct syntax *syntax, const struct lex_options *options,
                               const char *bytes, size_t size, bool guess, struct facts *facts) {
    int language = language_for(options->dialect);
    struct syntax_arena arena;
    struct syntax_parse parse = {.arena = &arena,
                                 .options = options,
                                 .bytes = bytes,
                                 .size = size,
                                 .guess = guess,
                                 .facts = facts};
    volatile enum syntax_answer answer = SYNTAX_NOMEM;
    facts_clear(facts);
    facts->grammar = true;
    if (options->dialect & DIALECT_MDX)
        return SYNTAX_BROKEN; /* no grammar reads it */
    if (size > SYNTAX_MAX_SOURCE)
        return SYNTAX_BROKEN; /* in no memory */
    if (!prepare(syntax, language))
        return SYNTAX_NOMEM;
    syntax_arena_init(&arena, syntax->ledger, parse_cap(syntax->ledger, size));
    if (setjmp(arena.escape) == 0) {
        syntax_arena_enter(&arena);
        answer = run(syntax, &parse, language);
    }
    syntax_arena_enter(NULL);
    syntax_arena_drop(&arena);
    if (answer == SYNTAX_NOMEM)
        facts_clear(facts);
    return answer;
}
