/* What the fuzzers of the readers share. Where something is required and not so, they abort. */
#ifndef READING_H
#define READING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct directive_rule rules[] = {
    {SLICE("use client"), false, 2},
    {SLICE("use server"), false, 1},
    {SLICE("use cache: "), true, 0},
};
static const struct directive_set directives = {rules, 3};

static struct ledger ledger;
static struct reader reader; /* kept: its queries take long to compile */

static inline void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

/* JavaScript has JSX everywhere. */
static inline unsigned dialect_of(uint8_t byte) {
    unsigned dialect = byte % DIALECT_MDX;
    return dialect ? dialect : DIALECT_JSX;
}

static inline void prepare_ledger(void) {
    if (!reader.ledger) {
        ledger_init(&ledger, NULL, UINT64_MAX);
        reader_init(&reader, &ledger, NULL);
    }
}

static inline void prepare(struct facts *facts) {
    prepare_ledger();
    if (!facts->ledger) {
        facts_init(facts, &ledger);
    }
    facts_free(facts); /* not cleared: what an earlier input left would hide a stray index */
}

static inline void check_span(struct fact_span span, size_t size) {
    require(span.start <= span.end && span.end <= size, "a span lies in the file");
    require(span.line > 0 && span.column > 0, "a span has a place");
}

static inline void check_facts(const struct facts *facts, size_t size) {
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

/* Returns whether the reader is sure. */
static inline bool read_skimming(enum prologue_reader which, uint32_t skim_least, unsigned dialect,
                                 const char *bytes, size_t size, struct facts *facts) {
    struct lex_options options = {
        .directives = &directives, .dialect = dialect, .skim_least = skim_least};
    bool unsure = false;
    prepare(facts);
    struct input input = input_whole(bytes, (uint32_t)size);
    require(reader_read(&reader, &options, which, &input, facts, &unsure) == 0, "it reads");
    check_facts(facts, size);
    for (uint32_t i = 0; i < facts->note_count; i++) {
        uint8_t code = facts->notes[i].code;
        unsure |= code == NOTE_NOT_CERTAIN || code == NOTE_NO_ROOM || code == NOTE_BINARY;
    }
    return !unsure;
}

static inline bool read_bytes(enum prologue_reader which, unsigned dialect, const char *bytes,
                              size_t size, struct facts *facts) {
    return read_skimming(which, 0, dialect, bytes, size, facts);
}

static inline struct slice text_of(const struct facts *facts, uint32_t i) {
    return facts_text(facts, facts->imports[i].text, facts->imports[i].text_length);
}

#endif
