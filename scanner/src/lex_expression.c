/* Expressions. No tree is needed, so operators have no precedence: an expression is operands with
 * operators between them, and only brackets, functions and the like take a frame of their own. */
#include "lex_automaton.h"

struct frame *push_expression(struct lexer *lexer, enum expression_kind kind, unsigned flags) {
    struct frame *frame = frame_push(lexer, OPERAND);
    frame->kind = (uint8_t)kind;
    frame->flags = (uint8_t)flags;
    return frame;
}

static void operand_missing(struct lexer *lexer);

/* ---- operands -------------------------------------------------------------------------------- */

static void open_array(struct lexer *lexer) {
    struct frame *below = frame_top(lexer);
    bool pattern = at_pattern(lexer, below);
    bool globs = takes_list(lexer, below) && at_element(lexer, below);
    below->state = OPERATOR;
    token_next(lexer);
    push_expression(lexer, globs ? EX_GLOB_LIST : EX_ARRAY, F_SEQUENCE | (pattern ? F_PATTERN : 0));
}

static void open_object(struct lexer *lexer) {
    struct frame *below = frame_top(lexer);
    bool pattern = at_pattern(lexer, below);
    bool options = below->kind == EX_CALL && below->extra & X_OPTIONS && at_element(lexer, below);
    uint32_t first = below->argument;
    below->state = OPERATOR;
    token_next(lexer);
    struct frame *frame = frame_push(lexer, OBJECT_KEY);
    frame->flags = pattern ? F_PATTERN : 0;
    frame->kind = options;
    frame->argument = first;
}

static void open_template(struct lexer *lexer) {
    struct frame *below = frame_top(lexer);
    bool piece = below->state == OPERAND && in_specifier(below);
    below->state = OPERATOR;
    token_next(lexer);
    push_expression(lexer, EX_TEMPLATE, F_SEQUENCE)->extra = piece ? X_PIECES : 0;
}

static void read_function(struct lexer *lexer, bool async) {
    struct frame *frame = frame_top(lexer);
    uint32_t length = lexer->named ? frame->name_length : 0;
    frame->state = OPERATOR;
    push_function(lexer, async, false, frame->name, length);
}

void use_name(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    uint32_t reference = scope_use(lexer, &lexer->token);
    if (reference != NONE) {
        if (at_pattern(lexer, frame)) {
            scope_bindable(lexer, reference);
        }
        if (lexer->references[reference].name == 0) {
            lexer->require_end = lexer->token.end;
            lexer->require_reference = reference;
            if (frame->kind == EX_PAREN && frame->extra & X_FIRST && at_element(lexer, frame)) {
                frame->extra |= X_REQUIRE;
            }
        }
    }
    frame->state = OPERATOR;
    token_next(lexer);
}

static void read_async(struct lexer *lexer) {
    struct token next = token_peek(lexer);
    if (!lexer->token.escaped && next.kind == T_NAME && !next.newline) {
        if (next.word == W_FUNCTION) {
            token_next(lexer);
            read_function(lexer, true);
            return;
        }
        if (token_is_identifier(&next) && token_peek_past(lexer, &next).kind == T_ARROW) {
            token_next(lexer);
            lexer->async_parameter = lexer->token.start;
        }
    }
    lexer->async_end = lexer->token.word == W_ASYNC ? lexer->token.end : NONE;
    use_name(lexer);
}

/* At the top level it is one in a module, a name in a script. */
bool await_is_operator(struct lexer *lexer) {
    if (lexer->context == 0) {
        lexer->top_await = true;
        return !lexer->script;
    }
    return lexer->context & IN_ASYNC;
}

static bool word_is_operator(struct lexer *lexer, const struct token *token) {
    if (token->escaped) {
        return false;
    }
    return token->word == W_YIELD ? lexer->context & IN_GENERATOR : await_is_operator(lexer);
}

