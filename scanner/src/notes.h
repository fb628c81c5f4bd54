/* What a reader's note says to the user: shared by `inspect` and the scan's report. */
#ifndef NOTES_H
#define NOTES_H

#include "facts.h"

#define NOTE_MESSAGE_SIZE 320

struct note_text {
    enum prologue_severity severity;
    const char *code;                /* static, such as "near-miss-directive" */
    char message[NOTE_MESSAGE_SIZE]; /* one sentence without a full stop, NUL-terminated */
};

void note_describe(const struct fact_note *note, const struct facts *facts,
                   const struct directive_set *directives, struct note_text *out);

/* "info", "warning" or "error". */
const char *severity_name(enum prologue_severity severity);

#endif
