/* A file system in memory in the place of os_*.c, which is not linked then: what is asked of it can be
 * watched. */
#ifndef MEMORY_OS_H
#define MEMORY_OS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "os.h"

struct memory_file {
    const char *path;
    const char *text;
    size_t size;
};

#define TEXT(literal) literal, sizeof literal - 1

static struct memory_file *memory_files;
static int memory_count;
static _Atomic int memory_calls;
static bool memory_guarded; /* what is called secret may not be asked for */

/* What the system answers instead of doing a call: 0 to do it, a libuv error, or for a read the most
 * bytes that it gives. `path` is NULL where a handle is asked. NULL: everything is done. */
static int64_t (*memory_fault)(const char *call, const char *path);

static int64_t fault(const char *call, const char *path) {
    return memory_fault ? memory_fault(call, path) : 0;
}

static void require(bool condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static bool is_secret(const char *path) {
    static const char *const outside[] = {"/secret", "/app/secret", "/app/node_modules/%secret",
                                          "/etc"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        if (strncmp(path, outside[i], strlen(outside[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* OS_UNKNOWN: there is none. */
static enum os_type memory_type(const char *path, const struct memory_file **file) {
    size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
    memory_calls++;
    require(!memory_guarded || !is_secret(path), "what lies outside is not asked for");
    for (int i = 0; i < memory_count; i++) {
        if (strcmp(memory_files[i].path, path) == 0) {
            *file = &memory_files[i];
            return OS_FILE;
        }
        if (strncmp(memory_files[i].path, path, length) == 0 &&
            memory_files[i].path[length] == '/') {
            return OS_FOLDER;
        }
    }
    return OS_UNKNOWN;
}

void os_files_begin(struct os_files *files, bool own_thread) {
    memset(files, 0, sizeof *files);
    (void)own_thread;
}

void os_files_end(struct os_files *files) {
    (void)files;
}

void os_files_forget(struct os_files *files) {
    (void)files;
}

int os_open(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
            bool follow) {
    char path[8192];
    const struct memory_file *file;
    (void)files, (void)folder, (void)follow;
    snprintf(path, sizeof path, "%s/%s", strcmp(folder_path, "/") == 0 ? "" : folder_path, name);
    int64_t error = fault("open", path);
    if (error < 0) {
        return (int)error;
    }
    switch (memory_type(path, &file)) {
    case OS_FILE:
        return (int)(file - memory_files);
    case OS_FOLDER:
        return memory_count; /* opens, and cannot be read */
    default:
        return UV_ENOENT;
    }
}

int64_t os_read(int handle, char *buffer, size_t size, uint64_t offset) {
    int64_t most = fault("read", NULL);
    if (handle >= memory_count || most < 0) {
        return most < 0 ? most : UV_EISDIR;
    }
    const struct memory_file *file = &memory_files[handle];
    size_t left = offset < file->size ? file->size - (size_t)offset : 0;
    size = size < left ? size : left;
    size = most > 0 && (size_t)most < size ? (size_t)most : size;
    if (size > 0) {
        memcpy(buffer, file->text + offset, size);
    }
    return (int64_t)size;
}

int os_describe(int handle, enum os_type *type, uint64_t *size) {
    *type = handle < memory_count ? OS_FILE : OS_FOLDER;
    *size = handle < memory_count ? memory_files[handle].size : 0;
    return (int)fault("describe", NULL);
}

int os_stamp(int handle, uint64_t *stamp) {
    *stamp = 2 * (uint64_t)handle + 2;
    return 0;
}

int os_stamp_of(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
                uint64_t *stamp) {
    (void)files, (void)folder, (void)folder_path, (void)name;
    *stamp = 2;
    return 0;
}

void os_close(struct os_files *files, int handle) {
    (void)files, (void)handle;
}

/* An entry is told once for each file below it: a listing may hold doubles. */
int os_list(struct os_files *files, const char *path, os_entry entry, void *payload) {
    size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
    int code = (int)fault("list", path);
    (void)files;
    memory_calls++;
    for (int i = 0; i < memory_count && !code; i++) {
        const char *other = memory_files[i].path;
        if (strncmp(other, path, length) == 0 && other[length] == '/') {
            const char *name = other + length + 1, *end = strchr(name, '/');
            size_t size = end ? (size_t)(end - name) : strlen(name);
            code = entry(payload, name, size, end ? OS_FOLDER : OS_FILE);
        }
    }
    return code;
}

void os_give_back(void) {
}

int os_watch_open(struct os_files *files) {
    (void)files;
    return UV_ENOSYS;
}

void os_watch_close(struct os_files *files, int watch) {
    (void)files, (void)watch;
}

int os_watch_folder(int watch, const char *folder) {
    (void)watch, (void)folder;
    return UV_ENOSYS;
}

int os_watch_read(int watch, os_watched watched, void *payload) {
    (void)watch, (void)watched, (void)payload;
    return UV_ENOSYS;
}

int os_readlink(const char *path, char *target, size_t size) {
    const struct memory_file *file;
    (void)target, (void)size;
    int64_t error = fault("readlink", path);
    if (error < 0) {
        return (int)error;
    }
    return memory_type(path, &file) == OS_UNKNOWN ? UV_ENOENT : UV_EINVAL;
}

int os_type_of(const char *path, enum os_type *type) {
    const struct memory_file *file;
    int64_t error = fault("type", path);
    if (error < 0) {
        return (int)error;
    }
    *type = memory_type(path, &file);
    return *type == OS_UNKNOWN ? UV_ENOENT : 0;
}

int os_probe(struct os_files *files, const char *path, enum os_type *type) {
    (void)files;
    return os_type_of(path, type);
}

/* Nothing is written there. */
int os_create(const char *path) {
    (void)path;
    return UV_EROFS;
}

int64_t os_write(int handle, const char *bytes, size_t size, uint64_t at) {
    (void)handle, (void)bytes, (void)size, (void)at;
    return UV_EBADF;
}

int os_truncate(int handle, uint64_t size) {
    (void)handle, (void)size;
    return UV_EBADF;
}

void os_release(int handle) {
    (void)handle;
}

int os_rename(const char *from, const char *to) {
    (void)from, (void)to;
    return UV_EROFS;
}

int os_remove(const char *path) {
    (void)path;
    return UV_EROFS;
}

uint64_t os_resident_set(void) {
    return 0;
}

int os_working_directory(char *path, size_t size) {
    snprintf(path, size, "/app");
    return 0;
}

#endif
