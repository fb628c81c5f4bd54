/* Directives, and what was nearly one. */
#include "lex_automaton.h"
#include "near_miss.h"

#define MAX_NOTE 120 /* what is quoted of a longer text */

/* What of a text is not too long to be quoted; cuts no character. */
static struct slice quoted_text(struct lexer *lexer, uint32_t start, uint32_t end) {
    bool whole = end - start <= MAX_NOTE;
    struct slice text = lexer_text(lexer, start, whole ? end : start + MAX_NOTE + 1);
    while (!whole && text.length && (text.data[--text.length] & 0xC0) == 0x80) {
    }
    return text;
}

void note_add(struct lexer *lexer, enum fact_note_code code, unsigned detail, int configured,
              uint32_t start, uint32_t end) {
    struct slice quoted = quoted_text(lexer, start, end);
    uint32_t text = facts_add_text(lexer->facts, quoted.data, quoted.length);
    struct fact_note *note = facts_add_note(lexer->facts);
    if (!note) {
        lexer_fail_memory(lexer, lexer->facts->error);
        return;
    }
    note->span = (struct fact_span){.start = start, .end = end};
    note->text = text;
    note->text_length = (uint32_t)quoted.length;
    note->code = (uint8_t)code;
    note->detail = (uint8_t)detail;
    note->configured = (int16_t)configured;
}

/* What stands between the quotes, or its start: a directive is found by that as well. */
static struct slice directive_text(struct lexer *lexer, const struct token *token) {
    uint32_t start = token->start + 1, end = token->end - 1;
    bool longer = end - start > FACT_DIRECTIVE_LONGEST;
    return lexer_text(lexer, start, longer ? start + FACT_DIRECTIVE_LONGEST : end);
}

static int find_directive(struct lexer *lexer, const struct token *token) {
    return directive_set_find(lexer->options->directives, directive_text(lexer, token));
}

static struct fact_directive *add_directive(struct lexer *lexer, const struct token *token,
                                            int configured) {
    struct slice raw = directive_text(lexer, token);
    uint32_t text = facts_add_text(lexer->facts, raw.data, raw.length);
    struct fact_directive *directive = facts_add_directive(lexer->facts);
    if (!directive) {
        lexer_fail_memory(lexer, lexer->facts->error);
        return NULL;
    }
    directive->span = (struct fact_span){.start = token->start + 1, .end = token->end - 1};
    directive->text = text;
    directive->text_length = (uint32_t)raw.length;
    directive->configured = (int16_t)configured;
    return directive;
}

/* ---- near misses ----------------------------------------------------------------------------- */

static void check_typo(struct lexer *lexer, const struct token *token) {
    int meant = near_miss_find(lexer->options->directives, directive_text(lexer, token));
    if (meant >= 0) {
        note_add(lexer, NOTE_NEAR_MISS, MISS_TYPO, meant, token->start + 1, token->end - 1);
    }
}

static void check_conflict(struct lexer *lexer, const struct token *token, int configured) {
    uint32_t environments = lexer->options->directives->rules[configured].environments;
    if (environments && lexer->environments && environments != lexer->environments) {
        note_add(lexer, NOTE_CONFLICTING, 0, configured, token->start + 1, token->end - 1);
    }
    lexer->environments |= environments;
}

static bool is_literal(const struct token *token) {
    return token->kind == T_STRING || token->kind == T_TEMPLATE;
}

/* Whether the statement ends after the literal, or after the parenthesis that follows. */
static bool is_whole_statement(struct lexer *lexer, const struct token *literal,
                               bool parenthesised) {
    struct token next = token_peek_past(lexer, literal);
    bool closed = !parenthesised || next.kind == T_RPAREN;
    if (parenthesised && closed) {
        next = token_peek_past(lexer, &next);
    }
    bool ends =
        next.newline || next.kind == T_SEMICOLON || next.kind == T_RBRACE || next.kind == T_END;
    return closed && ends && !token_continues(&next);
}

/* At the start of a statement: does it hold a directive's text where that is none? */
void directive_check_statement(struct lexer *lexer) {
    struct token literal = lexer->token;
    enum near_miss miss = literal.kind == T_TEMPLATE ? MISS_TEMPLATE : MISS_MISPLACED;
    if (literal.kind == T_LPAREN) {
        literal = token_peek(lexer);
        miss = MISS_PARENTHESISED;
    }
    if (!is_literal(&literal) || literal.end - literal.start < 2) {
        return;
    }
    int configured = find_directive(lexer, &literal);
    if (configured >= 0 && is_whole_statement(lexer, &literal, miss == MISS_PARENTHESISED)) {
        note_add(lexer, NOTE_NEAR_MISS, miss, configured, literal.start + 1, literal.end - 1);
    }
}

