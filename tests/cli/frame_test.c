#include "frame.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "unicode.h"

#define BYTES(text) ((prologue_slice){text, sizeof(text) - 1})

static struct output output;

/* The frame as text; borrowed until the next one. */
static const char *frame(prologue_slice bytes, struct frame_place place, int width, bool unicode) {
    struct terminal terminal = {.output = &output, .unicode = unicode, .width = width};
    memset(&output, 0, sizeof output);
    frame_print_bytes(&terminal, bytes, place, STYLE_ERROR);
    output.bytes[output.used] = '\0';
    return output.bytes;
}

static void test_lines(void **state) {
    prologue_slice line;
    prologue_slice text = BYTES("\xEF\xBB\xBFone\ntwo\r\nthree\rfour\xE2\x80\xA8"
                                "five\xE2\x80\xA9six");
    static const char *const lines[] = {"one", "two", "three", "four", "five", "six"};
    (void)state;
    for (uint32_t i = 0; i < COUNT(lines); i++) {
        assert_true(frame_find_line(text, i + 1, &line));
        assert_int_equal(line.length, strlen(lines[i]));
        assert_memory_equal(line.data, lines[i], line.length);
    }
    assert_false(frame_find_line(text, 7, &line));
    assert_true(frame_find_line(BYTES("a\n"), 2, &line));
    assert_int_equal(line.length, 0);
    assert_false(frame_find_line(BYTES("a\n"), 3, &line));
    assert_true(frame_find_line(BYTES(""), 1, &line));
}

static void test_columns_count_utf16(void **state) {
    prologue_slice line = BYTES("a\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80z");
    (void)state;
    assert_int_equal(frame_column_offset(line, 1), 0);
    assert_int_equal(frame_column_offset(line, 2), 1);
    assert_int_equal(frame_column_offset(line, 3), 3);
    assert_int_equal(frame_column_offset(line, 4), 6);
    assert_int_equal(frame_column_offset(line, 6), 10);
    assert_int_equal(frame_column_offset(line, 7), 11);
    assert_int_equal(frame_column_offset(line, 99), 11);
}

static void test_a_plain_frame(void **state) {
    struct frame_place place = {2, 8, 3};
    (void)state;
    assert_string_equal(frame(BYTES("x\nimport(abc)\n"), place, 80, false),
                        "     2 | import(abc)\n"
                        "       |        ^^^\n");
    assert_string_equal(frame(BYTES("x\nimport(abc)\n"), place, 80, true),
                        "     2 \xE2\x94\x82 import(abc)\n"
                        "       \xE2\x94\x82        ^^^\n");
}

static void test_tabs_and_wide_characters(void **state) {
    (void)state;
    assert_string_equal(frame(BYTES("\tab\tc"), (struct frame_place){1, 5, 1}, 80, false),
                        "     1 |     ab  c\n"
                        "       |         ^\n");
    assert_string_equal(
        frame(BYTES("\xE6\x97\xA5\xF0\x9F\x98\x80 \"x\""), (struct frame_place){1, 6, 1}, 80, true),
        "     1 \xE2\x94\x82 \xE6\x97\xA5\xF0\x9F\x98\x80 \"x\"\n"
        "       \xE2\x94\x82       ^\n");
    assert_string_equal(
        frame(BYTES("e\xCC\x81xe\xCC\x81"), (struct frame_place){1, 3, 1}, 80, true),
        "     1 \xE2\x94\x82 e\xCC\x81xe\xCC\x81\n"
        "       \xE2\x94\x82  ^\n");
    assert_string_equal(
        frame(BYTES("a\"\xE6\x97\xA5\xE6\x9C\xAC\""), (struct frame_place){1, 3, 6}, 80, true),
        "     1 \xE2\x94\x82 a\"\xE6\x97\xA5\xE6\x9C\xAC\"\n"
        "       \xE2\x94\x82   ^^^^\n");
}

