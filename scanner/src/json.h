/* Reads JSON, and JSON with comments and trailing commas, into a flat tree. Keeps key order, the
 * place of every value, and only those top-level members that are asked for; all of the text is
 * checked. Where a key stands twice, the last value counts, in the first one's place. No recursion: depth is limited by JSON_MAX_DEPTH. */
#ifndef JSON_H
#define JSON_H

#include "ledger.h"
#include "text.h"

enum { JSON_MAX_DEPTH = 1000 };

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

enum json_flag { JSON_COMMENTS = 1 /* comments and trailing commas */ };

#define JSON_NONE UINT32_MAX

struct json_node {
    uint32_t type;
    uint32_t start; /* byte offset of the value in the source */
    uint32_t key, key_length;
    uint32_t text, text_length; /* a string's, decoded; otherwise unused */
    uint32_t first, next, parent;
};

struct json {
    struct ledger *ledger;
    enum prologue_subsystem subsystem;
    struct json_node *nodes; /* 0 is the root */
    uint32_t count, capacity;
    char *texts;
    uint32_t texts_length, texts_capacity;
    const char *error; /* static; NULL where all is well */
    uint32_t error_offset;
};

void json_init(struct json *json, struct ledger *ledger, enum prologue_subsystem subsystem);
void json_free(struct json *json);

/* `wanted`: NULL-terminated names of the root's members to keep; NULL: all. 0; PROLOGUE_EINVALID
 * with `error` set where the text is no JSON; PROLOGUE_ENOMEM or ELIMIT. */
int json_read(struct json *json, const char *bytes, size_t size, unsigned flags,
              const char *const *wanted);

static inline const struct json_node *json_at(const struct json *json, uint32_t node) {
    return &json->nodes[node];
}

static inline struct slice json_key(const struct json *json, uint32_t node) {
    return (struct slice){json->texts + json->nodes[node].key, json->nodes[node].key_length};
}

static inline struct slice json_text(const struct json *json, uint32_t node) {
    return (struct slice){json->texts + json->nodes[node].text, json->nodes[node].text_length};
}

/* The member of that name; JSON_NONE where there is none or `object` is no object. */
uint32_t json_get(const struct json *json, uint32_t object, struct slice key);

/* "exports" > "." > "import", for messages: written to `text`, cut where it does not fit. */
void json_key_path(const struct json *json, uint32_t node, char *text, size_t size);

/* The line and column of a byte offset, counted as in source files. */
void json_locate(const char *bytes, size_t size, uint32_t offset, uint32_t *line, uint32_t *column);

#endif
