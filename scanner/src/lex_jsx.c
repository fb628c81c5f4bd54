/* JSX. Between `<` and `>`, and in the text of an element, the cursor moves without tokens: the
 * current token is stale until the outermost element has ended. */
#include "lex_automaton.h"

static inline int byte_here(struct lexer *lexer) {
    return byte_at(lexer, lexer->cursor);
}

static NOINLINE int skip_any_space(struct lexer *lexer) {
    bool newline = false;
    if (byte_here(lexer) == '\n') {
        lexer->cursor = skip_indentation(lexer, lexer->cursor + 1);
    }
    skip_trivia(lexer, &newline);
    return byte_here(lexer);
}

/* Returns the byte at which it stops. */
static inline int skip_space(struct lexer *lexer) {
    lexer->cursor += byte_here(lexer) == ' ';
    int byte = byte_here(lexer);
    bool plain = byte > ' ' && byte < 0x80 && byte != '/' && byte != '<' && byte != '-';
    return plain ? byte : skip_any_space(lexer);
}

/* An identifier that may hold hyphens; returns its end. */
static uint32_t skip_jsx_name(struct lexer *lexer, uint32_t at) {
    for (;;) {
        at = skip_identifier(lexer, at);
        if (byte_at(lexer, at) != '-') {
            return at;
        }
        at++;
    }
}

/* The rest of `a.b.c` or `a:b`. */
static void skip_members(struct lexer *lexer) {
    int byte = skip_space(lexer);
    while (byte == '.' || byte == ':') {
        lexer->cursor++;
        skip_space(lexer);
        lexer->cursor = skip_jsx_name(lexer, lexer->cursor);
        byte = skip_space(lexer);
    }
}

void push_jsx(struct lexer *lexer) {
    frame_push(lexer, JSX_NAME);
}

/* The element has ended, just before the cursor. */
static void end_element(struct lexer *lexer) {
    frame_pop(lexer);
    enum state below = frame_top(lexer)->state;
    if (below != JSX_CHILDREN && below != JSX_ATTRIBUTES) {
        lexer->token =
            (struct token){.start = lexer->cursor - 1, .end = lexer->cursor, .kind = T_GREATER};
        token_next(lexer);
    }
}

/* At the `{`. */
static void push_container(struct lexer *lexer) {
    token_take(lexer, T_LBRACE);
    token_next(lexer);
    push_expression(lexer, EX_JSX, F_SEQUENCE);
}

/* `<Foo>`, `<a.b>` use a name; `<foo>`, `<foo-bar>` and `<a:b>` do not. */
static void use_element_name(struct lexer *lexer, uint32_t start, uint32_t end, int next) {
    struct slice text = lexer_text(lexer, start, end);
    bool intrinsic = text.length == 0 || (text.data[0] >= 'a' && text.data[0] <= 'z') ||
                     memchr(text.data, '-', text.length) != NULL;
    if (next == ':' || (intrinsic && next != '.')) {
        return;
    }
    struct token name = {.start = start, .end = end, .kind = T_NAME};
    name.escaped = memchr(text.data, '\\', text.length) != NULL;
    scope_use(lexer, &name);
}

void on_jsx_name(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (skip_space(lexer) == '>') {
        lexer->cursor++;
        lexer->has_fragments = true;
        frame->state = JSX_CHILDREN;
        return;
    }
    lexer->has_elements = true;
    uint32_t start = lexer->cursor;
    uint32_t end = skip_jsx_name(lexer, start);
    if (end == start) {
        lexer_fail_at(lexer, lexer->cursor);
        return;
    }
    lexer->cursor = end;
    use_element_name(lexer, start, end, skip_space(lexer));
    skip_members(lexer);
    frame->state = JSX_ATTRIBUTES;
    if (lexer->typescript && byte_here(lexer) == '<') {
        frame->extra = 1;
        token_next(lexer);
        push_type_list(lexer);
    }
}

