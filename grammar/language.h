/* Which files are scripts, in which dialect, and the grammar that reads each dialect. */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include "facts.h"

typedef struct TSLanguage TSLanguage;

/* Whether a file of that name is a script; then `*dialect` (may be NULL) is its enum dialect bits.
 * The name may be a whole path. Declaration files (`.d.ts`, `.d.css.ts`) are none. */
bool language_of(struct slice file_name, unsigned *dialect);

struct language {
    const TSLanguage *(*grammar)(void);
    const char *query; /* grammar/queries/, those that this grammar has nodes for */
};

enum { LANGUAGE_TSX, LANGUAGE_TYPESCRIPT, LANGUAGES };

extern const struct language languages[LANGUAGES];

/* The grammar of a dialect: TypeScript without JSX is read by one, all else by the other. */
static inline int language_for(unsigned dialect) {
    return (dialect & DIALECT_TYPESCRIPT) && !(dialect & DIALECT_JSX) ? LANGUAGE_TYPESCRIPT
                                                                      : LANGUAGE_TSX;
}

#endif
