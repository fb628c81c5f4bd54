#include "unit.h"

static void compares(void **state) {
    (void)state;
    assert_true(slice_equal(SLICE(""), slice_of(NULL)));
    assert_true(slice_equal(SLICE("ab"), slice_of("ab")));
    assert_false(slice_equal(SLICE("ab"), SLICE("a")));
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_true(slice_compare(SLICE("a\xff"), SLICE("ab")) > 0);
    assert_int_equal(slice_compare(SLICE("ab"), SLICE("ab")), 0);
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_starts(SLICE("abc"), SLICE("")));
    assert_false(slice_starts(SLICE("a"), SLICE("ab")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_false(slice_ends(SLICE("c"), SLICE("bc")));
    assert_slice(slice_skip(SLICE("abc"), 1), "bc");
}

static void matches_patterns(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},           {"", "a", false},         {"*", "", true},
        {"*", "abc", true},       {"a*", "a", true},        {"a*", "b", false},
        {"*c", "abc", true},      {"*c", "abcd", false},    {"a*c", "ac", true},
        {"a*c", "abcbc", true},   {"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false},
        {"**", "x", true},        {"a?c", "abc", false},    {"a?c", "a?c", true},
        {"@s/*", "@s/a/b", true}, {"*a*a*a*", "aa", false}, {"*a*a*a*", "aaa", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (text_matches(slice_of(cases[i].pattern), slice_of(cases[i].text)) != cases[i].matches) {
            fail_msg("%s on %s", cases[i].pattern, cases[i].text);
        }
    }
}

static void folds_case(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"", "", true},          {"Foo.tsx", "foo.TSX", true},
        {"foo", "fo", false},    {"a@", "a`", false},
        {"[x", "{x", false},     {"Straße", "STRAßE", true},
        {"ÄÖÜ", "äöü", true},    {"×", "÷", false},
        {"ΑΩ", "αω", true},      {"ЖЁ", "жё", true},
        {"ŁŽ", "łž", true},      {"ła", "Ła", true},
        {"Ā", "ĂĀ", false},      {"日本", "日本", true},
        {"é", "e", false},       {"\xc3", "\xc3", true},
        {"\xc3", "\xe3", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (text_equal_folded(slice_of(cases[i].a), slice_of(cases[i].b)) != cases[i].equal) {
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        }
    }
}

/* A pattern of many stars against a long text that almost matches: no exponential search. */
static void matches_in_little_time(void **state) {
    (void)state;
    enum { STARS = 2000, LENGTH = 20000 };
    char *pattern = malloc(2 * STARS + 1), *text = malloc(LENGTH);
    for (int i = 0; i < STARS; i++) {
        memcpy(pattern + 2 * i, "*a", 2);
    }
    pattern[2 * STARS] = 'b';
    memset(text, 'a', LENGTH);
    assert_false(
        text_matches((struct slice){pattern, 2 * STARS + 1}, (struct slice){text, LENGTH}));
    free(pattern);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(folds_case),
        cmocka_unit_test(matches_in_little_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
