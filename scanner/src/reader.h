/* Reads one file: the lexer first, the grammar where the lexer is not sure. */
#ifndef READER_H
#define READER_H

#include "lex.h"
#include "syntax.h"

struct reader {
    struct ledger *ledger;
    struct lexer *lexer;   /* each made at its first need */
    struct syntax *syntax; /* `shared` where there is one */
    struct syntax *shared;
    struct facts spare; /* the grammar's, beside the lexer's best guess */
};

/* `syntax` (may be NULL) is borrowed, and outlives the reader. */
void reader_init(struct reader *reader, struct ledger *ledger, struct syntax *syntax);
void reader_free(struct reader *reader);

/* Fills `facts`, positions too. The input is borrowed; where it comes in pieces, the lexer is alone,
 * and where input->error is set afterwards, the facts are incomplete.
 * `*unsure` (may be NULL) tells that the reader that was forced is not sure; PROLOGUE_READER_AUTO
 * says so with a NOTE_NOT_CERTAIN or NOTE_NO_ROOM instead, and the lexer's best guess stands.
 * 0, PROLOGUE_ENOMEM or PROLOGUE_ELIMIT; then the facts are incomplete. */
int reader_read(struct reader *reader, const struct lex_options *options,
                enum prologue_reader which, struct input *input, struct facts *facts, bool *unsure);

#endif
