/* The arguments of import(), require() and import.meta.glob(), and the cooking of literals.
 *
 * While the first argument is read, its literal pieces and holes are noted; what it comes to is
 * decided where it ends. */
#include "lex_automaton.h"

#define SPECIFIER_KIND 7    /* `extra` of an EX_SPECIFIER frame: the fact_kind, */
#define SPECIFIER_UNKNOWN 8 /* and whether an operator makes it neither literal nor pattern */
#define SPECIFIER_JOINED 16

/* ---- cooking --------------------------------------------------------------------------------- */

/* Up to `limit` hexadecimal digits; the slice moves past them. */
static uint32_t read_hex(struct slice *text, unsigned limit) {
    uint32_t value = 0;
    while (limit-- && text->length && text_hex_value(text->data[0]) >= 0) {
        value = value << 4 | (uint32_t)text_hex_value(text->data[0]);
        value = value > 0x10FFFF ? 0x110000 : value;
        *text = slice_skip(*text, 1);
    }
    return value;
}

static uint32_t read_unicode(struct slice *text) {
    if (!text->length || text->data[0] != '{') {
        return read_hex(text, 4);
    }
    *text = slice_skip(*text, 1);
    uint32_t value = read_hex(text, UINT32_MAX);
    if (text->length) {
        *text = slice_skip(*text, 1);
    }
    return value;
}

static bool is_surrogate(uint32_t code, uint32_t base) {
    return code >= base && code < base + 0x400;
}

