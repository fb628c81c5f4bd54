/* Import and export declarations. */
#include "lex_automaton.h"

/* ---- facts ----------------------------------------------------------------------------------- */

/* Adds an import whose specifier stands between the quotes of `literal`; returns its index. */
uint32_t import_add(struct lexer *lexer, enum fact_kind kind, unsigned flags,
                    const struct token *literal) {
    uint32_t start = literal->start + 1, end = literal->end - 1, length;
    uint32_t text = cook(lexer, start, end, literal->escaped, &length);
    struct fact_import *import = facts_add_import(lexer->facts);
    if (!import) {
        lexer_fail_memory(lexer, lexer->facts->error);
        return NONE;
    }
    import->span = (struct fact_span){.start = start, .end = end};
    import->text = text;
    import->text_length = length;
    import->kind = (uint8_t)kind;
    import->flags = (uint16_t)flags;
    return lexer->facts->import_count - 1;
}

/* ---- import declarations --------------------------------------------------------------------- */

/* The clause of a declaration: what it binds. */
struct clause {
    uint32_t owner; /* the import to come */
    uint32_t values, types;
    bool type;   /* `import type`, `export type` */
    bool undoes; /* what an attempt in vain has bound */
};

static void bind_name(struct lexer *lexer, struct clause *clause, const struct token *local,
                      bool type) {
    clause->types += type;
    clause->values += !type;
    if (lexer->ambient) {
        scope_declare(lexer, local, false);
        return;
    }
    if (type || clause->type) {
        return;
    }
    if (clause->undoes) {
        scope_disown(lexer, local, clause->owner);
    } else if (lexer->typescript || local->word == W_REQUIRE || local->escaped) {
        scope_add_name(lexer, local, clause->owner);
    }
}

static bool at_name_or_string(const struct lexer *lexer) {
    return at_kind(lexer, T_NAME) || at_kind(lexer, T_STRING);
}

/* `a`, `a as b`, `"a" as b`, `type a`, `type a as b`: one to four words, of which the first may be
 * the modifier `type` and the others names. Gives the first name and the local one. */
struct specifier {
    struct token first, last;
    bool type;
};

static bool read_specifier(struct lexer *lexer, struct specifier *specifier) {
    struct token words[4];
    unsigned count = 0;
    while (count < 4 && at_name_or_string(lexer)) {
        words[count++] = lexer->token;
        token_next(lexer);
    }
    if (count == 0) {
        return false;
    }
    bool may_be_type = words[0].word == W_TYPE && lexer->typescript;
    bool as = count >= 3 && words[count - 2].word == W_AS;
    specifier->type = may_be_type && count % 2 == 0;
    specifier->first = words[specifier->type];
    specifier->last = words[count - 1];
    switch (count) {
    case 1:
        return true;
    case 2:
        return specifier->type;
    case 3:
        return as;
    default:
        return as && specifier->type;
    }
}

static bool read_named(struct lexer *lexer, struct clause *clause) {
    token_next(lexer);
    while (!at_kind(lexer, T_RBRACE)) {
        struct specifier specifier;
        if (!read_specifier(lexer, &specifier) || !token_is_identifier(&specifier.last)) {
            return false;
        }
        bind_name(lexer, clause, &specifier.last, specifier.type);
        if (!token_accept(lexer, T_COMMA) && !at_kind(lexer, T_RBRACE)) {
            return false;
        }
    }
    token_next(lexer);
    return true;
}

static bool read_namespace(struct lexer *lexer, struct clause *clause) {
    token_next(lexer);
    if (!at_word(lexer, W_AS)) {
        return false;
    }
    token_next(lexer);
    if (!token_is_identifier(&lexer->token)) {
        return false;
    }
    bind_name(lexer, clause, &lexer->token, false);
    token_next(lexer);
    return true;
}

static bool read_clause(struct lexer *lexer, struct clause *clause) {
    if (token_is_identifier(&lexer->token)) {
        bind_name(lexer, clause, &lexer->token, false);
        token_next(lexer);
        if (!token_accept(lexer, T_COMMA)) {
            return true;
        }
    }
    if (at_kind(lexer, T_LBRACE)) {
        return read_named(lexer, clause);
    }
    return at_kind(lexer, T_STAR) && read_namespace(lexer, clause);
}

