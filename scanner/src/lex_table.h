/* What bytes and words are to the tokeniser; lex_token.c alone includes it. */
#ifndef LEX_TABLE_H
#define LEX_TABLE_H

#include "lex_token.h"

#define LETTERS ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['_'] = 1, ['$'] = 1, ['0' ... '9'] = 1

/* 1: continues an identifier; 2: may, it is not ASCII; 3: a backslash. */
static const uint8_t identifier_class[256] = {LETTERS, [0x80 ... 0xFF] = 2, ['\\'] = 3};

#define LONE 0x80 /* with a kind: unless what follows makes another punctuator of it */

/* What a byte is; T_NAME: it begins a name. T_END: that takes more than a look. */
static const uint8_t simple_kind[256] = {
    ['a' ... 'z'] = T_NAME,
    ['A' ... 'Z'] = T_NAME,
    ['_'] = T_NAME,
    ['$'] = T_NAME,
    ['{'] = T_LBRACE,
    ['}'] = T_RBRACE,
    ['('] = T_LPAREN,
    [')'] = T_RPAREN,
    ['['] = T_LBRACKET,
    [']'] = T_RBRACKET,
    [';'] = T_SEMICOLON,
    [','] = T_COMMA,
    [':'] = T_COLON,
    ['>'] = T_GREATER,
    ['~'] = T_TILDE,
    ['@'] = T_AT,
    ['.'] = T_DOT | LONE,
    ['='] = T_ASSIGN | LONE,
    ['?'] = T_QUESTION | LONE,
    ['!'] = T_BANG | LONE,
    ['<'] = T_LESS | LONE,
    ['/'] = T_SLASH | LONE,
    ['+'] = T_PLUS | LONE,
    ['-'] = T_MINUS | LONE,
    ['*'] = T_STAR | LONE,
    ['&'] = T_AMPERSAND | LONE,
    ['|'] = T_BAR | LONE,
};

/* What makes no other punctuator of the one before it. */
static const bool is_neutral[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['_'] = true,  ['$'] = true, [' '] = true,
    ['\n'] = true,        ['"'] = true,         ['\''] = true, ['('] = true, [')'] = true,
    ['{'] = true,         ['['] = true,         [']'] = true,
};

static const char word_texts[WORDS][BLOCK] = {
    [W_BREAK] = "break",
    [W_CASE] = "case",
    [W_CATCH] = "catch",
    [W_CLASS] = "class",
    [W_CONST] = "const",
    [W_CONTINUE] = "continue",
    [W_DEBUGGER] = "debugger",
    [W_DEFAULT] = "default",
    [W_DELETE] = "delete",
    [W_DO] = "do",
    [W_ELSE] = "else",
    [W_ENUM] = "enum",
    [W_EXPORT] = "export",
    [W_EXTENDS] = "extends",
    [W_FALSE] = "false",
    [W_FINALLY] = "finally",
    [W_FOR] = "for",
    [W_FUNCTION] = "function",
    [W_IF] = "if",
    [W_IMPORT] = "import",
    [W_IN] = "in",
    [W_INSTANCEOF] = "instanceof",
    [W_NEW] = "new",
    [W_NULL] = "null",
    [W_RETURN] = "return",
    [W_SUPER] = "super",
    [W_SWITCH] = "switch",
    [W_THIS] = "this",
    [W_THROW] = "throw",
    [W_TRUE] = "true",
    [W_TRY] = "try",
    [W_TYPEOF] = "typeof",
    [W_VAR] = "var",
    [W_VOID] = "void",
    [W_WHILE] = "while",
    [W_WITH] = "with",
    [W_ABSTRACT] = "abstract",
    [W_AS] = "as",
    [W_ASSERTS] = "asserts",
    [W_ASYNC] = "async",
    [W_AWAIT] = "await",
    [W_DECLARE] = "declare",
    [W_FROM] = "from",
    [W_GLOBAL] = "global",
    [W_IMPLEMENTS] = "implements",
    [W_INFER] = "infer",
    [W_INTERFACE] = "interface",
    [W_IS] = "is",
    [W_KEYOF] = "keyof",
    [W_LET] = "let",
    [W_MODULE] = "module",
    [W_NAMESPACE] = "namespace",
    [W_OF] = "of",
    [W_READONLY] = "readonly",
    [W_REQUIRE] = "require",
    [W_SATISFIES] = "satisfies",
    [W_STATIC] = "static",
    [W_TYPE] = "type",
    [W_UNIQUE] = "unique",
    [W_USING] = "using",
    [W_YIELD] = "yield",
};

#endif
