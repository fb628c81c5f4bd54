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
    bool replaced;   /* by a browser map, the last time */
    bool queried;    /* a target holds a query, which makes a leaf of what it leads to */
    bool leaf;       /* the specifier holds one */
    bool imported;   /* by an `imports` map: no browser map replaces the package as a whole */
    struct answer answer;
    struct trace *trace;
    /* For explanations: the entry of `exports` or `imports`, the main field that led to nothing, and
     * the entry of `paths` that did. */
    struct slice entry, main_field, main, mapped;
    char texts[2][PATH_LONGEST + 1]; /* where a replaced specifier stands */
    int which;
};

/* resolve_trace.c: adds a step to the trace, or says why the question fails, if nobody says so after
 * it. Nothing without a trace. */
void say(struct question *question, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_why(struct question *question, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A path as a message shows it; valid until the fourth call after. "" without a trace. */
const char *show(const struct question *question, path_id path);
/* Candidates, and conditions, are listed in one step. */
void say_missing(struct question *question, struct folder *folder, struct slice name, path_id id);
void say_not_held(struct question *question, struct slice condition);
/* The list of conditions that is being said; "" where none is. */
const char *said_not_held(const struct question *question);
/* "react-server, node, import" */
void say_conditions(const struct question *question, char *text, size_t size);
/* Looks for a name that differs in case only: of a name in a folder, of the first name on the way to
 * a path that does not exist. */
void note_near(struct question *question, struct folder *folder, struct slice name);
void note_near_path(struct question *question, path_id spelled);
/* The question is answered. */
void say_end(struct question *question);

/* Replaces what is asked. */
enum found redirect(struct question *question, struct folder *base, struct slice head,
                    struct slice tail);
enum found stop(struct question *question, const char *code);
bool check_memory(struct question *question, int code);

/* resolve_file.c: files, folders and browser maps */
/* The path is a real one already, and known to be a file. */
bool resolve_is_known_file(const struct realpath *realpath, path_id path);
/* The file that a name stands for in a folder that is listed, with an extension where none is written.
 * False where more has to be asked. */
bool resolve_listed(const struct realpath *realpath, const struct folder *folder, struct slice name,
                    path_id *path);
/* A module or a leaf, by its name. */
struct answer resolve_accept(const struct realpath *realpath, path_id path);
/* path_join(); what was asked last is remembered. */
int resolve_join(struct resolver *resolver, path_id base, struct slice text, path_id *out);
/* Of the text that was joined last: answer.spelled. */
bool resolve_is_spelled(const struct resolver *resolver, path_id base, struct slice specifier,
                        path_id path);
bool resolve_is_script(struct slice name);
/* What stands behind the last `/`. */
struct slice resolve_last_name(struct slice text);
enum found resolve_path(struct question *question, path_id spelled, bool folder_only);
/* The same for a text from `base`. False where it cannot be joined to it. */
bool resolve_text(struct question *question, path_id base, struct slice text, bool folder_only,
                  enum found *found);
enum found resolve_folder(struct question *question, struct folder *folder);
/* Why a folder leads to nothing. */
void resolve_say_no_main(struct question *question, const struct folder *folder);
enum found resolve_names(struct question *question, struct folder *folder, struct slice name);
enum found resolve_browser_request(struct question *question);
/* What the browser map says of ".", the package as a whole. */
enum found resolve_browser_main(struct question *question, struct folder *folder);

/* resolve_package.c: bare specifiers, exports and imports */
enum found resolve_bare(struct question *question);
enum found resolve_imports(struct question *question);
/* The nearest folder upwards with a package.json or packages in it: what is not relative leads to the same
 * from there. */
path_id resolve_scope(struct resolver *resolver, struct folder *folder);

#endif