static void read_word(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (lexer->token.word) {
    case W_FUNCTION:
        read_function(lexer, false);
        return;
    case W_CLASS:
        frame->state = OPERATOR;
        push_class(lexer, false);
        return;
    case W_ASYNC:
        read_async(lexer);
        return;
    case W_TYPEOF:
    case W_VOID:
    case W_DELETE:
        token_next(lexer);
        return;
    case W_NEW:
        read_new(lexer);
        return;
    case W_IMPORT:
        read_import_expression(lexer);
        return;
    case W_AWAIT:
    case W_YIELD:
        if (word_is_operator(lexer, &lexer->token)) {
            token_next(lexer);
            if (lexer->previous.word != W_YIELD) {
                return;
            }
            if (lexer->token.newline) {
                frame->state = FINISHED;
            } else if (at_kind(lexer, T_STAR)) {
                token_next(lexer);
            }
            return;
        }
        use_name(lexer);
        return;
    case W_THIS:
    case W_SUPER:
    case W_NULL:
    case W_TRUE:
    case W_FALSE:
        frame->state = OPERATOR;
        token_next(lexer);
        return;
    default:
        if (lexer->token.word <= W_LAST_RESERVED && !lexer->token.escaped) {
            frame->state = OPERATOR; /* an operand may be missing */
            operand_missing(lexer);
        } else {
            use_name(lexer);
        }
    }
}

/* `<` before an operand: JSX, a type assertion, or the type parameters of an arrow function. */
static void read_less(struct lexer *lexer) {
    if (lexer->jsx && !(lexer->typescript && jsx_arrow_follows(lexer))) {
        frame_top(lexer)->state = COMPLETE;
        push_jsx(lexer);
    } else if (lexer->typescript) {
        bool named = at_element(lexer, frame_top(lexer));
        push_type_list(lexer);
        frame_top(lexer)->flags |= named ? F_NAMED : 0;
    } else {
        lexer_fail(lexer);
    }
}

/* A frame of brackets may be empty, end in a comma, or hold holes; `yield` and, where it is an
 * identifier, `await` need no operand. */
static void operand_missing(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    bool bare = lexer->previous.word == W_YIELD || lexer->previous.word == W_AWAIT;
    bool holes = frame->kind == EX_ARRAY || frame->kind == EX_GLOB_LIST;
    bool list =
        holes || (frame->kind >= EX_PAREN && frame->kind <= EX_GLOB) || frame->kind == EX_JSX;
    bool ends = (at_kind(lexer, T_COMMA) && holes) || at_kind(lexer, T_RPAREN) ||
                at_kind(lexer, T_RBRACKET) || at_kind(lexer, T_RBRACE);
    if (at_element(lexer, frame) ? list && ends : bare) {
        frame->state = OPERATOR;
    } else {
        lexer_fail(lexer);
    }
}

