/* Statements. */
#include "lex_automaton.h"

bool statement_ends(const struct lexer *lexer) {
    const struct token *token = &lexer->token;
    return token->newline || token->kind == T_SEMICOLON || token->kind == T_RBRACE ||
           token->kind == T_END;
}

/* The terminator of a statement: `;`, or one is inserted. */
static void end_statement(struct lexer *lexer) {
    if (!statement_ends(lexer)) {
        lexer_fail(lexer);
    } else {
        token_accept(lexer, T_SEMICOLON);
    }
}

void on_semicolon(struct lexer *lexer) {
    frame_pop(lexer);
    end_statement(lexer);
}

void push_block(struct lexer *lexer) {
    if (token_expect(lexer, T_LBRACE)) {
        frame_push(lexer, IN_BLOCK)->flags = F_SCOPE;
        scope_open(lexer, false, lexer->reference_count);
    }
}

static void push_head(struct lexer *lexer) {
    if (token_expect(lexer, T_LPAREN)) {
        push_expression(lexer, EX_HEAD, F_SEQUENCE);
    }
}

/* ---- statements with a head ------------------------------------------------------------------ */

static void read_if(struct lexer *lexer) {
    token_next(lexer);
    frame_push(lexer, IF_ELSE);
    frame_push(lexer, STATEMENT);
    push_head(lexer);
}

void on_if_else(struct lexer *lexer) {
    frame_pop(lexer);
    if (at_word(lexer, W_ELSE)) {
        token_next(lexer);
        frame_push(lexer, STATEMENT);
    }
}

static void read_while(struct lexer *lexer) {
    token_next(lexer);
    frame_push(lexer, STATEMENT);
    push_head(lexer);
}

static void read_do(struct lexer *lexer) {
    token_next(lexer);
    frame_push(lexer, DO_WHILE);
    frame_push(lexer, STATEMENT);
}

/* The semicolon after `do … while ()` is always optional. */
void on_do_while(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (frame->extra) {
        frame_pop(lexer);
        token_accept(lexer, T_SEMICOLON);
    } else if (at_word(lexer, W_WHILE)) {
        frame->extra = 1;
        token_next(lexer);
        push_head(lexer);
    } else {
        lexer_fail(lexer);
    }
}

static void read_switch(struct lexer *lexer) {
    token_next(lexer);
    frame_push(lexer, IN_SWITCH);
    push_head(lexer);
}

void on_switch(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (!frame->extra) {
        frame->extra = 1;
        if (token_expect(lexer, T_LBRACE)) {
            frame->flags = F_SCOPE;
            scope_open(lexer, false, lexer->reference_count);
        }
    } else if (at_word(lexer, W_CASE)) {
        token_next(lexer);
        push_expression(lexer, EX_CASE, F_SEQUENCE);
    } else if (at_word(lexer, W_DEFAULT)) {
        token_next(lexer);
        token_expect(lexer, T_COLON);
    } else {
        on_list(lexer);
    }
}

/* ---- try ------------------------------------------------------------------------------------- */

enum try_part { TRY_BLOCK, TRY_CATCH, TRY_FINALLY };

static void read_try(struct lexer *lexer) {
    token_next(lexer);
    lexer->try_depth++;
    frame_push(lexer, TRY_AFTER);
    push_block(lexer);
}

void on_try_after(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (frame->extra == TRY_BLOCK) {
        lexer->try_depth--;
    }
    if (frame->extra == TRY_BLOCK && at_word(lexer, W_CATCH)) {
        frame->extra = TRY_CATCH;
        token_next(lexer);
        frame_push(lexer, CATCH_BLOCK)->flags = F_SCOPE;
        scope_open(lexer, false, lexer->reference_count);
        if (token_accept(lexer, T_LPAREN)) {
            push_binding(lexer, 0);
        }
    } else if (frame->extra != TRY_FINALLY && at_word(lexer, W_FINALLY)) {
        frame->extra = TRY_FINALLY;
        token_next(lexer);
        push_block(lexer);
    } else if (frame->extra == TRY_BLOCK) {
        lexer_fail(lexer);
    } else {
        frame_pop(lexer);
    }
}

void on_catch_block(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (frame->extra) {
        frame_pop(lexer);
        return;
    }
    frame->extra = 1;
    token_accept(lexer, T_RPAREN);
    push_block(lexer);
}

/* ---- for ------------------------------------------------------------------------------------- */

static bool at_declaration(struct lexer *lexer);
static void read_declaration(struct lexer *lexer, unsigned flags);

enum for_part { FOR_FIRST, FOR_SECOND, FOR_THIRD, FOR_SUBJECT, FOR_BODY };

static void read_for(struct lexer *lexer) {
    token_next(lexer);
    if (at_word(lexer, W_AWAIT)) {
        token_next(lexer);
    }
    frame_push(lexer, FOR_AFTER_HEAD)->flags = F_SCOPE;
    scope_open(lexer, false, lexer->reference_count);
    if (!token_expect(lexer, T_LPAREN) || at_kind(lexer, T_SEMICOLON)) {
        return;
    }
    if (at_declaration(lexer)) {
        read_declaration(lexer, F_NO_IN);
    } else {
        push_expression(lexer, EX_FOR, F_SEQUENCE | F_NO_IN);
    }
}