/* `with { type: "json" }` */
static bool read_attributes(struct lexer *lexer) {
    bool assert = token_is(lexer, &lexer->token, SLICE("assert")) && !lexer->token.newline;
    if (!at_word(lexer, W_WITH) && !assert) {
        return true;
    }
    token_next(lexer);
    if (!token_accept(lexer, T_LBRACE)) {
        return false;
    }
    while (at_name_or_string(lexer)) {
        token_next(lexer);
        if (!token_accept(lexer, T_COLON) || !token_accept(lexer, T_STRING)) {
            return false;
        }
        token_accept(lexer, T_COMMA);
    }
    return token_accept(lexer, T_RBRACE);
}

static void end_declaration(struct lexer *lexer, bool valid) {
    if (!valid || !statement_ends(lexer)) {
        lexer_fail(lexer);
    } else {
        token_accept(lexer, T_SEMICOLON);
    }
}

/* The specifier at the current token, its attributes and the end of the statement. */
static void read_source(struct lexer *lexer, enum fact_kind kind, const struct clause *clause) {
    if (!at_kind(lexer, T_STRING)) {
        lexer_fail(lexer);
        return;
    }
    unsigned flags = clause->type                       ? FACT_TYPE_STATEMENT
                     : clause->types && !clause->values ? FACT_TYPE_NAMES
                                                        : 0;
    if (!lexer->ambient) {
        import_add(lexer, kind, flags, &lexer->token);
    }
    if (byte_at(lexer, lexer->cursor) == ';') {
        token_take(lexer, T_SEMICOLON);
        token_next(lexer);
    } else {
        token_next(lexer);
        end_declaration(lexer, read_attributes(lexer));
    }
}

/* ---- plain declarations ---------------------------------------------------------------------- */

/* Most declarations hold nothing but ASCII names, white space and punctuators between the keyword
 * and the specifier. Their bytes are read here without making tokens of them; at the first other
 * thing the declaration is read again by the functions below. */
struct plain {
    uint32_t at;
    int byte; /* at `at`, -1 at the end */
};

static INLINE void plain_skip(struct lexer *lexer, struct plain *plain, uint32_t length) {
    uint32_t at = plain->at + length;
    int byte;
    while ((byte = byte_at(lexer, at)) == ' ' || byte == '\n' || byte == '\r') {
        at++;
    }
    plain->at = at;
    plain->byte = byte;
}

/* false: no word, or one that may mean something else here. */
static INLINE bool plain_name(struct lexer *lexer, struct plain *plain, struct token *name) {
    if (!token_word(lexer, plain->at, name) || name->word == W_TYPE || name->word == W_AS ||
        name->word == W_FROM) {
        return false;
    }
    plain_skip(lexer, plain, name->end - name->start);
    return true;
}

static INLINE bool plain_accept(struct lexer *lexer, struct plain *plain, struct slice word) {
    uint32_t length = (uint32_t)word.length;
    if (!has_bytes(lexer, plain->at, length) ||
        memcmp(lexer->bytes + plain->at, word.data, length) != 0) {
        return false;
    }
    int next = byte_at(lexer, plain->at + length);
    if (next != ' ' && next != '"' && next != '\'' && next != '{' && next != '*') {
        return false;
    }
    plain_skip(lexer, plain, length);
    return true;
}

/* `a`, `a as b`, `type a`, `type a as b` */
static INLINE bool plain_specifier(struct lexer *lexer, struct plain *plain, struct clause *clause,
                                   bool binds) {
    struct token name;
    bool type = plain->byte == 't' && plain_accept(lexer, plain, SLICE("type"));
    if ((type && !lexer->typescript) || !plain_name(lexer, plain, &name)) {
        return false;
    }
    if (plain->byte == 'a' &&
        (!plain_accept(lexer, plain, SLICE("as")) || !plain_name(lexer, plain, &name))) {
        return false;
    }
    if (!binds) {
        clause->types += type;
        clause->values += !type;
        return true;
    }
    bool valid = token_is_identifier(&name);
    if (valid) {
        bind_name(lexer, clause, &name, type);
    }
    return valid;
}

