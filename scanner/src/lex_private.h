/* What the files of the lexer share: the cursor, tokens, frames, scopes.
 *
 * The recogniser is a pushdown automaton. Each frame on the stack is a construct that has begun;
 * its state says what may come next. A handler looks at the current token and changes the state,
 * pushes a frame for a part of the construct, or pops its own. Nothing recurses on the input. */
#ifndef LEX_PRIVATE_H
#define LEX_PRIVATE_H

#include "lex.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define NONE UINT32_MAX
/* What is rare is kept out of the frequent, which then needs no registers saved. */
#define INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

enum token_kind {
    T_END,
    T_BAD,
    T_NAME, /* an identifier or, with `word` set, a word that means something somewhere */
    T_PRIVATE,
    T_NUMBER,
    T_STRING,
    T_TEMPLATE,      /* without substitutions, or the tail of one with */
    T_TEMPLATE_HEAD, /* up to a `${` */
    T_LBRACE,
    T_RBRACE,
    T_LPAREN,
    T_RPAREN,
    T_LBRACKET,
    T_RBRACKET,
    T_SEMICOLON,
    T_COMMA,
    T_COLON,
    T_DOT,
    T_ELLIPSIS,
    T_QUESTION,
    T_QUESTION_DOT,
    T_ARROW,
    T_ASSIGN,
    T_ASSIGN_BINARY, /* += and the like */
    T_LESS,          /* one `<`, whatever follows */
    T_GREATER,       /* one `>`, whatever follows */
    T_SLASH,         /* one `/`: a division or the start of a regular expression */
    T_PLUS,
    T_MINUS,
    T_STAR,
    T_AMPERSAND,
    T_BAR,
    T_INCREMENT, /* ++ and -- */
    T_BANG,
    T_TILDE,
    T_BINARY, /* the operators that are nothing but binary */
    T_AT,
};

/* Reserved words first: the others may be identifiers. */
enum word {
    W_NONE,
    W_BREAK,
    W_CASE,
    W_CATCH,
    W_CLASS,
    W_CONST,
    W_CONTINUE,
    W_DEBUGGER,
    W_DEFAULT,
    W_DELETE,
    W_DO,
    W_ELSE,
    W_ENUM,
    W_EXPORT,
    W_EXTENDS,
    W_FALSE,
    W_FINALLY,
    W_FOR,
    W_FUNCTION,
    W_IF,
    W_IMPORT,
    W_IN,
    W_INSTANCEOF,
    W_NEW,
    W_NULL,
    W_RETURN,
    W_SUPER,
    W_SWITCH,
    W_THIS,
    W_THROW,
    W_TRUE,
    W_TRY,
    W_TYPEOF,
    W_VAR,
    W_VOID,
    W_WHILE,
    W_WITH,
    W_LAST_RESERVED = W_WITH,
    W_ABSTRACT,
    W_AS,
    W_ASSERTS,
    W_ASYNC,
    W_AWAIT,
    W_DECLARE,
    W_FROM,
    W_GLOBAL,
    W_IMPLEMENTS,
    W_INFER,
    W_INTERFACE,
    W_IS,
    W_KEYOF,
    W_LET,
    W_MODULE,
    W_NAMESPACE,
    W_OF,
    W_READONLY,
    W_REQUIRE,
    W_SATISFIES,
    W_STATIC,
    W_TYPE,
    W_UNIQUE,
    W_USING,
    W_YIELD,
    WORDS
};

struct token {
    uint32_t start, end; /* quotes and backticks included */
    uint8_t kind, word;
    bool newline; /* a line terminator stands before it */
    bool escaped; /* a name, string or template with a backslash */
};