/* After `\u`: one code point, of two escapes where they are a surrogate pair. */
static uint32_t read_code_point(struct slice *text) {
    uint32_t code = read_unicode(text);
    if (is_surrogate(code, 0xD800) && slice_starts(*text, SLICE("\\u"))) {
        struct slice rest = slice_skip(*text, 2);
        uint32_t low = read_unicode(&rest);
        if (is_surrogate(low, 0xDC00)) {
            *text = rest;
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return is_surrogate(code, 0xD800) || is_surrogate(code, 0xDC00) || code > 0x10FFFF ? 0xFFFD
                                                                                       : code;
}

size_t encode_utf8(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | (code >> 18 & 7));
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static uint32_t read_octal(struct slice *text, char first) {
    uint32_t value = (uint32_t)(first - '0');
    unsigned more = first < '4' ? 2 : 1;
    while (more-- && text->length && text->data[0] >= '0' && text->data[0] <= '7') {
        value = value * 8 + (uint32_t)(text->data[0] - '0');
        *text = slice_skip(*text, 1);
    }
    return value;
}

/* After a backslash that begins an escape; a line continuation gives nothing. */
static size_t cook_escape(struct slice *text, char *out) {
    char byte = text->data[0];
    *text = slice_skip(*text, 1);
    switch (byte) {
    case 'n':
        return encode_utf8('\n', out);
    case 't':
        return encode_utf8('\t', out);
    case 'r':
        return encode_utf8('\r', out);
    case 'b':
        return encode_utf8('\b', out);
    case 'v':
        return encode_utf8('\v', out);
    case 'f':
        return encode_utf8('\f', out);
    case 'x':
        return encode_utf8(read_hex(text, 2), out);
    case 'u':
        return encode_utf8(read_code_point(text), out);
    case '0' ... '7':
        return encode_utf8(read_octal(text, byte), out);
    case '\r':
        if (text->length && text->data[0] == '\n') {
            *text = slice_skip(*text, 1);
        }
        return 0;
    case '\n':
        return 0;
    case (char)0xE2: /* U+2028 or U+2029 */
        if (slice_starts(*text, SLICE("\x80\xA8")) || slice_starts(*text, SLICE("\x80\xA9"))) {
            *text = slice_skip(*text, 2);
            return 0;
        }
        /* fall through */
    default:
        out[0] = byte;
        return 1;
    }
}

/* A line end in a template is a line feed. */
static NOINLINE uint32_t cook_escaped(struct lexer *lexer, struct slice text, uint32_t *length) {
    uint32_t offset = facts_add_text(lexer->facts, "", 0);
    while (text.length) {
        char piece[4];
        size_t plain = 0;
        while (plain < text.length && text.data[plain] != '\\' && text.data[plain] != '\r') {
            plain++;
        }
        facts_add_text(lexer->facts, text.data, plain);
        text = slice_skip(text, plain);
        if (slice_starts(text, SLICE("\r"))) {
            text = slice_skip(text, slice_starts(text, SLICE("\r\n")) ? 2 : 1);
            facts_add_text(lexer->facts, "\n", 1);
        } else if (text.length > 1) {
            text = slice_skip(text, 1);
            facts_add_text(lexer->facts, piece, cook_escape(&text, piece));
        } else {
            break;
        }
    }
    *length = lexer->facts->text_length - offset;
    return offset;
}

/* Appends the value of the literal text to facts->text; returns its offset. */
uint32_t cook(struct lexer *lexer, uint32_t start, uint32_t end, bool escaped, uint32_t *length) {
    struct slice text = lexer_text(lexer, start, end);
    if (escaped) {
        return cook_escaped(lexer, text, length);
    }
    *length = (uint32_t)text.length;
    return facts_add_text(lexer->facts, text.data, text.length);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void add_piece(struct lexer *lexer, uint32_t start, uint32_t end, bool escaped) {
    int error = ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, &lexer->pieces,
                            &lexer->piece_capacity, lexer->piece_count + 1, sizeof *lexer->pieces);
    if (error) {
        lexer_fail_memory(lexer, error);
        return;
    }
    lexer->pieces[lexer->piece_count++] = (struct piece){start, end, escaped};
}

/* Whether its value may differ from its text: in a template not only escapes do. */
static bool is_cooked(const struct token *literal) {
    return literal->escaped || literal->kind == T_TEMPLATE;
}

static void add_hole(struct lexer *lexer) {
    add_piece(lexer, NONE, NONE, false);
}

bool in_specifier(const struct frame *frame) {
    return (frame->kind >= EX_SPECIFIER && frame->kind <= EX_GLOB_LIST) ||
           (frame->kind == EX_PAREN && frame->extra & X_PIECES);
}

bool takes_list(const struct lexer *lexer, const struct frame *frame) {
    while (frame > lexer->frames && frame->kind == EX_PAREN && frame->extra & X_PIECES) {
        frame--;
    }
    return frame->kind == EX_GLOB;
}

static bool is_prefix(const struct token *token) {
    switch (token->kind) {
    case T_PLUS:
    case T_MINUS:
    case T_BANG:
    case T_TILDE:
    case T_INCREMENT:
        return true;
    default:
        return token->word == W_TYPEOF || token->word == W_VOID || token->word == W_DELETE ||
               token->word == W_NEW || token->word == W_AWAIT || token->word == W_YIELD;
    }
}

void specifier_operand(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    const struct token *token = &lexer->token;
    if (!(frame->flags & F_HOLE)) {
        frame->operand = lexer->piece_count;
    }
    if (is_prefix(token)) {
        frame->flags |= F_HOLE;
    }
    if (token->word == W_YIELD && lexer->context & IN_GENERATOR) { /* takes all that follows */
        frame->extra |= SPECIFIER_UNKNOWN;
    }
    switch (token->kind) {
    case T_STRING:
    case T_TEMPLATE:
        add_piece(lexer, token->start + 1, token->end - 1, is_cooked(token));
        return;
    case T_TEMPLATE_HEAD:
        add_piece(lexer, token->start + 1, token->end - 2, true);
        add_hole(lexer);
        return;
    case T_LPAREN: /* its pieces follow */
    case T_RPAREN:
    case T_RBRACKET:
    case T_COMMA:
        return;
    case T_LBRACKET:
        if (takes_list(lexer, frame)) {
            return;
        }
        break;
    case T_LESS: /* `<T>` before what is one */
        if (!lexer->jsx) {
            return;
        }
        break;
    default:
        break;
    }
    add_hole(lexer);
}

/* The part of a template that has just been read, after a `}`. */
void template_piece(struct lexer *lexer) {
    const struct token *token = &lexer->token;
    if (!frame_top(lexer)->extra) {
        return;
    }
    bool head = token->kind == T_TEMPLATE_HEAD;
    add_piece(lexer, token->start + 1, token->end - (head ? 2 : 1), true);
    if (head) {
        add_hole(lexer);
    }
}

static void forget_operand(struct lexer *lexer) {
    lexer->piece_count = frame_top(lexer)->operand;
    add_hole(lexer);
}

/* The operand that parentheses were, the parameters of an arrow function or not. */
void specifier_close_paren(struct lexer *lexer, const struct frame *paren, bool parameters) {
    if (!(paren->extra & X_PIECES)) {
        return;
    }
    struct frame *frame = frame_top(lexer);
    bool joined = paren->extra & SPECIFIER_JOINED;
    bool glob = frame->kind == EX_GLOB || frame->kind == EX_GLOB_LIST;
    if (parameters || paren->extra & SPECIFIER_UNKNOWN || (joined && glob)) {
        forget_operand(lexer);
    } else if (joined) {
        frame->extra |= SPECIFIER_JOINED;
    }
}

/* `*`, `/`, `%` and `**` bind closer than `+`. */
static bool at_factor(struct lexer *lexer) {
    const struct token *token = &lexer->token;
    switch (token->kind) {
    case T_STAR:
        return true;
    case T_SLASH:
        return byte_at(lexer, token->end) != '=';
    case T_BINARY:
        return strchr("%*", token_text(lexer, token).data[0]) != NULL;
    default:
        return false;
    }
}

/* All that has been read of the parentheses or the argument is one operand. */
static void join_operands(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    frame->operand = frame->kind == EX_PAREN ? frame->argument : frame->mark;
}

void specifier_operator(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    bool list = frame->kind == EX_GLOB_LIST;
    if (frame->flags & F_HOLE) {
        frame->flags &= (uint8_t)~F_HOLE;
        forget_operand(lexer);
    }
    bool difference = at_kind(lexer, T_MINUS) && !list;
    if (difference) {
        join_operands(lexer);
    }
    if (difference || at_factor(lexer)) {
        forget_operand(lexer);
        frame->flags |= F_HOLE;
        return;
    }
    if (at_typing(lexer)) {
        if (at_kind(lexer, T_NAME) && !list) {
            join_operands(lexer);
        }
        return;
    }
    switch (lexer->token.kind) {
    case T_COMMA:
        if (frame->kind == EX_PAREN) {
            frame->extra |= SPECIFIER_UNKNOWN;
        } else if (frame->kind != EX_GLOB_LIST) {
            specifier_end(lexer);
        }
        return;
    case T_RPAREN:
    case T_RBRACKET:
        return;
    case T_PLUS:
        frame->extra |= SPECIFIER_JOINED;
        if (frame->kind == EX_SPECIFIER || frame->kind == EX_PAREN) {
            return;
        }
        break;
    case T_DOT:
    case T_QUESTION_DOT:
    case T_LPAREN:
    case T_LBRACKET:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
    case T_INCREMENT:
        break;
    case T_LESS: /* of type arguments, or an operator */
        if (lexer->typescript && type_arguments_follow(lexer)) {
            break;
        }
        frame = frame_top(lexer);
        /* fall through */
    default:
        frame->extra |= SPECIFIER_UNKNOWN;
    }
    forget_operand(lexer);
}

/* ---- what the argument came to --------------------------------------------------------------- */

static bool is_hole(const struct piece *piece) {
    return piece->start == NONE;
}

/* Appends the pattern that the pieces make to facts->text, and returns its offset. */
static uint32_t add_pattern_text(struct lexer *lexer, const struct piece *pieces, uint32_t count) {
    uint32_t offset = facts_add_text(lexer->facts, "", 0), length;
    bool starred = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_hole(&pieces[i])) {
            uint32_t from = cook(lexer, pieces[i].start, pieces[i].end, pieces[i].escaped, &length);
            facts_quote(lexer->facts, from);
            starred &= length == 0;
        } else if (!starred) {
            facts_add_text(lexer->facts, "*", 1);
            starred = true;
        }
    }
    return offset;
}

