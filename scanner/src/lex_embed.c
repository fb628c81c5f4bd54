/* JavaScript within another language: not what it says, only where it ends. */
#include "lex_automaton.h"

static void embed(struct lexer *lexer, struct facts *scratch, const char *bytes, uint32_t size,
                  uint32_t at) {
    static const struct directive_set no_directives;
    static const struct lex_options options = {.directives = &no_directives,
                                               .dialect = DIALECT_JSX | DIALECT_MODULE};
    facts_clear(scratch);
    lexer->options = &options;
    lexer->whole = input_whole(bytes, size);
    lexer_take(lexer, &lexer->whole);
    lexer->facts = scratch;
    lexer->typescript = lexer->again = false;
    lexer->jsx = true;
    lexer->result_count = 0;
    lexer_begin(lexer);
    lexer->cursor = at;
    frame_push(lexer, IN_MODULE);
}

uint32_t lexer_expression_end(struct lexer *lexer, struct facts *scratch, const char *bytes,
                              uint32_t size, uint32_t at) {
    embed(lexer, scratch, bytes, size, at);
    token_take(lexer, T_LBRACE);
    token_next(lexer);
    push_expression(lexer, EX_JSX, F_SEQUENCE);
    frame_run(lexer, 1);
    return lexer->failed || scratch->error ? LEX_NO_END : lexer->token.end;
}

/* ---- blocks of imports and exports ----------------------------------------------------------- */

/* Expressions that nothing need close. */
static bool is_open_end(const struct frame *frame) {
    switch (frame->state) {
    case IN_MODULE:
    case SEMICOLON:
    case DECLARATOR_NEXT:
        return true;
    case OPERATOR:
    case COMPLETE:
    case FINISHED:
        return frame->kind == EX_PLAIN || frame->kind == EX_STATEMENT || frame->kind == EX_ARROW;
    default:
        return false;
    }
}

/* Whether the file may end before the current token. */
static bool is_complete(const struct lexer *lexer) {
    enum { DEEPEST = 64 };
    uint32_t count = lexer->frame_count;
    if (count > DEEPEST) {
        return false;
    }
    while (count && is_open_end(&lexer->frames[count - 1])) {
        count--;
    }
    return count == 0;
}

static bool is_line_end(int byte) {
    return byte == '\n' || byte == '\r';
}

static bool blank_line_follows(struct lexer *lexer, uint32_t at) {
    at += byte_at(lexer, at) == '\r' && byte_at(lexer, at + 1) == '\n' ? 2 : 1;
    while (byte_at(lexer, at) == ' ' || byte_at(lexer, at) == '\t') {
        at++;
    }
    return at >= lexer->size || is_line_end(byte_at(lexer, at));
}

/* The end of a comment at `at`, or the byte after `at`. */
static uint32_t skip_comment(struct lexer *lexer, uint32_t at) {
    if (byte_at(lexer, at) != '/') {
        return at + 1;
    }
    if (byte_at(lexer, at + 1) == '/') {
        return skip_line(lexer, at);
    }
    if (byte_at(lexer, at + 1) != '*') {
        return at + 1;
    }
    for (at += 2; at < lexer->size; at++) {
        if (byte_at(lexer, at) == '*' && byte_at(lexer, at + 1) == '/') {
            return at + 2;
        }
    }
    return lexer->size;
}

/* In the white space from `at` to `end`: the line end before the first blank line. */
static uint32_t find_blank_line(struct lexer *lexer, uint32_t at, uint32_t end) {
    while (at < end) {
        if (is_line_end(byte_at(lexer, at)) && blank_line_follows(lexer, at)) {
            return at;
        }
        at = skip_comment(lexer, at);
    }
    return NONE;
}

/* The token after which the block may have ended: the last one that was read, or the source of an
 * import, whose attributes are read with it. */
static uint32_t last_end(const struct lexer *lexer, uint32_t imports) {
    const struct facts *facts = lexer->facts;
    if (facts->import_count > imports) {
        const struct fact_import *import = &facts->imports[facts->import_count - 1];
        if (import->kind == FACT_IMPORT || import->kind == FACT_EXPORT) {
            return import->span.end + 1;
        }
    }
    return lexer->previous.end;
}

static bool begins_item(struct lexer *lexer) {
    return frame_top(lexer)->state != IN_MODULE || at_word(lexer, W_IMPORT) ||
           at_word(lexer, W_EXPORT);
}

uint32_t lexer_esm_end(struct lexer *lexer, struct facts *scratch, const char *bytes, uint32_t size,
                       uint32_t at) {
    embed(lexer, scratch, bytes, size, at);
    token_next(lexer);
    uint32_t seen = at;
    while (!lexer->halted && !at_kind(lexer, T_END) && begins_item(lexer)) {
        uint32_t imports = scratch->import_count;
        frame_step(lexer);
        uint32_t last = last_end(lexer, imports);
        if (scratch->error || last <= seen || !is_complete(lexer)) {
            continue;
        }
        seen = last;
        uint32_t end = find_blank_line(lexer, last, lexer->halted ? size : lexer->token.start);
        if (end != NONE) {
            return end;
        }
    }
    return at_kind(lexer, T_END) && !lexer->failed && is_complete(lexer) ? size : LEX_NO_END;
}
