#include "facts.h"
#include "unit.h"

static void keeps_what_is_added(void **state) {
    (void)state;
    struct bench bench;
    struct facts facts;
    bench_begin(&bench, 0);
    facts_init(&facts, &bench.ledger);
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 500; i++) {
            struct fact_import *import = facts_add_import(&facts);
            assert_int_equal(import->span.start | import->flags, 0);
            import->text = facts_add_text(&facts, "./specifier", i % 12);
            import->text_length = i % 12;
            facts_add_directive(&facts)->configured = (int16_t)i;
            facts_add_note(&facts)->code = NOTE_SYNTAX;
        }
        assert_int_equal(facts.import_count, 500);
        assert_slice(facts_text(&facts, facts.imports[11].text, 11), "./specifier");
        assert_int_equal(facts.directives[499].configured, 499);
        assert_int_equal(facts.error, 0);
        facts_clear(&facts);
        assert_int_equal(facts.import_count + facts.directive_count + facts.note_count, 0);
    }
    facts_free(&facts);
    bench_end(&bench);
}

static void locates(void **state) {
    (void)state;
    static const struct {
        const char *source;
        uint32_t start, line, column;
    } cases[] = {
        {"x", 0, 1, 1},
        {"ab\ncd", 4, 2, 2},
        {"a\r\nb\rc\nd", 7, 4, 1},
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9"
         "c",
         8, 3, 1},
        {"\xef\xbb\xbf"
         "ab",
         4, 1, 2},
        {"\xef\xbb\xbf"
         "ab",
         3, 1, 1},
        {"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80x", 9, 1, 5},
        {"a\n\xef\xbb\xbf"
         "b",
         5, 2, 2},
        {"\r\n\r\nx", 4, 3, 1},
        {"a\r", 2, 2, 1},
    };
    struct bench bench;
    struct facts facts;
    bench_begin(&bench, 0);
    facts_init(&facts, &bench.ledger);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        facts_clear(&facts);
        struct fact_span span = {.start = cases[i].start, .end = cases[i].start};
        facts_add_import(&facts)->span = span;
        facts_add_directive(&facts)->span = span;
        facts_add_note(&facts)->span = span;
        /* In a block of exactly the size, so that a byte too many is found out. */
        size_t size = strlen(cases[i].source);
        char *source = malloc(size);
        memcpy(source, cases[i].source, size);
        struct input input = input_whole(source, (uint32_t)size);
        facts_locate(&facts, &input);
        free(source);
        const struct fact_span *spans[] = {&facts.imports->span, &facts.directives->span,
                                           &facts.notes->span};
        for (int s = 0; s < 3; s++) {
            if (spans[s]->line != cases[i].line || spans[s]->column != cases[i].column) {
                fail_msg("case %zu: %u:%u", i, spans[s]->line, spans[s]->column);
            }
        }
    }
    facts_free(&facts);
    bench_end(&bench);
}

static void finds_rules(void **state) {
    (void)state;
    static const struct directive_rule rules[] = {
        {SLICE("use cache"), true, 0},
        {SLICE("use cache: remote"), false, 1},
        {SLICE("use "), true, 2},
        {SLICE("use client"), false, 4},
    };
    const struct directive_set set = {rules, 4};
    assert_int_equal(directive_set_find(&set, SLICE("use client")), 3);
    assert_int_equal(directive_set_find(&set, SLICE("use cache: remote")), 1);
    assert_int_equal(directive_set_find(&set, SLICE("use cache: local")), 0);
    assert_int_equal(directive_set_find(&set, SLICE("use clients")), 2);
    assert_int_equal(directive_set_find(&set, SLICE("Use client")), -1);
    assert_int_equal(directive_set_find(&set, SLICE("")), -1);
    const struct directive_set none = {NULL, 0};
    assert_int_equal(directive_set_find(&none, SLICE("use client")), -1);
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (size_t refused = 1; refused < 12; refused++) {
        struct bench bench;
        struct facts facts;
        bench_begin(&bench, 0);
        bench.host.refuse_from = refused;
        facts_init(&facts, &bench.ledger);
        for (int i = 0; i < 100; i++) {
            bool failed = facts.error != 0;
            bool all =
                facts_add_import(&facts) && facts_add_directive(&facts) && facts_add_note(&facts);
            facts_add_text(&facts, "some text", 9);
            assert_true(!failed || facts.error == PROLOGUE_ENOMEM);
            assert_true(all || facts.error == PROLOGUE_ENOMEM);
        }
        facts_free(&facts);
        bench_end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_added),
        cmocka_unit_test(locates),
        cmocka_unit_test(finds_rules),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