/* False where what stands first tells that the pieces are no relative pattern. */
static bool may_be_relative(struct lexer *lexer, const struct piece *first) {
    char byte =
        first->start < first->end ? *lexer_text(lexer, first->start, first->start + 1).data : '.';
    return byte == '.' || byte == '\\';
}

static bool is_relative(struct slice text) {
    return slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("../"));
}

/* Whether the pieces are a relative pattern. */
static bool add_glob(struct lexer *lexer, const struct piece *pieces, uint32_t count) {
    uint32_t offset = add_pattern_text(lexer, pieces, count), end = pieces[0].end;
    uint32_t length = lexer->facts->text_length - offset;
    if (!is_relative(facts_text(lexer->facts, offset, length))) {
        lexer->facts->text_length = offset;
        return false;
    }
    for (uint32_t i = 1; i < count; i++) {
        end = is_hole(&pieces[i]) ? end : pieces[i].end;
    }
    struct fact_import *import = facts_add_import(lexer->facts);
    if (!import) {
        lexer_fail_memory(lexer, lexer->facts->error);
        return true;
    }
    import->span = (struct fact_span){.start = pieces[0].start, .end = end};
    import->text = offset;
    import->text_length = length;
    import->kind = FACT_GLOB;
    import->group = ++lexer->group;
    return true;
}

