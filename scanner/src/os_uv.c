/* The portable way: libuv's file calls, made on the calling thread. A file's type is asked for
 * before it is opened, because not every platform can refuse a link or a FIFO while opening. */
#include "os.h"

#include <string.h>
#include <uv.h>

#include "os_stamp.h"

enum { LONGEST_PATH = 4097 };

#ifndef UV_FS_O_NONBLOCK
#define UV_FS_O_NONBLOCK 0
#endif

void os_files_begin(struct os_files *files, bool own_thread) {
    (void)own_thread;
    memset(files, 0, sizeof *files);
}

void os_files_end(struct os_files *files) {
    (void)files;
}

void os_files_forget(struct os_files *files) {
    (void)files;
}

static enum os_type type_of_mode(uint64_t mode) {
    switch (mode & 0170000) {
    case 0100000:
        return OS_FILE;
    case 0040000:
        return OS_FOLDER;
    case 0120000:
        return OS_LINK;
    default:
        return OS_OTHER;
    }
}

typedef int (*status_call)(uv_loop_t *loop, uv_fs_t *request, const char *path, uv_fs_cb callback);

static int type_with(status_call call, const char *path, enum os_type *type) {
    uv_fs_t request;
    int code = call(NULL, &request, path, NULL);
    if (code == 0) {
        *type = type_of_mode(request.statbuf.st_mode);
    }
    uv_fs_req_cleanup(&request);
    return code;
}

int os_type_of(const char *path, enum os_type *type) {
    return type_with(uv_fs_lstat, path, type);
}

int os_probe(struct os_files *files, const char *path, enum os_type *type) {
    (void)files;
    return os_type_of(path, type);
}

static bool join(char *text, size_t size, const char *folder, const char *name) {
    size_t length = strlen(folder), more = strlen(name);
    if (length + more + 2 > size) {
        return false;
    }
    memcpy(text, folder, length);
    text[length] = '/';
    memcpy(text + length + 1, name, more + 1);
    return true;
}

