/* TypeScript types. Nothing in a type is used as a value, so they are only skipped, but exactly:
 * where one ends decides what the next token is. */
#include "lex_automaton.h"

void push_type(struct lexer *lexer) {
    frame_push(lexer, TYPE_OPERAND);
}

/* `kind` of a TYPE_LIST is the token that closes it, `extra` whether it has shown a comma or the
 * like, `mark` where the first element of parentheses begins, or the end of a generic callee. */
static void push_list(struct lexer *lexer, enum token_kind closing) {
    token_next(lexer);
    struct frame *frame = frame_push(lexer, TYPE_LIST);
    frame->kind = (uint8_t)closing;
    frame->mark = closing == T_RPAREN ? lexer->token.start : 0;
}

void push_type_list(struct lexer *lexer) {
    push_list(lexer, T_GREATER);
}

/* ---- operands -------------------------------------------------------------------------------- */

static bool starts_type(const struct token *token) {
    switch (token->kind) {
    case T_NAME:
        return token->word != W_EXTENDS && token->word != W_IS && token->word != W_AS &&
               token->word != W_IN;
    case T_LBRACE:
    case T_LPAREN:
    case T_LBRACKET:
    case T_STRING:
    case T_NUMBER:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
    case T_LESS:
        return true;
    default:
        return false;
    }
}

/* `keyof T`, `infer U` and the like: a word that an operand follows. */
static bool is_type_prefix(struct lexer *lexer) {
    struct token next;
    switch (lexer->token.word) {
    case W_KEYOF:
    case W_READONLY:
    case W_UNIQUE:
    case W_INFER:
    case W_ASSERTS:
        next = token_peek(lexer);
        return starts_type(&next) && !(next.newline && lexer->token.word == W_ASSERTS);
    case W_ABSTRACT: /* new () => T */
        return token_peek(lexer).word == W_NEW;
    case W_TYPEOF:
    case W_NEW:
        return true;
    default:
        return false;
    }
}

/* `asserts x`, which may go on with `is T` even on the next line. */
static void read_assertion(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    token_next(lexer);
    frame->state = TYPE_OPERATOR;
    if (token_accept(lexer, T_NAME) && at_word(lexer, W_IS)) {
        frame->state = TYPE_OPERAND;
        token_next(lexer);
    }
}

static void read_type_name(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (is_type_prefix(lexer)) {
        if (at_word(lexer, W_ASSERTS)) {
            read_assertion(lexer);
        } else {
            token_next(lexer);
        }
        return;
    }
    switch (lexer->token.word) {
    case W_IMPORT: /* import("x").y: a type */
        frame->state = TYPE_OPERATOR;
        token_next(lexer);
        if (at_kind(lexer, T_LPAREN)) {
            push_list(lexer, T_RPAREN);
        } else {
            lexer_fail(lexer);
        }
        return;
    case W_FUNCTION:
    case W_CLASS:
    case W_RETURN:
    case W_IF:
    case W_VAR:
    case W_FOR:
    case W_WHILE:
    case W_EXPORT:
        lexer_fail(lexer);
        return;
    default:
        frame->state = TYPE_OPERATOR;
        token_next(lexer);
    }
}

void on_type_operand(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.kind) {
    case T_NAME:
        read_type_name(lexer);
        return;
    case T_STRING:
    case T_NUMBER:
    case T_TEMPLATE:
        frame->state = TYPE_OPERATOR;
        token_next(lexer);
        return;
    case T_TEMPLATE_HEAD:
        frame->state = TYPE_OPERATOR;
        push_list(lexer, T_TEMPLATE);
        return;
    case T_LBRACE:
        frame->state = TYPE_OPERATOR;
        token_next(lexer);
        frame_push(lexer, TYPE_OBJECT);
        return;
    case T_LPAREN:
        frame->state = TYPE_OPERATOR;
        push_list(lexer, T_RPAREN);
        return;
    case T_LBRACKET:
        frame->state = TYPE_OPERATOR;
        push_list(lexer, T_RBRACKET);
        return;
    case T_LESS: /* <T>(x: T) => U */
        push_list(lexer, T_GREATER);
        return;
    case T_BAR:
    case T_AMPERSAND:
    case T_MINUS:
        token_next(lexer);
        return;
    default:
        lexer_fail(lexer);
    }
}

/* ---- operators ------------------------------------------------------------------------------- */

/* `mark` counts the `extends` that wait for their `?`, `bindables` the `?` that wait for `:`. */
static void read_conditional(struct lexer *lexer, struct frame *frame) {
    if (at_word(lexer, W_EXTENDS)) {
        frame->mark++;
    } else if (at_kind(lexer, T_QUESTION)) {
        frame->mark--;
        frame->bindables++;
    } else {
        frame->bindables--;
    }
    frame->state = TYPE_OPERAND;
    token_next(lexer);
}

