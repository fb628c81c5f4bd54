/* Whatever the bytes: no crash, no read past the end, positions inside the file and in order. Where
 * the lexer is sure and the grammar has a clean tree, both see the same. The first byte chooses the
 * dialect. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct facts lexer, grammar;
    if (size == 0) {
        return 0;
    }
    unsigned dialect = dialect_of(data[0]);
    const char *bytes = (const char *)data + 1;
    bool sure = read_bytes(PROLOGUE_READER_LEXER, dialect, bytes, size - 1, &lexer);
    if (read_bytes(PROLOGUE_READER_GRAMMAR, dialect, bytes, size - 1, &grammar) && sure) {
        compare_imports(&lexer, &grammar);
        compare_directives(&lexer, &grammar);
    }
    return 0;
}