/* At the `{`. */
static bool plain_names(struct lexer *lexer, struct plain *plain, struct clause *clause,
                        bool binds) {
    plain_skip(lexer, plain, 1);
    while (plain->byte != '}') {
        if (!plain_specifier(lexer, plain, clause, binds)) {
            return false;
        }
        if (plain->byte == ',') {
            plain_skip(lexer, plain, 1);
        } else if (plain->byte != '}') {
            return false;
        }
    }
    plain_skip(lexer, plain, 1);
    return true;
}

/* At the `*`. */
static bool plain_star(struct lexer *lexer, struct plain *plain, struct clause *clause,
                       bool binds) {
    struct token name;
    plain_skip(lexer, plain, 1);
    if (!binds && plain->byte == 'f') {
        return true;
    }
    if (!plain_accept(lexer, plain, SLICE("as")) || !plain_name(lexer, plain, &name)) {
        return false;
    }
    if (binds && token_is_identifier(&name)) {
        bind_name(lexer, clause, &name, false);
    }
    return !binds || token_is_identifier(&name);
}

static bool plain_clause(struct lexer *lexer, struct plain *plain, struct clause *clause,
                         bool binds) {
    struct token name;
    if (plain->byte == '{') {
        return plain_names(lexer, plain, clause, binds);
    }
    if (plain->byte == '*') {
        return plain_star(lexer, plain, clause, binds);
    }
    if (!binds || !plain_name(lexer, plain, &name) || !token_is_identifier(&name)) {
        return false;
    }
    bind_name(lexer, clause, &name, false);
    if (plain->byte != ',') {
        return true;
    }
    plain_skip(lexer, plain, 1);
    return plain->byte == '{'   ? plain_names(lexer, plain, clause, true)
           : plain->byte == '*' ? plain_star(lexer, plain, clause, true)
                                : false;
}

static bool plain_source(struct lexer *lexer, const struct plain *plain, enum fact_kind kind,
                         const struct clause *clause) {
    struct token literal = {.start = plain->at, .end = plain->at + 1, .kind = T_STRING};
    int byte;
    do {
        literal.end = scan_string(lexer, literal.end, (char)plain->byte);
        byte = byte_at(lexer, literal.end++);
        if (byte < 0 || byte == '\\' || byte == '\n' || byte == '\r') {
            return false;
        }
    } while (byte != plain->byte);
    lexer->has_module_syntax = true;
    lexer->token = literal;
    lexer->cursor = literal.end;
    read_source(lexer, kind, clause);
    return true;
}

/* The clause and `from`; to the specifier. */
static bool plain_head(struct lexer *lexer, struct plain *plain, struct clause *clause,
                       bool binds) {
    clause->type = plain->byte == 't' && plain_accept(lexer, plain, SLICE("type"));
    if (clause->type && !(lexer->typescript && plain->byte == '{')) {
        return false;
    }
    return plain_clause(lexer, plain, clause, binds) && plain_accept(lexer, plain, SLICE("from"));
}

static bool read_plain_words(struct lexer *lexer, struct clause *clause) {
    bool binds = at_word(lexer, W_IMPORT);
    struct plain plain = {.at = lexer->cursor};
    plain_skip(lexer, &plain, 0);
    bool named = plain.byte != '"' && plain.byte != '\'';
    if (named && !plain_head(lexer, &plain, clause, binds)) {
        return false;
    }
    bool quoted = plain.byte == '"' || plain.byte == '\'';
    return quoted && (named || binds) && !clause->undoes &&
           plain_source(lexer, &plain, binds ? FACT_IMPORT : FACT_EXPORT, clause);
}

/* At `import` or `export`. false: nothing has been read. In a second pass, which knows the names
 * already, what an attempt in vain binds could not be told from them; nor in an ambient module, where
 * it is declared. */
bool read_plain(struct lexer *lexer) {
    uint32_t cursor = lexer->cursor;
    struct clause clause = {.owner = lexer->facts->import_count}, undoing = clause;
    if (lexer->again || lexer->ambient) {
        return false;
    }
    if (read_plain_words(lexer, &clause)) {
        return true;
    }
    cursor_return(lexer, cursor);
    undoing.undoes = true;
    read_plain_words(lexer, &undoing);
    cursor_return(lexer, cursor);
    return false;
}

