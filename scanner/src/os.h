/* The platform's files, behind one small interface. os_linux.c uses system calls that cost less;
 * os_uv.c is the portable way through libuv. Errors are libuv's negative codes (UV_ENOENT). */
#ifndef OS_H
#define OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum os_type { OS_UNKNOWN, OS_FILE, OS_FOLDER, OS_LINK, OS_OTHER };

enum { OS_FOLDER_CACHE = 64 };

/* The open files of one thread; one file is in use at a time. */
struct os_files {
    bool
        own_table; /* the thread has a descriptor table to itself: closing is put off and batched */
    int first;     /* the lowest descriptor of that table that may be closed */
    uint32_t opened; /* descriptors of that table since it was last emptied */
    struct {
        uint32_t folder, uses;
        int descriptor; /* -1: not open */
    } folders[OS_FOLDER_CACHE];
};

/* `own_thread`: the calling thread is the scanner's and opens nothing else. Its descriptors are
 * then its own, and none that the host has open is reachable from it. */
void os_files_begin(struct os_files *files, bool own_thread);
void os_files_end(struct os_files *files);
/* The numbers of folders mean others from here on. */
void os_files_forget(struct os_files *files);

/* Opens a file for reading without ever blocking (a FIFO, a device). `folder` is a number that
 * stands for `folder_path`. A symbolic link gives UV_ELOOP unless `follow`. A handle, or an error. */
int os_open(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
            bool follow);
/* Bytes read at `offset`, fewer than asked for only at the end; UV_EISDIR for a folder; UV_ESPIPE
 * for what has no offsets. */
int64_t os_read(int handle, char *buffer, size_t size, uint64_t offset);
int os_describe(int handle, enum os_type *type, uint64_t *size);
void os_close(struct os_files *files, int handle);

/* A number for the state that a file or folder is in: which one it is, its size and its times. Never 0.
 * Where the lowest bit is set it changed so lately that its next change may go unseen. */
enum { OS_STAMP_RECENT = 1 };
int os_stamp(int handle, uint64_t *stamp);
/* Of `name` in a folder, links not followed; of the folder itself where `name` is "". */
int os_stamp_of(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
                uint64_t *stamp);

/* The same state, for certain. */
static inline bool os_stamp_holds(uint64_t before, uint64_t now) {
    return before == now && before && !(before & OS_STAMP_RECENT);
}

/* Calls back for each entry but `.` and `..`, in no order. */
typedef int (*os_entry)(void *payload, const char *name, size_t length, enum os_type type);
int os_list(struct os_files *files, const char *path, os_entry entry, void *payload);

/* Tells of changes in folders, where the system does: of what comes, goes or is written through a name in
 * them, on this machine. A handle, or an error. On a thread of its own table before any file is opened. */
int os_watch_open(struct os_files *files);
void os_watch_close(struct os_files *files, int watch);
/* From here on. A number, the same for the same folder; or an error where not all changes are told. */
int os_watch_folder(int watch, const char *folder);
/* What has happened since the last call, in order. `name` is "" where it is the folder itself; `folder` is
 * negative where changes were lost. 0 or an error. */
typedef void (*os_watched)(void *payload, int folder, const char *name);
int os_watch_read(int watch, os_watched watched, void *payload);

/* The target's length; UV_EINVAL where `path` is no link. Not NUL-terminated. */
int os_readlink(const char *path, char *target, size_t size);
/* The same as os_type_of(), for what is most likely a folder. `files` may be NULL. */
int os_probe(struct os_files *files, const char *path, enum os_type *type);
/* What `path` itself is, links not followed. */
int os_type_of(const char *path, enum os_type *type);

/* Makes a file anew for writing, and empties what stands there; without ever blocking. A handle that
 * os_release() closes, or an error. */
int os_create(const char *path);
/* Bytes written, or an error. `at`: where in a regular file. */
int64_t os_write(int handle, const char *bytes, size_t size, uint64_t at);
int os_truncate(int handle, uint64_t size);
void os_release(int handle);
int os_rename(const char *from, const char *to);
int os_remove(const char *path);

/* Bytes of the process that are in memory; 0: unknown. */
uint64_t os_resident_set(void);
/* Pages that were freed go back to the system, where malloc would keep them. */
void os_give_back(void);
/* The working directory, NUL-terminated. 0 or an error. */
int os_working_directory(char *path, size_t size);

#endif