enum state {
    IN_MODULE,   /* statements up to the end of the file */
    IN_BLOCK,    /* statements up to `}` */
    IN_PROLOGUE, /* the start of a function's body */
    IN_SWITCH,
    STATEMENT, /* one statement */
    SEMICOLON, /* the end of a statement that may need one */
    IF_ELSE,
    DO_WHILE,
    TRY_AFTER,
    CATCH_BLOCK,
    FOR_AFTER_HEAD,
    AMBIENT_AFTER,
    DECLARATOR,
    DECLARATOR_NEXT,
    ENUM_MEMBER,
    ENUM_AFTER_KEY,
    INTERFACE_HEAD,
    ALIAS_HEAD,
    MODULE_BODY,
    FUNCTION_HEAD, /* type parameters and parameters */
    FUNCTION_RESULT,
    FUNCTION_BODY,
    ARROW_RESULT, /* `=>` after a result type */
    PARAMETER,
    BINDING_NEXT, /* after the name or pattern of a binding */
    BINDING_ELEMENT,
    BINDING_KEY,
    BINDING_AFTER_KEY,
    CLASS_HEAD,
    CLASS_KEY,
    CLASS_AFTER_KEY,
    OBJECT_KEY,
    OBJECT_AFTER_KEY,
    OPERAND,
    OPERATOR,
    COMPLETE, /* after `as T`, `x++` and JSX: no call or member goes on in the next line */
    FINISHED, /* an arrow function has ended the expression */
    TYPE_OPERAND,
    TYPE_OPERATOR,
    TYPE_LIST,   /* between brackets of any kind but braces */
    TYPE_OBJECT, /* between braces */
    JSX_NAME,
    JSX_ATTRIBUTES,
    JSX_CHILDREN,
    STATES
};

/* What an expression belongs to: how it ends. */
enum expression_kind {
    EX_PLAIN, /* ends where no operator follows; the frame below looks at the rest */
    EX_STATEMENT,
    EX_PAREN, /* parenthesised, or the parameters of an arrow function */
    EX_CALL,
    EX_SPECIFIER, /* the first argument of import() or require() */
    EX_GLOB,      /* the first argument of import.meta.glob() */
    EX_GLOB_LIST,
    EX_HEAD, /* the head of if, while, switch, with */
    EX_INDEX,
    EX_ARRAY,
    EX_TEMPLATE,
    EX_CONSEQUENT, /* between `?` and `:` */
    EX_CASE,
    EX_JSX, /* between braces in JSX */
    EX_FOR, /* the head of a for */
    EX_ARROW,
    EX_FIELD, /* of a class: what is an operator around it is none within */
    EX_DECORATOR,
    EX_HERITAGE,
};

/* What a list of statements belongs to. */
enum block_kind {
    BLOCK_PLAIN,
    BLOCK_FUNCTION,
    BLOCK_MODULE, /* `declare module "x" {`, `namespace X {`, `declare global {` */
};

enum frame_flag {
    F_SEQUENCE = 1, /* a comma continues it */
    F_NO_IN = 2,
    F_PATTERN = 4, /* its elements may turn out to be parameters */
    F_TYPED = 8,   /* has shown a type annotation: it must be parameters */
    F_NAMED = 16,  /* the function that it may become takes the name of the frame below */
    F_SCOPE = 32,  /* owns the innermost scope */
    F_ASYNC = 64,
    F_VAR = 128,  /* bindings belong to the function's scope */
    F_HOLE = 128, /* of a specifier: its operand is none, whatever literals are in it */
};

/* `extra` of an expression. */
enum expression_extra {
    X_DEFAULT = 1, /* of what may be a pattern: past the `=` of an element */
    X_URL = 2,     /* the arguments of `new URL` */
    X_PIECES = 4,  /* parentheses in a specifier */
    /* 8 and 16: of a specifier, see lex_specifier.c */
    X_REQUIRE = 32, /* parentheses that hold `require` and nothing else so far */
    X_FIRST = 64,   /* parentheses before their first comma */
    X_INNER = 128,  /* the first thing in such parentheses */
    X_OPTIONS = 8,  /* the arguments of import.meta.glob: options may follow */
};