int os_open(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
            bool follow) {
    char path[LONGEST_PATH];
    enum os_type type = OS_UNKNOWN;
    uv_fs_t request;
    (void)files;
    (void)folder;
    if (!join(path, sizeof path, folder_path, name)) {
        return UV_ENAMETOOLONG;
    }
    int code = type_with(follow ? uv_fs_stat : uv_fs_lstat, path, &type);
    if (code) {
        return code;
    }
    if (type != OS_FILE) {
        return type == OS_LINK ? UV_ELOOP : type == OS_FOLDER ? UV_EISDIR : UV_ESPIPE;
    }
    code = uv_fs_open(NULL, &request, path, UV_FS_O_RDONLY | UV_FS_O_NONBLOCK, 0, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

static int read_piece(int handle, char *buffer, size_t size, uint64_t offset) {
    const size_t largest = 1U << 30;
    uv_fs_t request;
    uv_buf_t piece = uv_buf_init(buffer, (unsigned)(size < largest ? size : largest));
    int code = uv_fs_read(NULL, &request, handle, &piece, 1, (int64_t)offset, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

int64_t os_read(int handle, char *buffer, size_t size, uint64_t offset) {
    size_t done = 0;
    while (done < size) {
        int count = read_piece(handle, buffer + done, size - done, offset + done);
        if (count == UV_EINTR) {
            continue;
        }
        if (count < 0) {
            return count;
        }
        if (count == 0) {
            break;
        }
        done += (size_t)count;
    }
    return (int64_t)done;
}

int os_describe(int handle, enum os_type *type, uint64_t *size) {
    uv_fs_t request;
    int code = uv_fs_fstat(NULL, &request, handle, NULL);
    if (code == 0) {
        *type = type_of_mode(request.statbuf.st_mode);
        *size = request.statbuf.st_size;
    }
    uv_fs_req_cleanup(&request);
    return code;
}

/* Clocks that count a file's times differ: what changed within so long may change again unseen. */
enum { RECENT_NANOSECONDS = 50 * 1000 * 1000, RECENT_SECONDS = 2 };

static bool is_recent(const uv_timespec_t *changed) {
    uv_timeval64_t now;
    if (uv_gettimeofday(&now)) {
        return true;
    }
    int64_t seconds = now.tv_sec - changed->tv_sec;
    int64_t nanoseconds = (int64_t)now.tv_usec * 1000 - changed->tv_nsec;
    return changed->tv_nsec == 0
               ? seconds <= RECENT_SECONDS
               : seconds < 0 ||
                     (seconds <= 1 && seconds * 1000000000 + nanoseconds < RECENT_NANOSECONDS);
}

static uint64_t stamp_status(const uv_stat_t *status) {
    struct stamp_status all = {
        .device = status->st_dev,
        .inode = status->st_ino,
        .mode = status->st_mode,
        .size = status->st_size,
        .modified_seconds = status->st_mtim.tv_sec,
        .modified_nanoseconds = status->st_mtim.tv_nsec,
        .changed_seconds = status->st_ctim.tv_sec,
        .changed_nanoseconds = status->st_ctim.tv_nsec,
    };
    return stamp_of(&all, is_recent(&status->st_ctim));
}

int os_stamp(int handle, uint64_t *stamp) {
    uv_fs_t request;
    int code = uv_fs_fstat(NULL, &request, handle, NULL);
    if (code == 0) {
        *stamp = stamp_status(&request.statbuf);
    }
    uv_fs_req_cleanup(&request);
    return code;
}

int os_stamp_of(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
                uint64_t *stamp) {
    char path[LONGEST_PATH];
    uv_fs_t request;
    (void)files;
    (void)folder;
    if (*name && !join(path, sizeof path, folder_path, name)) {
        return UV_ENAMETOOLONG;
    }
    int code = uv_fs_lstat(NULL, &request, *name ? path : folder_path, NULL);
    if (code == 0) {
        *stamp = stamp_status(&request.statbuf);
    }
    uv_fs_req_cleanup(&request);
    return code;
}

void os_close(struct os_files *files, int handle) {
    uv_fs_t request;
    (void)files;
    uv_fs_close(NULL, &request, handle, NULL);
    uv_fs_req_cleanup(&request);
}

static enum os_type type_of_entry(uv_dirent_type_t type) {
    switch (type) {
    case UV_DIRENT_FILE:
        return OS_FILE;
    case UV_DIRENT_DIR:
        return OS_FOLDER;
    case UV_DIRENT_LINK:
        return OS_LINK;
    case UV_DIRENT_UNKNOWN:
        return OS_UNKNOWN;
    default:
        return OS_OTHER;
    }
}

int os_list(struct os_files *files, const char *path, os_entry entry, void *payload) {
    uv_fs_t request;
    uv_dirent_t one;
    (void)files;
    int code = uv_fs_scandir(NULL, &request, path, 0, NULL);
    code = code > 0 ? 0 : code;
    while (code == 0 && uv_fs_scandir_next(&request, &one) == 0) {
        code = entry(payload, one.name, strlen(one.name), type_of_entry(one.type));
    }
    uv_fs_req_cleanup(&request);
    return code;
}

/* libuv's watchers need a loop, and lose changes where many come at once. */
int os_watch_open(struct os_files *files) {
    (void)files;
    return UV_ENOSYS;
}

void os_watch_close(struct os_files *files, int watch) {
    (void)files;
    (void)watch;
}

int os_watch_folder(int watch, const char *folder) {
    (void)watch;
    (void)folder;
    return UV_ENOSYS;
}

int os_watch_read(int watch, os_watched watched, void *payload) {
    (void)watch;
    (void)watched;
    (void)payload;
    return UV_ENOSYS;
}

int os_readlink(const char *path, char *target, size_t size) {
    uv_fs_t request;
    int code = uv_fs_readlink(NULL, &request, path, NULL);
    if (code == 0) {
        size_t length = strlen(request.ptr);
        code = length >= size ? UV_ENAMETOOLONG : (int)length;
        if (code > 0) {
            memcpy(target, request.ptr, length);
        }
    }
    uv_fs_req_cleanup(&request);
    return code == UV_UNKNOWN ? UV_EINVAL : code;
}

int os_create(const char *path) {
    uv_fs_t request;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC | UV_FS_O_NONBLOCK;
    int code = uv_fs_open(NULL, &request, path, flags, 0666, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

static int write_at(int handle, const char *bytes, size_t size, int64_t at) {
    uv_fs_t request;
    uv_buf_t piece = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)size);
    int count = uv_fs_write(NULL, &request, handle, &piece, 1, at, NULL);
    uv_fs_req_cleanup(&request);
    return count;
}

int64_t os_write(int handle, const char *bytes, size_t size, uint64_t at) {
    int count = write_at(handle, bytes, size, (int64_t)at);
    return count == UV_ESPIPE ? write_at(handle, bytes, size, -1) : count;
}

int os_truncate(int handle, uint64_t size) {
    uv_fs_t request;
    int code = uv_fs_ftruncate(NULL, &request, handle, (int64_t)size, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

void os_release(int handle) {
    uv_fs_t request;
    uv_fs_close(NULL, &request, handle, NULL);
    uv_fs_req_cleanup(&request);
}

int os_rename(const char *from, const char *to) {
    uv_fs_t request;
    int code = uv_fs_rename(NULL, &request, from, to, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

int os_remove(const char *path) {
    uv_fs_t request;
    int code = uv_fs_unlink(NULL, &request, path, NULL);
    uv_fs_req_cleanup(&request);
    return code;
}

uint64_t os_resident_set(void) {
    size_t bytes = 0;
    return uv_resident_set_memory(&bytes) ? 0 : bytes;
}

int os_working_directory(char *path, size_t size) {
    size_t length = size;
    return uv_cwd(path, &length);
}

void os_give_back(void) {
}
