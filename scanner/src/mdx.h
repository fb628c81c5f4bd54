/* MDX 3 without a compile step: what is no code becomes white space, so that the rest can be read
 * as JavaScript with JSX, at the same offsets. */
#ifndef MDX_H
#define MDX_H

#include "facts.h"
#include "lex.h"

#define MDX_MAX_CONTAINERS 100 /* block quotes and list items in each other */

/* Writes `size` bytes to `out`: the ESM blocks as they are, each expression in braces as an array
 * literal, spaces and line ends for all else. `*broken`: no MDX document, or containers too deep;
 * `out` is then a guess. 0, PROLOGUE_ENOMEM or PROLOGUE_ELIMIT. `scratch` is used up. */
int mdx_mask(struct lexer *lexer, struct facts *scratch, const char *bytes, size_t size, char *out,
             bool *broken);

/* A directive at the top, which compiles to a paragraph: adds its near-miss note. */
void mdx_note_directive(const struct directive_set *directives, const char *bytes, size_t size,
                        struct facts *facts);

#endif
