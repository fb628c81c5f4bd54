/* Reads small files wholly (package.json, tsconfig.json), and keeps what was wrong with them. */
#ifndef MANIFEST_H
#define MANIFEST_H

#include "json.h"
#include "realpath.h"

enum {
    MANIFEST_LARGEST = 4 << 20,
    MANIFEST_COMPLAINTS =
        20, /* about members of one file, one after the other; the rest is counted */
};

/* Something wrong with a file, for the report. */
struct problem {
    path_id file;
    uint32_t line, column; /* 0: the whole file */
    const char *code;      /* of the diagnostic */
    const char *message;
    bool error;
    uint32_t count; /* how many it stands for */
};

/* A file that was read, or could not be. */
struct manifest_seen {
    path_id file;
    uint64_t stamp; /* 0: none was taken */
};

struct manifests {
    struct realpath *realpath;
    struct ledger *ledger;
    struct rows problems;
    struct rows seen; /* with realpath->stamps */
    struct arena texts;
    bool again;         /* what is read now was read before: nothing is said of it a second time */
    path_id complained; /* the file that was complained about last */
    uint32_t complaints;
    char *buffer; /* the bytes of the file read last */
    uint32_t capacity;
    size_t size;
};

void manifests_init(struct manifests *manifests, struct realpath *realpath, struct ledger *ledger);
void manifests_free(struct manifests *manifests);

enum manifest_answer { MANIFEST_MISSING, MANIFEST_READ, MANIFEST_REFUSED };

/* Reads `name` in a real folder into `buffer`, valid until the next call. Refused: it is there but
 * cannot be read, is no regular file or over MANIFEST_LARGEST; a problem then tells of it. */
enum manifest_answer manifest_read(struct manifests *manifests, struct folder *folder,
                                   struct slice name, path_id *file);

/* Parses the bytes read last. False, and a problem, where they are no JSON. */
bool manifest_parse(struct manifests *manifests, path_id file, struct json *json, unsigned flags,
                    const char *const *wanted);

/* A problem at `node` of the file read last; its key path is put before `message`. */
void manifest_complain(struct manifests *manifests, path_id file, const struct json *json,
                       uint32_t node, const char *code, const char *message);

/* A problem at a place that is known; `message` is copied. */
void manifest_complain_at(struct manifests *manifests, path_id file, uint32_t line, uint32_t column,
                          const char *code, const char *message);

/* A problem of the whole file. `message` is copied. */
void manifest_complain_whole(struct manifests *manifests, path_id file, const char *code,
                             const char *message, bool error);

#endif
