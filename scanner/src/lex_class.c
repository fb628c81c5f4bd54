/* Classes and object literals: keys and what follows them. */
#include "lex_automaton.h"

static bool starts_key(const struct token *token) {
    switch (token->kind) {
    case T_NAME:
    case T_STRING:
    case T_NUMBER:
    case T_PRIVATE:
    case T_LBRACKET:
    case T_STAR:
        return true;
    default:
        return false;
    }
}

/* What TypeScript erases asks no value of the name that its key or the class that it extends begins
 * with. A parameter is no such name. */
static void erase_name(struct lexer *lexer) {
    if (token_is_identifier(&lexer->token) && token_peek(lexer).kind != T_ARROW) {
        lexer->erased = lexer->token.start;
    }
}

/* Of a class `mark` is where the key begins that stands behind `abstract` or `declare`. */
static bool key_is_erased(struct lexer *lexer) {
    const struct token *token = &lexer->token, *previous = &lexer->previous;
    bool ambient =
        lexer->ambient && (token->newline || !token_is(lexer, previous, SLICE("accessor")));
    return ambient || frame_top(lexer)->mark == token->start;
}

/* At what stands behind a modifier. */
static void mark_erased(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    const struct token *modifier = &lexer->previous;
    bool erases = modifier->word == W_ABSTRACT || modifier->word == W_DECLARE;
    bool breaks = modifier->word == W_STATIC || token_is(lexer, modifier, SLICE("get")) ||
                  token_is(lexer, modifier, SLICE("set"));
    bool erased = frame->mark == modifier->start && !token_is(lexer, modifier, SLICE("accessor"));
    if (lexer->token.newline ? erased && breaks : erased || erases) {
        frame->mark = lexer->token.start;
    }
}

static NOINLINE void read_computed_key(struct lexer *lexer, enum state after) {
    struct frame *frame = frame_top(lexer);
    bool erased = after == CLASS_AFTER_KEY && key_is_erased(lexer);
    frame->state = (uint8_t)after;
    frame->name_length = 0;
    token_next(lexer);
    if (erased) {
        erase_name(lexer);
    }
    push_expression(lexer, EX_INDEX, F_SEQUENCE);
}

/* Consumes a key. A function that stands there would be called by it. */
static void read_key(struct lexer *lexer, enum state after) {
    struct frame *frame = frame_top(lexer);
    const struct token *token = &lexer->token;
    bool quoted = token->kind == T_STRING;
    switch (token->kind) {
    case T_STAR:
        frame->extra |= IN_GENERATOR;
        token_next(lexer);
        return;
    case T_LBRACKET:
        read_computed_key(lexer, after);
        return;
    default:
        frame->state = (uint8_t)after;
        frame->name = token->start + quoted;
        frame->name_length = token->end - token->start - 2 * quoted;
        token_next(lexer);
    }
}

static void read_method(struct lexer *lexer, enum state before) {
    struct frame *frame = frame_top(lexer);
    unsigned context = frame->extra;
    frame->state = (uint8_t)before;
    frame->extra = 0;
    push_method(lexer, context, frame->name, frame->name_length);
}

static struct frame *push_value(struct lexer *lexer, enum state before, enum expression_kind kind,
                                unsigned flags) {
    struct frame *frame = frame_top(lexer);
    uint32_t name = frame->name, length = frame->name_length;
    frame->state = (uint8_t)before;
    frame->extra = 0;
    token_next(lexer);
    struct frame *value = push_expression(lexer, kind, flags);
    value->name = name;
    value->name_length = length;
    return value;
}

/* What looked like a key was a modifier of the one that follows. */
static void read_modified_key(struct lexer *lexer, enum state before) {
    struct frame *frame = frame_top(lexer);
    if (!starts_key(&lexer->token)) {
        lexer_fail(lexer);
        return;
    }
    if (lexer->previous.word == W_ASYNC && !lexer->token.newline) {
        frame->extra |= IN_ASYNC;
    }
    frame->state = (uint8_t)before;
}

/* ---- classes --------------------------------------------------------------------------------- */

void push_class(struct lexer *lexer, bool declares) {
    token_next(lexer);
    struct token own = lexer->token;
    bool named =
        token_is_identifier(&own) && (own.word != W_IMPLEMENTS || token_peek(lexer).kind != T_NAME);
    if (named) {
        if (declares) {
            scope_declare(lexer, &own, false);
        }
        token_next(lexer);
    }
    frame_push(lexer, CLASS_HEAD)->flags = F_SCOPE;
    scope_open(lexer, false, lexer->reference_count);
    if (named && !declares) {
        scope_declare(lexer, &own, false);
    }
}

