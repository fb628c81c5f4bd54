#include "source.h"
#include "unit.h"

enum { IMPORTS = 400 };

/* Small and large numbers by turns, in an order that need not grow. */
static uint32_t number(uint32_t i) {
    return (i * UINT32_C(2654435761)) >> (i % 32);
}

static void fill(struct facts *facts) {
    facts_add_text(facts, "left out", 8);
    for (uint32_t i = 0; i < IMPORTS; i++) {
        char text[200];
        uint32_t length = i % 190;
        memset(text, 'a' + (int)(i % 26), sizeof text);
        struct fact_import *import = facts_add_import(facts);
        import->text = facts_add_text(facts, text, length);
        import->text_length = length;
        import->span =
            (struct fact_span){number(i), number(i) + length + i % 3, number(i + 7), number(i + 3)};
        import->kind = (uint8_t)(i % 5);
        import->flags = (uint16_t)(i % 4 ? 0 : number(i));
        import->group = i % 9 ? 0 : number(i + 1);
    }
}

static void assert_same(const struct facts *a, const struct facts *b) {
    assert_int_equal(a->import_count, b->import_count);
    for (uint32_t i = 0; i < a->import_count; i++) {
        const struct fact_import *x = &a->imports[i], *y = &b->imports[i];
        assert_memory_equal(&x->span, &y->span, sizeof x->span);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->flags, y->flags);
        assert_int_equal(x->group, y->group);
        assert_int_equal(x->text_length, y->text_length);
        assert_memory_equal(facts_text(a, x->text, x->text_length).data,
                            facts_text(b, y->text, y->text_length).data, x->text_length);
    }
}

static void gives_back_every_import(void **state) {
    (void)state;
    struct bench bench;
    struct facts facts;
    struct slab slab;
    static struct fact_import imports[IMPORTS];
    bench_begin(&bench, 0);
    facts_init(&facts, &bench.ledger);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    fill(&facts);
    struct source *source = source_new(&slab, &facts);
    struct facts kept = source_unpack(source, imports);
    assert_same(&facts, &kept);
    assert_true(kept.text_length < facts.text_length);
    uint32_t counted = 0;
    for (uint32_t i = 0; i < 5; i++) {
        counted += source_count(source, (enum fact_kind)i);
    }
    assert_int_equal(counted, IMPORTS);
    source_drop(&slab, source);
    slab_close(&slab);
    facts_free(&facts);
    bench_end(&bench);
}

static void lets_go_of_texts(void **state) {
    (void)state;
    struct bench bench;
    struct facts facts;
    struct slab slab;
    static struct fact_import imports[IMPORTS], derived[IMPORTS];
    bench_begin(&bench, 0);
    facts_init(&facts, &bench.ledger);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    fill(&facts);
    *facts_add_note(&facts) =
        (struct fact_note){.text = facts_add_text(&facts, "note", 4), .text_length = 4};
    struct source *source = source_new(&slab, &facts);
    source_unpack(source, imports);
    for (uint32_t i = 0; i < IMPORTS; i++) {
        imports[i].derived = i % 3 == 0;
    }
    struct source *less = source_derive(&slab, source, imports);
    struct facts kept = source_unpack(less, derived);
    assert_true(less->derived && !source->derived && less->size < source->size);
    for (uint32_t i = 0; i < IMPORTS; i++) {
        const struct fact_import *x = &facts.imports[i], *y = &derived[i];
        assert_int_equal(y->derived, i % 3 == 0);
        assert_int_equal(x->text_length, y->text_length);
        assert_memory_equal(&x->span, &y->span, sizeof x->span);
        if (!y->derived) {
            assert_memory_equal(facts.text + x->text, kept.text + y->text, y->text_length);
        }
    }
    assert_memory_equal(kept.text + kept.notes[0].text, "note", 4);
    source_drop(&slab, source);
    source_drop(&slab, less);
    slab_close(&slab);
    facts_free(&facts);
    bench_end(&bench);
}

static void keeps_configured_directives_and_notes(void **state) {
    (void)state;
    struct bench bench;
    struct facts facts;
    struct slab slab;
    bench_begin(&bench, 0);
    facts_init(&facts, &bench.ledger);
    slab_init(&slab, &bench.ledger, PROLOGUE_SUBSYSTEM_FACTS);
    for (int i = 0; i < 4; i++) {
        uint32_t text = facts_add_text(&facts, "use strict", 10);
        uint32_t name = facts_add_text(&facts, "save", 4);
        *facts_add_directive(&facts) =
            (struct fact_directive){.text = text,
                                    .text_length = 10,
                                    .name = name,
                                    .name_length = 4,
                                    .configured = (int16_t)(i % 2 ? i : -1)};
    }
    uint32_t text = facts_add_text(&facts, "note", 4);
    *facts_add_note(&facts) = (struct fact_note){.text = text, .text_length = 4, .detail = 3};
    struct source *source = source_new(&slab, &facts);
    struct facts kept = source_facts(source);
    assert_int_equal(kept.directive_count, 2);
    assert_int_equal(kept.directives[1].configured, 3);
    assert_memory_equal(kept.text + kept.directives[1].name, "save", 4);
    assert_int_equal(kept.note_count, 1);
    assert_int_equal(kept.notes[0].detail, 3);
    assert_memory_equal(kept.text + kept.notes[0].text, "note", 4);
    assert_int_equal(kept.text_length, 32);
    assert_int_equal(source_facts(NULL).directive_count, 0);
    source_drop(&slab, source);
    slab_close(&slab);
    facts_free(&facts);
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_every_import),
        cmocka_unit_test(lets_go_of_texts),
        cmocka_unit_test(keeps_configured_directives_and_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
