/* Skimming: what stands at a candidate. The automaton reads it where it is a call or a declaration. */
#include "lex_skim.h"

/* The token at `at` as the current one. */
static void set_cursor(struct lexer *lexer, uint32_t at) {
    lexer->cursor = at;
    lexer->token = (struct token){.start = at, .end = at};
    token_next(lexer);
}

/* `import(…)`, `require(…)` or `new URL(…)` at the current token, read by the automaton. */
static bool take_call(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    uint32_t floor = lexer->frame_count;
    skim->called = lexer->token.start;
    lexer->try_depth = skim->tries;
    push_expression(lexer, EX_PLAIN, 0);
    do {
        frame_step(lexer);
    } while (!lexer->halted && lexer->frame_count > floor &&
             !(lexer->frame_count == floor + 1 && frame_top(lexer)->state == OPERATOR &&
               lexer->previous.kind == T_RPAREN));
    lexer->try_depth = 0;
    bool called = !lexer->halted && lexer->frame_count == floor + 1 && !at_kind(lexer, T_LBRACE);
    called = called && !(at_kind(lexer, T_RPAREN) && token_peek(lexer).kind == T_ARROW);
    skim->at = lexer->previous.end;
    skim->closed = skim->at - 1;
    skim->closed_kind = PAREN;
    return called ? (frame_pop(lexer), true) : lose(skim);
}

/* Whether the statement at `at` is part of another. */
static bool is_part(const struct skim *skim, uint32_t at) {
    static const struct slice words[] = {SLICE("else"), SLICE("do"), SLICE("export")};
    uint32_t last = before(skim, at);
    switch (skim->lexer->bytes[last]) {
    case ':':
        return last;
    case ')':
        return after_paren(skim, last) != AT_OPERATOR;
    default:
        return last && IS_ONE_OF(word_ending_at(skim, last), words);
    }
}

static bool take_declaration(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    uint32_t floor = lexer->frame_count;
    if (skim->depth || is_part(skim, skim->at)) {
        return lose(skim);
    }
    if (at_word(lexer, W_IMPORT)) {
        read_import(lexer);
    } else {
        read_export(lexer);
    }
    skim->at = lexer->previous.end;
    return !lexer->failed && lexer->frame_count == floor ? true : lose(skim);
}

static bool follows_word(const struct skim *skim, uint32_t at) {
    static const struct slice words[] = {SLICE("new"), SLICE("function"), SLICE("get"),
                                         SLICE("set"), SLICE("static")};
    uint32_t last = before(skim, at);
    return last && IS_ONE_OF(word_ending_at(skim, last), words);
}

/* Whether a name is the last operand of an expression: then it is no binding. */
static bool ends_expression(const struct skim *skim, const struct token *next) {
    uint32_t last = before(skim, skim->at);
    bool operand = last && strchr("=&|!?", skim->lexer->bytes[last]);
    return operand && (next->kind == T_SEMICOLON || next->kind == T_COMMA ||
                       next->kind == T_RPAREN || next->kind == T_RBRACE);
}

/* `const require = …` of the module. */
static bool take_binding(struct skim *skim) {
    static const struct slice words[] = {SLICE("const"), SLICE("let"), SLICE("var")};
    uint32_t last = before(skim, skim->at);
    bool binds = skim->depth == 0 && last && IS_ONE_OF(word_ending_at(skim, last), words);
    if (binds) {
        scope_declare(skim->lexer, &skim->lexer->token, false);
    }
    return binds;
}

/* A mention of `require` that is no call. */
static bool take_mention(struct skim *skim, const struct token *next) {
    switch (next->kind) {
    case T_ASSIGN:
        if (!take_binding(skim)) {
            return lose(skim);
        }
        break;
    case T_DOT:
    case T_QUESTION:
    case T_COLON:
    case T_BINARY:
        break;
    default:
        if (!ends_expression(skim, next)) {
            return lose(skim);
        }
    }
    skim->at = skim->lexer->token.end;
    return true;
}

/* Whether the comments around the two words before `at` are still known. */
static bool knows_gaps(const struct skim *skim, uint32_t at) {
    return skim->gap_count <= SKIM_GAPS || skim->gaps[(skim->gap_count + 2) % SKIM_GAPS].end <= at;
}

/* `import.meta.url`, which matters as the second argument of `new URL`. What of that call has been
 * skimmed is read again. */
static bool take_meta(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    if (!skim->depth || !text_follows(lexer, skim->at, SLICE("import.meta.url"))) {
        return lose(skim);
    }
    const struct bracket *open = &lexer->brackets[skim->depth - 1];
    if (!knows_gaps(skim, open->at)) {
        return lose(skim);
    }
    uint32_t url = before(skim, open->at), new = 0;
    if (open->kind == PAREN && url && slice_equal(word_ending_at(skim, url), SLICE("URL"))) {
        new = before(skim, url - 2);
    }
    if (!new || !slice_equal(word_ending_at(skim, new), SLICE("new"))) {
        skim->at = lexer->token.end;
        return true;
    }
    if (skim->called > open->at || member_at(skim, new - 2) != NO_MEMBER) {
        return lose(skim);
    }
    skim->depth--;
    set_cursor(lexer, new - 2);
    return take_call(skim);
}

bool skim_take_candidate(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    if (skim->at > skim->start && (unsigned char)lexer->bytes[skim->at - 1] >= 0x80) {
        return lose(skim);
    }
    set_cursor(lexer, skim->at);
    switch (member_at(skim, skim->at)) {
    case MEMBER:
        skim->at = lexer->token.end;
        return true;
    case MEMBER_UNCLEAR:
        return lose(skim);
    default:
        break;
    }
    struct token next = token_peek(lexer);
    switch (lexer->token.word) {
    case W_REQUIRE:
        if (next.kind != T_LPAREN) {
            return take_mention(skim, &next);
        }
        return follows_word(skim, skim->at) ? lose(skim) : take_call(skim);
    case W_IMPORT:
        if (next.kind == T_DOT) {
            return take_meta(skim);
        }
        return next.kind == T_LPAREN ? take_call(skim) : take_declaration(skim);
    case W_EXPORT:
        return next.kind == T_LBRACE || next.kind == T_STAR ? take_declaration(skim) : lose(skim);
    default: /* an escape */
        return lose(skim);
    }
}