void on_class_head(struct lexer *lexer) {
    if (token_accept(lexer, T_LBRACE)) {
        frame_top(lexer)->state = CLASS_KEY;
    } else if (at_word(lexer, W_EXTENDS)) {
        token_next(lexer);
        if (lexer->ambient) {
            erase_name(lexer);
        }
        push_expression(lexer, EX_HERITAGE, 0);
    } else if (!lexer->typescript) {
        lexer_fail(lexer);
    } else if (at_kind(lexer, T_LESS)) {
        push_type_list(lexer);
    } else if (at_word(lexer, W_IMPLEMENTS) || at_kind(lexer, T_COMMA)) {
        token_next(lexer);
        push_type(lexer);
    } else {
        lexer_fail(lexer);
    }
}

void on_class_key(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_RBRACE:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_SEMICOLON:
        token_next(lexer);
        return;
    case T_AT:
        token_next(lexer);
        push_expression(lexer, EX_DECORATOR, 0);
        return;
    default:
        if (starts_key(&lexer->token)) {
            read_key(lexer, CLASS_AFTER_KEY);
        } else {
            lexer_fail(lexer);
        }
    }
}

static void push_static_block(struct lexer *lexer) {
    token_next(lexer);
    struct frame *frame = frame_push(lexer, IN_BLOCK);
    frame->kind = BLOCK_FUNCTION;
    frame->flags = F_SCOPE;
    frame->extra = (uint8_t)lexer->context;
    lexer->context = IN_ORDINARY_FUNCTION;
    scope_open(lexer, true, lexer->reference_count);
}

static void push_field(struct lexer *lexer) {
    push_value(lexer, CLASS_KEY, EX_FIELD, 0)->extra = (uint8_t)lexer->context;
    lexer->context = IN_ORDINARY_FUNCTION;
}

void on_class_after_key(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.kind) {
    case T_LPAREN:
    case T_LESS:
        read_method(lexer, CLASS_KEY);
        return;
    case T_ASSIGN:
        push_field(lexer);
        return;
    case T_SEMICOLON:
    case T_RBRACE:
        frame->state = CLASS_KEY;
        frame->extra = 0;
        return;
    case T_LBRACE:
        frame->state = CLASS_KEY;
        if (lexer->previous.word == W_STATIC) {
            push_static_block(lexer);
        } else {
            lexer_fail(lexer);
        }
        return;
    case T_QUESTION:
    case T_BANG:
        token_next(lexer);
        return;
    case T_COLON:
        token_next(lexer);
        push_type(lexer);
        return;
    case T_AT:
        frame->state = CLASS_KEY;
        return;
    default:
        mark_erased(lexer);
        read_modified_key(lexer, CLASS_KEY);
    }
}

/* ---- objects --------------------------------------------------------------------------------- */

void on_object_key(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_RBRACE:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_COMMA:
        if (lexer->previous.kind == T_COMMA) {
            lexer_fail(lexer);
            return;
        }
        token_next(lexer);
        return;
    case T_ELLIPSIS:
        token_next(lexer);
        push_expression(lexer, EX_PLAIN, frame_top(lexer)->flags & F_PATTERN);
        return;
    default:
        if (starts_key(&lexer->token)) {
            read_key(lexer, OBJECT_AFTER_KEY);
        } else {
            lexer_fail(lexer);
        }
    }
}

static void use_shorthand(struct lexer *lexer) {
    if (!token_is_identifier(&lexer->previous)) {
        lexer_fail(lexer);
        return;
    }
    uint32_t reference = scope_use(lexer, &lexer->previous);
    if (reference != NONE && frame_top(lexer)->flags & F_PATTERN) {
        scope_bindable(lexer, reference);
    }
}

void on_object_after_key(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.kind) {
    case T_COLON:
        if (frame->kind) {
            glob_option(lexer, frame);
        }
        push_value(lexer, OBJECT_KEY, EX_PLAIN, frame->flags & F_PATTERN);
        return;
    case T_LPAREN:
    case T_LESS:
        read_method(lexer, OBJECT_KEY);
        return;
    case T_COMMA:
    case T_RBRACE:
        use_shorthand(lexer);
        frame->state = OBJECT_KEY;
        return;
    case T_ASSIGN:
        use_shorthand(lexer);
        push_value(lexer, OBJECT_KEY, EX_PLAIN, 0);
        return;
    default:
        read_modified_key(lexer, OBJECT_KEY);
    }
}