/* ---- import declarations, any ---------------------------------------------------------------- */

/* Whether the word is a modifier (`import type …`, `import defer …`) rather than a binding. */
static bool is_modifier(struct lexer *lexer, const struct token *word) {
    const struct token *next = &lexer->token;
    bool from = next->word == W_FROM;
    if (token_is(lexer, word, SLICE("defer"))) {
        return next->kind == T_STAR;
    }
    if (next->kind == T_LBRACE || next->kind == T_STAR) {
        return word->word == W_TYPE;
    }
    if (word->word != W_TYPE && !token_is(lexer, word, SLICE("source"))) {
        return false;
    }
    if (!from) {
        return token_is_identifier(next);
    }
    struct token after = token_peek(lexer);
    return after.word == W_FROM || after.kind == T_ASSIGN || after.kind == T_COMMA;
}

static void read_equals(struct lexer *lexer, struct clause *clause, struct token local,
                        bool exported);

/* At `import`, which begins a declaration. */
void read_import(struct lexer *lexer) {
    struct clause clause = {.owner = lexer->facts->import_count};
    lexer->has_module_syntax = true;
    token_next(lexer);
    if (at_kind(lexer, T_STRING)) {
        read_source(lexer, FACT_IMPORT, &clause);
        return;
    }
    struct token word = lexer->token;
    if (token_is_identifier(&word)) {
        token_next(lexer);
        if (is_modifier(lexer, &word)) {
            clause.type = word.word == W_TYPE;
            if (clause.type && !lexer->typescript) {
                lexer_fail(lexer);
            }
            word = lexer->token;
            if (token_is_identifier(&word)) {
                token_next(lexer);
            }
        }
    }
    if (token_is_identifier(&word) && at_kind(lexer, T_ASSIGN)) {
        read_equals(lexer, &clause, word, false);
        return;
    }
    bool valid = true;
    if (token_is_identifier(&word)) {
        bind_name(lexer, &clause, &word, false);
        if (token_accept(lexer, T_COMMA)) {
            valid = !token_is_identifier(&lexer->token) && read_clause(lexer, &clause);
        }
    } else {
        valid = read_clause(lexer, &clause);
    }
    if (!valid || !at_word(lexer, W_FROM)) {
        lexer_fail(lexer);
        return;
    }
    token_next(lexer);
    read_source(lexer, FACT_IMPORT, &clause);
}

/* `import x = require("y")`, `import x = A.B`; at the `=`. */
static void read_equals(struct lexer *lexer, struct clause *clause, struct token local,
                        bool exported) {
    token_next(lexer);
    if (!lexer->typescript) {
        lexer_fail(lexer);
        return;
    }
    struct token next = token_peek(lexer);
    if (at_word(lexer, W_REQUIRE) && next.kind == T_LPAREN) {
        token_next(lexer);
        token_next(lexer);
        if (!exported) {
            bind_name(lexer, clause, &local, false);
        }
        if (at_kind(lexer, T_STRING) && !lexer->ambient) {
            import_add(lexer, FACT_REQUIRE, clause->type ? FACT_TYPE_STATEMENT : 0, &lexer->token);
        }
        bool valid = token_accept(lexer, T_STRING) && token_accept(lexer, T_RPAREN);
        end_declaration(lexer, valid);
        return;
    }
    if (!clause->type && at_kind(lexer, T_NAME)) {
        scope_alias(lexer, &local, &lexer->token, exported);
    }
    bool valid = token_accept(lexer, T_NAME);
    while (valid && token_accept(lexer, T_DOT)) {
        valid = token_accept(lexer, T_NAME);
    }
    end_declaration(lexer, valid);
}

/* ---- export declarations --------------------------------------------------------------------- */