struct frame {
    uint8_t state, kind, flags, extra;
    uint32_t opened;            /* end of the token after which the current element begins */
    uint32_t mark;              /* references or pieces when it began */
    uint32_t bindables;         /* likewise; of a specifier: the reference to `require` */
    uint32_t name, name_length; /* what a function here would be called */
    uint32_t argument;          /* of a specifier: where it begins, of parentheses in it: their
                                   first piece */
    uint32_t operand;           /* and the first piece of the operand */
    uint32_t named, last_named; /* numbers of directives whose function may lose its name, or 0 */
};

struct scope {
    uint32_t first_reference;
    uint32_t declarations; /* newest declaration, NONE */
    uint32_t function;     /* index of the scope that takes the `var`s */
};

/* A name whose uses matter: an imported binding, or `require`. */
struct name {
    uint32_t text, length; /* in the lexer's texts */
    uint32_t newest;       /* its newest reference that is not resolved yet, NONE */
    uint32_t owner;        /* the import that binds it, NONE */
    uint32_t bucket;       /* next name of the same hash, NONE */
    uint32_t alias;        /* `import x = A.B`: the name A that is used where x is, NONE */
    bool bound;            /* declared in the module itself, other than by an import */
};

struct reference {
    uint32_t previous; /* of the same name, NONE */
    uint32_t name;
    uint32_t start;
    uint32_t import, note; /* what falls if the name is bound, NONE */
    bool dead;
};

struct declaration {
    uint32_t name, next;
};

struct piece {
    uint32_t start, end; /* literal text; start NONE: a hole */
    bool escaped;
};

struct bracket {
    uint32_t at;
    uint8_t kind;
};

#define WORD_SLOTS 256u

enum { MOST_RESULTS = 8 };

struct lexer {
    struct ledger *ledger;
    const struct lex_options *options;
    struct input *input, whole; /* `whole`: of what is embedded */
    const char *bytes;          /* of the input, which moves them: valid from start to end */
    uint32_t start, end;        /* what is at hand */
    uint32_t size;              /* of the file */
    uint32_t cursor;            /* just past the current token */
    struct facts *facts;

    struct token token, previous;
    bool typescript, jsx;
    bool failed;
    bool halted; /* failed, or all that matters has been read */
    uint32_t failed_at;

    struct frame nowhere; /* what stands for a frame where there is no memory for one */
    struct frame *frames;
    uint32_t frame_count, frame_capacity;
    struct scope *scopes;
    uint32_t scope_count, scope_capacity;
    struct name *names;
    uint32_t name_count, name_capacity;
    struct reference *references;
    uint32_t reference_count, reference_capacity;
    uint32_t crowd;      /* so many references of one scope are thinned */
    uint32_t *bindables; /* references that become parameters if `=>` follows */
    uint32_t bindable_count, bindable_capacity;
    struct declaration *declarations;
    uint32_t declaration_count, declaration_capacity;
    struct piece *pieces;
    uint32_t piece_count, piece_capacity;
    char *texts; /* of the names */
    uint32_t text_count, text_capacity;
    char *scratch; /* text that has left the window */
    uint32_t scratch_capacity;

    uint8_t words[WORD_SLOTS]; /* open addressing, W_NONE: empty */
    uint32_t *buckets;         /* a power of two of them */
    uint32_t bucket_count;
    uint32_t lengths[256]; /* by first byte: bit set of the lengths of names that matter */

