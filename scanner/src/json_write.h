/* A streaming JSON writer: commas and escapes are its business, nesting the caller's. What is
 * written goes through one buffer, reused to the end. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "ledger.h"
#include "text.h"

struct json_writer {
    struct ledger *ledger;
    enum prologue_subsystem subsystem;
    prologue_write write;
    void *payload;
    char *buffer; /* as large as there was memory for */
    uint32_t size;
    uint32_t length;
    bool comma; /* one is due before the next value */
    int error;  /* the first that occurred; nothing is written after it */
};

/* PROLOGUE_ELIMIT or PROLOGUE_ENOMEM where there is no memory for the buffer. */
int json_writer_init(struct json_writer *writer, struct ledger *ledger,
                     enum prologue_subsystem subsystem, prologue_write write, void *payload);
/* Hands on what is left in the buffer. Returns writer->error. */
int json_writer_flush(struct json_writer *writer);
void json_writer_free(struct json_writer *writer);

void json_put_open(struct json_writer *writer, char bracket); /* `{` or `[` */
void json_put_close(struct json_writer *writer, char bracket);
/* A key or text of the program's own: ASCII without quotes and backslashes. */
void json_put_key(struct json_writer *writer, const char *key);
void json_put_literal(struct json_writer *writer, const char *text);
/* Any bytes: invalid UTF-8 becomes U+FFFD. */
void json_put_string(struct json_writer *writer, struct slice text);
void json_put_key_string(struct json_writer *writer, struct slice key);
void json_put_unsigned(struct json_writer *writer, uint64_t value);
/* At most `digits` (0 to 9) after the point. Not finite: null. */
void json_put_decimal(struct json_writer *writer, double value, int digits);
void json_put_bool(struct json_writer *writer, bool value);
void json_put_null(struct json_writer *writer);
/* Between documents: a line feed, and no comma after it. */
void json_put_newline(struct json_writer *writer);
/* Raw bytes, as they are: white space for people. */
void json_put_raw(struct json_writer *writer, struct slice bytes);

#endif
