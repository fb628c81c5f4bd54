#include "os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "os_stamp.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif

enum {
    FIRST_DESCRIPTOR = 3,
    DESCRIPTOR_BATCH = 128, /* how many may stay open before they are closed in one call */
    LIST_BUFFER = 32 << 10,
    LONGEST_PATH = 4097,
    USES_BEFORE_OPENING = 2,
};

/* errno's values are libuv's codes negated on this platform. */
static int last_error(void) {
    return uv_translate_sys_error(errno);
}

static int close_all(int first, unsigned flags) {
    return (int)syscall(SYS_close_range, (unsigned)first, ~0U, flags);
}

static void forget_folders(struct os_files *files) {
    for (int i = 0; i < OS_FOLDER_CACHE; i++) {
        if (!files->own_table && files->folders[i].descriptor >= 0) {
            close(files->folders[i].descriptor);
        }
        files->folders[i].descriptor = -1;
    }
    files->opened = 0;
}

static void empty_table(struct os_files *files) {
    if (files->own_table && files->opened) {
        close_all(files->first, 0);
    }
    forget_folders(files);
}

void os_files_begin(struct os_files *files, bool own_thread) {
    memset(files, 0, sizeof *files);
    for (int i = 0; i < OS_FOLDER_CACHE; i++) {
        files->folders[i].descriptor = -1;
    }
    files->first = FIRST_DESCRIPTOR;
    files->own_table = own_thread && close_all(files->first, CLOSE_RANGE_UNSHARE) == 0;
}

void os_files_end(struct os_files *files) {
    empty_table(files);
}

void os_files_forget(struct os_files *files) {
    empty_table(files);
}

static int open_retrying(struct os_files *files, int folder, const char *path, int flags) {
    int descriptor = openat(folder, path, flags | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR) {
        descriptor = openat(folder, path, flags | O_CLOEXEC);
    }
    files->opened += descriptor >= 0;
    return descriptor;
}

/* A folder's descriptor, once the folder has been used often enough to pay for opening it; -1. */
static int folder_descriptor(struct os_files *files, uint32_t folder, const char *path) {
    int i = (int)(folder % OS_FOLDER_CACHE);
    if (files->folders[i].folder != folder) {
        if (!files->own_table && files->folders[i].descriptor >= 0) {
            close(files->folders[i].descriptor);
        }
        files->folders[i].folder = folder;
        files->folders[i].descriptor = -1;
        files->folders[i].uses = 0;
    }
    if (files->folders[i].descriptor < 0 && ++files->folders[i].uses > USES_BEFORE_OPENING) {
        files->folders[i].descriptor = open_retrying(files, AT_FDCWD, path, O_PATH | O_DIRECTORY);
    }
    return files->folders[i].descriptor;
}

static int open_once(struct os_files *files, uint32_t folder, const char *folder_path,
                     const char *name, int flags) {
    char path[LONGEST_PATH];
    int descriptor = folder_descriptor(files, folder, folder_path);
    if (descriptor >= 0) {
        return open_retrying(files, descriptor, name, flags);
    }
    size_t length = strlen(folder_path), more = strlen(name);
    if (length + more + 2 > sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(path, folder_path, length);
    path[length] = '/';
    memcpy(path + length + 1, name, more + 1);
    return open_retrying(files, AT_FDCWD, path, flags);
}

int os_open(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
            bool follow) {
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
    if (files->opened >= DESCRIPTOR_BATCH) {
        empty_table(files);
    }
    int descriptor = open_once(files, folder, folder_path, name, flags);
    if (descriptor < 0 && (errno == EMFILE || errno == ENFILE)) {
        empty_table(files);
        descriptor = open_once(files, folder, folder_path, name, flags);
    }
    return descriptor < 0 ? last_error() : descriptor;
}

int64_t os_read(int handle, char *buffer, size_t size, uint64_t offset) {
    size_t done = 0;
    while (done < size) {
        ssize_t count = pread(handle, buffer + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return last_error();
        }
        done += (size_t)count;
        /* A regular file answers short only at its end: no read to confirm it. */
        if (done < size) {
            break;
        }
    }
    return (int64_t)done;
}

static enum os_type type_of_mode(mode_t mode) {
    return S_ISREG(mode) ? OS_FILE : S_ISDIR(mode) ? OS_FOLDER : S_ISLNK(mode) ? OS_LINK : OS_OTHER;
}

int os_describe(int handle, enum os_type *type, uint64_t *size) {
    struct stat status;
    if (fstat(handle, &status)) {
        return last_error();
    }
    *type = type_of_mode(status.st_mode);
    *size = (uint64_t)status.st_size;
    return 0;
}

/* The kernel takes a file's times from its coarse clock: what changed in the tick that is under way can
 * change again at the same time. A system without nanoseconds may count in steps of two seconds. */
static bool is_recent(const struct timespec *changed) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME_COARSE, &now)) {
        return true;
    }
    if (changed->tv_nsec == 0) {
        return changed->tv_sec >= now.tv_sec - 2;
    }
    return changed->tv_sec > now.tv_sec ||
           (changed->tv_sec == now.tv_sec && changed->tv_nsec >= now.tv_nsec);
}