    uint32_t last_candidate; /* statements that begin past it cannot matter; NONE: all do */
    uint32_t *candidates;    /* where one may begin, in order */
    uint32_t candidate_count, candidate_capacity;
    bool may_skim;            /* nothing but the candidates themselves can matter */
    bool careful;             /* no skimming: it was in vain */
    struct bracket *brackets; /* that are open where code is skimmed */
    uint32_t bracket_capacity;
    uint32_t ambient, try_depth, group;
    uint32_t ambient_scope; /* the scopes that were open where the outermost ambient code began */
    /* The colons after parentheses that were taken for those of a conditional, the last ones, and
     * those that have turned out to begin the result type of an arrow function. */
    uint32_t colons[4], colon_count;
    uint32_t results[MOST_RESULTS], result_count;
    uint32_t unsettled; /* frames that hold directives whose function may lose its name */
    uint32_t context;   /* enum context of the innermost function */
    uint32_t require_end, require_reference; /* the last free-standing `require` */
    uint32_t glob_end;                       /* end of the last `import.meta.glob` */
    bool glob_unknown;                       /* it was called in a way that nobody follows */
    uint32_t url_end;                        /* end of the last `new URL` */
    uint32_t parameters_end; /* end of the last parentheses in a type that may be parameters */
    uint32_t async_end;      /* end of the last `async` that is an operand */
    bool named;              /* the operand before the cursor began its expression */
    bool has_elements, has_fragments, has_module_syntax;
    bool has_html_comment;       /* which would be none in a module */
    bool in_prologue;            /* pragmas stand before the first statement */
    bool past_head, late_import; /* an import that binds names may come after their uses: */
    bool again;                  /* a second pass then knows the names from the start */
    bool top_await;              /* has been met, and taken for a module's operator; */
    bool script;                 /* a second pass takes it for a name */
    uint64_t speculated;         /* bytes that were read ahead */
    uint32_t environments;       /* that the prologue's directives switch to so far */
    struct token pragmas[2];     /* the name after `@jsx`, after `@jsxFrag`; empty: none */
};

enum context { IN_ASYNC = 1, IN_GENERATOR = 2, IN_ORDINARY_FUNCTION = 4 };

/* ---- tokens (lex_token.c) -------------------------------------------------------------------- */

void words_prepare(struct lexer *lexer); /* once for each lexer */
void token_next(struct lexer *lexer);    /* previous = token, token = the one after it */
struct token token_peek(struct lexer *lexer);
struct token token_peek_past(struct lexer *lexer, const struct token *token);
void token_regex(struct lexer *lexer);           /* the current `/` begins a regular expression */
void token_template_resume(struct lexer *lexer); /* the current `}` goes on with a template */
void token_extend(struct lexer *lexer);          /* the current `<`, `>` or `/` as an operator */
bool token_is(struct lexer *lexer, const struct token *token, struct slice text);
/* The name of ASCII letters at `at`; false: there is none, or it goes on with other characters. */
bool token_word(struct lexer *lexer, uint32_t at, struct token *word);
bool token_continues(const struct token *token);
uint32_t skip_identifier(struct lexer *lexer, uint32_t at);

static inline bool is_digit(int byte) {
    return byte >= '0' && byte <= '9';
}

static inline bool is_word_byte(int byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) ||
           byte == '_' || byte == '$';
}

/* (lex_literal.c) From token->start, which stands at its first byte, to its end. */
void scan_number(struct lexer *lexer, struct token *token);
void scan_quoted(struct lexer *lexer, struct token *token, char quote);
void scan_template_part(struct lexer *lexer, struct token *token); /* at the backtick or the `}` */

/* An identifier: no reserved word. */
static inline bool token_is_identifier(const struct token *token) {
    return token->kind == T_NAME && (token->word == W_NONE || token->word > W_LAST_RESERVED);
}

/* ---- the window (lex_window.c) --------------------------------------------------------------- */

/* The file may be read in pieces: then the bytes at hand move, always forward except where the
 * cursor is set back. Whoever looks past lexer->end goes through byte_at() or has_bytes(); what
 * lies more than INPUT_BEHIND bytes behind is asked for by lexer_text(). */

int byte_beyond(struct lexer *lexer, uint32_t at);
bool window_reach(struct lexer *lexer, uint32_t at);
struct slice text_elsewhere(struct lexer *lexer, uint32_t start, uint32_t end);

