/* What the files of the lexer share: its state, the window over the file, and the tokeniser. */
#ifndef LEX_PRIVATE_H
#define LEX_PRIVATE_H

#include "lex_frame.h"
#include "lex_token.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct scope {
    uint32_t first_reference;
    uint32_t declarations; /* newest declaration, NONE */
    uint32_t function;     /* index of the scope that takes the `var`s */
    uint32_t
        body; /* the first reference behind a function's parameters, which see no declaration there */
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

struct deferred {
    struct reference reference;
    uint32_t scope; /* whose end it waits for */
};

struct declaration {
    uint32_t name, next;
    uint32_t first_reference; /* that it is for */
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
    struct deferred *deferred; /* references that are made again when a scope has ended */
    uint32_t deferred_count, deferred_capacity;
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
    uint32_t erased;        /* start of the last name that no value is asked of */
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
    uint32_t parameters_end;  /* end of the last parentheses in a type that may be parameters */
    uint32_t async_end;       /* end of the last `async` that is an operand */
    uint32_t async_parameter; /* start of the last name after `async` and before `=>` */
    bool named;               /* the operand before the cursor began its expression */
    bool has_elements, has_fragments, has_module_syntax;
    bool has_html_comment;       /* which would be none in a module */
    bool in_prologue;            /* pragmas stand before the first statement */
    bool past_head, late_import; /* an import that binds names may come after their uses: */
    bool again;                  /* a second pass then knows the names from the start */
    bool top_await;              /* has been met, and taken for a module's operator; */
    bool script;                 /* a second pass takes it for a name */
    bool module;                 /* a second pass knows no HTML-like comments */
    uint64_t speculated;         /* bytes that were read ahead */
    uint32_t environments;       /* that the prologue's directives switch to so far */
    struct token pragmas[2];     /* the name after `@jsx`, after `@jsxFrag`; empty: none */
};

enum context { IN_ASYNC = 1, IN_GENERATOR = 2, IN_ORDINARY_FUNCTION = 4 };

/* ---- the lexer (lex.c) ----------------------------------------------------------------------- */

void lexer_take(struct lexer *lexer, struct input *input);
void lexer_begin(struct lexer *lexer); /* at the start of the input */
void lexer_fail(struct lexer *lexer);  /* syntax that cannot be, at the token */
void lexer_fail_at(struct lexer *lexer, uint32_t at);
void lexer_fail_memory(struct lexer *lexer, int error);

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
/* (lex_scope.c) Of the comment that has been skipped. */
void scope_pragmas(struct lexer *lexer, uint32_t start, uint32_t end);

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

#endif
