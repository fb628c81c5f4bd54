#include "record_file.h"

#include <uv.h>

#ifndef UV_FS_O_NONBLOCK
#define UV_FS_O_NONBLOCK 0
#endif

void record_file_init(struct record_file *file) {
    *file = (struct record_file){.handle = -1};
}

static bool is_regular(int handle) {
    uv_fs_t request;
    bool regular = uv_fs_fstat(NULL, &request, handle, NULL) == 0 &&
                   (request.statbuf.st_mode & 0170000) == 0100000;
    uv_fs_req_cleanup(&request);
    return regular;
}

int record_file_open(struct record_file *file, const char *path) {
    uv_fs_t request;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC | UV_FS_O_NONBLOCK;
    int code = uv_fs_open(NULL, &request, path, flags, 0666, NULL);
    uv_fs_req_cleanup(&request);
    record_file_init(file);
    if (code < 0) {
        return code;
    }
    file->handle = code;
    file->regular = is_regular(code);
    return 0;
}

void record_file_close(struct record_file *file) {
    uv_fs_t request;
    if (file->handle >= 0) {
        uv_fs_close(NULL, &request, file->handle, NULL);
        uv_fs_req_cleanup(&request);
        file->handle = -1;
    }
}

int record_file_write(void *payload, const char *bytes, size_t length) {
    struct record_file *file = payload;
    while (length && !file->error) {
        uv_fs_t request;
        uv_buf_t piece = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);
        int64_t at = file->regular ? (int64_t)file->end : -1;
        int count = uv_fs_write(NULL, &request, file->handle, &piece, 1, at, NULL);
        uv_fs_req_cleanup(&request);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
            file->end += (uint64_t)count;
        } else if (count != UV_EINTR) {
            file->error = count ? count : UV_EIO;
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
        uv_fs_t request;
        uv_fs_ftruncate(NULL, &request, file->handle, (int64_t)file->whole, NULL);
        uv_fs_req_cleanup(&request);
        file->end = file->whole;
    }
    return error;
}
