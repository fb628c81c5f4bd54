/* What the lexer does where the bytes at hand end: rare, and never where the whole file is there. */
#include "lex_private.h"

bool window_reach(struct lexer *lexer, uint32_t at) {
    bool reached = input_reach(lexer->input, at);
    lexer->bytes = lexer->input->bytes;
    lexer->start = lexer->input->start;
    lexer->end = lexer->input->end;
    return reached;
}

int byte_beyond(struct lexer *lexer, uint32_t at) {
    return window_reach(lexer, at) ? (unsigned char)lexer->bytes[at] : -1;
}

static bool has_scratch(struct lexer *lexer, uint32_t length) {
    if (length <= lexer->scratch_capacity) {
        return true;
    }
    int error = ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, &lexer->scratch,
                            &lexer->scratch_capacity, length, 1);
    if (error) {
        lexer_fail_memory(lexer, error);
    }
    return !error;
}

struct slice text_elsewhere(struct lexer *lexer, uint32_t start, uint32_t end) {
    bool found = end <= lexer->size && has_scratch(lexer, end - start) &&
                 input_copy(lexer->input, start, end, lexer->scratch);
    return found ? (struct slice){lexer->scratch, end - start} : SLICE("");
}
