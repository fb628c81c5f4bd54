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

/* A generation of blocks dies while another lives: what stood around it goes back to the host. */
static void gives_back_what_holds_nothing(void **state) {
    (void)state;
    enum { BLOCKS = 20000, SIZE = 40, GENERATIONS = 6 };
    struct bench bench;
    struct slab slab;
    static char *blocks[2][BLOCKS];
    uint64_t one = 0;
    bench_begin(&bench, 0);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    assert_false(slab_begin_packing(&slab));
    for (int round = 0; round < GENERATIONS; round++) {
        size_t size = SIZE + 8 * (size_t)round;
        for (size_t i = 0; i < BLOCKS; i++) {
            char **block = &blocks[round % 2][i];
            *block = slab_alloc(&slab, size);
            memset(*block, round, size);
        }
        for (size_t i = 0; round > 0 && i < BLOCKS; i++) {
            char *old = blocks[(round + 1) % 2][i];
            assert_int_equal(old[0], round - 1);
            assert_int_equal(old[size - 9], round - 1);
            slab_free(&slab, old, size - 8);
        }
        if (slab_begin_packing(&slab)) {
            slab_end_packing(&slab);
        }
        one = bench.ledger.total.current;
        assert_in_range(one, BLOCKS * size, BLOCKS * size * 3 / 2);
    }
    /* Every fourth lives: nothing goes back until those stand together. */
    size_t size = SIZE + 8 * (GENERATIONS - 1);
    char **last = blocks[(GENERATIONS - 1) % 2];
    for (size_t i = 0; i < BLOCKS; i++) {
        if (i % 4) {
            slab_free(&slab, last[i], size);
        }
    }
    assert_true(slab_begin_packing(&slab));
    assert_true(bench.ledger.total.current > one * 4 / 5);
    for (size_t i = 0; i < BLOCKS; i += 4) {
        char *copy = slab_alloc(&slab, size);
        memcpy(copy, last[i], size);
        slab_free(&slab, last[i], size);
        last[i] = copy;
    }
    slab_end_packing(&slab);
    assert_in_range(bench.ledger.total.current, BLOCKS / 4 * size, BLOCKS / 4 * size * 3 / 2);
    for (size_t i = 0; i < BLOCKS; i += 4) {
        assert_int_equal(last[i][0], GENERATIONS - 1);
        assert_int_equal(last[i][size - 1], GENERATIONS - 1);
        slab_free(&slab, last[i], size);
    }
    slab_close(&slab);
    bench_end(&bench);
}

/* The chunk that is being used up stays, also where all of it is free: its blocks are used again. */
static void the_newest_chunk_stays(void **state) {
    (void)state;
    struct bench bench;
    struct slab slab;
    bench_begin(&bench, 0);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    enum { SIZE = SLAB_LARGEST };
    char *lives = slab_alloc(&slab, SIZE), *blocks[64];
    const struct arena_chunk *first = slab.arena.chunks;
    size_t count = 0;
    while (slab.arena.chunks == first || slab.arena.end - slab.arena.next >= SIZE) {
        blocks[count++] = slab_alloc(&slab, SIZE);
    }
    size_t rest = (size_t)(slab.arena.end - slab.arena.next) / SLAB_GRAIN * SLAB_GRAIN;
    char *last = rest ? slab_alloc(&slab, rest) : NULL; /* nothing of it is left */
    for (size_t i = 0; i < count; i++) {
        slab_free(&slab, blocks[i], SIZE);
    }
    slab_free(&slab, last, rest);
    slab_trim(&slab);
    uint64_t held = bench.ledger.total.current;
    for (size_t i = 0; i < count; i++) {
        blocks[i] = slab_alloc(&slab, SIZE);
    }
    assert_int_equal(bench.ledger.total.current, held);
    for (size_t i = 0; i < count; i++) {
        slab_free(&slab, blocks[i], SIZE);
    }
    slab_free(&slab, lives, SIZE);
    slab_trim(&slab);
    assert_int_equal(bench.ledger.total.current, 0);
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
        if (slab_begin_packing(&slab)) {
            slab_end_packing(&slab);
        }
        slab_close(&slab);
        bench_end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_again_what_was_given_back),
        cmocka_unit_test(gives_back_what_holds_nothing),
        cmocka_unit_test(the_newest_chunk_stays),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
