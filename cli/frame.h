/* Code frames: the line of a file that a diagnostic is about, with carets under what it means. */
#ifndef FRAME_H
#define FRAME_H

#include <prologue.h>
#include <stdbool.h>

#include "terminal.h"

/* The file that was read last: diagnostics come sorted by file. Zero at first. */
struct frame_file {
    char *path;
    char *bytes;
    size_t length;
};

void frame_file_free(struct frame_file *file);

/* The place in a file, as diagnostics name it. */
struct frame_place {
    uint32_t line, column; /* from 1; columns in UTF-16 units */
    uint32_t length;       /* in bytes; 0: unknown */
};

/* Prints the line below `root`/`path` and the carets, indented; nothing where the file cannot be read
 * or has no such line. */
void frame_print(struct terminal *terminal, struct frame_file *file, const char *root,
                 prologue_slice path, struct frame_place place, enum style style);

/* The same for bytes at hand. */
void frame_print_bytes(struct terminal *terminal, prologue_slice bytes, struct frame_place place,
                       enum style style);

/* Line `line` without its end and without a byte order mark; lines end at LF, CR, CRLF, U+2028 and
 * U+2029. */
bool frame_find_line(prologue_slice bytes, uint32_t line, prologue_slice *out);

/* The byte offset in a line of a column; the line's length where it is beyond. */
size_t frame_column_offset(prologue_slice line, uint32_t column);

#endif
