#include "slab.h"
#include "unit.h"

static void uses_again_what_was_given_back(void **state) {
    (void)state;
    struct bench bench;
    struct slab slab;
    bench_begin(&bench, 0);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    char *blocks[SLAB_LARGEST + 100];
    for (size_t round = 0; round < 3; round++) {
        uint64_t before = bench.ledger.total.current;
        for (size_t i = 1; i < SLAB_LARGEST + 100; i++) {
            blocks[i] = slab_alloc(&slab, i);
            assert_int_equal((uintptr_t)blocks[i] % SLAB_GRAIN, 0);
            memset(blocks[i], (int)(i & 255), i);
        }
        assert_true(round == 0 || bench.ledger.total.current - before < 99 * (SLAB_LARGEST + 100));
        for (size_t i = 1; i < SLAB_LARGEST + 100; i++) {
            for (size_t at = 0; at < i; at++) {
                assert_int_equal((unsigned char)blocks[i][at], i & 255);
            }
            slab_free(&slab, blocks[i], i);
        }
    }
    slab_free(&slab, NULL, 8);
    slab_close(&slab);
    bench_end(&bench);
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (size_t refused = 1; refused < 10; refused++) {
        struct bench bench;
        struct slab slab;
        bench_begin(&bench, 0);
        bench.host.refuse_from = refused;
        slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
        for (size_t i = 0; i < 100; i++) {
            void *block = slab_alloc(&slab, i % 2 ? 900 : 5000);
            slab_free(&slab, block, i % 2 ? 900 : 5000);
        }
        slab_close(&slab);
        bench_end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_again_what_was_given_back),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
