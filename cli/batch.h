/* Questions and answers of prologue resolve as JSON lines. */
#ifndef BATCH_H
#define BATCH_H

#include "options.h"
#include "output.h"

/* Answers the lines of standard input; returns the exit status. */
int batch_answer(const struct options *options, prologue_session *session, struct output *output);

/* Answers the options' own question with such a line; returns the exit status of the command. */
int batch_answer_one(const struct options *options, prologue_session *session,
                     struct output *output);

#endif
