#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Named before it is made: whoever ends the process on another thread then removes it, or is seen to
 * be ending it by the one who has made it. */
static const char *_Atomic unfinished;
static atomic_bool ending;

static bool fail(struct output *output, int error) {
    if (!output->error)
        output->error = error;
    return false;
}

/* Beside the target, and short, since the target's own name may be as long as names can be. Another
 * run's leftover is stepped over. */
static bool open_temporary(struct output *output, mode_t mode) {
    const char *slash = strrchr(output->target, '/');
    int folder = slash ? (int)(slash + 1 - output->target) : 0;
    size_t size = (size_t)folder + 64;
    output->temporary = malloc(size);
    if (!output->temporary)
        return fail(output, ENOMEM);
    for (int attempt = 0; attempt < 100; attempt++) {
        struct timespec now = {0};
        clock_gettime(CLOCK_MONOTONIC, &now);
        snprintf(output->temporary, size, "%.*s.prologue-%ld-%09ld.tmp", folder, output->target,
                 (long)getpid(), now.tv_nsec);
        atomic_store(&unfinished, output->temporary);
        output->descriptor =
            open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
        if (atomic_load(&ending)) {
            unlink(output->temporary);
            pause();
        }
        if (output->descriptor >= 0 || errno != EEXIST)
            break;
    }
    if (output->descriptor < 0) {
        int error = errno;
        atomic_store(&unfinished, NULL);
        return fail(output, error);
    }
    return true;
}

static bool open_file(struct output *output, const char *file) {
    struct stat status;
    bool exists = stat(file, &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return fail(output, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
        output->descriptor = open(file, O_WRONLY | O_CLOEXEC);
        return output->descriptor >= 0 || fail(output, errno);
    }
    output->target = exists ? realpath(file, NULL) : strdup(file);
    if (!output->target)
        return fail(output, errno);
    if (!open_temporary(output, exists ? status.st_mode : 0666))
        return false;
    if (exists && fchmod(output->descriptor, status.st_mode & 07777) != 0)
        errno = 0;
    return true;
}

static void forget(struct output *output) {
    atomic_store(&unfinished, NULL);
    free(output->temporary);
    free(output->target);
    output->temporary = output->target = NULL;
    output->descriptor = -1;
}

bool output_open(struct output *output, const char *file) {
    output->descriptor = STDOUT_FILENO;
    output->error = 0;
    output->used = 0;
    output->target = output->temporary = NULL;
    output->name = file ? file : "standard output";
    output->terminal = false;
    if (file && !open_file(output, file)) {
        forget(output);
        return false;
    }
    output->terminal = isatty(output->descriptor) == 1;
    return true;
}

static bool write_all(struct output *output, const char *bytes, size_t length) {
    while (length > 0 && !output->error) {
        ssize_t written = write(output->descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(output, errno);
        bytes += written;
        length -= (size_t)written;
    }
    return !output->error;
}

bool output_flush(struct output *output) {
    size_t used = output->used;
    output->used = 0;
    return write_all(output, output->bytes, used);
}

int output_write(void *payload, const char *bytes, size_t length) {
    struct output *output = payload;
    if (length > OUTPUT_BUFFER - output->used)
        output_flush(output);
    if (length >= OUTPUT_BUFFER)
        return write_all(output, bytes, length) ? 0 : -1;
    if (length > 0)
        memcpy(output->bytes + output->used, bytes, length);
    output->used += length;
    if (output->terminal && length > 0 && bytes[length - 1] == '\n')
        output_flush(output);
    return output->error ? -1 : 0;
}

void output_text(struct output *output, const char *text) {
    output_write(output, text, strlen(text));
}

void output_print(struct output *output, const char *format, ...) {
    for (int attempt = 0; attempt < 2; attempt++) {
        size_t room = OUTPUT_BUFFER - output->used;
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(output->bytes + output->used, room, format, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length < room) {
            output->used += (size_t)length;
            return;
        }
        output_flush(output);
    }
}

bool output_close(struct output *output) {
    output_flush(output);
    if (output->error) {
        output_abandon(output);
        return false;
    }
    if (close(output->descriptor) != 0 && errno != EINTR)
        fail(output, errno);
    output->descriptor = -1;
    if (output->temporary && !output->error && rename(output->temporary, output->target) != 0)
        fail(output, errno);
    if (output->temporary && output->error)
        unlink(output->temporary);
    forget(output);
    return !output->error;
}

void output_abandon(struct output *output) {
    if (output->temporary)
        unlink(output->temporary);
    if (output->descriptor > STDERR_FILENO)
        close(output->descriptor);
    forget(output);
}

void output_remove_unfinished(void) {
    const char *temporary = atomic_load(&unfinished);
    if (temporary)
        unlink(temporary);
}

void output_end(void) {
    atomic_store(&ending, true);
    output_remove_unfinished();
}
