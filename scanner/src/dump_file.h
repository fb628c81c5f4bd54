/* A file that appears whole or not at all, with the ones that it replaces kept beside it as FILE.1,
 * FILE.2 and so on, the older the higher. What is no regular file (a device, a pipe) is written as it
 * is. */
#ifndef DUMP_FILE_H
#define DUMP_FILE_H

#include "path.h"
#include "record_file.h"

struct dump_file {
    struct record_file records;
    const char *path;
    bool direct;
    char temporary[PATH_LONGEST + 16];
};

/* `path` has to stay until the file is closed. 0 or a libuv code. */
int dump_file_open(struct dump_file *file, const char *path);
/* With `error` 0 the file is put in place, and at most `kept` files stand there; otherwise nothing
 * changes. Returns `error`, or what else went wrong. */
int dump_file_close(struct dump_file *file, int error, int kept);

#endif
