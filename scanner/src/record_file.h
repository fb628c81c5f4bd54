/* A file of records, each of which is in it whole or not at all. Opened without ever blocking. */
#ifndef RECORD_FILE_H
#define RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_file {
    int handle;     /* -1: not open */
    bool regular;   /* can be cut back */
    uint64_t whole; /* bytes of whole records */
    uint64_t end;   /* bytes written */
    int error;      /* of the record that is being written; 0, or a libuv code */
};

void record_file_init(struct record_file *file);
/* Makes `path` anew; what stands there is emptied. 0 or a libuv code. */
int record_file_open(struct record_file *file, const char *path);
void record_file_close(struct record_file *file);

/* A prologue_write: `payload` is the file. After a failure the rest of the record is left out. */
int record_file_write(void *payload, const char *bytes, size_t length);
/* Ends the record. 0, or why it is not in the file. */
int record_file_end(struct record_file *file);

#endif
