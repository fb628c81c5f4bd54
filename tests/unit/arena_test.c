#include "arena.h"
#include "unit.h"

static void aligns_and_keeps(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct arena arena;
    arena_init(&arena, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS);
    char *pieces[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t alignment = (size_t)1 << (i % 5);
        pieces[i] = arena_alloc(&arena, i % 97 + 1, alignment);
        assert_int_equal((uintptr_t)pieces[i] % alignment, 0);
        memset(pieces[i], (int)(i & 255), i % 97 + 1);
    }
    for (size_t i = 0; i < 2000; i++) {
        assert_int_equal((unsigned char)pieces[i][i % 97], i & 255);
    }
    arena_free(&arena);
    bench_end(&bench);
}

static void takes_pieces_larger_than_a_chunk(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct arena arena;
    arena_init(&arena, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS);
    char *small = arena_alloc(&arena, 8, 8);
    char *large = arena_alloc(&arena, 10u << 20, 16);
    memset(small, 1, 8);
    memset(large, 2, 10u << 20);
    assert_int_equal(small[7], 1);
    const char *text = arena_copy(&arena, SLICE("text"));
    assert_string_equal(text, "text");
    assert_string_equal(arena_copy(&arena, (struct slice){NULL, 0}), "");
    arena_free(&arena);
    bench_end(&bench);
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (size_t refused = 1; refused < 20; refused++) {
        struct bench bench;
        bench_begin(&bench, 0);
        bench.host.refuse_from = refused;
        struct arena arena;
        arena_init(&arena, &bench.ledger, PROLOGUE_SUBSYSTEM_PATHS);
        for (int i = 0; i < 100; i++) {
            arena_alloc(&arena, 5000, 8);
        }
        assert_null(arena_alloc(&arena, SIZE_MAX - 64, 16));
        arena_free(&arena);
        bench_end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_and_keeps),
        cmocka_unit_test(takes_pieces_larger_than_a_chunk),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