/* At the opening quote of a value, in which nothing is escaped. */
static void skip_attribute_text(struct lexer *lexer, int quote) {
    uint32_t at = lexer->cursor + 1;
    int byte;
    while ((byte = byte_at(lexer, at)) >= 0 && byte != quote) {
        const char *here = lexer->bytes + at;
        const char *end = memchr(here, quote, lexer->end - at);
        at = end ? at + (uint32_t)(end - here) : lexer->end;
    }
    lexer->cursor = byte < 0 ? at : at + 1;
    if (byte < 0) {
        lexer_fail_at(lexer, lexer->cursor);
    }
}

static void read_attribute_value(struct lexer *lexer) {
    int byte = skip_space(lexer);
    switch (byte) {
    case '"':
    case '\'':
        skip_attribute_text(lexer, byte);
        return;
    case '{':
        push_container(lexer);
        return;
    case '<':
        lexer->cursor++;
        push_jsx(lexer);
        return;
    default:
        lexer_fail_at(lexer, lexer->cursor);
    }
}

static void read_attribute(struct lexer *lexer) {
    uint32_t end = skip_jsx_name(lexer, lexer->cursor);
    if (end == lexer->cursor) {
        lexer_fail_at(lexer, lexer->cursor);
        return;
    }
    lexer->cursor = end;
    skip_members(lexer);
    if (byte_here(lexer) == '=') {
        lexer->cursor++;
        read_attribute_value(lexer);
    }
}

void on_jsx_attributes(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    if (frame->extra) { /* the type arguments have left a token behind */
        frame->extra = 0;
        cursor_return(lexer, lexer->previous.end);
    }
    switch (skip_space(lexer)) {
    case '>':
        lexer->cursor++;
        frame->state = JSX_CHILDREN;
        return;
    case '/':
        lexer->cursor++;
        if (skip_space(lexer) != '>') {
            lexer_fail_at(lexer, lexer->cursor);
            return;
        }
        lexer->cursor++;
        end_element(lexer);
        return;
    case '{':
        push_container(lexer);
        return;
    default:
        read_attribute(lexer);
    }
}

static void read_closing_tag(struct lexer *lexer) {
    lexer->cursor++;
    skip_space(lexer);
    lexer->cursor = skip_jsx_name(lexer, lexer->cursor);
    skip_members(lexer);
    if (byte_here(lexer) != '>') {
        lexer_fail_at(lexer, lexer->cursor);
        return;
    }
    lexer->cursor++;
    end_element(lexer);
}

void on_jsx_children(struct lexer *lexer) {
    int byte;
    do {
        lexer->cursor = scan_jsx_text(lexer, lexer->cursor);
        byte = byte_here(lexer);
    } while (byte >= 0 && byte != '{' && byte != '<' && byte != '}' && byte != '>');
    switch (byte) {
    case '{':
        push_container(lexer);
        return;
    case '<':
        lexer->cursor++;
        if (skip_space(lexer) == '/') {
            read_closing_tag(lexer);
        } else {
            push_jsx(lexer);
        }
        return;
    default: /* a `}` or `>`, or the end of the file */
        lexer_fail_at(lexer, lexer->cursor);
    }
}

/* At `<` in a .tsx file: `<T,>`, `<T extends U>` and `<const T>` are type parameters. */
bool jsx_arrow_follows(struct lexer *lexer) {
    struct token name = token_peek(lexer);
    if (!token_is_identifier(&name) && name.word != W_CONST) {
        return false;
    }
    struct token next = token_peek_past(lexer, &name);
    if (name.word == W_CONST) {
        return token_is_identifier(&next);
    }
    if (next.word == W_EXTENDS) {
        struct token after = token_peek_past(lexer, &next);
        return after.kind != T_ASSIGN && after.kind != T_GREATER && after.kind != T_SLASH;
    }
    return next.kind == T_COMMA || next.kind == T_ASSIGN;
}
