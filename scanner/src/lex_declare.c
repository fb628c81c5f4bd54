/* Functions, their parameters, and the bindings of declarations. */
#include "lex_automaton.h"

/* ---- variables ------------------------------------------------------------------------------- */

void push_declarators(struct lexer *lexer, unsigned flags) {
    frame_push(lexer, DECLARATOR)->flags = (uint8_t)flags;
}

void on_declarator(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    frame->state = DECLARATOR_NEXT;
    push_binding(lexer, frame->flags);
}

void on_declarator_next(struct lexer *lexer) {
    if (token_accept(lexer, T_COMMA)) {
        frame_top(lexer)->state = DECLARATOR;
    } else {
        frame_pop(lexer);
    }
}

/* ---- bindings -------------------------------------------------------------------------------- */

static struct frame *push_part(struct lexer *lexer, enum state state, unsigned flags) {
    struct frame *frame = frame_push(lexer, state);
    frame->flags = flags & (F_VAR | F_NO_IN);
    return frame;
}

void push_binding(struct lexer *lexer, unsigned flags) {
    struct token *token = &lexer->token;
    struct frame *next = push_part(lexer, BINDING_NEXT, flags);
    if (token_is_identifier(token) || token->word == W_THIS) {
        next->name = token->start;
        next->name_length = token->end - token->start;
        scope_declare(lexer, token, flags & F_VAR);
        token_next(lexer);
    } else if (token_accept(lexer, T_LBRACE)) {
        push_part(lexer, BINDING_KEY, flags & F_VAR);
    } else if (token_accept(lexer, T_LBRACKET)) {
        push_part(lexer, BINDING_ELEMENT, flags & F_VAR);
    } else {
        lexer_fail(lexer);
    }
}

static void push_initializer(struct lexer *lexer, unsigned flags, uint32_t name, uint32_t length) {
    token_next(lexer);
    struct frame *frame = push_expression(lexer, EX_PLAIN, flags & F_NO_IN);
    frame->name = name;
    frame->name_length = length;
}

void on_binding_next(struct lexer *lexer) {
    struct frame frame = *frame_top(lexer);
    bool typescript = lexer->typescript;
    bool definite = at_kind(lexer, T_BANG) && !lexer->token.newline;
    if (typescript && (at_kind(lexer, T_QUESTION) || definite)) {
        token_next(lexer);
    } else if (typescript && at_kind(lexer, T_COLON)) {
        token_next(lexer);
        push_type(lexer);
    } else {
        frame_pop(lexer);
        if (at_kind(lexer, T_ASSIGN)) {
            push_initializer(lexer, frame.flags, frame.name, frame.name_length);
        }
    }
}

void on_binding_element(struct lexer *lexer) {
    if (at_kind(lexer, T_RBRACKET)) {
        frame_pop(lexer);
        token_next(lexer);
    } else if (at_kind(lexer, T_COMMA) || at_kind(lexer, T_ELLIPSIS)) {
        token_next(lexer);
    } else {
        push_binding(lexer, frame_top(lexer)->flags);
    }
}

void on_binding_key(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.kind) {
    case T_RBRACE:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_COMMA:
        token_next(lexer);
        return;
    case T_ELLIPSIS:
        token_next(lexer);
        push_binding(lexer, frame->flags);
        return;
    case T_LBRACKET:
        frame->state = BINDING_AFTER_KEY;
        token_next(lexer);
        push_expression(lexer, EX_INDEX, F_SEQUENCE);
        return;
    case T_NAME:
    case T_STRING:
    case T_NUMBER:
        frame->state = BINDING_AFTER_KEY;
        token_next(lexer);
        return;
    default:
        lexer_fail(lexer);
    }
}

void on_binding_after_key(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    struct token key = lexer->previous;
    frame->state = BINDING_KEY;
    if (token_accept(lexer, T_COLON)) {
        push_binding(lexer, frame->flags);
        return;
    }
    if (!token_is_identifier(&key)) {
        lexer_fail(lexer);
        return;
    }
    scope_declare(lexer, &key, frame->flags & F_VAR);
    if (at_kind(lexer, T_ASSIGN)) {
        push_initializer(lexer, 0, key.start, key.end - key.start);
    }
}

/* ---- functions ------------------------------------------------------------------------------- */

struct frame *push_method(struct lexer *lexer, unsigned context, uint32_t name, uint32_t length) {
    struct frame *frame = frame_push(lexer, FUNCTION_HEAD);
    frame->kind = BLOCK_FUNCTION;
    frame->flags = F_SCOPE;
    frame->extra = (uint8_t)lexer->context;
    frame->name = name;
    frame->name_length = length;
    lexer->context = context ? context : IN_ORDINARY_FUNCTION;
    scope_open(lexer, true, lexer->reference_count);
    return frame;
}

