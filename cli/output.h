/* Where results go: standard output, or a file that appears whole or not at all. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_BUFFER ((size_t)64 << 10)

struct output {
    int descriptor;
    int error;        /* errno of the first failure; nothing is written after it */
    bool terminal;    /* lines are written as they come */
    const char *name; /* what a message calls it */
    char *target; /* the file that `temporary` becomes; both NULL where it is written directly */
    char *temporary;
    size_t used;
    char bytes[OUTPUT_BUFFER];
};

/* Opens `file`, or standard output where it is NULL. A file is written under a temporary name beside
 * it; a symbolic link's target is replaced, not the link; a device or pipe is written directly.
 * False with `error` set where it cannot be opened. */
bool output_open(struct output *output, const char *file);

/* A prologue_write: `payload` is the output. Not zero once writing has failed. */
int output_write(void *payload, const char *bytes, size_t length);
void output_text(struct output *output, const char *text);
/* For short texts: at most OUTPUT_BUFFER bytes. */
__attribute__((format(printf, 2, 3))) void output_print(struct output *output, const char *format,
                                                        ...);
bool output_flush(struct output *output);

/* Writes what is left and puts the file in place. False with `error` set, and no file left behind,
 * where that or an earlier write failed. */
bool output_close(struct output *output);

/* Drops what was written to a file. */
void output_abandon(struct output *output);

/* Removes the temporary file of an output that is open. Signal-safe. */
void output_remove_unfinished(void);
/* The same where the process is about to end; no file is begun after it. Signal-safe. */
void output_end(void);

#endif
