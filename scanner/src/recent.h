/* Which files are being read now, and which were read last: kept only where a dump may be asked for.
 * Thread-safe. */
#ifndef RECENT_H
#define RECENT_H

#include <uv.h>

#include "json_write.h"

enum { RECENT_FILES = 100, RECENT_PATH = 236 };

struct recent_file {
    uint64_t began;         /* uv_hrtime(); 0: no file */
    uint32_t bytes;         /* 0: not read yet */
    char path[RECENT_PATH]; /* NUL-terminated; of a longer one the end */
};

struct recent {
    uv_mutex_t mutex;
    uint32_t read; /* files in all */
    uint32_t reader_count;
    struct recent_file last[RECENT_FILES]; /* a ring */
    struct recent_file flying[];           /* one for each reader */
};

/* NULL: no memory. */
struct recent *recent_new(struct ledger *ledger, uint32_t readers);
void recent_free(struct recent *recent, struct ledger *ledger);

/* What a reader, numbered from 0, does; NULL for `recent` is allowed. */
void recent_begin(struct recent *recent, uint32_t reader, const char *folder, const char *name);
void recent_sized(struct recent *recent, uint32_t reader, uint32_t bytes);
void recent_end(struct recent *recent, uint32_t reader);

/* `inFlight`, the largest first, and `recentFiles`, the latest first. Readers wait meanwhile. */
void recent_put(struct json_writer *json, struct recent *recent);

#endif
