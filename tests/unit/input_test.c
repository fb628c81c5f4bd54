/* The window over a file: what it holds, where it may be moved, and what a file that changes does. */
#include "input.h"

#include "../reader/supply.h"
#include "unit.h"

enum { SIZE = 1000 };

static char bytes[SIZE];
static char window[INPUT_SMALLEST];

static struct input open_input(struct supply *supply, uint32_t size, uint32_t piece) {
    for (int i = 0; i < SIZE; i++) {
        bytes[i] = (char)(i * 7 % 251);
    }
    *supply = (struct supply){bytes, SIZE};
    struct input input = input_pieces(window, sizeof window, size, supply_read, supply);
    input.piece = piece;
    return input;
}

static void check_window(const struct input *input, uint32_t at) {
    assert_true(input->start <= at && at < input->end);
    assert_true(input->end - input->start <= sizeof window);
    assert_true(at < INPUT_BEHIND ? input->start == 0 : input->start <= at - INPUT_BEHIND);
    for (uint32_t i = input->start; i < input->end; i++) {
        assert_int_equal(input->bytes[i], bytes[i]);
    }
}

static void slides_forward_with_what_is_behind(void **state) {
    (void)state;
    for (uint32_t piece = 1; piece <= sizeof window; piece += 9) {
        struct supply supply;
        struct input input = open_input(&supply, SIZE, piece);
        for (uint32_t at = 0; at < SIZE; at++) {
            assert_true(input_reach(&input, at));
            check_window(&input, at);
        }
        assert_false(input_reach(&input, SIZE));
        assert_int_equal(input.error, 0);
    }
}

static void goes_back_and_jumps(void **state) {
    static const uint32_t places[] = {999, 0, 500, 64, 63, 65, 700, 1, 998, 400, 401};
    (void)state;
    struct supply supply;
    struct input input = open_input(&supply, SIZE, 50);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_true(input_reach(&input, places[i]));
        check_window(&input, places[i]);
    }
}

static void copies_from_anywhere(void **state) {
    (void)state;
    struct supply supply;
    struct input input = open_input(&supply, SIZE, 50);
    char copy[600];
    assert_true(input_reach(&input, 900));
    uint32_t start = input.start, end = input.end;
    assert_true(input_copy(&input, 100, 700, copy));
    assert_memory_equal(copy, bytes + 100, sizeof copy);
    assert_true(input_copy(&input, end - 10, end, copy));
    assert_memory_equal(copy, bytes + end - 10, 10);
    assert_int_equal(input.start, start);
    assert_int_equal(input.end, end);
}

static void tells_of_a_file_that_ends_early(void **state) {
    (void)state;
    struct supply supply;
    struct input input = open_input(&supply, SIZE + 100, 50);
    assert_true(input_reach(&input, SIZE - 1));
    assert_false(input_reach(&input, SIZE));
    assert_int_equal(input.error, INPUT_ENDED);
}

static int64_t broken(void *context, char *to, size_t size, uint64_t at) {
    (void)context, (void)to, (void)size, (void)at;
    return -5;
}

static void passes_errors_on(void **state) {
    (void)state;
    char copy[1];
    struct input input = input_pieces(window, sizeof window, SIZE, broken, NULL);
    assert_false(input_reach(&input, 0));
    assert_int_equal(input.error, -5);
    assert_false(input_copy(&input, 0, 1, copy));
}

static void holds_a_whole_file(void **state) {
    (void)state;
    struct input input = input_whole("abc", 3);
    assert_true(input_reach(&input, 2));
    assert_false(input_reach(&input, 3));
    char copy[2];
    assert_true(input_copy(&input, 1, 3, copy));
    assert_memory_equal(copy, "bc", 2);
    assert_false(input_copy(&input, 1, 4, copy));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slides_forward_with_what_is_behind),
        cmocka_unit_test(goes_back_and_jumps),
        cmocka_unit_test(copies_from_anywhere),
        cmocka_unit_test(tells_of_a_file_that_ends_early),
        cmocka_unit_test(passes_errors_on),
        cmocka_unit_test(holds_a_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
