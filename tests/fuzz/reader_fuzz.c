/* Whatever the bytes: no crash, no read past the end, positions inside the file and in order. Where
 * the lexer is sure and the grammar has a clean tree, both see the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static const struct directive_rule rules[] = {
    {SLICE("use client"), false, 2},
    {SLICE("use server"), false, 1},
    {SLICE("use cache: "), true, 0},
};
static const struct directive_set directives = {rules, 3};

static void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void check_span(struct fact_span span, size_t size) {
    require(span.start <= span.end && span.end <= size, "a span lies in the file");
    require(span.line > 0 && span.column > 0, "a span has a place");
}

static void check_facts(const struct facts *facts, size_t size) {
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const struct fact_import *import = &facts->imports[i];
        check_span(import->span, size);
        require(import->text + import->text_length <= facts->text_length,
                "a text lies in the texts");
        require(i == 0 || facts->imports[i - 1].span.start <= import->span.start,
                "imports in order");
    }
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        check_span(facts->directives[i].span, size);
    }
    for (uint32_t i = 0; i < facts->note_count; i++) {
        check_span(facts->notes[i].span, size);
    }
}

static void compare(const struct facts *lexer, const struct facts *grammar) {
    require(lexer->import_count == grammar->import_count, "as many imports");
    for (uint32_t i = 0; i < lexer->import_count; i++) {
        const struct fact_import *a = &lexer->imports[i], *b = &grammar->imports[i];
        require(a->span.start == b->span.start && a->span.end == b->span.end, "the same import");
        require(a->kind == b->kind && a->flags == b->flags, "the same kind of import");
        require(slice_equal(facts_text(lexer, a->text, a->text_length),
                            facts_text(grammar, b->text, b->text_length)),
                "the same specifier");
    }
    require(lexer->directive_count == grammar->directive_count, "as many directives");
    for (uint32_t i = 0; i < lexer->directive_count; i++) {
        const struct fact_directive *a = &lexer->directives[i], *b = &grammar->directives[i];
        require(a->span.start == b->span.start && a->configured == b->configured &&
                    a->in_function == b->in_function,
                "the same directive");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ledger ledger;
static struct reader reader; /* kept: its queries take long to compile */
static struct facts lexer, grammar;

/* The first byte chooses the dialect. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!reader.ledger) {
        ledger_init(&ledger, NULL, UINT64_MAX);
        reader_init(&reader, &ledger);
        facts_init(&lexer, &ledger);
        facts_init(&grammar, &ledger);
    }
    if (size == 0) {
        return 0;
    }
    struct lex_options options = {.directives = &directives, .dialect = data[0] % 8};
    const char *bytes = (const char *)data + 1;
    size--;
    bool unsure = false, broken = false;
    facts_free(&lexer); /* not cleared: what an earlier input left would hide a stray index */
    facts_clear(&grammar);
    struct input input = input_whole(bytes, (uint32_t)size);
    require(reader_read(&reader, &options, PROLOGUE_READER_LEXER, &input, &lexer, &unsure) == 0,
            "the lexer reads");
    check_facts(&lexer, size);
    require(reader_read(&reader, &options, PROLOGUE_READER_GRAMMAR, &input, &grammar, &broken) == 0,
            "the grammar reads");
    check_facts(&grammar, size);
    if (!unsure && !broken && getenv("PROLOGUE_FUZZ_COMPARE")) {
        compare(&lexer, &grammar);
    }
    return 0;
}
