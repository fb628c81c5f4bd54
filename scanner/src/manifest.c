#include "manifest.h"

#include <stdio.h>
#include <uv.h>

enum { BUFFER_FIRST = 64 << 10 };

void manifests_init(struct manifests *manifests, struct realpath *realpath, struct ledger *ledger) {
    *manifests = (struct manifests){.realpath = realpath, .ledger = ledger, .complained = NO_PATH};
    rows_init(&manifests->problems, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct problem));
    rows_init(&manifests->seen, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct manifest_seen));
    arena_init(&manifests->texts, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
}

void manifests_free(struct manifests *manifests) {
    rows_free(&manifests->problems);
    rows_free(&manifests->seen);
    arena_free(&manifests->texts);
    ledger_free(manifests->ledger, PROLOGUE_SUBSYSTEM_LEASES, manifests->buffer,
                manifests->capacity);
}

static void add_problem(struct manifests *manifests, path_id file, uint32_t line, uint32_t column,
                        const char *code, const char *message, bool error) {
    if (manifests->again) {
        return;
    }
    const char *copy = arena_copy(&manifests->texts, slice_of(message));
    struct problem *problem = copy ? rows_add(&manifests->problems) : NULL;
    if (!problem) {
        manifests->realpath->error = ledger_error(manifests->ledger);
        return;
    }
    *problem = (struct problem){file, line, column, code, copy, error, 1};
}

void manifest_complain_at(struct manifests *manifests, path_id file, uint32_t line, uint32_t column,
                          const char *code, const char *message) {
    add_problem(manifests, file, line, column, code, message, false);
}

void manifest_complain_whole(struct manifests *manifests, path_id file, const char *code,
                             const char *message, bool error) {
    add_problem(manifests, file, 0, 0, code, message, error);
}

void manifest_complain(struct manifests *manifests, path_id file, const struct json *json,
                       uint32_t node, const char *code, const char *message) {
    char where[256], text[512];
    uint32_t line, column;
    if (manifests->again) {
        return;
    }
    manifests->complaints = manifests->complained == file ? manifests->complaints + 1 : 1;
    manifests->complained = file;
    if (manifests->complaints > MANIFEST_COMPLAINTS && manifests->problems.count > 0) {
        struct problem *last = rows_at(&manifests->problems, manifests->problems.count - 1);
        last->count++;
        return;
    }
    json_locate(manifests->buffer, manifests->size, json_at(json, node)->start, &line, &column);
    json_key_path(json, node, where, sizeof where);
    snprintf(text, sizeof text, "%s %s", where, message);
    add_problem(manifests, file, line, column, code, text, false);
}

static enum manifest_answer refuse(struct manifests *manifests, path_id file, const char *code,
                                   const char *message) {
    manifest_complain_whole(manifests, file, code, message, false);
    return MANIFEST_REFUSED;
}

static enum manifest_answer refuse_for(struct manifests *manifests, path_id file, int error) {
    char text[128] = "cannot be read: ";
    uv_strerror_r(error, text + strlen(text), sizeof text - strlen(text));
    return refuse(manifests, file, "unreadable-file", text);
}

static enum manifest_answer read_rest(struct manifests *manifests, path_id file, int handle) {
    enum os_type type;
    uint64_t size;
    int code = os_describe(handle, &type, &size);
    if (code) {
        return refuse_for(manifests, file, code);
    }
    if (type != OS_FILE) {
        return refuse(manifests, file, "not-a-file", "is not a regular file");
    }
    if (size > MANIFEST_LARGEST) {
        return refuse(manifests, file, "manifest-too-large", "is larger than 4 MiB");
    }
    if (ledger_grow(manifests->ledger, PROLOGUE_SUBSYSTEM_LEASES, &manifests->buffer,
                    &manifests->capacity, (uint32_t)size + 1, 1)) {
        manifests->realpath->error = ledger_error(manifests->ledger);
        return MANIFEST_REFUSED;
    }
    int64_t count = os_read(handle, manifests->buffer, manifests->capacity, 0);
    if (count < 0) {
        return refuse_for(manifests, file, (int)count);
    }
    manifests->size = (size_t)count;
    return MANIFEST_READ;
}

