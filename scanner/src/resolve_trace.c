#include <stdarg.h>
#include <stdio.h>

#include "resolve_private.h"

void trace_init(struct trace *trace, struct ledger *ledger) {
    *trace = (struct trace){.near = NO_PATH, .dangling = NO_PATH, .subject = NO_PATH};
    arena_init(&trace->texts, ledger, PROLOGUE_SUBSYSTEM_REPORT);
}

void trace_clear(struct trace *trace) {
    arena_free(&trace->texts);
    trace->count = 0;
    trace->reason = trace->format = NULL;
    trace->near = trace->dangling = trace->subject = NO_PATH;
    trace->gathering = NULL;
}

void trace_free(struct trace *trace) {
    ledger_free(trace->texts.ledger, PROLOGUE_SUBSYSTEM_REPORT, trace->steps,
                trace->capacity * sizeof *trace->steps);
    arena_free(&trace->texts);
    *trace = (struct trace){0};
}

static void add_text(struct trace *trace, const char *text) {
    const char *copy = arena_copy(&trace->texts, slice_of(text));
    if (copy && !ledger_grow(trace->texts.ledger, PROLOGUE_SUBSYSTEM_REPORT, &trace->steps,
                             &trace->capacity, trace->count + 1, sizeof *trace->steps)) {
        trace->steps[trace->count++] = copy;
    }
}

/* A step that lists several things ends when something else is said. */
static void end_list(struct trace *trace) {
    if (trace->gathering) {
        trace->gathering = NULL;
        add_text(trace, trace->gathered);
    }
}

void say(struct question *question, const char *format, ...) {
    char text[TRACE_LONGEST];
    if (question->trace) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        end_list(question->trace);
        add_text(question->trace, text);
    }
}

void say_why(struct question *question, const char *format, ...) {
    char text[TRACE_LONGEST];
    if (question->trace) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        question->trace->reason = arena_copy(&question->trace->texts, slice_of(text));
        question->trace->format = format;
    }
}

const char *show(const struct question *question, path_id path) {
    const struct resolver *resolver = question->resolver;
    char text[PATH_LONGEST + 2];
    if (!question->trace || path == NO_PATH ||
        !path_relative(resolver->realpath->paths, resolver->root, path, text, sizeof text)) {
        return "";
    }
    const char *copy = arena_copy(&question->trace->texts, slice_of(text));
    return copy ? copy : "";
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* Adds one thing to the list that `kind` begins, or begins it. */
static void gather(struct question *question, const char *kind, path_id folder, const char *first,
                   struct slice more) {
    struct trace *trace = question->trace;
    size_t room = sizeof trace->gathered - trace->gathered_length;
    if (trace->gathering == kind && trace->gathered_folder == folder && more.length + 3 < room) {
        trace->gathered_length += (size_t)snprintf(trace->gathered + trace->gathered_length, room,
                                                   ", %.*s", (int)more.length, more.data);
        return;
    }
    end_list(trace);
    int length = snprintf(trace->gathered, sizeof trace->gathered, "%s%s", kind, first);
    trace->gathered_length =
        (size_t)length < sizeof trace->gathered ? (size_t)length : sizeof trace->gathered - 1;
    trace->gathering = kind;
    trace->gathered_folder = folder;
}

static const char no_file[] = "no file ";
static const char not_held[] = "conditions that do not hold: ";

void say_missing(struct question *question, struct folder *folder, struct slice name, path_id id) {
    char text[TRACE_LONGEST];
    if (!question->trace) {
        return;
    }
    if (id != NO_PATH && path_at(question->resolver->realpath->paths, id)->state == PATH_LINK) {
        question->trace->dangling = id;
        say(question, "%s is a link that leads nowhere", show(question, id));
    } else {
        const char *where = show(question, folder->path);
        bool here = strcmp(where, ".") == 0;
        snprintf(text, sizeof text, "%s%s%.*s", here ? "" : where, here ? "" : "/",
                 (int)name.length, name.data);
        gather(question, no_file, folder->path, text, name);
        note_near(question, folder, name);
    }
}

void say_not_held(struct question *question, struct slice condition) {
    char text[TRACE_LONGEST];
    if (question->trace) {
        snprintf(text, sizeof text, "%.*s", (int)condition.length, condition.data);
        gather(question, not_held, NO_PATH, text, condition);
    }
}

const char *said_not_held(const struct question *question) {
    const struct trace *trace = question->trace;
    return trace && trace->gathering == not_held ? trace->gathered + strlen(not_held) : "";
}

void say_conditions(const struct question *question, char *text, size_t size) {
    size_t length = 0;
    for (uint32_t i = 0; i < question->environment->condition_count; i++) {
        struct slice condition = question->environment->conditions[i];
        if (length + condition.length + 12 < size) {
            memcpy(text + length, condition.data, condition.length);
            memcpy(text + length + condition.length, ", ", 2);
            length += condition.length + 2;
        }
    }
    snprintf(text + length, size - length, "%s", question->require ? "require" : "import");
}

/* ---- names that differ in case only ----------------------------------------------------------- */

void note_near(struct question *question, struct folder *folder, struct slice name) {
    struct realpath *realpath = question->resolver->realpath;
    if (!question->trace || question->trace->near != NO_PATH || !realpath_list(realpath, folder)) {
        return;
    }
    for (uint32_t i = 0; i < listing_count(folder->listing); i++) {
        struct slice other = listing_at(folder->listing, i).name;
        if (text_equal_folded(other, name) && !slice_equal(other, name)) {
            question->trace->near = path_child(realpath->paths, folder->path, other);
        }
    }
}

void note_near_path(struct question *question, path_id spelled) {
    struct realpath *realpath = question->resolver->realpath;
    while (question->trace && spelled != PATH_ROOT) {
        path_id parent = path_at(realpath->paths, spelled)->parent;
        struct folder *folder = realpath_folder(realpath, parent);
        if (folder) {
            note_near(question, folder, path_name(realpath->paths, spelled));
            return;
        }
        spelled = parent;
    }
}

void say_end(struct question *question) {
    struct trace *trace = question->trace;
    if (!trace) {
        return;
    }
    end_list(trace);
    if (question->answer.outcome == RESOLVE_FAILED && trace->dangling != NO_PATH) {
        say_why(question, "%s is a link that leads nowhere", show(question, trace->dangling));
    } else if (question->answer.outcome == RESOLVE_FAILED && trace->near != NO_PATH &&
               strcmp(question->answer.code, "unresolved-import") == 0) {
        say_why(question, "no such name, but there is %s, which differs from it in case only",
                show(question, trace->near));
    }
}