/* -1 past the end of the file. */
static inline int byte_at(struct lexer *lexer, uint32_t at) {
    return at < lexer->end ? (unsigned char)lexer->bytes[at] : byte_beyond(lexer, at);
}

/* Whether the file has `count` bytes at `at`; they are at hand then. */
static inline bool has_bytes(struct lexer *lexer, uint32_t at, uint32_t count) {
    return at + count <= lexer->end || window_reach(lexer, at + count - 1);
}

static inline bool text_follows(struct lexer *lexer, uint32_t at, struct slice text) {
    return has_bytes(lexer, at, (uint32_t)text.length) &&
           memcmp(lexer->bytes + at, text.data, text.length) == 0;
}

/* Text from anywhere in the file; valid until the next call or the next look ahead. */
static inline struct slice lexer_text(struct lexer *lexer, uint32_t start, uint32_t end) {
    return start >= lexer->start && end <= lexer->end
               ? (struct slice){lexer->bytes + start, end - start}
               : text_elsewhere(lexer, start, end);
}

static inline struct slice token_text(struct lexer *lexer, const struct token *token) {
    return lexer_text(lexer, token->start, token->end);
}

static inline bool has_backslash(struct lexer *lexer, uint32_t start, uint32_t end) {
    struct slice text = lexer_text(lexer, start, end);
    return memchr(text.data, '\\', text.length) != NULL;
}

/* Back to where the cursor was, and the bytes just behind it. */
static inline void cursor_return(struct lexer *lexer, uint32_t cursor) {
    lexer->cursor = cursor;
    if (cursor > lexer->end || (lexer->start > 0 && cursor < lexer->start + INPUT_BEHIND)) {
        window_reach(lexer, cursor);
    }
}

/* ---- blocks ---------------------------------------------------------------------------------- */

#define BLOCK 16u /* bytes that are looked at together */

#if defined(__SSE2__)
static inline __m128i load_block(const char *bytes) {
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}
#endif

/* Past the spaces at the start of a line, at least as far as whole blocks go. */
static inline uint32_t skip_indentation(const struct lexer *lexer, uint32_t at) {
#if defined(__SSE2__)
    while (lexer->end - at >= BLOCK) {
        __m128i data = load_block(lexer->bytes + at);
        unsigned spaces = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(data, _mm_set1_epi8(' ')));
        if (spaces != 0xFFFF) {
            return at + (uint32_t)__builtin_ctz(~spaces);
        }
        at += BLOCK;
    }
#else
    while (at < lexer->end && lexer->bytes[at] == ' ') {
        at++;
    }
#endif
    return at;
}

/* ---- white space and comments (lex_scan.c) ------------------------------------------------- */

void skip_trivia(struct lexer *lexer, bool *newline); /* sets newline, never clears it */
uint32_t skip_line(struct lexer *lexer, uint32_t at); /* to its terminator */
/* Length of the white space or line terminator that is not ASCII at `at`; 0: none. */
uint32_t skip_unicode_space(struct lexer *lexer, uint32_t at, bool *newline);

/* ---- vectorised searches (lex_scan.c) -------------------------------------------------------- */

/* The offset of the first byte at or after `at` that is one of the named, or the end of what is at
 * hand. */
uint32_t scan_string(const struct lexer *lexer, uint32_t at, char quote); /* quote \ LF CR */
uint32_t scan_template(const struct lexer *lexer, uint32_t at);           /* ` \ $ */
uint32_t scan_line(const struct lexer *lexer, uint32_t at);               /* LF CR 0xE2 */
uint32_t scan_comment(const struct lexer *lexer, uint32_t at);            /* * LF CR 0xE2 */
uint32_t scan_jsx_text(const struct lexer *lexer, uint32_t at);           /* < { } > */

/* (lex_candidate.c) The last place at or after `from` where an import, or a directive that is
 * configured, may begin; NONE: there is none. */
uint32_t scan_last_candidate(struct lexer *lexer, uint32_t from);