static void test_carets_stay_on_the_line(void **state) {
    (void)state;
    assert_string_equal(frame(BYTES("ab\ncd"), (struct frame_place){1, 2, 40}, 80, false),
                        "     1 | ab\n"
                        "       |  ^\n");
    assert_string_equal(frame(BYTES("ab"), (struct frame_place){1, 3, 0}, 80, false),
                        "     1 | ab\n"
                        "       |   ^\n");
    assert_string_equal(frame(BYTES("ab"), (struct frame_place){1, 90, 5}, 80, false),
                        "     1 | ab\n"
                        "       |   ^\n");
    assert_string_equal(frame(BYTES("ab"), (struct frame_place){3, 1, 1}, 80, false), "");
    assert_string_equal(frame(BYTES("ab"), (struct frame_place){0, 0, 0}, 80, false), "");
}

static void test_control_characters_are_not_printed(void **state) {
    (void)state;
    assert_string_equal(frame(BYTES("a\x1B[31mb\xFF"), (struct frame_place){1, 1, 1}, 80, false),
                        "     1 | a?[31mb?\n"
                        "       | ^\n");
}

/* The byte of the first line that stands above the first caret. */
static char above_caret(const char *text) {
    const char *second = strchr(text, '\n') + 1;
    return text[strchr(second, '^') - second];
}

static void test_long_lines_are_cut_around_the_place(void **state) {
    enum { LENGTH = 100000, WIDTH = 80 };
    char *bytes = malloc(LENGTH);
    static const uint32_t columns[] = {1, 2, 40, 70, 75, 5000, LENGTH - 40, LENGTH - 1, LENGTH};
    (void)state;
    for (size_t i = 0; i < COUNT(columns); i++) {
        memset(bytes, 'x', LENGTH);
        bytes[columns[i] - 1] = '!';
        const char *text = frame((prologue_slice){bytes, LENGTH},
                                 (struct frame_place){1, columns[i], 1}, WIDTH, false);
        assert_int_equal(above_caret(text), '!');
        assert_true(strchr(text, '\n') - text <= WIDTH);
    }
    free(bytes);
}

static void test_wide_characters_at_the_cut(void **state) {
    enum { COUNT_WIDE = 4000 };
    char *bytes = malloc(COUNT_WIDE * 3 + 2);
    (void)state;
    for (uint32_t shift = 0; shift < 2; shift++) {
        size_t length = 0;
        if (shift)
            bytes[length++] = 'a';
        for (int i = 0; i < COUNT_WIDE; i++, length += 3)
            memmove(bytes + length, (char[3]){"\xE6\x97\xA5"}, 3);
        const char *text =
            frame((prologue_slice){bytes, length}, (struct frame_place){1, 2001, 3}, 80, true);
        const char *end = strchr(text, '\n');
        assert_true(unicode_columns(text, (size_t)(end - text)) <= 80);
        assert_non_null(strstr(end, "^^"));
    }
    free(bytes);
}

static void test_malformed_utf8(void **state) {
    static const char *const cases[] = {"\x80", "\xC0\x80", "\xED\xA0\x80",
                                        "\xF5", "\xE6\x97", "\xF4\x90\x80\x80"};
    size_t taken;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(unicode_decode(cases[i], strlen(cases[i]), &taken), UNICODE_REPLACEMENT);
        assert_int_equal(taken, 1);
    }
    assert_int_equal(unicode_decode("\xF0\x9F\x98\x80", 4, &taken), 0x1F600);
    assert_int_equal(taken, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_columns_count_utf16),
        cmocka_unit_test(test_a_plain_frame),
        cmocka_unit_test(test_tabs_and_wide_characters),
        cmocka_unit_test(test_carets_stay_on_the_line),
        cmocka_unit_test(test_control_characters_are_not_printed),
        cmocka_unit_test(test_long_lines_are_cut_around_the_place),
        cmocka_unit_test(test_wide_characters_at_the_cut),
        cmocka_unit_test(test_malformed_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
