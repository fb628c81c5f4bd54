#include "unit.h"

static const enum prologue_subsystem A = PROLOGUE_SUBSYSTEM_PATHS, B = PROLOGUE_SUBSYSTEM_GRAPH;

static void charges_and_credits(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    char *a = ledger_resize(&bench.ledger, A, NULL, 0, 100);
    char *b = ledger_new(&bench.ledger, B, 50);
    assert_int_equal(b[0] | b[49], 0);
    memset(a, 1, 100);
    a = ledger_resize(&bench.ledger, A, a, 100, 300);
    assert_int_equal(a[99], 1);
    a = ledger_resize(&bench.ledger, A, a, 300, 10);

    prologue_memory memory;
    ledger_read(&bench.ledger, &memory);
    assert_int_equal(memory.current, 60);
    assert_int_equal(memory.peak, 350);
    assert_int_equal(memory.subsystems[A].current, 10);
    assert_int_equal(memory.subsystems[A].peak, 300);
    assert_int_equal(memory.subsystems[B].current, 50);

    assert_null(ledger_resize(&bench.ledger, A, a, 10, 0));
    ledger_free(&bench.ledger, B, b, 50);
    ledger_free(&bench.ledger, B, NULL, 0);
    bench_end(&bench);
}

static void keeps_the_limit(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 100);
    char *a = ledger_resize(&bench.ledger, A, NULL, 0, 60);
    memset(a, 7, 60);
    assert_null(ledger_resize(&bench.ledger, A, a, 60, 101));
    assert_int_equal(a[59], 7);
    assert_null(ledger_new(&bench.ledger, B, 41));
    assert_null(ledger_resize(&bench.ledger, B, NULL, 0, SIZE_MAX));
    assert_int_equal(ledger_error(&bench.ledger), PROLOGUE_ELIMIT);
    char *b = ledger_new(&bench.ledger, B, 40);
    assert_non_null(b);
    ledger_free(&bench.ledger, A, a, 60);
    ledger_free(&bench.ledger, B, b, 40);
    bench_end(&bench);
}

static void tells_the_host_from_the_limit(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    bench.host.refuse_from = 1;
    assert_null(ledger_new(&bench.ledger, A, 1));
    assert_int_equal(ledger_error(&bench.ledger), PROLOGUE_ENOMEM);
    bench_end(&bench);
}

static void grows_arrays(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    uint32_t *items = NULL, capacity = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(ledger_grow(&bench.ledger, A, &items, &capacity, i + 1, sizeof *items), 0);
        items[i] = i;
    }
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(items[i], i);
    }
    assert_true(bench.host.calls < 20);
    bench.host.refuse_from = 1;
    assert_int_equal(ledger_grow(&bench.ledger, A, &items, &capacity, 1u << 20, sizeof *items),
                     PROLOGUE_ENOMEM);
    assert_int_equal(items[999], 999);
    ledger_free(&bench.ledger, A, items, capacity * sizeof *items);
    bench_end(&bench);
}

static void has_a_host_of_its_own(void **state) {
    (void)state;
    struct ledger ledger;
    ledger_init(&ledger, NULL, 1000);
    char *block = ledger_new(&ledger, A, 10);
    assert_non_null(block);
    ledger_free(&ledger, A, block, 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charges_and_credits),           cmocka_unit_test(keeps_the_limit),
        cmocka_unit_test(tells_the_host_from_the_limit), cmocka_unit_test(grows_arrays),
        cmocka_unit_test(has_a_host_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
