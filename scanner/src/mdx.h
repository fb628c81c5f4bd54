/* MDX 3 without a compile step: what is no code becomes white space, so that the rest can be read
 * as JavaScript with JSX, at the same offsets. */
#ifndef MDX_H
#define MDX_H

#include "facts.h"

/* Writes `size` bytes to `out`: the ESM blocks as they are, each expression in braces as an array
 * literal, spaces and line ends for all else. `*broken`: something is not closed; what follows it
 * is taken for text. PROLOGUE_ENOMEM or PROLOGUE_ELIMIT where the open brackets do not fit. */
int mdx_mask(struct ledger *ledger, const char *bytes, size_t size, char *out, bool *broken);

/* A directive at the top, which compiles to a paragraph: adds its near-miss note. */
void mdx_note_directive(const struct directive_set *directives, const char *bytes, size_t size,
                        struct facts *facts);

#endif
