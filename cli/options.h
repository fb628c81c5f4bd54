/* The command line, read into the requests of prologue.h. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <prologue.h>
#include <stdbool.h>

#include "terminal.h"

enum command { COMMAND_SCAN = 1, COMMAND_INSPECT = 2, COMMAND_RESOLVE = 4, COMMAND_MEMORY = 8 };

enum memory_action { MEMORY_SUMMARY, MEMORY_DIFF, MEMORY_JUMPS };

struct options_block;

/* Texts are borrowed from argv, or belong to `blocks`. */
struct options {
    enum command command;
    int capacity; /* of each list: no option can be given more often than there are arguments */
    bool json, edges, quiet;
    enum color color;
    const char *output;
    prologue_session_options session;
    prologue_config config;
    prologue_environment *environments;
    prologue_directive *directives;
    prologue_alias *aliases;
    prologue_pattern *externals, *excludes;
    /* scan */
    const char *root; /* NULL: the working directory */
    prologue_entry *entries;
    size_t entry_count;
    const char **sources;
    size_t source_count;
    /* memory */
    enum memory_action memory_action;
    const char *svg;
    /* inspect, memory */
    const char *const *files;
    size_t file_count;
    const char *files_from;
    enum prologue_reader reader;
    /* resolve */
    const char *specifier, *from, *environment;
    enum prologue_kind kind;
    bool batch, trace;
    struct options_block *blocks;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* help or the version has been asked for and printed */
    OPTIONS_BAD,  /* wrong usage, which has been explained on standard error */
    OPTIONS_FAIL  /* help could not be written, which has been explained too */
};

enum options_result options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

const char *command_name(enum command command);

/* Memory that lives as long as the options. Ends the program where there is none. */
void *options_allocate(struct options *options, size_t size);
char *options_copy(struct options *options, const char *text, size_t length);

/* Explains wrong usage of the command, with a hint at its help. Always false. */
__attribute__((format(printf, 2, 3))) bool options_bad(const struct options *options,
                                                       const char *format, ...);

/* `kind` by its name in reports, -1 where there is no such kind. */
int options_kind(const char *name);
const char *options_kind_name(enum prologue_kind kind);

/* False, and `*nearest` is what may have been meant or NULL, where no such environment exists. */
bool options_has_environment(const struct options *options, const char *name, const char **nearest);

#endif
