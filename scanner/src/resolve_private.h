/* One question on its way to an answer; shared by the resolve_*.c files. */
#ifndef RESOLVE_PRIVATE_H
#define RESOLVE_PRIVATE_H

#include "resolve.h"

enum found {
    NOT_FOUND, /* the next possibility is tried */
    FOUND,     /* `answer` holds it */
    AGAIN,     /* `base` and `specifier` were replaced: ask once more */
    STOPPED,   /* no other possibility may be tried */
};

struct question {
    struct resolver *resolver;
    const struct resolve_environment *environment;
    uint32_t bit; /* of the environment */
    bool require;
    struct importer from;
    struct folder *base; /* what a relative specifier is relative to */
    struct slice specifier;
    bool redirected; /* by a package: aliases and tsconfig are the importer's business */
    bool imported;   /* by an `imports` map: no browser map replaces the package as a whole */
    struct answer answer;
    struct trace *trace;
    char texts[2][PATH_LONGEST + 1]; /* where a replaced specifier stands */
    int which;
};

/* Adds a step, or the reason of a failure, to the trace. Nothing without one. */
void say(struct question *question, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_why(struct question *question, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A path as a message shows it; valid until the fourth call after. "" without a trace. */
const char *show(const struct question *question, path_id path);

/* Replaces what is asked. */
enum found redirect(struct question *question, struct folder *base, struct slice head,
                    struct slice tail);
enum found stop(struct question *question, const char *code);
bool check_memory(struct question *question, int code);

/* resolve_file.c: files, folders and browser maps */
/* The path is a real one already, and known to be a file. */
bool resolve_is_known_file(const struct realpath *realpath, path_id path);
/* A module or a leaf, by its name. */
struct answer resolve_accept(const struct realpath *realpath, path_id path);
enum found resolve_path(struct question *question, path_id spelled, bool folder_only);
enum found resolve_folder(struct question *question, struct folder *folder);
enum found resolve_names(struct question *question, struct folder *folder, struct slice name);
enum found resolve_browser_request(struct question *question);
/* What the browser map says of ".", the package as a whole. */
enum found resolve_browser_main(struct question *question, struct folder *folder);

/* resolve_package.c: bare specifiers, exports and imports */
enum found resolve_bare(struct question *question);
enum found resolve_imports(struct question *question);

#endif
