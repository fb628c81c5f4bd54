/* Tokens. */
#ifndef LEX_TOKEN_H
#define LEX_TOKEN_H

#include "lex.h"

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

/* An identifier: no reserved word. */
static inline bool token_is_identifier(const struct token *token) {
    return token->kind == T_NAME && (token->word == W_NONE || token->word > W_LAST_RESERVED);
}

#endif
