#define _GNU_SOURCE
#include "inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "terminal.h"

/* ---- --files-from ----------------------------------------------------------------------------- */

struct names {
    char *text;
    size_t length, capacity;
    const char **files;
    size_t count;
};

static bool read_some(struct names *names, int descriptor, bool *end) {
    if (names->capacity - names->length < 2) {
        names->capacity = names->capacity ? names->capacity * 2 : (size_t)64 << 10;
        char *larger = realloc(names->text, names->capacity);
        if (!larger)
            return false;
        names->text = larger;
    }
    ssize_t got =
        read(descriptor, names->text + names->length, names->capacity - names->length - 1);
    if (got < 0)
        return errno == EINTR;
    names->length += (size_t)got;
    *end = got == 0;
    return true;
}

static bool read_all(struct names *names, int descriptor) {
    bool end = false;
    while (!end)
        if (!read_some(names, descriptor, &end))
            return false;
    names->text[names->length] = '\0';
    return true;
}

/* A name ends at NUL where the text holds one, else at LF or CRLF; empty names are none. */
static bool split_names(struct names *names) {
    char separator = memchr(names->text, '\0', names->length) ? '\0' : '\n';
    char *at = names->text, *end = at + names->length;
    size_t most = 1;
    for (char *byte = at; byte < end; byte++)
        most += *byte == separator;
    names->files = malloc(most * sizeof *names->files);
    if (!names->files)
        return false;
    while (at < end) {
        char *stop = memchr(at, separator, (size_t)(end - at));
        char *next = stop ? stop + 1 : end;
        if (!stop)
            stop = end;
        *stop = '\0';
        if (separator == '\n' && stop > at && stop[-1] == '\r')
            stop[-1] = '\0';
        if (*at)
            names->files[names->count++] = at;
        at = next;
    }
    return true;
}

static bool read_names(const char *file, struct names *names) {
    bool standard = strcmp(file, "-") == 0;
    int descriptor = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool read = read_all(names, descriptor);
    int error = errno;
    if (!standard)
        close(descriptor);
    errno = error;
    return read && split_names(names);
}

/* ---- lines as they come ----------------------------------------------------------------------- */

enum { LONGEST_WAIT_MS = 20 };

struct stream {
    struct output *output;
    struct timespec flushed;
};

static long since(const struct timespec *then, struct timespec *now) {
    clock_gettime(CLOCK_MONOTONIC, now);
    return (now->tv_sec - then->tv_sec) * 1000 + (now->tv_nsec - then->tv_nsec) / 1000000;
}

static int stream_write(void *payload, const char *bytes, size_t length) {
    struct stream *stream = payload;
    struct timespec now;
    int failed = output_write(stream->output, bytes, length);
    bool whole = length > 0 && bytes[length - 1] == '\n';
    if (whole && since(&stream->flushed, &now) >= LONGEST_WAIT_MS) {
        output_flush(stream->output);
        stream->flushed = now;
    }
    return failed;
}

/* A line that was begun when the end came is not printed. */
static void drop_cut_line(struct output *output) {
    while (output->used > 0 && output->bytes[output->used - 1] != '\n')
        output->used--;
}

static int inspect(const struct options *options, prologue_session *session,
                   const prologue_inspect_request *request) {
    static struct output output;
    struct stream stream = {.output = &output};
    size_t failed = 0;
    if (!command_open(options, &output))
        return STATUS_PROBLEM;
    int code = prologue_session_inspect(session, request, stream_write, &stream, &failed);
    if (code != 0 && code != PROLOGUE_EWRITE) {
        int status = command_failed(options, session, code, NULL);
        drop_cut_line(&output);
        output_flush(&output);
        output_abandon(&output);
        return status;
    }
    if (!command_close(options, &output))
        return STATUS_PROBLEM;
    return failed ? STATUS_PROBLEM : STATUS_OK;
}

static int inspect_names(const struct options *options, const char *const *files, size_t count) {
    prologue_inspect_request request = {.size = sizeof request,
                                        .files = files,
                                        .file_count = count,
                                        .reader = options->reader,
                                        .config = &options->config};
    int status;
    prologue_session *session = command_session(options, &status);
    if (!session)
        return status;
    status = inspect(options, session, &request);
    command_end(options, session, NULL);
    return status;
}

int command_inspect(const struct options *options) {
    struct names names = {.files = NULL};
    int status = STATUS_USAGE;
    if (!options->files_from)
        return inspect_names(options, options->files, options->file_count);
    if (read_names(options->files_from, &names))
        status = inspect_names(options, names.files, names.count);
    else
        complain(command_name(options->command), "cannot read %s: %s", options->files_from,
                 strerror(errno));
    free(names.files);
    free(names.text);
    return status;
}
