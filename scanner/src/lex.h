/* The lexer: bytes -> facts, or "unsure". No I/O, no globals; its stacks grow through the ledger. */
#ifndef LEX_H
#define LEX_H

#include "facts.h"
#include "input.h"

enum lex_answer { LEX_SURE, LEX_UNSURE };

struct lex_options {
    const struct directive_set *directives;
    unsigned dialect;    /* enum dialect */
    uint32_t skim_least; /* how far ahead the last candidate lies where code is skimmed, in bytes;
                            0: a default, UINT32_MAX: it never is */
};

/* Stacks that are kept from file to file. */
struct lexer;

struct lexer *lexer_new(struct ledger *ledger); /* NULL: no memory */
void lexer_free(struct lexer *lexer);

/* Reads one file, of less than INPUT_LARGEST bytes, which are borrowed. Where input->error is set
 * afterwards, the facts are incomplete.
 * LEX_SURE: `facts` holds exactly what an ECMAScript/TypeScript parser would see.
 * LEX_UNSURE: `facts` holds the best guess; the grammar decides.
 * Lines and columns are not filled (facts_locate). facts->error tells of missing memory. */
enum lex_answer lexer_read(struct lexer *lexer, const struct lex_options *options,
                           struct input *input, struct facts *facts);

/* JavaScript within another language (lex_embed.c): where what begins at `at` ends, or LEX_NO_END
 * where it is not closed before `size`, or is no JavaScript. `scratch` is used up. */
#define LEX_NO_END UINT32_MAX

/* `{` is at `at`: past its `}`. */
uint32_t lexer_expression_end(struct lexer *lexer, struct facts *scratch, const char *bytes,
                              uint32_t size, uint32_t at);
/* `import` or `export` is at `at`: the first line end before a blank line, or the end of the file,
 * where all that has begun is complete. */
uint32_t lexer_esm_end(struct lexer *lexer, struct facts *scratch, const char *bytes, uint32_t size,
                       uint32_t at);

#endif