/* ---- prologues ------------------------------------------------------------------------------- */

/* Whether the string at the current token is a statement of its own; then moves past it. */
static bool accept_directive(struct lexer *lexer) {
    struct token next = token_peek(lexer);
    bool ends =
        next.newline || next.kind == T_SEMICOLON || next.kind == T_RBRACE || next.kind == T_END;
    if (!ends || token_continues(&next)) {
        return false;
    }
    token_next(lexer);
    token_accept(lexer, T_SEMICOLON);
    return true;
}

static void skip_head(struct lexer *lexer) {
    if (has_bytes(lexer, 0, 3) && memcmp(lexer->bytes, "\xEF\xBB\xBF", 3) == 0) {
        lexer->cursor = 3;
    }
    if (byte_at(lexer, lexer->cursor) == '#' && byte_at(lexer, lexer->cursor + 1) == '!') {
        lexer->cursor = skip_line(lexer, lexer->cursor);
    }
}

/* The directives of the module; leaves the first token after them. */
void read_prologue(struct lexer *lexer) {
    skip_head(lexer);
    token_next(lexer);
    while (at_kind(lexer, T_STRING)) {
        struct token literal = lexer->token, pragmas[2];
        memcpy(pragmas, lexer->pragmas, sizeof pragmas);
        if (!accept_directive(lexer)) { /* it begins the first statement */
            memcpy(lexer->pragmas, pragmas, sizeof pragmas);
            return;
        }
        int configured = find_directive(lexer, &literal);
        add_directive(lexer, &literal, configured);
        if (configured >= 0) {
            check_conflict(lexer, &literal, configured);
        } else {
            check_typo(lexer, &literal);
        }
    }
}

/* Whether what is assigned in the parentheses would have the name of what they are assigned to. */
static bool passes_name(const struct frame *paren) {
    return paren->kind == EX_PAREN && paren->name == (paren - 1)->name;
}

static void drop_names(struct lexer *lexer, const struct frame *part) {
    for (uint32_t i = part->named; i <= part->last_named; i++) {
        lexer->facts->directives[i - 1].name_length = 0;
    }
}

/* `part` is the frame that has just ended, a function's body or parentheses around one. A function
 * that is called, or is any other part of an expression, has no name from what the expression is
 * assigned to. */
void directive_settle_names(struct lexer *lexer, const struct frame *part) {
    struct frame *below = frame_top(lexer);
    if (!part->named) {
        return;
    }
    lexer->unsettled--;
    bool borrowed = part->name == below->name && part->name_length == below->name_length;
    bool continues =
        below->state == OPERATOR && !at_kind(lexer, T_COMMA) && token_continues(&lexer->token);
    if (borrowed && !continues && passes_name(below)) {
        below->named = part->named;
        below->last_named = part->last_named;
        lexer->unsettled++;
    }
    if (borrowed && continues) {
        drop_names(lexer, part);
    }
}

/* After a comma in parentheses. */
void directive_drop_names(struct lexer *lexer, struct frame *paren) {
    drop_names(lexer, paren);
    lexer->unsettled--;
    paren->named = 0;
}

/* The directive that comes next has its name from what stands around the function, perhaps. */
static void borrow_name(struct lexer *lexer, struct frame *body) {
    const struct frame *below =
        &lexer->frames[lexer->frame_count - (lexer->frame_count > 1 ? 2 : 1)];
    uint32_t number = lexer->facts->directive_count + 1;
    if (!body->name_length || (below->state != OPERATOR && below->kind != EX_PAREN)) {
        return;
    }
    if (!body->named) {
        body->named = number;
        lexer->unsettled++;
    }
    body->last_named = number;
}

/* A string at the start of a function's body; false: it is no directive. */
bool directive_add_function(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    struct token literal = lexer->token;
    if (!accept_directive(lexer)) {
        return false;
    }
    int configured = find_directive(lexer, &literal);
    if (configured < 0 || lexer->ambient) {
        return true;
    }
    borrow_name(lexer, frame);
    uint32_t end = frame->name + frame->name_length, length;
    bool escaped = has_backslash(lexer, frame->name, end);
    uint32_t name = cook(lexer, frame->name, end, escaped, &length);
    struct fact_directive *directive = add_directive(lexer, &literal, configured);
    if (directive) {
        directive->in_function = true;
        directive->name = name;
        directive->name_length = length;
    }
    return true;
}