static uint64_t stamp_status(const struct stat *status) {
    struct stamp_status all = {
        .device = status->st_dev,
        .inode = status->st_ino,
        .mode = status->st_mode,
        .size = (uint64_t)status->st_size,
        .modified_seconds = status->st_mtim.tv_sec,
        .modified_nanoseconds = status->st_mtim.tv_nsec,
        .changed_seconds = status->st_ctim.tv_sec,
        .changed_nanoseconds = status->st_ctim.tv_nsec,
    };
    return stamp_of(&all, is_recent(&status->st_ctim));
}

int os_stamp(int handle, uint64_t *stamp) {
    struct stat status;
    if (fstat(handle, &status)) {
        return last_error();
    }
    *stamp = stamp_status(&status);
    return 0;
}

int os_stamp_of(struct os_files *files, uint32_t folder, const char *folder_path, const char *name,
                uint64_t *stamp) {
    char path[LONGEST_PATH];
    struct stat status;
    int descriptor = *name ? folder_descriptor(files, folder, folder_path) : -1;
    int length = descriptor >= 0
                     ? snprintf(path, sizeof path, "%s", name)
                     : snprintf(path, sizeof path, "%s%s%s", folder_path, *name ? "/" : "", name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return UV_ENAMETOOLONG;
    }
    if (fstatat(descriptor >= 0 ? descriptor : AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW)) {
        return last_error();
    }
    *stamp = stamp_status(&status);
    return 0;
}

void os_close(struct os_files *files, int handle) {
    if (!files->own_table) {
        close(handle);
    }
}

