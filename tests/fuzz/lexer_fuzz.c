/* Whatever the bytes: no crash, no read past the end, positions inside the file and in order. Where
 * the lexer is sure and the grammar has a clean tree, both see the same. The first byte chooses the
 * dialect. With PROLOGUE_FUZZ_KEEP=FOLDER programs in which they do not are kept there, and it goes
 * on. */
#include "graft.h"
#include "reading.h"

/* NULL, or what is not the same. */
static const char *imports_differ(const struct facts *lexer, const struct facts *other) {
    if (lexer->import_count != other->import_count) {
        return "as many imports";
    }
    for (uint32_t i = 0; i < lexer->import_count; i++) {
        const struct fact_import *a = &lexer->imports[i], *b = &other->imports[i];
        if (a->span.start != b->span.start || a->span.end != b->span.end) {
            return "the same import";
        }
        if (a->kind != b->kind || a->flags != b->flags) {
            return "the same kind of import";
        }
        if (!slice_equal(text_of(lexer, i), text_of(other, i))) {
            return "the same specifier";
        }
    }
    return NULL;
}

static const char *directives_differ(const struct facts *lexer, const struct facts *other) {
    if (lexer->directive_count != other->directive_count) {
        return "as many directives";
    }
    for (uint32_t i = 0; i < lexer->directive_count; i++) {
        const struct fact_directive *a = &lexer->directives[i], *b = &other->directives[i];
        if (a->span.start != b->span.start || a->configured != b->configured ||
            a->in_function != b->in_function) {
            return "the same directive";
        }
    }
    return NULL;
}

static const char *facts_differ(const struct facts *lexer, const struct facts *other) {
    const char *what = imports_differ(lexer, other);
    return what ? what : directives_differ(lexer, other);
}

static const char *readings_differ(unsigned dialect, const char *bytes, size_t size) {
    static struct facts lexer, skimmed, grammar;
    bool sure = read_skimming(PROLOGUE_READER_LEXER, UINT32_MAX, dialect, bytes, size, &lexer);
    bool still_sure = read_skimming(PROLOGUE_READER_LEXER, 1, dialect, bytes, size, &skimmed);
    if (!read_bytes(PROLOGUE_READER_GRAMMAR, dialect, bytes, size, &grammar) || !sure) {
        return NULL;
    }
    const char *what = facts_differ(&lexer, &grammar);
    if (what) {
        return what;
    }
    return still_sure ? facts_differ(&lexer, &skimmed) : "as sure when skimmed";
}

/* In the folder that PROLOGUE_FUZZ_KEEP names, by number. */
static bool keep(const uint8_t *data, size_t size) {
    static unsigned kept;
    const char *folder = getenv("PROLOGUE_FUZZ_KEEP");
    char path[4096];
    if (!folder) {
        return false;
    }
    snprintf(path, sizeof path, "%s/%06u", folder, kept++);
    FILE *file = fopen(path, "wb");
    require(file && fwrite(data, 1, size, file) == size && fclose(file) == 0, "it is kept");
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const char *what = readings_differ(dialect_of(data[0]), (const char *)data + 1, size - 1);
    if (!what) {
        return 0;
    }
    require(keep(data, size), what);
    return -1; /* and nothing grows from it */
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
