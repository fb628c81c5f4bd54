/* The fuse: ten failures, or a twentieth of the time, and it stays blown. */
#include "fuse.h"

#include "unit.h"

static const uint64_t MS = 1000000;

static void test_ten_failures(void **state) {
    struct fuse fuse = {0};
    (void)state;
    for (int i = 0; i < 9; i++) {
        assert_false(fuse_fail(&fuse));
    }
    assert_true(fuse_fail(&fuse));
    assert_int_equal(fuse.state, FUSE_FAILED);
    assert_int_equal(fuse.failures, 10);
    assert_true(fuse_spend(&fuse, 0, 1));
}

static void test_a_twentieth_of_the_time(void **state) {
    struct fuse fuse = {0};
    (void)state;
    assert_false(fuse_spend(&fuse, 20 * MS, 20 * MS)); /* within the grace */
    assert_false(fuse_spend(&fuse, 30 * MS, 1000 * MS));
    assert_true(fuse_spend(&fuse, 1, 1000 * MS));
    assert_int_equal(fuse.state, FUSE_TOO_SLOW);
    assert_true(fuse_spend(&fuse, 0, 1000000 * MS));
    fuse_fail(&fuse);
    assert_int_equal(fuse.state, FUSE_TOO_SLOW);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_failures),
        cmocka_unit_test(test_a_twentieth_of_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
