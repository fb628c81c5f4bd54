/* Parentheses: around an expression, or the parameters of an arrow function. */
#include "lex_automaton.h"

void paren_open(struct lexer *lexer, unsigned flags) {
    struct frame *below = frame_top(lexer);
    bool named = at_element(lexer, below);
    bool pieces = below->state == OPERAND && in_specifier(below);
    bool inner = named && below->kind == EX_PAREN && below->extra & X_FIRST;
    bool first = !(flags & F_ASYNC) && lexer->previous.word != W_NEW;
    uint32_t name = below->name, name_length = named ? below->name_length : 0;
    below->state = OPERATOR;
    token_next(lexer);
    struct frame *frame = push_expression(lexer, EX_PAREN, F_SEQUENCE | F_PATTERN | flags);
    frame->extra =
        (uint8_t)((pieces ? X_PIECES : 0) | (first ? X_FIRST : 0) | (inner ? X_INNER : 0));
    frame->mark = lexer->reference_count;
    frame->bindables = lexer->bindable_count;
    frame->argument = lexer->piece_count;
    frame->name = name;
    frame->name_length = name_length;
    if (named) {
        frame->flags |= F_NAMED;
    }
}

/* Whether a colon belongs to what stands around the expression. */
static bool takes_colon(const struct lexer *lexer) {
    const struct frame *frame = &lexer->frames[lexer->frame_count - 1];
    while (frame > lexer->frames && frame->kind == EX_ARROW && frame->state >= OPERAND &&
           frame->state <= FINISHED) {
        frame--;
    }
    return frame->kind == EX_CONSEQUENT || frame->kind == EX_CASE;
}

static bool is_result(const struct lexer *lexer, uint32_t colon) {
    for (uint32_t i = 0; i < lexer->result_count; i++) {
        if (lexer->results[i] == colon) {
            return true;
        }
    }
    return false;
}

/* Whether the colon at the current token, after parentheses, begins a result type. */
static bool begins_result(struct lexer *lexer, bool typed) {
    uint32_t colon = lexer->token.start;
    if (!lexer->typescript || !at_kind(lexer, T_COLON)) {
        return false;
    }
    if (typed || !takes_colon(lexer) || is_result(lexer, colon)) {
        return true;
    }
    lexer->colons[lexer->colon_count++ % 4] = colon;
    return false;
}

/* Takes one more of the last colons for a result type, the latest first. False: none of them leads
 * further. */
static bool reconsider_once(struct lexer *lexer, void (*read)(struct lexer *lexer),
                            unsigned *tries) {
    uint32_t failed_at = lexer->failed_at, count = lexer->colon_count, colons[4];
    memcpy(colons, lexer->colons, sizeof colons);
    for (uint32_t i = 0; i < count && i < 4 && *tries; i++) {
        --*tries;
        lexer->results[lexer->result_count++] = colons[(count - 1 - i) % 4];
        facts_clear(lexer->facts);
        read(lexer);
        if (!lexer->failed || lexer->failed_at > failed_at) {
            return true;
        }
        lexer->result_count--;
    }
    return false;
}

void paren_reconsider(struct lexer *lexer, void (*read)(struct lexer *lexer)) {
    unsigned tries = MOST_RESULTS;
    while (lexer->failed && lexer->colon_count && tries && !lexer->facts->error) {
        if (!reconsider_once(lexer, read, &tries)) {
            facts_clear(lexer->facts);
            read(lexer);
            return;
        }
    }
}

void paren_close(struct lexer *lexer) {
    struct frame frame = *frame_top(lexer);
    bool empty = lexer->previous.end == frame.opened && lexer->previous.kind == T_LPAREN;
    frame_pop(lexer);
    token_expect(lexer, T_RPAREN);
    if (lexer->failed || lexer->frame_count == 0) {
        return;
    }
    bool typed = frame.flags & F_TYPED || empty;
    bool async = frame.flags & F_ASYNC;
    bool arrow = at_kind(lexer, T_ARROW) && !lexer->token.newline;
    bool result = begins_result(lexer, typed);
    specifier_close_paren(lexer, &frame, arrow || result);
    if (async && (arrow || result)) {
        scope_take_async(lexer, frame.mark);
    }
    if (arrow) {
        push_arrow(lexer, frame.mark, frame.bindables, async, frame.flags & F_NAMED);
    } else if (result) {
        struct frame *type = frame_push(lexer, ARROW_RESULT);
        type->flags = frame.flags & (F_ASYNC | F_NAMED);
        type->mark = frame.mark;
        type->bindables = frame.bindables;
        token_next(lexer);
        push_type(lexer);
    } else {
        lexer->bindable_count = frame.bindables;
        directive_settle_names(lexer, &frame);
        if (frame.extra & X_REQUIRE) {
            require_close_paren(lexer, &frame);
        }
    }
}

/* `(a?: T)`, `(a?) =>`: what follows the mark begins no operand. */
bool paren_optional_parameter(struct lexer *lexer) {
    if (!lexer->typescript || frame_top(lexer)->kind != EX_PAREN) {
        return false;
    }
    struct token next = token_peek(lexer);
    return next.kind == T_COLON || next.kind == T_COMMA || next.kind == T_RPAREN ||
           next.kind == T_ASSIGN;
}
