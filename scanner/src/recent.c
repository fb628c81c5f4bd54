#include "recent.h"

static size_t size_of(uint32_t readers) {
    return sizeof(struct recent) + readers * sizeof(struct recent_file);
}

struct recent *recent_new(struct ledger *ledger, uint32_t readers) {
    struct recent *recent = ledger_new(ledger, PROLOGUE_SUBSYSTEM_REPORT, size_of(readers));
    if (recent && uv_mutex_init(&recent->mutex)) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, recent, size_of(readers));
        return NULL;
    }
    if (recent) {
        recent->reader_count = readers;
    }
    return recent;
}

void recent_free(struct recent *recent, struct ledger *ledger) {
    if (recent) {
        uv_mutex_destroy(&recent->mutex);
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, recent, size_of(recent->reader_count));
    }
}

/* The end of `text` that fits into `room` bytes, from the start of a character on. */
static struct slice fitting(const char *text, size_t room) {
    struct slice all = slice_of(text);
    if (all.length > room) {
        all = slice_skip(all, all.length - room);
        while (all.length && ((unsigned char)all.data[0] & 0xC0) == 0x80) {
            all = slice_skip(all, 1);
        }
    }
    return all;
}

static void set_path(struct recent_file *file, const char *folder, const char *name) {
    struct slice last = fitting(name, RECENT_PATH - 1);
    size_t room = RECENT_PATH - 1 - last.length;
    struct slice first = room > 1 ? fitting(folder, room - 1) : SLICE("");
    memcpy(file->path, first.data, first.length);
    size_t at = first.length;
    if (at) {
        file->path[at++] = '/';
    }
    memcpy(file->path + at, last.data, last.length);
    file->path[at + last.length] = 0;
}

void recent_begin(struct recent *recent, uint32_t reader, const char *folder, const char *name) {
    if (!recent || reader >= recent->reader_count) {
        return;
    }
    uv_mutex_lock(&recent->mutex);
    struct recent_file *file = &recent->flying[reader];
    file->began = uv_hrtime();
    file->bytes = 0;
    set_path(file, folder, name);
    uv_mutex_unlock(&recent->mutex);
}

void recent_sized(struct recent *recent, uint32_t reader, uint32_t bytes) {
    if (recent && reader < recent->reader_count) {
        uv_mutex_lock(&recent->mutex);
        recent->flying[reader].bytes = bytes;
        uv_mutex_unlock(&recent->mutex);
    }
}

void recent_end(struct recent *recent, uint32_t reader) {
    if (recent && reader < recent->reader_count) {
        uv_mutex_lock(&recent->mutex);
        recent->last[recent->read++ % RECENT_FILES] = recent->flying[reader];
        recent->flying[reader].began = 0;
        uv_mutex_unlock(&recent->mutex);
    }
}

static void put_file(struct json_writer *json, const struct recent_file *file, uint64_t now) {
    json_put_open(json, '{');
    json_put_key(json, "path");
    json_put_string(json, slice_of(file->path));
    json_put_key(json, "bytes");
    json_put_unsigned(json, file->bytes);
    json_put_key(json, "msAgo");
    json_put_decimal(json, (double)(now - file->began) / 1e6, 3);
    json_put_close(json, '}');
}

/* The next one in the order of size, then of number, behind `last`; NULL: none. */
static const struct recent_file *next_smaller(const struct recent *recent,
                                              const struct recent_file *last) {
    const struct recent_file *best = NULL;
    for (uint32_t i = 0; i < recent->reader_count; i++) {
        const struct recent_file *file = &recent->flying[i];
        bool behind =
            !last || file->bytes < last->bytes || (file->bytes == last->bytes && file > last);
        if (file->began && behind && (!best || file->bytes > best->bytes)) {
            best = file;
        }
    }
    return best;
}

void recent_put(struct json_writer *json, struct recent *recent) {
    uv_mutex_lock(&recent->mutex);
    uint64_t now = uv_hrtime();
    json_put_key(json, "inFlight");
    json_put_open(json, '[');
    const struct recent_file *file = NULL;
    while ((file = next_smaller(recent, file)) != NULL) {
        put_file(json, file, now);
    }
    json_put_close(json, ']');
    json_put_key(json, "recentFiles");
    json_put_open(json, '[');
    for (uint32_t i = 0; i < RECENT_FILES && i < recent->read; i++) {
        put_file(json, &recent->last[(recent->read - 1 - i) % RECENT_FILES], now);
    }
    json_put_close(json, ']');
    uv_mutex_unlock(&recent->mutex);
}
