#define _GNU_SOURCE
#include "batch.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "unicode.h"

/* ---- lines in --------------------------------------------------------------------------------- */

struct lines {
    char *bytes;
    size_t start, end, capacity; /* what has been read and not been taken */
    bool ended;
    int error;
};

static bool make_room(struct lines *lines) {
    if (lines->start > 0)
        memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    if (lines->end < lines->capacity)
        return true;
    size_t capacity = lines->capacity ? lines->capacity * 2 : (size_t)64 << 10;
    char *larger = realloc(lines->bytes, capacity);
    if (!larger) {
        lines->error = ENOMEM;
        return false;
    }
    lines->bytes = larger;
    lines->capacity = capacity;
    return true;
}

static void read_more(struct lines *lines) {
    ssize_t got;
    if (!make_room(lines))
        return;
    do
        got = read(STDIN_FILENO, lines->bytes + lines->end, lines->capacity - lines->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        lines->error = errno;
    else
        lines->end += (size_t)got;
    lines->ended = got <= 0;
}

/* The next line without its end, borrowed until the next call. Nothing answered is held back while
 * more input is waited for. */
static bool next_line(struct lines *lines, struct output *output, prologue_slice *line) {
    size_t looked = 0;
    while (lines->bytes) {
        char *start = lines->bytes + lines->start;
        size_t length = lines->end - lines->start;
        char *stop = length > looked ? memchr(start + looked, '\n', length - looked) : NULL;
        if (stop || (lines->ended && length > 0)) {
            *line = (prologue_slice){start, stop ? (size_t)(stop - start) : length};
            lines->start += line->length + (stop ? 1 : 0);
            return true;
        }
        looked = length;
        if (lines->ended || lines->error || !output_flush(output))
            return false;
        read_more(lines);
    }
    return false;
}

static bool is_blank(prologue_slice line) {
    for (size_t i = 0; i < line.length; i++)
        if (!strchr(" \t\r", line.data[i]))
            return false;
    return true;
}

/* ---- one question ----------------------------------------------------------------------------- */

struct question {
    const struct options *options;
    prologue_session *session;
    json_t *keys;
    const char *from, *specifier, *environment;
    enum prologue_kind kind;
    bool has_nul; /* the specifier holds a NUL: a bundler's own module, which no file can be */
};

/* A key that may be absent or null; NULL with `*error` set where it is no text. */
static const char *read_key(const json_t *keys, const char *key, const char *otherwise,
                            const char **error, const char *complaint) {
    json_t *value = json_object_get(keys, key);
    if (!value || json_is_null(value))
        return otherwise;
    if (!json_is_string(value))
        *error = complaint;
    return json_string_value(value);
}

static bool holds_nul(const json_t *keys, const char *key) {
    const json_t *value = json_object_get(keys, key);
    return json_is_string(value) && strlen(json_string_value(value)) != json_string_length(value);
}

/* NULL, or what is wrong with it. */
static const char *read_question(struct question *question) {
    const struct options *options = question->options;
    const json_t *keys = question->keys;
    const char *error = NULL;
    if (!json_is_object(keys))
        return "not a JSON object";
    question->from = read_key(keys, "from", options->from, &error, "\"from\" is not a string");
    question->specifier =
        read_key(keys, "specifier", NULL, &error, "\"specifier\" is not a string");
    question->environment = read_key(keys, "environment", options->environment, &error,
                                     "\"environment\" is not a string");
    const char *kind = read_key(keys, "kind", NULL, &error, "\"kind\" is not a string");
    if (error)
        return error;
    if (!question->from)
        return "\"from\" is missing";
    if (!question->specifier)
        return "\"specifier\" is missing";
    int number = kind ? options_kind(kind) : (int)options->kind;
    if (number < 0)
        return "\"kind\" is not import, export, dynamic, require or glob";
    question->kind = (enum prologue_kind)number;
    question->has_nul = holds_nul(keys, "specifier");
    if (holds_nul(keys, "from") || holds_nul(keys, "environment"))
        return "\"from\" or \"environment\" holds a NUL";
    return NULL;
}

static int ask(const struct question *question, prologue_resolution *out) {
    prologue_resolve_request request = {
        .size = sizeof request,
        .from = question->from,
        .specifier = question->specifier,
        .environment = question->environment,
        .kind = question->kind,
        .config = &question->options->config,
        .trace = question->options->trace,
    };
    *out = (prologue_resolution){.size = sizeof *out};
    if (question->has_nul) {
        out->external = 1;
        return 0;
    }
    return prologue_session_resolve(question->session, &request, out);
}

/* ---- lines out -------------------------------------------------------------------------------- */

/* A path need not be UTF-8; what is not becomes a JSON string with replacement characters. */
static json_t *text_value(const char *text) {
    json_t *value = text ? json_string(text) : json_null();
    if (value || !text)
        return value;
    size_t length = strlen(text), used = 0;
    char *clean = malloc(length * 3 + 1);
    for (size_t at = 0, taken; clean && at < length; at += taken) {
        bool malformed = unicode_decode(text + at, length - at, &taken) == UNICODE_REPLACEMENT;
        memcpy(clean + used, malformed ? "\xEF\xBF\xBD" : text + at, malformed ? 3 : taken);
        used += malformed ? 3 : taken;
    }
    value = clean ? json_stringn(clean, used) : NULL;
    free(clean);
    return value;
}

static json_t *steps_value(const prologue_resolution *resolution) {
    json_t *steps = json_array();
    for (size_t i = 0; resolution->steps && i < resolution->step_count; i++)
        json_array_append_new(steps, text_value(resolution->steps[i]));
    return steps;
}

static bool is_answered(const prologue_resolution *resolution) {
    return resolution->resolved || resolution->external || resolution->ignored;
}

static void add_answer(json_t *keys, const prologue_resolution *resolution, bool trace) {
    json_object_set_new(keys, "resolved", text_value(resolution->resolved));
    json_object_set_new(keys, "external", json_boolean(resolution->external));
    json_object_set_new(keys, "ignored", json_boolean(resolution->ignored));
    if (!is_answered(resolution)) {
        json_object_set_new(keys, "code", text_value(resolution->code));
        json_object_set_new(keys, "reason", text_value(resolution->reason));
    }
    if (trace)
        json_object_set_new(keys, "trace", steps_value(resolution));
}

static int dump_part(const char *bytes, size_t length, void *output) {
    return output_write(output, bytes, length);
}

static void print_line(struct output *output, const json_t *value) {
    json_dump_callback(value, dump_part, output, JSON_COMPACT);
    output_write(output, "\n", 1);
}

static void print_error(struct output *output, const char *error, const char *detail,
                        size_t number) {
    json_t *text = json_sprintf("%s%s%s", error, *detail ? ": " : "", detail);
    json_t *line = json_object();
    json_object_set_new(line, "error", text ? text : json_string(error));
    json_object_set_new(line, "line", json_integer((json_int_t)number));
    print_line(output, line);
    json_decref(line);
}

/* ---- the batch -------------------------------------------------------------------------------- */

static bool ends_batch(int code) {
    return code == PROLOGUE_ELIMIT || code == PROLOGUE_ENOMEM || code == PROLOGUE_ECANCELLED;
}

static int answer_line(struct question *question, struct output *output, prologue_slice line,
                       size_t number) {
    json_error_t problem;
    prologue_resolution resolution;
    question->keys = json_loadb(line.data, line.length, JSON_ALLOW_NUL, &problem);
    if (!question->keys) {
        print_error(output, "not JSON", problem.text, number);
        return 0;
    }
    const char *error = read_question(question);
    int code = error ? 0 : ask(question, &resolution);
    if (error)
        print_error(output, error, "", number);
    else if (code != 0)
        print_error(output, prologue_error_message(code),
                    prologue_session_detail(question->session), number);
    else
        add_answer(question->keys, &resolution, question->options->trace);
    if (!error && code == 0)
        print_line(output, question->keys);
    json_decref(question->keys);
    return code;
}

int batch_answer(const struct options *options, prologue_session *session, struct output *output) {
    struct question question = {.options = options, .session = session};
    struct lines lines = {.bytes = NULL};
    prologue_slice line;
    int status = STATUS_OK;
    make_room(&lines);
    for (size_t number = 1; next_line(&lines, output, &line); number++) {
        if (is_blank(line))
            continue;
        int code = answer_line(&question, output, line, number);
        if (!ends_batch(code))
            continue;
        status = command_failed(options, session, code, NULL);
        break;
    }
    if (lines.error) {
        complain(command_name(options->command), "cannot read standard input: %s",
                 strerror(lines.error));
        status = STATUS_PROBLEM;
    }
    free(lines.bytes);
    return status;
}

int batch_answer_one(const struct options *options, prologue_session *session,
                     struct output *output) {
    prologue_resolution resolution;
    const char *environment = options->environment ? options->environment : "server";
    struct question question = {.options = options,
                                .session = session,
                                .from = options->from,
                                .specifier = options->specifier,
                                .environment = environment,
                                .kind = options->kind};
    int code = ask(&question, &resolution);
    if (code != 0)
        return command_failed(options, session, code, NULL);
    json_t *keys = json_object();
    json_object_set_new(keys, "from", text_value(options->from));
    json_object_set_new(keys, "specifier", text_value(options->specifier));
    json_object_set_new(keys, "environment", text_value(environment));
    json_object_set_new(keys, "kind", text_value(options_kind_name(options->kind)));
    add_answer(keys, &resolution, options->trace);
    print_line(output, keys);
    json_decref(keys);
    return is_answered(&resolution) ? STATUS_OK : STATUS_PROBLEM;
}