static void read_type_word(struct lexer *lexer, struct frame *frame) {
    if (lexer->token.newline) {
        frame_pop(lexer);
    } else if (at_word(lexer, W_EXTENDS)) {
        read_conditional(lexer, frame);
    } else if (at_word(lexer, W_IS)) {
        frame->state = TYPE_OPERAND;
        token_next(lexer);
    } else {
        frame_pop(lexer);
    }
}

/* After a type that takes no arguments. */
static bool after_keyword_type(struct lexer *lexer) {
    static const char *const names[] = {"any",     "bigint", "boolean", "never",     "null",
                                        "number",  "object", "string",  "symbol",    "this",
                                        "unknown", "void",   "true",    "undefined", "false"};
    const struct token *name = &lexer->previous;
    if (name->kind != T_NAME ||
        (name->start && slice_equal(lexer_text(lexer, name->start - 1, name->start), SLICE(".")))) {
        return name->kind != T_NAME && name->kind != T_RPAREN;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (token_is(lexer, name, slice_of(names[i]))) {
            return true;
        }
    }
    return false;
}

void on_type_operator(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.kind) {
    case T_BAR:
    case T_AMPERSAND:
        frame->state = TYPE_OPERAND;
        token_next(lexer);
        return;
    case T_ARROW:
        if (lexer->previous.end != lexer->parameters_end) {
            frame_pop(lexer);
            return;
        }
        frame->state = TYPE_OPERAND;
        token_next(lexer);
        return;
    case T_DOT:
        token_next(lexer);
        if (!token_accept(lexer, T_NAME) && !token_accept(lexer, T_PRIVATE)) {
            lexer_fail(lexer);
        }
        return;
    case T_LBRACKET:
        if (lexer->token.newline) {
            frame_pop(lexer);
        } else {
            push_list(lexer, T_RBRACKET);
        }
        return;
    case T_LESS: /* `x as T <= y` and `x as number < y` compare */
        if (lexer->token.newline || byte_at(lexer, lexer->token.end) == '=' ||
            after_keyword_type(lexer)) {
            frame_pop(lexer);
        } else {
            push_list(lexer, T_GREATER);
        }
        return;
    case T_QUESTION:
        if (frame->mark) {
            read_conditional(lexer, frame);
        } else {
            frame_pop(lexer);
        }
        return;
    case T_COLON:
        if (frame->bindables) {
            read_conditional(lexer, frame);
        } else {
            frame_pop(lexer);
        }
        return;
    case T_NAME:
        read_type_word(lexer, frame);
        return;
    default:
        frame_pop(lexer);
    }
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* A generic callee stays what it was: `import.meta.glob<T>(…)`, `async <T>(…) => …`. */
static void move_callee(struct lexer *lexer, const struct frame *list) {
    uint32_t *ends[] = {&lexer->require_end, &lexer->glob_end, &lexer->async_end};
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (list->mark && *ends[i] == list->mark) {
            *ends[i] = lexer->previous.end;
        }
    }
}

/* Whether `(…)` may be the parameters of a function type; else it is a type in parentheses, and an
 * arrow after it belongs to the function whose result it is. */
static bool is_parameters(struct lexer *lexer, const struct frame *list) {
    const struct token *last = &lexer->previous;
    if (list->kind != T_RPAREN) {
        return false;
    }
    if (list->extra || last->end == list->opened) {
        return true;
    }
    struct slice first = lexer_text(lexer, list->mark, list->mark + 1);
    switch (first.length ? first.data[0] : 0) {
    case '{':
        return last->kind == T_RBRACE;
    case '[':
        return last->kind == T_RBRACKET;
    default:
        return last->start == list->mark && (token_is_identifier(last) || last->word == W_THIS);
    }
}

static void close_type_list(struct lexer *lexer) {
    struct frame list = *frame_top(lexer);
    bool parameters = is_parameters(lexer, &list);
    if (list.kind == T_TEMPLATE) {
        token_template_resume(lexer);
        if (at_kind(lexer, T_BAD)) {
            lexer_fail(lexer);
        } else if (at_kind(lexer, T_TEMPLATE)) {
            frame_pop(lexer);
        }
        token_next(lexer);
        return;
    }
    frame_pop(lexer);
    token_next(lexer);
    if (parameters) {
        lexer->parameters_end = lexer->previous.end;
        return;
    }
    if (lexer->frame_count && frame_top(lexer)->state == OPERAND && list.flags & F_NAMED) {
        frame_top(lexer)->opened = lexer->previous.end;
    }
    move_callee(lexer, &list);
}