static bool for_part_ends(struct lexer *lexer, uint8_t part) {
    if (part == FOR_FIRST || part == FOR_SECOND) {
        return at_kind(lexer, T_SEMICOLON);
    }
    return at_kind(lexer, T_RPAREN);
}

void on_for_after_head(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    uint8_t part = frame->extra;
    if (part == FOR_BODY) {
        frame_pop(lexer);
        return;
    }
    if (part == FOR_FIRST && (at_word(lexer, W_OF) || at_word(lexer, W_IN))) {
        frame->extra = FOR_SUBJECT;
        token_next(lexer);
        push_expression(lexer, EX_FOR, F_SEQUENCE);
        return;
    }
    if (!for_part_ends(lexer, part)) {
        lexer_fail(lexer);
        return;
    }
    token_next(lexer);
    if (part >= FOR_THIRD) {
        frame->extra = FOR_BODY;
        frame_push(lexer, STATEMENT);
        return;
    }
    frame->extra++;
    if (!for_part_ends(lexer, frame->extra)) {
        push_expression(lexer, EX_FOR, F_SEQUENCE);
    }
}

/* ---- declarations ---------------------------------------------------------------------------- */

static bool starts_binding(const struct token *token) {
    return token_is_identifier(token) || token->kind == T_LBRACE || token->kind == T_LBRACKET;
}

static bool is_const_enum(struct lexer *lexer) {
    return lexer->typescript && at_word(lexer, W_CONST) && token_peek(lexer).word == W_ENUM;
}

/* `using x`; `for (using of x)` has a variable of that name, `for (using of = x;;)` declares one. */
static bool using_declares(struct lexer *lexer, const struct token *name) {
    if (!token_is_identifier(name) || name->newline) {
        return false;
    }
    if (name->word != W_OF && name->word != W_AS && name->word != W_SATISFIES) {
        return true;
    }
    struct token after = token_peek_past(lexer, name);
    return after.kind == T_ASSIGN || after.kind == T_COLON;
}

/* At `var`, `let`, `const`, `using` or `await using` where they declare something. */
static bool at_declaration(struct lexer *lexer) {
    const struct token *token = &lexer->token;
    struct token next;
    if (token->kind != T_NAME || token->escaped) {
        return false;
    }
    switch (token->word) {
    case W_VAR:
    case W_CONST:
        return true;
    case W_LET:
        next = token_peek(lexer);
        return starts_binding(&next);
    case W_USING:
        next = token_peek(lexer);
        return using_declares(lexer, &next);
    case W_AWAIT:
        next = token_peek(lexer);
        if (next.word != W_USING || next.newline || !await_is_operator(lexer)) {
            return false;
        }
        next = token_peek_past(lexer, &next);
        return token_is_identifier(&next) && !next.newline;
    default:
        return false;
    }
}

static void read_declaration(struct lexer *lexer, unsigned flags) {
    if (at_word(lexer, W_AWAIT)) {
        token_next(lexer);
    }
    flags |= at_word(lexer, W_VAR) ? F_VAR : 0;
    token_next(lexer);
    push_declarators(lexer, flags);
}

/* ---- jumps ----------------------------------------------------------------------------------- */

static void read_return(struct lexer *lexer) {
    token_next(lexer);
    if (statement_ends(lexer)) {
        token_accept(lexer, T_SEMICOLON);
    } else {
        push_expression(lexer, EX_STATEMENT, F_SEQUENCE);
    }
}

static void read_break(struct lexer *lexer) {
    token_next(lexer);
    if (!statement_ends(lexer) && at_kind(lexer, T_NAME)) {
        token_next(lexer);
    }
    end_statement(lexer);
}

/* ---- any statement --------------------------------------------------------------------------- */

static void read_expression_statement(struct lexer *lexer) {
    directive_check_statement(lexer);
    push_expression(lexer, EX_STATEMENT, F_SEQUENCE)->mark = lexer->token.start;
}

/* At `import` or `export`. */
static bool begins_expression(struct lexer *lexer) {
    if (!at_word(lexer, W_IMPORT)) {
        return false;
    }
    struct token next = token_peek(lexer);
    return next.kind == T_LPAREN || next.kind == T_DOT;
}

/* Whether a module may import and export here. */
static bool in_module(struct lexer *lexer) {
    const struct frame *frame = frame_top(lexer);
    return frame->state == IN_MODULE || frame->state == AMBIENT_AFTER ||
           (frame->state == IN_BLOCK && frame->kind == BLOCK_MODULE);
}

static void read_module_item(struct lexer *lexer) {
    if (begins_expression(lexer)) {
        read_expression_statement(lexer);
    } else if (!in_module(lexer)) {
        lexer_fail(lexer);
    } else if (at_word(lexer, W_IMPORT)) {
        read_import(lexer);
    } else {
        read_export(lexer);
    }
}