/* `export { a as b }`: local names are used unless a `from` follows. */
static void read_export_names(struct lexer *lexer, struct clause *clause) {
    uint32_t references = lexer->reference_count;
    token_next(lexer);
    while (!at_kind(lexer, T_RBRACE)) {
        struct specifier specifier;
        if (!read_specifier(lexer, &specifier)) {
            lexer_fail(lexer);
            return;
        }
        clause->types += specifier.type;
        clause->values += !specifier.type;
        if (!specifier.type && !clause->type && token_is_identifier(&specifier.first)) {
            scope_use(lexer, &specifier.first);
        }
        if (!token_accept(lexer, T_COMMA) && !at_kind(lexer, T_RBRACE)) {
            lexer_fail(lexer);
            return;
        }
    }
    token_next(lexer);
    if (at_word(lexer, W_FROM)) {
        scope_rewind(lexer, references);
        token_next(lexer);
        read_source(lexer, FACT_EXPORT, clause);
    } else {
        lexer->past_head = true;
        end_declaration(lexer, true);
    }
}

static void read_export_all(struct lexer *lexer, const struct clause *clause) {
    token_next(lexer);
    if (at_word(lexer, W_AS)) {
        token_next(lexer);
        if (!at_name_or_string(lexer)) {
            lexer_fail(lexer);
            return;
        }
        token_next(lexer);
    }
    if (!at_word(lexer, W_FROM)) {
        lexer_fail(lexer);
        return;
    }
    token_next(lexer);
    read_source(lexer, FACT_EXPORT, clause);
}

static struct frame *push_exported(struct lexer *lexer) {
    struct frame *frame = push_expression(lexer, EX_STATEMENT, 0);
    frame->mark = NONE;
    return frame;
}

static void read_export_default(struct lexer *lexer) {
    struct token word = lexer->token;
    uint32_t length = word.end - word.start;
    token_next(lexer);
    struct token next = token_peek(lexer);
    if (at_word(lexer, W_FUNCTION)) {
        push_function(lexer, false, true, word.start, length);
    } else if (at_word(lexer, W_ASYNC) && next.word == W_FUNCTION && !next.newline) {
        token_next(lexer);
        push_function(lexer, true, true, word.start, length);
    } else if (at_word(lexer, W_CLASS)) {
        push_class(lexer, true);
    } else if (lexer->typescript && (at_word(lexer, W_INTERFACE) ||
                                     (at_word(lexer, W_ABSTRACT) && next.word == W_CLASS))) {
        typescript_statement(lexer);
    } else if (at_kind(lexer, T_AT)) {
        return; /* the class follows its decorators */
    } else {
        struct frame *frame = push_exported(lexer);
        frame->name = word.start;
        frame->name_length = length;
    }
}

/* `export = x`, `export as namespace X`, `export import x = y`, `export type …`. */
static bool read_typescript_export(struct lexer *lexer, struct clause *clause) {
    if (at_kind(lexer, T_ASSIGN)) {
        token_next(lexer);
        push_exported(lexer);
        return true;
    }
    if (at_word(lexer, W_AS)) {
        token_next(lexer);
        token_next(lexer);
        end_declaration(lexer, token_accept(lexer, T_NAME));
        return true;
    }
    if (at_word(lexer, W_IMPORT)) {
        token_next(lexer);
        struct token next = token_peek(lexer);
        if (at_word(lexer, W_TYPE) && token_is_identifier(&next)) {
            clause->type = true;
            token_next(lexer);
        }
        struct token local = lexer->token;
        token_next(lexer);
        if (at_kind(lexer, T_ASSIGN)) {
            read_equals(lexer, clause, local, true);
        } else {
            lexer_fail(lexer);
        }
        return true;
    }
    if (at_word(lexer, W_TYPE)) {
        struct token next = token_peek(lexer);
        if (next.kind == T_LBRACE || next.kind == T_STAR) {
            clause->type = true;
            token_next(lexer);
        }
    }
    return false;
}

/* At `export`. A declaration that follows it is left to the statements. */
void read_export(struct lexer *lexer) {
    struct clause clause = {.owner = NONE};
    lexer->has_module_syntax = true;
    token_next(lexer);
    if (lexer->typescript && read_typescript_export(lexer, &clause)) {
        return;
    }
    switch (lexer->token.kind) {
    case T_LBRACE:
        read_export_names(lexer, &clause);
        return;
    case T_STAR:
        read_export_all(lexer, &clause);
        return;
    case T_AT:
        return;
    case T_NAME:
        if (at_word(lexer, W_DEFAULT)) {
            read_export_default(lexer);
            return;
        }
        frame_push(lexer, STATEMENT);
        return;
    default:
        lexer_fail(lexer);
    }
}