/* (lex_skim.c) From the current token, which begins a statement of the module, to the last
 * candidate. false: in vain, the file has to be read anew with `careful`. */
bool skim_rest(struct lexer *lexer);

void scope_close(struct lexer *lexer);

/* ---- the automaton (lex.c) ------------------------------------------------------------------- */

static inline struct frame *frame_top(struct lexer *lexer) {
    return &lexer->frames[lexer->frame_count - 1];
}

struct frame *frame_grow(struct lexer *lexer);       /* the slot for one more; never NULL */
void frame_step(struct lexer *lexer);                /* what the top frame does with the token */
void frame_run(struct lexer *lexer, uint32_t floor); /* until `floor` frames are left */
void lexer_take(struct lexer *lexer, struct input *input);
void lexer_begin(struct lexer *lexer); /* at the start of the input */
void lexer_fail(struct lexer *lexer);  /* syntax that cannot be, at the token */
void lexer_fail_at(struct lexer *lexer, uint32_t at);
void lexer_fail_memory(struct lexer *lexer, int error);

/* Never NULL. */
static inline struct frame *frame_push(struct lexer *lexer, enum state state) {
    struct frame *frame = lexer->frame_count < lexer->frame_capacity
                              ? &lexer->frames[lexer->frame_count++]
                              : frame_grow(lexer);
    *frame = (struct frame){.state = (uint8_t)state, .opened = lexer->previous.end};
    return frame;
}

/* Closes the scope that it owns. */
static inline void frame_pop(struct lexer *lexer) {
    if (lexer->frames[--lexer->frame_count].flags & F_SCOPE) {
        scope_close(lexer);
    }
}

/* The byte at the cursor as the current token; no white space comes before it. */
static inline void token_take(struct lexer *lexer, enum token_kind kind) {
    uint32_t at = lexer->cursor++;
    lexer->token = (struct token){.start = at, .end = at + 1, .kind = (uint8_t)kind};
}

static inline bool at_kind(const struct lexer *lexer, enum token_kind kind) {
    return lexer->token.kind == kind;
}

static inline bool at_word(const struct lexer *lexer, enum word word) {
    return lexer->token.kind == T_NAME && lexer->token.word == word;
}

/* At `as T`, `satisfies T` or `!` after an operand, which they do not change. */
static inline bool at_typing(const struct lexer *lexer) {
    bool word = at_word(lexer, W_AS) || at_word(lexer, W_SATISFIES);
    return lexer->typescript && !lexer->token.newline && (word || at_kind(lexer, T_BANG));
}

/* Consumes the token if it is of that kind. */
static inline bool token_accept(struct lexer *lexer, enum token_kind kind) {
    if (lexer->token.kind != kind) {
        return false;
    }
    token_next(lexer);
    return true;
}

static inline bool token_expect(struct lexer *lexer, enum token_kind kind) {
    if (token_accept(lexer, kind)) {
        return true;
    }
    lexer_fail(lexer);
    return false;
}

/* ---- statements (lex_statement.c) ------------------------------------------------------------ */

void on_list(struct lexer *lexer);
void on_prologue(struct lexer *lexer);
void on_switch(struct lexer *lexer);
void on_statement(struct lexer *lexer);
void on_semicolon(struct lexer *lexer);
void on_if_else(struct lexer *lexer);
void on_do_while(struct lexer *lexer);
void on_try_after(struct lexer *lexer);
void on_catch_block(struct lexer *lexer);
void on_for_after_head(struct lexer *lexer);
void push_block(struct lexer *lexer);
bool statement_ends(const struct lexer *lexer); /* `;`, `}`, a new line or the end */

/* ---- declarations (lex_declare.c) ------------------------------------------------------------ */