static void note_argument(struct lexer *lexer, const struct frame *frame) {
    uint32_t end = lexer->previous.end;
    note_add(lexer, NOTE_NOT_FOLLOWED, 0, -1, frame->argument,
             end > frame->argument ? end : frame->argument);
}

static void end_specifier(struct lexer *lexer, const struct frame *frame) {
    const struct piece *pieces = lexer->pieces + frame->mark;
    uint32_t count = lexer->piece_count - frame->mark;
    struct reference *reference =
        frame->bindables == NONE ? NULL : &lexer->references[frame->bindables];
    bool known = !(frame->extra & SPECIFIER_UNKNOWN) && !is_hole(pieces);
    uint32_t import = lexer->facts->import_count, note = lexer->facts->note_count;
    if (known && count == 1 && !(frame->extra & SPECIFIER_JOINED)) {
        enum fact_kind kind = frame->extra & SPECIFIER_KIND;
        struct token literal = {
            .start = pieces->start - 1, .end = pieces->end + 1, .escaped = pieces->escaped};
        bool in_try = kind == FACT_REQUIRE && lexer->try_depth;
        import_add(lexer, kind, in_try ? FACT_IN_TRY : 0, &literal);
    } else if (!known || !may_be_relative(lexer, pieces) || !add_glob(lexer, pieces, count)) {
        note_argument(lexer, frame);
    }
    if (reference) {
        reference->import = lexer->facts->import_count > import ? import : NONE;
        reference->note = lexer->facts->note_count > note ? note : NONE;
    }
}

static void add_pattern(struct lexer *lexer, const struct piece *piece, uint32_t group) {
    struct token literal = {
        .start = piece->start - 1, .end = piece->end + 1, .escaped = piece->escaped};
    uint32_t at = import_add(lexer, FACT_GLOB, FACT_GLOB_META, &literal);
    if (at == NONE) {
        return;
    }
    struct fact_import *import = &lexer->facts->imports[at];
    struct slice text = facts_text(lexer->facts, import->text, import->text_length);
    import->group = group;
    if (slice_starts(text, SLICE("!"))) {
        import->flags |= FACT_GLOB_NEGATED;
        import->text++;
        import->text_length--;
    }
}

static bool are_patterns(const struct lexer *lexer, const struct frame *frame) {
    if (frame->extra & SPECIFIER_UNKNOWN || lexer->piece_count - frame->mark > FACT_GLOB_MOST) {
        return false;
    }
    for (uint32_t i = frame->mark; i < lexer->piece_count; i++) {
        if (is_hole(&lexer->pieces[i])) {
            return false;
        }
    }
    return true;
}

static void end_glob(struct lexer *lexer, const struct frame *frame) {
    if (!are_patterns(lexer, frame)) {
        note_argument(lexer, frame);
        return;
    }
    uint32_t group = ++lexer->group;
    for (uint32_t i = frame->mark; i < lexer->piece_count; i++) {
        add_pattern(lexer, &lexer->pieces[i], group);
    }
}

/* At the end of the first argument: the others are those of any call. */
void specifier_end(struct lexer *lexer) {
    struct frame *frame = frame_top(lexer);
    uint32_t first = lexer->facts->import_count;
    bool glob = frame->kind == EX_GLOB;
    if (lexer->piece_count > frame->mark && !lexer->ambient) {
        if (frame->kind == EX_GLOB) {
            end_glob(lexer, frame);
        } else {
            end_specifier(lexer, frame);
        }
        lexer->piece_count = frame->mark;
    }
    frame->kind = EX_CALL;
    frame->extra = glob && lexer->facts->import_count > first ? X_OPTIONS : 0;
    frame->argument = first;
}