/* `[function: T, void?: T]`: in a type the word would begin something else. */
static bool is_label(struct lexer *lexer) {
    if (!lexer->token.word) {
        return false;
    }
    struct token next = token_peek(lexer);
    return next.kind == T_COLON || next.kind == T_QUESTION;
}

/* Whether an element of type arguments or parameters begins: nothing but a modifier stands before
 * it that no comma ends. */
static bool begins_element(struct lexer *lexer) {
    const struct token *last = &lexer->previous;
    return last->kind == T_LESS || last->kind == T_COMMA || last->kind == T_ASSIGN ||
           last->word == W_CONST || last->word == W_IN || token_is(lexer, last, SLICE("out"));
}

/* Type arguments, type parameters, tuples, parameters of function types, index signatures: types
 * with the punctuation of any of them between. */
void on_type_list(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    enum token_kind closing = frame->kind == T_TEMPLATE ? T_RBRACE : (enum token_kind)frame->kind;
    if (at_kind(lexer, closing)) {
        close_type_list(lexer);
        return;
    }
    switch (lexer->token.kind) {
    case T_COLON:
    case T_QUESTION:
    case T_ELLIPSIS:
        if (closing == T_GREATER) {
            lexer_fail(lexer);
            return;
        }
        /* fall through */
    case T_COMMA:
    case T_ASSIGN:
        frame->extra = 1;
        token_next(lexer);
        return;
    case T_NAME: /* `const T`, `in T`, `K in T`, `K in T as U`, `readonly x: T` */
        if (at_word(lexer, W_IN) || at_word(lexer, W_CONST) || at_word(lexer, W_AS) ||
            is_label(lexer)) {
            token_next(lexer);
            return;
        }
        /* fall through */
    default:
        if (closing == T_GREATER && !begins_element(lexer)) {
            lexer_fail(lexer);
            return;
        }
        frame_push(lexer, TYPE_OPERAND);
    }
}

void on_type_object(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_RBRACE:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_NAME:
    case T_STRING:
    case T_NUMBER:
    case T_PRIVATE:
    case T_SEMICOLON:
    case T_COMMA:
    case T_QUESTION:
    case T_PLUS:
    case T_MINUS:
    case T_ELLIPSIS:
        token_next(lexer);
        return;
    case T_LBRACKET:
        push_list(lexer, T_RBRACKET);
        return;
    case T_LPAREN:
        push_list(lexer, T_RPAREN);
        return;
    case T_LESS:
        push_list(lexer, T_GREATER);
        return;
    case T_COLON:
        token_next(lexer);
        push_type(lexer);
        return;
    default:
        lexer_fail(lexer);
    }
}

/* ---- type arguments in expressions ----------------------------------------------------------- */

/* What TypeScript lets follow the `>` of type arguments; else the `<` was an operator. */
static bool may_follow_arguments(struct lexer *lexer) {
    const struct token *token = &lexer->token;
    if (token->start == lexer->previous.end && (token->kind == T_GREATER)) {
        return false;
    }
    switch (token->kind) {
    case T_LPAREN:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
        return true;
    case T_LESS:
    case T_GREATER:
    case T_PLUS:
    case T_MINUS:
        return false;
    case T_ASSIGN:
        return token->start != lexer->previous.end; /* `>=` is one token */
    case T_SLASH:                                   /* `/=` begins a regular expression */
        return token->newline || byte_at(lexer, token->end) != '=';
    case T_BINARY:
    case T_ASSIGN_BINARY:
    case T_STAR:
    case T_AMPERSAND:
    case T_BAR:
        return true;
    case T_NAME:
        return token->newline || token->word == W_IN || token->word == W_INSTANCEOF ||
               token->word == W_AS || token->word == W_SATISFIES;
    case T_STRING:
    case T_NUMBER:
    case T_PRIVATE:
    case T_LBRACE:
    case T_LBRACKET:
    case T_BANG:
    case T_TILDE:
    case T_INCREMENT:
    case T_AT:
        return token->newline;
    default:
        return true;
    }
}

/* No more than this many times the size of the file is read ahead. */
#define SPECULATION 16

/* At `<` after an operand: reads on as if type arguments followed, and comes back. */
bool type_arguments_follow(struct lexer *lexer) {
    struct token token = lexer->token, previous = lexer->previous;
    uint32_t cursor = lexer->cursor, floor = lexer->frame_count;
    push_type_list(lexer);
    frame_run(lexer, floor);
    bool follow = !lexer->failed && may_follow_arguments(lexer);
    lexer->speculated += lexer->cursor - cursor;
    lexer->failed = lexer->halted = lexer->facts->error != 0;
    if (lexer->speculated / SPECULATION > lexer->size) {
        lexer_fail(lexer);
    }
    lexer->frame_count = floor;
    cursor_return(lexer, cursor);
    lexer->token = token;
    lexer->previous = previous;
    return follow;
}
