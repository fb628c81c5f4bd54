/* The statements of TypeScript that JavaScript has not. */
#include "lex_automaton.h"

/* ---- enums ----------------------------------------------------------------------------------- */

void push_enum(struct lexer *lexer) {
    token_next(lexer);
    if (!lexer->typescript || !token_is_identifier(&lexer->token)) {
        lexer_fail(lexer);
        return;
    }
    scope_merge(lexer, &lexer->token);
    token_next(lexer);
    if (token_expect(lexer, T_LBRACE)) {
        frame_push(lexer, ENUM_MEMBER)->flags = F_SCOPE;
        scope_open(lexer, false, lexer->reference_count);
    }
}

static void declare_member(struct lexer *lexer) {
    struct token name = lexer->token;
    bool quoted = name.kind == T_STRING;
    name.start += quoted;
    name.end -= quoted;
    if (!quoted || !name.escaped) {
        scope_declare(lexer, &name, false);
    }
}

/* The members are names in each other's initialisers. */
void on_enum_member(struct lexer *lexer) {
    switch (lexer->token.kind) {
    case T_RBRACE:
        frame_pop(lexer);
        token_next(lexer);
        return;
    case T_COMMA:
        token_next(lexer);
        return;
    case T_NAME:
    case T_STRING:
        declare_member(lexer);
        /* fall through */
    case T_NUMBER:
        frame_top(lexer)->state = ENUM_AFTER_KEY;
        token_next(lexer);
        return;
    case T_LBRACKET:
        frame_top(lexer)->state = ENUM_AFTER_KEY;
        token_next(lexer);
        push_expression(lexer, EX_INDEX, F_SEQUENCE);
        return;
    default:
        lexer_fail(lexer);
    }
}

void on_enum_after_key(struct lexer *lexer) {
    frame_top(lexer)->state = ENUM_MEMBER;
    if (token_accept(lexer, T_ASSIGN)) {
        push_expression(lexer, EX_PLAIN, 0);
    }
}

/* ---- types ----------------------------------------------------------------------------------- */

void on_interface_head(struct lexer *lexer) {
    if (at_kind(lexer, T_LESS)) {
        push_type_list(lexer);
    } else if (at_word(lexer, W_EXTENDS) || at_kind(lexer, T_COMMA)) {
        token_next(lexer);
        push_type(lexer);
    } else if (token_expect(lexer, T_LBRACE)) {
        frame_top(lexer)->state = TYPE_OBJECT;
    }
}

void on_alias_head(struct lexer *lexer) {
    if (at_kind(lexer, T_LESS)) {
        push_type_list(lexer);
    } else if (token_expect(lexer, T_ASSIGN)) {
        frame_top(lexer)->state = SEMICOLON;
        push_type(lexer);
    }
}

/* ---- modules --------------------------------------------------------------------------------- */

void on_module_body(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (token_accept(lexer, T_DOT)) {
        token_expect(lexer, T_NAME);
    } else if (token_accept(lexer, T_LBRACE)) {
        frame->state = IN_BLOCK;
        frame->kind = BLOCK_MODULE;
        frame->flags = F_SCOPE;
        scope_open(lexer, true, lexer->reference_count);
    } else {
        frame->state = SEMICOLON; /* declare module "x"; */
    }
}

void on_ambient_after(struct lexer *lexer) {
    lexer->ambient--;
    frame_pop(lexer);
}

static void push_ambient(struct lexer *lexer) {
    if (lexer->ambient++ == 0) {
        lexer->ambient_scope = lexer->scope_count;
    }
    frame_push(lexer, AMBIENT_AFTER);
}

static void read_module(struct lexer *lexer) {
    token_next(lexer);
    if (at_kind(lexer, T_STRING)) {
        push_ambient(lexer);
    } else if (lexer->ambient) {
        scope_declare_inside(lexer, &lexer->token);
    } else {
        scope_merge(lexer, &lexer->token);
    }
    token_next(lexer);
    frame_push(lexer, MODULE_BODY);
}

/* ---- any statement --------------------------------------------------------------------------- */

static void read_declared(struct lexer *lexer, enum state state) {
    token_next(lexer);
    if (lexer->ambient) {
        scope_declare_inside(lexer, &lexer->token);
    }
    token_next(lexer);
    frame_push(lexer, state);
}

/* Whether the word after `declare` begins a declaration, and `declare` is no operand. */
static bool is_declared(const struct token *word) {
    switch (word->word) {
    case W_IN:
    case W_INSTANCEOF:
    case W_AS:
    case W_SATISFIES:
        return false;
    default:
        return word->kind == T_NAME;
    }
}

/* At a word; false: it begins no statement of TypeScript's own here. */
bool typescript_statement(struct lexer *lexer) {
    struct token next = token_peek(lexer);
    enum word word = lexer->token.word;
    if (word == W_GLOBAL && next.kind == T_LBRACE) {
        push_ambient(lexer);
        token_next(lexer);
        push_block(lexer);
        frame_top(lexer)->kind = BLOCK_MODULE;
        return true;
    }
    bool breaks = next.newline && lexer->previous.word != W_EXPORT;
    if (breaks || (next.kind != T_NAME && next.kind != T_STRING)) {
        return false;
    }
    bool named = token_is_identifier(&next);
    if (word == W_TYPE && named) {
        read_declared(lexer, ALIAS_HEAD);
    } else if (word == W_INTERFACE && named) {
        read_declared(lexer, INTERFACE_HEAD);
    } else if ((word == W_NAMESPACE && named) ||
               (word == W_MODULE && (named || next.kind == T_STRING))) {
        read_module(lexer);
    } else if (word == W_ABSTRACT && next.word == W_CLASS) {
        token_next(lexer);
        push_class(lexer, true);
    } else if (word == W_DECLARE && is_declared(&next)) {
        push_ambient(lexer);
        token_next(lexer);
        frame_push(lexer, STATEMENT);
    } else {
        return false;
    }
    return true;
}
