/* What the reader saw in one file, as a line of JSON. */
#ifndef INSPECT_H
#define INSPECT_H

#include "facts.h"
#include "json_write.h"

/* `path` as the user gave it. Returns writer->error. */
int inspect_write_line(struct json_writer *writer, const char *path, const struct facts *facts,
                       const struct directive_set *directives, bool unsure);

/* The line of a file that could not be read: empty lists and one error diagnostic. */
int inspect_write_failure(struct json_writer *writer, const char *path, const char *code,
                          const char *message);

#endif