struct kernel_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static enum os_type type_of_entry(unsigned char type) {
    switch (type) {
    case DT_REG:
        return OS_FILE;
    case DT_DIR:
        return OS_FOLDER;
    case DT_LNK:
        return OS_LINK;
    case DT_UNKNOWN:
        return OS_UNKNOWN;
    default:
        return OS_OTHER;
    }
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static int list_buffer(const char *buffer, long size, os_entry entry, void *payload) {
    for (long at = 0; at < size;) {
        const struct kernel_entry *one = (const void *)(buffer + at);
        if (!is_dots(one->name)) {
            int code = entry(payload, one->name, strlen(one->name), type_of_entry(one->type));
            if (code) {
                return code;
            }
        }
        at += one->length;
    }
    return 0;
}

static int list_all(int descriptor, os_entry entry, void *payload) {
    _Alignas(16) char buffer[LIST_BUFFER];
    for (;;) {
        long size = syscall(SYS_getdents64, descriptor, buffer, sizeof buffer);
        if (size <= 0) {
            return size < 0 ? last_error() : 0;
        }
        int code = list_buffer(buffer, size, entry, payload);
        if (code) {
            return code;
        }
    }
}

int os_list(struct os_files *files, const char *path, os_entry entry, void *payload) {
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
    if (files->opened >= DESCRIPTOR_BATCH) {
        empty_table(files);
    }
    int descriptor = open_retrying(files, AT_FDCWD, path, flags);
    if (descriptor < 0 && (errno == EMFILE || errno == ENFILE)) {
        empty_table(files);
        descriptor = open_retrying(files, AT_FDCWD, path, flags);
    }
    if (descriptor < 0) {
        return last_error();
    }
    int code = list_all(descriptor, entry, payload);
    os_close(files, descriptor);
    return code;
}

int os_watch_open(struct os_files *files) {
    int watch = (int)syscall(SYS_inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
    if (watch < 0) {
        return last_error();
    }
    if (files->own_table && watch != files->first) {
        os_release(watch);
        return UV_EMFILE;
    }
    files->first += files->own_table;
    return watch;
}

void os_watch_close(struct os_files *files, int watch) {
    os_release(watch);
    files->first -= files->own_table;
}

/* What others change through a network is not told, and neither is what a file system in a process of
 * its own does by itself. */
static bool tells_all(const char *folder) {
    static const uint32_t local[] = {
        0xEF53 /* ext */,
        0x58465342 /* XFS */,
        0x9123683E /* btrfs */,
        0x01021994 /* tmpfs */,
        0x794C7630 /* overlay */,
        0xF2F52010 /* F2FS */,
        0x2FC12FC1 /* ZFS */,
        0xCA451A4E /* bcachefs */,
        0x858458F6 /* ramfs */,
        /* Nothing in these is a project's, and a project may stand below them. */
        0x9FA0 /* proc */,
        0x62656572 /* sysfs */,
    };
    struct statfs status;
    if (statfs(folder, &status)) {
        return false;
    }
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        if ((uint32_t)status.f_type == local[i]) {
            return true;
        }
    }
    return false;
}

int os_watch_folder(int watch, const char *folder) {
    const uint32_t mask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM |
                          IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;
    if (!tells_all(folder)) {
        return UV_ENOSYS;
    }
    int number = inotify_add_watch(watch, folder, mask);
    return number < 0 ? last_error() : number;
}

static void tell_watched(const char *buffer, size_t size, os_watched watched, void *payload) {
    for (size_t at = 0; at < size;) {
        const struct inotify_event *event = (const void *)(buffer + at);
        bool lost = event->mask & (IN_Q_OVERFLOW | IN_UNMOUNT);
        if (lost || !(event->mask & IN_IGNORED)) {
            watched(payload, lost ? -1 : event->wd, event->len ? event->name : "");
        }
        at += sizeof *event + event->len;
    }
}

int os_watch_read(int watch, os_watched watched, void *payload) {
    _Alignas(16) char buffer[LIST_BUFFER];
    for (;;) {
        ssize_t size = read(watch, buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return size < 0 && errno != EAGAIN ? last_error() : 0;
        }
        tell_watched(buffer, (size_t)size, watched, payload);
    }
}

int os_readlink(const char *path, char *target, size_t size) {
    ssize_t length = readlink(path, target, size);
    if (length < 0) {
        return last_error();
    }
    return (size_t)length == size ? UV_ENAMETOOLONG : (int)length;
}

int os_type_of(const char *path, enum os_type *type) {
    struct stat status;
    if (lstat(path, &status)) {
        return last_error();
    }
    *type = type_of_mode(status.st_mode);
    return 0;
}

int os_probe(struct os_files *files, const char *path, enum os_type *type) {
    if (!files) {
        return os_type_of(path, type);
    }
    if (files->opened >= DESCRIPTOR_BATCH) {
        empty_table(files);
    }
    int descriptor = open_retrying(files, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (descriptor < 0) {
        return errno == ENOENT ? last_error() : os_type_of(path, type);
    }
    os_close(files, descriptor);
    *type = OS_FOLDER;
    return 0;
}

int os_create(const char *path) {
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int descriptor = openat(AT_FDCWD, path, flags, 0666);
    while (descriptor < 0 && errno == EINTR) {
        descriptor = openat(AT_FDCWD, path, flags, 0666);
    }
    return descriptor < 0 ? last_error() : descriptor;
}

int64_t os_write(int handle, const char *bytes, size_t size, uint64_t at) {
    ssize_t count = pwrite(handle, bytes, size, (off_t)at);
    if (count < 0 && errno == ESPIPE) {
        count = write(handle, bytes, size);
    }
    return count < 0 ? last_error() : count;
}

int os_truncate(int handle, uint64_t size) {
    return ftruncate(handle, (off_t)size) ? last_error() : 0;
}

/* The plain call: descriptors of the same number in other threads' tables are others. */
void os_release(int handle) {
    syscall(SYS_close, handle);
}

int os_rename(const char *from, const char *to) {
    return rename(from, to) ? last_error() : 0;
}

int os_remove(const char *path) {
    return unlink(path) ? last_error() : 0;
}

uint64_t os_resident_set(void) {
    char text[128], *end;
    int handle = openat(AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (handle < 0) {
        return 0;
    }
    ssize_t length = read(handle, text, sizeof text - 1);
    os_release(handle);
    text[length < 0 ? 0 : length] = 0;
    strtoull(text, &end, 10);
    return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

int os_working_directory(char *path, size_t size) {
    size_t length = size;
    return uv_cwd(path, &length);
}

void os_give_back(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