void push_function(struct lexer *lexer, bool async, bool declares, uint32_t name, uint32_t length) {
    token_next(lexer);
    unsigned context = async ? IN_ASYNC : 0;
    if (token_accept(lexer, T_STAR)) {
        context |= IN_GENERATOR;
    }
    struct token own = lexer->token;
    bool named = token_is_identifier(&own);
    if (named) {
        name = own.start;
        length = own.end - own.start;
        if (declares) {
            scope_declare(lexer, &own, false);
        }
        token_next(lexer);
    }
    push_method(lexer, context, name, length);
    if (named && !declares) {
        scope_declare(lexer, &own, false);
    }
}

void on_function_head(struct lexer *lexer) {
    if (lexer->typescript && at_kind(lexer, T_LESS)) {
        push_type_list(lexer);
    } else if (token_expect(lexer, T_LPAREN)) {
        frame_top(lexer)->state = FUNCTION_RESULT;
        frame_push(lexer, PARAMETER);
    }
}

void on_function_result(struct lexer *lexer) {
    frame_top(lexer)->state = FUNCTION_BODY;
    if (lexer->typescript && token_accept(lexer, T_COLON)) {
        push_type(lexer);
    }
}

/* No body: an overload, an abstract method, an ambient function. */
void on_function_body(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (token_accept(lexer, T_LBRACE)) {
        frame->state = IN_PROLOGUE;
        scope_begin_body(lexer);
        return;
    }
    lexer->context = frame->extra;
    frame_pop(lexer);
    if (!lexer->typescript || !statement_ends(lexer)) {
        lexer_fail(lexer);
        return;
    }
    token_accept(lexer, T_SEMICOLON);
}

/* A decorator does not see the parameters. */
void on_parameter_decorated(struct lexer *lexer) {
    uint32_t references = frame_top(lexer)->mark;
    frame_pop(lexer);
    scope_defer(lexer, references);
}

/* `private`, `readonly` and the like before the name of a parameter property. */
static bool at_modifier(struct lexer *lexer) {
    if (!lexer->typescript || !token_is_identifier(&lexer->token)) {
        return false;
    }
    struct slice text = token_text(lexer, &lexer->token);
    if (text.length == 0 || !strchr("pro", text.data[0])) {
        return false;
    }
    struct token next = token_peek(lexer);
    return next.kind == T_NAME || next.kind == T_LBRACE || next.kind == T_LBRACKET;
}

void on_parameter(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_RPAREN:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_COMMA:
    case T_ELLIPSIS:
        token_next(lexer);
        return;
    case T_AT:
        token_next(lexer);
        frame_push(lexer, PARAMETER_DECORATED)->mark = lexer->reference_count;
        push_expression(lexer, EX_DECORATOR, 0);
        return;
    default:
        if (at_modifier(lexer)) {
            token_next(lexer);
        } else {
            push_binding(lexer, 0);
        }
    }
}

/* ---- arrow functions ------------------------------------------------------------------------- */

void push_arrow(struct lexer *lexer, uint32_t references, uint32_t bindables, bool async,
                bool named) {
    struct frame below = *frame_top(lexer);
    frame_top(lexer)->state = FINISHED;
    if (lexer->token.newline) {
        lexer_fail(lexer);
    }
    scope_open(lexer, true, references);
    scope_bind(lexer, bindables);
    scope_begin_body(lexer);
    token_next(lexer);
    struct frame *frame;
    if (at_kind(lexer, T_LBRACE)) {
        frame = frame_push(lexer, IN_PROLOGUE);
        frame->kind = BLOCK_FUNCTION;
        frame->flags = F_SCOPE;
        token_next(lexer);
    } else {
        frame = push_expression(lexer, EX_ARROW, F_SCOPE | (below.flags & F_NO_IN));
    }
    frame->extra = (uint8_t)lexer->context;
    if (named && frame->state == IN_PROLOGUE) {
        frame->name = below.name;
        frame->name_length = below.name_length;
    }
    lexer->context = async ? IN_ASYNC : IN_ORDINARY_FUNCTION;
}

/* After the result type of `(…): T =>`; the marks are those of the parentheses. */
void on_arrow_result(struct lexer *lexer) {
    struct frame frame = *frame_top(lexer);
    frame_pop(lexer);
    if (!at_kind(lexer, T_ARROW)) {
        lexer_fail(lexer);
        return;
    }
    push_arrow(lexer, frame.mark, frame.bindables, frame.flags & F_ASYNC, frame.flags & F_NAMED);
}