/* Reads prefix operators and one operand, or what begins one. */
void on_operand(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (in_specifier(frame)) {
        specifier_operand(lexer);
    }
    switch (lexer->token.kind) {
    case T_NAME:
        lexer->named = at_element(lexer, frame);
        if (lexer->token.word) {
            read_word(lexer);
        } else {
            use_name(lexer);
        }
        return;
    case T_NUMBER:
    case T_STRING:
    case T_TEMPLATE:
    case T_PRIVATE:
        frame->state = OPERATOR;
        token_next(lexer);
        return;
    case T_TEMPLATE_HEAD:
        open_template(lexer);
        return;
    case T_SLASH:
        token_regex(lexer);
        if (at_kind(lexer, T_BAD)) {
            lexer_fail(lexer);
        }
        return;
    case T_LPAREN:
        paren_open(lexer, 0);
        return;
    case T_LBRACKET:
        open_array(lexer);
        return;
    case T_LBRACE:
        open_object(lexer);
        return;
    case T_PLUS:
    case T_MINUS:
    case T_BANG:
    case T_TILDE:
    case T_INCREMENT:
        token_next(lexer);
        return;
    case T_ELLIPSIS:
        if (at_element(lexer, frame)) {
            token_next(lexer);
            frame->opened = lexer->previous.end;
        } else {
            lexer_fail(lexer);
        }
        return;
    case T_LESS:
        read_less(lexer);
        return;
    case T_AT: /* a decorated class expression */
        token_next(lexer);
        push_expression(lexer, EX_DECORATOR, 0);
        return;
    default:
        operand_missing(lexer);
    }
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void close_bracket(struct lexer *lexer, enum token_kind kind) {
    frame_pop(lexer);
    token_expect(lexer, kind);
}

static void close_template(struct lexer *lexer) {
    if (!at_kind(lexer, T_RBRACE)) {
        lexer_fail(lexer);
        return;
    }
    token_template_resume(lexer);
    struct frame *frame = frame_top(lexer);
    if (at_kind(lexer, T_TEMPLATE_HEAD)) {
        template_piece(lexer);
        token_next(lexer);
        frame->opened = lexer->previous.end;
        frame->state = OPERAND;
    } else if (at_kind(lexer, T_TEMPLATE)) {
        template_piece(lexer);
        frame_pop(lexer);
        token_next(lexer);
    } else {
        lexer_fail(lexer);
    }
}

/* `name:` was a label, not an expression. */
static bool is_label(const struct lexer *lexer, const struct frame *frame) {
    return at_kind(lexer, T_COLON) && token_is_identifier(&lexer->previous) &&
           lexer->previous.start == frame->mark;
}

/* The last name was no operand. */
static void take_back(struct lexer *lexer) {
    uint32_t count = lexer->reference_count;
    if (count && lexer->references[count - 1].start == lexer->previous.start) {
        scope_rewind(lexer, count - 1);
    }
}

static void end_expression_statement(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (is_label(lexer, frame)) {
        take_back(lexer);
        token_next(lexer);
        frame->state = STATEMENT;
        frame->kind = 0;
        return;
    }
    frame->state = SEMICOLON;
}

static void end_expression(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    switch (frame->kind) {
    case EX_STATEMENT:
        end_expression_statement(lexer);
        return;
    case EX_PAREN:
        paren_close(lexer);
        return;
    case EX_SPECIFIER:
    case EX_GLOB:
        specifier_end(lexer);
        close_bracket(lexer, T_RPAREN);
        return;
    case EX_CALL:
    case EX_HEAD:
        close_bracket(lexer, T_RPAREN);
        return;
    case EX_INDEX:
    case EX_ARRAY:
    case EX_GLOB_LIST:
        close_bracket(lexer, T_RBRACKET);
        return;
    case EX_TEMPLATE:
        close_template(lexer);
        return;
    case EX_CONSEQUENT:
        frame_pop(lexer);
        frame_top(lexer)->state = OPERAND;
        token_expect(lexer, T_COLON);
        return;
    case EX_CASE:
        close_bracket(lexer, T_COLON);
        return;
    case EX_JSX: /* the JSX below goes on at the cursor, without a token */
        frame_pop(lexer);
        if (!at_kind(lexer, T_RBRACE)) {
            lexer_fail(lexer);
        }
        return;
    case EX_ARROW:
    case EX_FIELD:
        lexer->context = frame->extra;
        frame_pop(lexer);
        return;
    default:
        frame_pop(lexer);
    }
}

/* ---- operators ------------------------------------------------------------------------------- */

static void read_member(struct lexer *lexer) {
    bool optional = at_kind(lexer, T_QUESTION_DOT);
    uint32_t callee = lexer->previous.end;
    token_next(lexer);
    if (at_kind(lexer, T_NAME) || at_kind(lexer, T_PRIVATE)) {
        token_next(lexer);
    } else if (!optional || (!at_kind(lexer, T_LPAREN) && !at_kind(lexer, T_LBRACKET) &&
                             !at_kind(lexer, T_LESS))) {
        lexer_fail(lexer);
    } else if (lexer->require_end == callee) {
        lexer->require_end = lexer->previous.end; /* require?.() */
    } else if (lexer->glob_end == callee) {
        lexer->glob_end = lexer->previous.end;
        lexer->glob_unknown = true;
    }
}

static void open_call(struct lexer *lexer) {
    const struct token *callee = &lexer->previous;
    if (callee->end == lexer->require_end) {
        specifier_open(lexer, FACT_REQUIRE, lexer->require_reference);
        return;
    }
    if (callee->end == lexer->glob_end) {
        glob_open(lexer);
        return;
    }
    if (callee->end == lexer->async_end && !lexer->token.newline) {
        bool named = lexer->named;
        paren_open(lexer, F_ASYNC);
        if (named) {
            frame_top(lexer)->flags |= F_NAMED;
        }
        return;
    }
    bool url = callee->end == lexer->url_end;
    token_next(lexer);
    struct frame *frame = push_expression(lexer, EX_CALL, F_SEQUENCE);
    frame->extra = url ? X_URL : 0;
    frame->mark = lexer->token.start;
}

static void open_index(struct lexer *lexer) {
    token_next(lexer);
    push_expression(lexer, EX_INDEX, F_SEQUENCE);
}

static void read_question(struct lexer *lexer) {
    if (paren_optional_parameter(lexer)) {
        frame_top(lexer)->flags |= F_TYPED;
        token_next(lexer);
        return;
    }
    token_next(lexer);
    push_expression(lexer, EX_CONSEQUENT, 0);
}

/* `x => …`: the name before it is the parameter. */
static void read_arrow(struct lexer *lexer) {
    bool async = lexer->previous.start == lexer->async_parameter;
    uint32_t references = lexer->reference_count, bindables = lexer->bindable_count;
    if (!token_is_identifier(&lexer->previous)) {
        lexer_fail(lexer);
        return;
    }
    if (references && lexer->references[references - 1].start == lexer->previous.start) {
        references--;
        if (bindables && lexer->bindables[bindables - 1] == references) {
            bindables--;
        } else {
            scope_bindable(lexer, references);
        }
    }
    push_arrow(lexer, references, bindables, async, lexer->named);
}

/* What is assigned here is called as the name before the cursor. */
static void name_after_target(const struct lexer *lexer, struct frame *frame) {
    frame->name_length = 0;
    if (lexer->previous.kind == T_NAME || lexer->previous.kind == T_PRIVATE) {
        frame->name = lexer->previous.start;
        frame->name_length = lexer->previous.end - lexer->previous.start;
    }
}

/* Of a parameter, or in an index signature. */
static void read_annotation(struct lexer *lexer) {
    if (frame_top(lexer)->kind == EX_INDEX) {
        take_back(lexer);
    }
    struct frame *frame = frame_top(lexer);
    frame->flags |= F_TYPED;
    if (frame->kind == EX_PAREN && !(frame->extra & X_PIECES)) {
        frame->operand = frame->opened;
        name_after_target(lexer, frame);
    }
    token_next(lexer);
    push_type(lexer);
}

static void read_assignment(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    bool typed = frame->operand == frame->opened && frame->kind == EX_PAREN;
    if (!typed || frame->extra & X_PIECES) {
        name_after_target(lexer, frame);
    }
    token_next(lexer);
    frame->opened = lexer->previous.end;
    frame->state = OPERAND;
    if (frame->flags & F_PATTERN) {
        frame->extra |= X_DEFAULT;
    }
}

/* `/`, `>` or `<`, which may go on. */
static void read_extended(struct lexer *lexer) {
    token_extend(lexer);
    if (at_kind(lexer, T_ASSIGN_BINARY)) {
        read_assignment(lexer);
        return;
    }
    token_next(lexer);
    frame_top(lexer)->state = OPERAND;
}

static void read_less_operator(struct lexer *lexer) {
    if (lexer->typescript &&
        (frame_top(lexer)->kind == EX_HERITAGE || type_arguments_follow(lexer))) {
        uint32_t callee = lexer->previous.end;
        push_type_list(lexer);
        frame_top(lexer)->mark = callee;
        return;
    }
    read_extended(lexer);
}

static void read_word_operator(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    const struct token *token = &lexer->token;
    if (token->escaped) {
        end_expression(lexer);
        return;
    }
    switch (token->word) {
    case W_IN:
        if (frame->flags & F_NO_IN) {
            end_expression(lexer);
            return;
        }
        /* fall through */
    case W_INSTANCEOF:
        token_next(lexer);
        frame->state = OPERAND;
        return;
    case W_AS:
    case W_SATISFIES:
        if (lexer->typescript && !token->newline) {
            frame->state = COMPLETE;
            token_next(lexer);
            push_type(lexer);
            return;
        }
        /* fall through */
    default:
        end_expression(lexer);
    }
}

/* A decorator is a name, its members and calls: `@a.b(c)`. */
static bool ends_decorator(const struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_DOT:
    case T_QUESTION_DOT:
    case T_LPAREN:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
        return false;
    case T_LESS:
    case T_BANG:
        return !lexer->typescript;
    default:
        return true;
    }
}