static void read_name_statement(struct lexer *lexer) {
    struct token next;
    if (lexer->token.escaped) {
        read_expression_statement(lexer);
        return;
    }
    if (at_word(lexer, W_ASYNC)) {
        next = token_peek(lexer);
        if (next.word == W_FUNCTION && !next.newline) {
            token_next(lexer);
            push_function(lexer, true, true, 0, 0);
            return;
        }
    }
    if (at_declaration(lexer)) {
        frame_push(lexer, SEMICOLON);
        read_declaration(lexer, 0);
    } else if (!lexer->typescript || !typescript_statement(lexer)) {
        read_expression_statement(lexer);
    }
}

static void read_word_statement(struct lexer *lexer) {
    switch (lexer->token.word) {
    case W_IF:
        read_if(lexer);
        return;
    case W_FOR:
        read_for(lexer);
        return;
    case W_WHILE:
    case W_WITH:
        read_while(lexer);
        return;
    case W_DO:
        read_do(lexer);
        return;
    case W_SWITCH:
        read_switch(lexer);
        return;
    case W_TRY:
        read_try(lexer);
        return;
    case W_RETURN:
        read_return(lexer);
        return;
    case W_THROW:
        token_next(lexer);
        push_expression(lexer, EX_STATEMENT, F_SEQUENCE);
        return;
    case W_BREAK:
    case W_CONTINUE:
    case W_DEBUGGER:
        read_break(lexer);
        return;
    case W_FUNCTION:
        push_function(lexer, false, true, 0, 0);
        return;
    case W_CLASS:
        push_class(lexer, true);
        return;
    case W_CONST:
        if (is_const_enum(lexer)) {
            token_next(lexer);
            push_enum(lexer);
            return;
        }
        read_name_statement(lexer);
        return;
    case W_ENUM:
        push_enum(lexer);
        return;
    case W_IMPORT:
    case W_EXPORT:
        read_module_item(lexer);
        return;
    case W_ELSE:
    case W_CASE:
    case W_CATCH:
    case W_FINALLY:
    case W_DEFAULT:
    case W_EXTENDS:
        lexer_fail(lexer);
        return;
    default:
        read_name_statement(lexer);
    }
}

static void read_statement(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_LBRACE:
        push_block(lexer);
        return;
    case T_SEMICOLON:
        token_next(lexer);
        return;
    case T_AT:
        token_next(lexer);
        push_expression(lexer, EX_DECORATOR, 0);
        return;
    case T_NAME:
        if (lexer->token.word) {
            read_word_statement(lexer);
        } else {
            push_expression(lexer, EX_STATEMENT, F_SEQUENCE)->mark = lexer->token.start;
        }
        return;
    default:
        read_expression_statement(lexer);
    }
}

/* Of a statement that is part of another `let` declares nothing. */
static bool let_is_name(const struct lexer *lexer) {
    return at_word(lexer, W_LET) && lexer->previous.word != W_EXPORT &&
           lexer->previous.word != W_DECLARE;
}

/* A module imports and exports in no statement that is part of another. */
static bool is_misplaced(struct lexer *lexer) {
    bool item = at_word(lexer, W_IMPORT) || at_word(lexer, W_EXPORT);
    return item && lexer->previous.word != W_DECLARE && !begins_expression(lexer);
}

void on_statement(struct lexer *lexer) {
    frame_pop(lexer);
    if (let_is_name(lexer)) {
        push_expression(lexer, EX_STATEMENT, F_SEQUENCE)->mark = lexer->token.start;
    } else if (is_misplaced(lexer)) {
        lexer_fail(lexer);
    } else {
        read_statement(lexer);
    }
}

/* What follows cannot matter: past the last candidate nothing is imported, and no name that is
 * waiting for its binding is mentioned any more. */
static bool may_stop(const struct lexer *lexer) {
    return lexer->token.start > lexer->last_candidate && lexer->bindable_count == 0 &&
           lexer->piece_count == 0 && lexer->unsettled == 0;
}

static void end_block(struct lexer *lexer) {
    struct frame frame = *frame_top(lexer);
    frame_pop(lexer);
    token_next(lexer);
    if (frame.kind == BLOCK_FUNCTION) {
        lexer->context = frame.extra;
        directive_settle_names(lexer, &frame);
    }
}

void on_list(struct lexer *lexer) {
    if (may_stop(lexer)) {
        lexer->halted = true;
        return;
    }
    if (lexer->reference_count >= lexer->crowd) {
        scope_thin(lexer);
    }
    switch (lexer->token.kind) {
    case T_RBRACE:
        if (frame_top(lexer)->state == IN_MODULE) {
            lexer_fail(lexer);
            return;
        }
        end_block(lexer);
        return;
    case T_END:
        if (frame_top(lexer)->state != IN_MODULE) {
            lexer_fail(lexer);
            return;
        }
        frame_pop(lexer);
        return;
    default:
        read_statement(lexer);
    }
}

void on_prologue(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (at_kind(lexer, T_STRING)) {
        if (directive_add_function(lexer)) {
            return;
        }
        frame->state = IN_BLOCK;
        push_expression(lexer, EX_STATEMENT, F_SEQUENCE);
        return;
    }
    frame->state = IN_BLOCK;
}
