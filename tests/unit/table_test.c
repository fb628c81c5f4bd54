#include "table.h"
#include "unit.h"

static bool number_matches(const void *context, uint32_t row, const void *key) {
    return *(uint32_t *)rows_at(context, row) == *(const uint32_t *)key;
}

/* A poor hash on purpose: many keys collide. */
static uint32_t hash_of(uint32_t key) {
    return key / 16 * 2654435761u;
}

static void finds_what_was_put(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct rows rows;
    struct table table;
    rows_init(&rows, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS, sizeof(uint32_t));
    table_init(&table, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS);
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t key = 0; key < 5000; key++) {
            assert_int_equal(table_reserve(&table), 0);
            struct table_slot *slot = table_slot(&table, hash_of(key), number_matches, &rows, &key);
            assert_int_equal(slot->row == 0, pass == 0);
            if (pass == 0) {
                *(uint32_t *)rows_add(&rows) = key;
                table_put(&table, slot, hash_of(key), rows.count - 1);
            } else {
                assert_int_equal(slot->row - 1, key);
            }
        }
    }
    assert_int_equal(table.count, 5000);
    table_free(&table);
    rows_free(&rows);
    bench_end(&bench);
}

static void rows_never_move(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct rows rows;
    rows_init(&rows, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS, 24);
    char *first = rows_add(&rows);
    assert_int_equal(first[0] | first[23], 0);
    for (int i = 0; i < 10 * ROWS_BLOCK; i++) {
        rows_add(&rows);
    }
    assert_ptr_equal(rows_at(&rows, 0), first);
    bench.host.refuse_from = 1;
    uint32_t before = rows.count;
    for (int i = 0; i < ROWS_BLOCK && rows_add(&rows); i++) {
        before++;
    }
    assert_int_equal(rows.count, before);
    rows_free(&rows);
    bench_end(&bench);
}

static void survives_refusal(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    bench.host.refuse_from = 1;
    struct table table;
    table_init(&table, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS);
    assert_int_equal(table_reserve(&table), PROLOGUE_ENOMEM);
    table_free(&table);
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),
        cmocka_unit_test(rows_never_move),
        cmocka_unit_test(survives_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
