/* The grammar reader where memory ends: every allocation fails once, a limit is low, brackets nest
 * deep. Nothing crashes, everything is given back, and it works again afterwards. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tree_sitter/api.h>

#include "language.h"
#include "syntax.h"

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                 \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static int failures;

struct host {
    long left; /* allocations until all fail; negative: none fails */
    long count;
};

static void *host_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    struct host *host = context;
    (void)old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    host->count++;
    if (host->left == 0) {
        return NULL;
    }
    host->left -= host->left > 0;
    return realloc(pointer, new_size);
}

static const char source[] = "'use client'\n"
                             "import a, { type B } from './a'\n"
                             "import c from './c'\n"
                             "export const d = async () => { 'use server'; return <a.e f={c} /> }\n"
                             "const g = import(`./g/${d}.js`), h = i as typeof import('./j')\n"
                             "try { require('./k') } catch (c) { c }\n";

static const struct directive_rule rules[] = {{{"use client", 10}, false, 1},
                                              {{"use server", 10}, false, 2}};
static const struct directive_set set = {rules, 2};

static enum syntax_answer read_text(struct ledger *ledger, const char *text, size_t size,
                                    uint32_t *imports) {
    struct lex_options options = {.directives = &set, .dialect = DIALECT_JSX | DIALECT_TYPESCRIPT};
    struct facts facts;
    struct syntax *syntax = syntax_new(ledger);
    enum syntax_answer answer = SYNTAX_NOMEM;
    facts_init(&facts, ledger);
    if (syntax) {
        answer = syntax_read(syntax, &options, text, size, true, &facts);
    }
    if (answer == SYNTAX_NOMEM) {
        CHECK(facts.import_count == 0);
    }
    *imports = facts.error ? 0 : facts.import_count;
    facts_free(&facts);
    syntax_free(syntax);
    return answer;
}

static void test_every_allocation_fails_once(void) {
    for (long n = 0; n < 10000; n++) {
        struct host host = {n, 0};
        struct ledger ledger;
        uint32_t imports;
        ledger_init(&ledger, &(prologue_allocator){host_resize, &host}, (uint64_t)1 << 30);
        enum syntax_answer answer = read_text(&ledger, source, sizeof source - 1, &imports);
        CHECK(atomic_load(&ledger.total.current) == 0);
        if (host.count <= n) {
            CHECK(answer == SYNTAX_SURE && imports == 4);
            printf("%ld allocations, each failed once\n", n);
            return;
        }
    }
    CHECK(!"it ends");
}

static void test_limits(void) {
    for (uint64_t limit = (uint64_t)64 << 10; limit <= (uint64_t)8 << 20; limit *= 2) {
        struct ledger ledger;
        uint32_t imports;
        ledger_init(&ledger, NULL, limit);
        enum syntax_answer answer = read_text(&ledger, source, sizeof source - 1, &imports);
        CHECK(answer == SYNTAX_NOMEM || imports == 4);
        CHECK(answer == SYNTAX_SURE || limit < (uint64_t)8 << 20);
        CHECK(atomic_load(&ledger.total.current) == 0);
        CHECK(atomic_load(&ledger.total.peak) <= limit);
    }
}

static void test_depth(const char *open, const char *middle, const char *close, size_t depth) {
    size_t opens = strlen(open), closes = strlen(close), middles = strlen(middle);
    size_t size = depth * (opens + closes) + middles;
    char *text = malloc(size), *at = text;
    struct ledger ledger;
    uint32_t imports;
    if (!text) {
        abort();
    }
    for (size_t i = 0; i < depth; i++, at += opens) {
        memcpy(at, open, opens);
    }
    memcpy(at, middle, middles);
    at += middles;
    for (size_t i = 0; i < depth; i++, at += closes) {
        memcpy(at, close, closes);
    }
    ledger_init(&ledger, NULL, (uint64_t)1 << 31);
    enum syntax_answer answer = read_text(&ledger, text, size, &imports);
    printf("%s %zu deep: answer %d, %" PRIu32 " imports, peak %" PRIu64 " KiB\n", open, depth,
           (int)answer, imports, atomic_load(&ledger.total.peak) >> 10);
    CHECK(answer != SYNTAX_SURE || imports == 1);
    CHECK(atomic_load(&ledger.total.current) == 0);
    free(text);
}

/* Another user of tree-sitter in the same process has malloc, as before. */
static void test_neighbour(void) {
    struct ledger ledger;
    uint32_t imports;
    ledger_init(&ledger, NULL, (uint64_t)1 << 30);
    read_text(&ledger, source, sizeof source - 1, &imports);
    TSParser *parser = ts_parser_new();
    CHECK(ts_parser_set_language(parser, languages[LANGUAGE_TSX].grammar()));
    TSTree *tree = ts_parser_parse_string(parser, NULL, source, sizeof source - 1);
    read_text(&ledger, source, sizeof source - 1, &imports);
    CHECK(!ts_node_has_error(ts_tree_root_node(tree)));
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    CHECK(imports == 4 && atomic_load(&ledger.total.current) == 0);
}

int main(void) {
    test_every_allocation_fails_once();
    test_limits();
    test_neighbour();
    test_depth("[", "import('a')", "]", 100000);
    test_depth("(", "import('a')", ")", 100000);
    test_depth("f(() => {", "import('a')", "})", 2000);
    test_depth("<a>{", "import('a')", "}</a>", 5000);
    test_depth("`${", "import('a')", "}`", 20000);
    test_depth("{", "import('a')", "}", 100000);
    printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
