#include "record_file.h"

#include <uv.h>

#include "os.h"

void record_file_init(struct record_file *file) {
    *file = (struct record_file){.handle = -1};
}

int record_file_open(struct record_file *file, const char *path) {
    enum os_type type = OS_UNKNOWN;
    uint64_t size = 0;
    record_file_init(file);
    int handle = os_create(path);
    if (handle < 0) {
        return handle;
    }
    file->handle = handle;
    file->regular = os_describe(handle, &type, &size) == 0 && type == OS_FILE;
    return 0;
}

void record_file_close(struct record_file *file) {
    if (file->handle >= 0) {
        os_release(file->handle);
        file->handle = -1;
    }
}

int record_file_write(void *payload, const char *bytes, size_t length) {
    struct record_file *file = payload;
    while (length && !file->error) {
        int64_t count = os_write(file->handle, bytes, length, file->end);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
            file->end += (uint64_t)count;
        } else if (count != UV_EINTR) {
            file->error = count ? (int)count : UV_EIO;
        }
    }
    return file->error;
}

int record_file_end(struct record_file *file) {
    int error = file->error;
    file->error = 0;
    if (!error) {
        file->whole = file->end;
        return 0;
    }
    if (file->regular) {
        os_truncate(file->handle, file->whole);
        file->end = file->whole;
    }
    return error;
}