/* A key of the options and, after the `:`, the first token of its value. */
void glob_option(struct lexer *lexer, const struct frame *options) {
    struct token key = lexer->previous, value = token_peek(lexer);
    bool text = value.kind == T_STRING || value.kind == T_TEMPLATE;
    uint32_t offset = 0, length = 0;
    enum glob_value kind = GLOB_TEXT;
    if (text) {
        offset = cook(lexer, value.start + 1, value.end - 1, is_cooked(&value), &length);
    } else if (value.word == W_TRUE || value.word == W_FALSE) {
        kind = value.word == W_TRUE ? GLOB_TRUE : GLOB_FALSE;
    } else if (value.kind == T_LBRACE) {
        kind = GLOB_OBJECT;
    } else {
        return;
    }
    bool quoted = key.kind == T_STRING;
    struct slice name = lexer_text(lexer, key.start + quoted, key.end - quoted);
    facts_set_option(lexer->facts, options->argument, name, kind, offset, length);
}

/* ---- calls ----------------------------------------------------------------------------------- */

void require_close_paren(struct lexer *lexer, const struct frame *paren) {
    lexer->require_end = lexer->previous.end;
    if (paren->extra & X_INNER) {
        frame_top(lexer)->extra |= X_REQUIRE;
    }
}

void require_assert(struct lexer *lexer) {
    uint32_t callee = lexer->previous.end;
    token_next(lexer);
    if (lexer->require_end == callee) {
        lexer->require_end = lexer->previous.end;
    }
}

void specifier_open(struct lexer *lexer, enum fact_kind kind, uint32_t reference) {
    token_next(lexer);
    struct frame *frame = push_expression(lexer, EX_SPECIFIER, F_SEQUENCE);
    frame->mark = lexer->piece_count;
    frame->argument = lexer->token.start;
    frame->bindables = reference;
    frame->extra = (uint8_t)kind;
}

void glob_open(struct lexer *lexer) {
    token_next(lexer);
    struct frame *frame = push_expression(lexer, EX_GLOB, F_SEQUENCE);
    frame->mark = lexer->piece_count;
    frame->argument = lexer->token.start;
    frame->extra = lexer->glob_unknown ? SPECIFIER_UNKNOWN : 0;
}

/* After `import.meta`, which itself stands after a comma or does not. */
static void read_meta(struct lexer *lexer, bool after_comma) {
    if (!at_kind(lexer, T_DOT)) {
        return;
    }
    struct token next = token_peek(lexer);
    bool removed = token_is(lexer, &next, SLICE("globEager")); /* with Vite 3 */
    if (removed || token_is(lexer, &next, SLICE("glob"))) {
        token_next(lexer);
        token_next(lexer);
        lexer->glob_end = lexer->previous.end;
        lexer->glob_unknown = removed;
        return;
    }
    const struct frame *call = frame_top(lexer);
    if (after_comma && token_is(lexer, &next, SLICE("url")) && call->kind == EX_CALL &&
        call->extra & X_URL) {
        note_add(lexer, NOTE_NOT_FOLLOWED, 0, -1, call->mark, next.end);
    }
}

/* `import(…)`, `import.meta`, `import.defer(…)`, `import.source(…)`. */
void read_import_expression(struct lexer *lexer) {
    bool after_comma = lexer->previous.kind == T_COMMA;
    frame_top(lexer)->state = OPERATOR;
    token_next(lexer);
    if (token_accept(lexer, T_DOT)) {
        if (token_is(lexer, &lexer->token, SLICE("meta"))) {
            lexer->has_module_syntax = true;
            token_next(lexer);
            read_meta(lexer, after_comma);
            return;
        }
        if (!token_expect(lexer, T_NAME)) {
            return;
        }
    }
    if (!at_kind(lexer, T_LPAREN)) {
        lexer_fail(lexer);
        return;
    }
    specifier_open(lexer, FACT_DYNAMIC, NONE);
}

void read_new(struct lexer *lexer) {
    token_next(lexer);
    if (token_accept(lexer, T_DOT)) { /* new.target */
        frame_top(lexer)->state = OPERATOR;
        token_expect(lexer, T_NAME);
        return;
    }
    if (at_word(lexer, W_REQUIRE) || (at_kind(lexer, T_NAME) && lexer->token.escaped)) {
        use_name(lexer);
        lexer->require_end = NONE;
    } else if (at_word(lexer, W_IMPORT)) {
        read_import_expression(lexer);
        lexer->glob_end = NONE;
    } else if (token_is(lexer, &lexer->token, SLICE("URL"))) {
        lexer->url_end = lexer->token.end;
    }
}
