/* Whatever the bytes: no crash, no read past the end, positions inside the file and in order. Where
 * the lexer is sure and the grammar has a clean tree, both see the same. The first byte chooses the
 * dialect. */
#include "graft.h"
#include "reading.h"

static void compare_imports(const struct facts *lexer, const struct facts *grammar) {
    require(lexer->import_count == grammar->import_count, "as many imports");
    for (uint32_t i = 0; i < lexer->import_count; i++) {
        const struct fact_import *a = &lexer->imports[i], *b = &grammar->imports[i];
        require(a->span.start == b->span.start && a->span.end == b->span.end, "the same import");
        require(a->kind == b->kind && a->flags == b->flags, "the same kind of import");
        require(slice_equal(text_of(lexer, i), text_of(grammar, i)), "the same specifier");
    }
}

static void compare_directives(const struct facts *lexer, const struct facts *grammar) {
    require(lexer->directive_count == grammar->directive_count, "as many directives");
    for (uint32_t i = 0; i < lexer->directive_count; i++) {
        const struct fact_directive *a = &lexer->directives[i], *b = &grammar->directives[i];
        require(a->span.start == b->span.start && a->configured == b->configured &&
                    a->in_function == b->in_function,
                "the same directive");
    }
}

static void compare(const struct facts *lexer, const struct facts *other) {
    compare_imports(lexer, other);
    compare_directives(lexer, other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct facts lexer, skimmed, grammar;
    if (size == 0) {
        return 0;
    }
    unsigned dialect = dialect_of(data[0]);
    const char *bytes = (const char *)data + 1;
    size--;
    bool sure = read_skimming(PROLOGUE_READER_LEXER, UINT32_MAX, dialect, bytes, size, &lexer);
    bool still_sure = read_skimming(PROLOGUE_READER_LEXER, 1, dialect, bytes, size, &skimmed);
    if (read_bytes(PROLOGUE_READER_GRAMMAR, dialect, bytes, size, &grammar) && sure) {
        compare(&lexer, &grammar);
        require(still_sure, "as sure when skimmed");
        compare(&lexer, &skimmed);
    }
    return 0;
}

/* ---- mutations -------------------------------------------------------------------------------- */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t room, unsigned seed);

static size_t graft(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t room, unsigned seed) {
    static struct grafting into, stock;
    uint32_t state = seed | 1;
    prepare_ledger();
    graft_open(&into, &ledger, dialect_of(data[0]), (const char *)data + 1, size - 1);
    graft_open(&stock, &ledger, dialect_of(other[0]), (const char *)other + 1, other_size - 1);
    size_t made = graft_random(&state, 4)
                      ? graft_node(&into, &stock, &state, (char *)out + 1, room - 1)
                      : graft_gap(&into, &state, (char *)out + 1, room - 1);
    graft_close(&into);
    graft_close(&stock);
    out[0] = data[0];
    return made ? made + 1 : 0;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t room, unsigned seed) {
    return size && other_size ? graft(data, size, other, other_size, out, room, seed) : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    static uint8_t made[1 << 16];
    size_t length = 0;
    if (size && room <= sizeof made && seed % 4) {
        length = graft(data, size, data, size, made, room, seed);
    }
    if (!length) {
        return LLVMFuzzerMutate(data, size, room);
    }
    memcpy(data, made, length);
    return length;
}