void on_declarator(struct lexer *lexer);
void on_declarator_next(struct lexer *lexer);
void on_function_head(struct lexer *lexer);
void on_function_result(struct lexer *lexer);
void on_function_body(struct lexer *lexer);
void on_arrow_result(struct lexer *lexer);
void on_parameter(struct lexer *lexer);
void on_binding_next(struct lexer *lexer);
void on_binding_element(struct lexer *lexer);
void on_binding_key(struct lexer *lexer);
void on_binding_after_key(struct lexer *lexer);
void push_binding(struct lexer *lexer, unsigned flags); /* the target at the current token */
/* At the `function` keyword. `declares` puts the name in the enclosing scope. */
void push_function(struct lexer *lexer, bool async, bool declares, uint32_t name, uint32_t length);
struct frame *push_method(struct lexer *lexer, unsigned context, uint32_t name, uint32_t length);
void push_arrow(struct lexer *lexer, uint32_t references, uint32_t bindables, bool async,
                bool named);
void push_declarators(struct lexer *lexer, unsigned flags);

/* ---- classes and objects (lex_class.c) ------------------------------------------------------- */

void push_class(struct lexer *lexer, bool declares);
void on_class_head(struct lexer *lexer);
void on_class_key(struct lexer *lexer);
void on_class_after_key(struct lexer *lexer);
void on_object_key(struct lexer *lexer);
void on_object_after_key(struct lexer *lexer);

/* ---- expressions (lex_expression.c) ---------------------------------------------------------- */

void on_operand(struct lexer *lexer);
void on_operator(struct lexer *lexer);
void on_complete(struct lexer *lexer);
void on_finished(struct lexer *lexer);
struct frame *push_expression(struct lexer *lexer, enum expression_kind kind, unsigned flags);
void use_name(struct lexer *lexer); /* the name at the current token is an operand */
bool await_is_operator(struct lexer *lexer);

/* ---- parentheses (lex_paren.c) --------------------------------------------------------------- */

void paren_open(struct lexer *lexer, unsigned flags);
void paren_close(struct lexer *lexer);
/* Reads a file again that has failed, as TypeScript does: in `a ? (b): C => d : e` the parentheses
 * are parameters because a colon follows the arrow function. */
void paren_reconsider(struct lexer *lexer, void (*read)(struct lexer *lexer));
/* At the `?` of `(a?: T)` or `(a?) =>`: what follows it begins no operand. */
bool paren_optional_parameter(struct lexer *lexer);

/* Whether the current token begins an element of the frame. */
static inline bool at_element(const struct lexer *lexer, const struct frame *frame) {
    return lexer->previous.end == frame->opened;
}

/* Whether the current token begins what may be a parameter. */
static inline bool at_pattern(const struct lexer *lexer, const struct frame *frame) {
    return frame->flags & F_PATTERN && !(frame->extra & X_DEFAULT) && at_element(lexer, frame);
}

/* ---- TypeScript (lex_type.c, lex_typescript.c) ----------------------------------------------- */

void push_type(struct lexer *lexer);
void push_type_list(struct lexer *lexer); /* at the opening bracket */
bool type_arguments_follow(struct lexer *lexer);
void on_type_operand(struct lexer *lexer);
void on_type_operator(struct lexer *lexer);
void on_type_list(struct lexer *lexer);
void on_type_object(struct lexer *lexer);
bool typescript_statement(struct lexer *lexer); /* false: it is none */
void on_ambient_after(struct lexer *lexer);
void on_enum_member(struct lexer *lexer);
void on_enum_after_key(struct lexer *lexer);
void on_interface_head(struct lexer *lexer);
void on_alias_head(struct lexer *lexer);
void on_module_body(struct lexer *lexer);
void push_enum(struct lexer *lexer);

/* ---- JSX (lex_jsx.c) ------------------------------------------------------------------------- */

void push_jsx(struct lexer *lexer); /* at the `<` */
void on_jsx_name(struct lexer *lexer);
void on_jsx_attributes(struct lexer *lexer);
void on_jsx_children(struct lexer *lexer);
bool jsx_arrow_follows(struct lexer *lexer); /* `<T,>() => …`, not an element */

