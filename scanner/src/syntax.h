/* The grammar: bytes -> the same facts, through tree-sitter. For what the lexer is unsure of. */
#ifndef SYNTAX_H
#define SYNTAX_H

#include "lex.h"

enum syntax_answer {
    SYNTAX_SURE,   /* a tree without ERROR and MISSING nodes */
    SYNTAX_BROKEN, /* the tree has errors: the facts are a best guess, or none */
    SYNTAX_NOMEM,  /* the parse did not fit its cap; facts untouched */
};

/* Compiled queries, kept from file to file. Threads share it. */
struct syntax;

struct syntax *syntax_new(struct ledger *ledger); /* NULL: no memory, or no lock */
void syntax_free(struct syntax *syntax);

/* `guess`: facts of a broken tree, too; queries take long on some. */
enum syntax_answer syntax_read(struct syntax *syntax, const struct lex_options *options,
                               const char *bytes, size_t size, bool guess, struct facts *facts);

#endif
