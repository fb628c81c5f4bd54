#include "values.h"

#include <string.h>

#include "test.h"

static void test_sizes(void **state) {
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"1048576", 1048576},
        {"8MiB", 8 << 20},
        {"64M", 64 << 20},
        {"1GiB", 1 << 30},
        {"512KiB", 512 << 10},
        {"512k", 512 << 10},
        {"2mib", 2 << 20},
        {"5B", 5},
        {"3KB", 3000},
        {"2MB", 2000000},
        {"1T", (uint64_t)1 << 40},
        {"9223372036854775807", INT64_MAX},
    };
    static const char *const bad[] = {"",         "0",    "0M",   "M",
                                      "-1",       "+1",   "1.5M", " 1",
                                      "1 ",       "1 M",  "5Q",   "1MiBs",
                                      "1Mi",      "1iB",  "1MB2", "9223372036854775808",
                                      "8388608T", "0x10", "1e3",  "99999999999999999999"};
    uint64_t bytes;
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(value_size(good[i].text, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (value_size(bad[i], &bytes))
            fail_msg("'%s' was taken for a size", bad[i]);
}

static void test_numbers(void **state) {
    uint64_t number = 0;
    (void)state;
    assert_true(value_number("1", 1, 256, &number));
    assert_true(value_number("256", 1, 256, &number));
    assert_int_equal(number, 256);
    static const char *const bad[] = {"", "0", "257", "abc", "1a", "-1", " 1", "4294967297"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(value_number(bad[i], 1, 256, &number));
}

static void test_entries_split_at_an_environment(void **state) {
    (void)state;
    assert_int_equal(value_entry_split("client=src/a.tsx"), 6);
    assert_int_equal(value_entry_split("a-b_1=x=y"), 5);
    assert_int_equal(value_entry_split("src/a.tsx"), 0);
    assert_int_equal(value_entry_split("src/a=b.tsx"), 0);
    assert_int_equal(value_entry_split("a.b=c"), 0);
    assert_int_equal(value_entry_split("=c"), 0);
    assert_int_equal(value_entry_split("1a=c"), 0);
    assert_int_equal(value_entry_split(""), 0);
}

static void test_lists(void **state) {
    const char *items[8];
    char three[] = "a,bc,d", none[] = "", middle[] = "a,,b", last[] = "a,", first[] = ",a";
    (void)state;
    assert_true(value_list_capacity(three) <= COUNT(items));
    assert_true(value_list(three, items));
    assert_string_equal(items[0], "a");
    assert_string_equal(items[1], "bc");
    assert_string_equal(items[2], "d");
    assert_null(items[3]);
    assert_true(value_list(none, items));
    assert_null(items[0]);
    assert_false(value_list(middle, items));
    assert_false(value_list(last, items));
    assert_false(value_list(first, items));
}

static void test_distances(void **state) {
    char long_word[65];
    (void)state;
    assert_int_equal(value_distance("entry", "entry"), 0);
    assert_int_equal(value_distance("entri", "entry"), 1);
    assert_int_equal(value_distance("entyr", "entry"), 1);
    assert_int_equal(value_distance("enty", "entry"), 1);
    assert_int_equal(value_distance("", "abc"), 3);
    assert_int_equal(value_distance("kitten", "sitting"), 3);
    memset(long_word, 'a', 64);
    long_word[64] = '\0';
    assert_true(value_distance(long_word, "a") == SIZE_MAX);
    long_word[63] = '\0';
    assert_int_equal(value_distance(long_word, ""), 63);
}

static void test_suggestions(void **state) {
    static const char *const names[] = {"entry", "env", "src", "threads", "tsconfig", "edges"};
    (void)state;
    assert_string_equal(value_nearest("entri", names, COUNT(names)), "entry");
    assert_string_equal(value_nearest("thread", names, COUNT(names)), "threads");
    assert_string_equal(value_nearest("tsc", names, COUNT(names)), "tsconfig");
    assert_string_equal(value_nearest("evn", names, COUNT(names)), "env");
    assert_null(value_nearest("zebra", names, COUNT(names)));
    assert_null(value_nearest("x", names, COUNT(names)));
    assert_null(value_nearest("", names, COUNT(names)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_entries_split_at_an_environment),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_suggestions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