/* ---- scopes (lex_scope.c) -------------------------------------------------------------------- */

void scope_reset(struct lexer *lexer);
void scope_open(struct lexer *lexer, bool function, uint32_t first_reference);
void scope_close(struct lexer *lexer);
void scope_declare(struct lexer *lexer, const struct token *token, bool var);
uint32_t scope_name(struct lexer *lexer, const struct token *token); /* NONE: does not matter */
uint32_t scope_add_name(struct lexer *lexer, const struct token *token, uint32_t owner);
void scope_disown(struct lexer *lexer, uint32_t first); /* no import binds it and those after it */
/* A value use. NONE where the name does not matter. */
uint32_t scope_reference(struct lexer *lexer, const struct token *token);
void scope_expose(struct lexer *lexer, const struct token *token); /* ambient code may export it */
void scope_bindable(struct lexer *lexer, uint32_t reference);
void scope_bind(struct lexer *lexer, uint32_t bindables); /* they are parameters of the top scope */
/* `import local = target.…;`: the target is used where the local name is. */
void scope_alias(struct lexer *lexer, const struct token *local, const struct token *target,
                 bool used);
void scope_rewind(struct lexer *lexer, uint32_t references);
void scope_finish(struct lexer *lexer);
bool scope_imports_require(const struct lexer *lexer);
/* Between two statements: forgets references that cannot change the outcome. */
void scope_thin(struct lexer *lexer);
void scope_pragmas(struct lexer *lexer, uint32_t start, uint32_t end); /* of a comment */

static inline uint32_t scope_use(struct lexer *lexer, const struct token *token) {
    uint32_t length = token->end - token->start;
    uint32_t bit = 1u << (length < 31 ? length : 31);
    if (token->start >= lexer->start && !token->escaped &&
        !(lexer->lengths[(unsigned char)lexer->bytes[token->start]] & bit)) {
        return NONE;
    }
    return scope_reference(lexer, token);
}

/* ---- imports and directives (lex_import.c, lex_directive.c) ----------------------------------- */

void read_import(struct lexer *lexer);
void read_export(struct lexer *lexer);
bool read_plain(struct lexer *lexer); /* a declaration of plain names; false: it is none */
uint32_t import_add(struct lexer *lexer, enum fact_kind kind, unsigned flags,
                    const struct token *literal);
bool in_specifier(const struct frame *frame); /* whose literals are pieces of a specifier */
void specifier_operand(struct lexer *lexer);
void specifier_operator(struct lexer *lexer);
void specifier_end(struct lexer *lexer);
void specifier_close_paren(struct lexer *lexer, const struct frame *paren, bool parameters);
void template_piece(struct lexer *lexer);
void specifier_open(struct lexer *lexer, enum fact_kind kind, uint32_t reference);
void glob_open(struct lexer *lexer);
/* `(require)` and `require!` are `require`. */
void require_close_paren(struct lexer *lexer, const struct frame *paren);
void require_assert(struct lexer *lexer);                           /* at the `!` */
void glob_option(struct lexer *lexer, const struct frame *options); /* at the `:` */
/* At `import` and at `new` where they begin an operand. */
void read_import_expression(struct lexer *lexer);
void read_new(struct lexer *lexer);
size_t encode_utf8(uint32_t code, char *out); /* 1 to 4 bytes */
uint32_t cook(struct lexer *lexer, uint32_t start, uint32_t end, bool escaped, uint32_t *length);

void read_prologue(struct lexer *lexer);
bool directive_add_function(struct lexer *lexer);
void directive_settle_names(struct lexer *lexer, const struct frame *body);
void directive_drop_names(struct lexer *lexer, struct frame *paren);
void directive_check_statement(struct lexer *lexer);
void note_add(struct lexer *lexer, enum fact_note_code code, unsigned detail, int configured,
              uint32_t start, uint32_t end);

#endif