static enum manifest_answer read_handle(struct manifests *manifests, path_id file, int handle) {
    int64_t count = os_read(handle, manifests->buffer, manifests->capacity, 0);
    if (count == UV_EISDIR || count == UV_ESPIPE) {
        return refuse(manifests, file, "not-a-file", "is not a regular file");
    }
    if (count < 0) {
        return refuse_for(manifests, file, (int)count);
    }
    manifests->size = (size_t)count;
    return (size_t)count == manifests->capacity ? read_rest(manifests, file, handle)
                                                : MANIFEST_READ;
}

static path_id file_path(struct manifests *manifests, const struct folder *folder,
                         struct slice name) {
    path_id file = path_child(manifests->realpath->paths, folder->path, name);
    if (file == NO_PATH) {
        manifests->realpath->error = ledger_error(manifests->ledger);
    }
    return file;
}

static bool note_seen(struct manifests *manifests, path_id file, int handle) {
    if (!manifests->realpath->stamps || manifests->again) {
        return true;
    }
    struct manifest_seen *seen = rows_add(&manifests->seen);
    if (!seen) {
        manifests->realpath->error = ledger_error(manifests->ledger);
        return false;
    }
    seen->file = file;
    if (handle >= 0 && os_stamp(handle, &seen->stamp)) {
        seen->stamp = 0;
    }
    /* What is read through a link changes elsewhere. */
    struct realpath *realpath = manifests->realpath;
    const struct folder *folder = folder_of(realpath, path_at(realpath->paths, file)->parent);
    uint64_t own;
    if (os_stamp_of(realpath->files, folder->path, folder->text,
                    path_name(realpath->paths, file).data, &own) ||
        own != seen->stamp) {
        realpath->unwatched = true;
    }
    return true;
}

enum manifest_answer manifest_read(struct manifests *manifests, struct folder *folder,
                                   struct slice name, path_id *file) {
    enum os_type type = OS_UNKNOWN;
    if (!manifests->realpath->files ||
        (folder->listing && !listing_find(folder->listing, name, &type))) {
        return MANIFEST_MISSING;
    }
    if (ledger_grow(manifests->ledger, PROLOGUE_SUBSYSTEM_LEASES, &manifests->buffer,
                    &manifests->capacity, BUFFER_FIRST, 1)) {
        manifests->realpath->error = ledger_error(manifests->ledger);
        return MANIFEST_REFUSED;
    }
    struct realpath *realpath = manifests->realpath;
    int handle = os_open(realpath->files, folder->path, folder->text, name.data, true);
    if (handle == UV_ENOENT || handle == UV_ENOTDIR) {
        return MANIFEST_MISSING;
    }
    *file = file_path(manifests, folder, name);
    if (*file == NO_PATH) {
        return MANIFEST_REFUSED;
    }
    if (!note_seen(manifests, *file, handle)) {
        if (handle >= 0) {
            os_close(realpath->files, handle);
        }
        return MANIFEST_REFUSED;
    }
    if (handle < 0) {
        return refuse_for(manifests, *file, handle);
    }
    enum manifest_answer answer = read_handle(manifests, *file, handle);
    os_close(realpath->files, handle);
    return answer;
}

bool manifest_parse(struct manifests *manifests, path_id file, struct json *json, unsigned flags,
                    const char *const *wanted) {
    int code = json_read(json, manifests->buffer, manifests->size, flags, wanted);
    if (code == PROLOGUE_EINVALID) {
        char text[160];
        uint32_t line, column;
        json_locate(manifests->buffer, manifests->size, json->error_offset, &line, &column);
        snprintf(text, sizeof text, "is not valid JSON: %s", json->error);
        add_problem(manifests, file, line, column, "malformed-json", text, false);
    } else if (code) {
        manifests->realpath->error = code;
    }
    return code == 0;
}
