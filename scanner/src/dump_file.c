#include "dump_file.h"

#include <stdio.h>
#include <uv.h>

#include "os.h"

static bool is_special(const char *path) {
    uv_fs_t request;
    bool special = uv_fs_stat(NULL, &request, path, NULL) == 0 &&
                   (request.statbuf.st_mode & 0170000) != 0100000;
    uv_fs_req_cleanup(&request);
    return special;
}

int dump_file_open(struct dump_file *file, const char *path) {
    file->path = path;
    file->direct = is_special(path);
    int length = snprintf(file->temporary, sizeof file->temporary, "%s.tmp", path);
    if (length < 0 || (size_t)length >= sizeof file->temporary) {
        return UV_ENAMETOOLONG;
    }
    return record_file_open(&file->records, file->direct ? path : file->temporary);
}

/* FILE.3 becomes FILE.4 and so on; the oldest goes. */
static void make_room(const char *path, int kept) {
    char older[PATH_LONGEST + 16], newer[PATH_LONGEST + 16];
    for (int i = kept - 1; i > 0; i--) {
        snprintf(older, sizeof older, "%s.%d", path, i);
        if (i == 1) {
            snprintf(newer, sizeof newer, "%s", path);
        } else {
            snprintf(newer, sizeof newer, "%s.%d", path, i - 1);
        }
        os_rename(newer, older);
    }
}

int dump_file_close(struct dump_file *file, int error, int kept) {
    record_file_close(&file->records);
    if (file->direct) {
        return error;
    }
    if (!error) {
        make_room(file->path, kept);
        error = os_rename(file->temporary, file->path);
    }
    if (error) {
        os_remove(file->temporary);
    }
    return error;
}