/* Returns when another frame is on top, or an operand is due. */
void on_operator(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (frame->extra & X_REQUIRE && !at_kind(lexer, T_RPAREN) && !at_typing(lexer)) {
        frame->extra &= (uint8_t)~X_REQUIRE;
    }
    if (in_specifier(frame)) {
        specifier_operator(lexer);
    } else if (frame->kind == EX_DECORATOR && ends_decorator(lexer)) {
        end_expression(lexer);
        return;
    }
    switch (lexer->token.kind) {
    case T_DOT:
    case T_QUESTION_DOT:
        read_member(lexer);
        return;
    case T_LPAREN:
        open_call(lexer);
        return;
    case T_LBRACKET:
        open_index(lexer);
        return;
    case T_TEMPLATE:
        token_next(lexer);
        return;
    case T_TEMPLATE_HEAD:
        open_template(lexer);
        return;
    case T_PLUS:
    case T_MINUS:
    case T_STAR:
    case T_AMPERSAND:
    case T_BAR:
    case T_BINARY:
        token_next(lexer);
        frame->state = OPERAND;
        return;
    case T_SLASH:
    case T_GREATER:
        read_extended(lexer);
        return;
    case T_LESS:
        read_less_operator(lexer);
        return;
    case T_ASSIGN:
    case T_ASSIGN_BINARY:
        read_assignment(lexer);
        return;
    case T_COMMA:
        if (frame->flags & F_SEQUENCE) {
            token_next(lexer);
            frame->opened = lexer->previous.end;
            frame->state = OPERAND;
            frame->name_length = 0;
            frame->extra &= (uint8_t) ~(X_DEFAULT | X_FIRST);
            if (frame->named) {
                directive_drop_names(lexer, frame);
            }
        } else {
            end_expression(lexer);
        }
        return;
    case T_QUESTION:
        read_question(lexer);
        return;
    case T_ARROW:
        read_arrow(lexer);
        return;
    case T_COLON:
        if (lexer->typescript && (frame->kind == EX_PAREN || frame->kind == EX_INDEX)) {
            read_annotation(lexer);
        } else {
            end_expression(lexer);
        }
        return;
    case T_INCREMENT:
        if (lexer->token.newline) {
            end_expression(lexer);
        } else {
            frame->state = COMPLETE;
            token_next(lexer);
        }
        return;
    case T_BANG:
        if (lexer->typescript && !lexer->token.newline) {
            require_assert(lexer);
        } else {
            end_expression(lexer);
        }
        return;
    case T_NAME:
        if (lexer->token.word) {
            read_word_operator(lexer);
            return;
        }
        /* fall through */
    default:
        end_expression(lexer);
    }
}

static bool begins_suffix(const struct token *token) {
    switch (token->kind) {
    case T_LPAREN:
    case T_LBRACKET:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
        return true;
    default:
        return false;
    }
}

void on_complete(struct lexer *lexer) {
    frame_top(lexer)->state = OPERATOR;
    if (lexer->token.newline && begins_suffix(&lexer->token)) {
        end_expression(lexer);
    } else {
        on_operator(lexer);
    }
}

/* After an arrow function nothing but a comma goes on with the expression. */
void on_finished(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (at_kind(lexer, T_COMMA) && frame->flags & F_SEQUENCE) {
        frame->state = OPERATOR;
        on_operator(lexer);
    } else {
        end_expression(lexer);
    }
}
