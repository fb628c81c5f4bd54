/* The lexer: bytes -> facts, or "unsure". No I/O, no globals; its stacks grow through the ledger. */
#ifndef LEX_H
#define LEX_H

#include "facts.h"

enum lex_answer { LEX_SURE, LEX_UNSURE };

struct lex_options {
    const struct directive_set *directives;
    unsigned dialect; /* enum dialect */
};

/* Stacks that are kept from file to file. */
struct lexer;

struct lexer *lexer_new(struct ledger *ledger); /* NULL: no memory */
void lexer_free(struct lexer *lexer);

/* Reads one file. `bytes` is borrowed and never read past `bytes + size`.
 * LEX_SURE: `facts` holds exactly what an ECMAScript/TypeScript parser would see.
 * LEX_UNSURE: `facts` holds the best guess; the grammar decides.
 * Lines and columns are not filled (facts_locate). facts->error tells of missing memory. */
enum lex_answer lexer_read(struct lexer *lexer, const struct lex_options *options,
                           const char *bytes, size_t size, struct facts *facts);

#endif
