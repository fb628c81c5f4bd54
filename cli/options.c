#define _GNU_SOURCE
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "help.h"
#include "option_table.h"
#include "values.h"

struct options_block {
    struct options_block *older;
    _Alignas(16) char bytes[];
};

void *options_allocate(struct options *options, size_t size) {
    struct options_block *block = calloc(1, sizeof *block + size);
    if (!block) {
        complain(NULL, "out of memory");
        exit(3);
    }
    block->older = options->blocks;
    options->blocks = block;
    return block->bytes;
}

char *options_copy(struct options *options, const char *text, size_t length) {
    char *copy = options_allocate(options, length + 1);
    memcpy(copy, text, length);
    return copy;
}

void options_free(struct options *options) {
    while (options->blocks) {
        struct options_block *older = options->blocks->older;
        free(options->blocks);
        options->blocks = older;
    }
}

static const char *const command_names[] = {"scan", "inspect", "resolve", "memory", NULL};
static const enum command commands[] = {COMMAND_SCAN, COMMAND_INSPECT, COMMAND_RESOLVE,
                                        COMMAND_MEMORY};

const char *command_name(enum command command) {
    for (size_t i = 0; command_names[i]; i++)
        if (commands[i] == command)
            return command_names[i];
    return NULL;
}

static const char *const kind_names[] = {"import", "export", "dynamic", "require", "glob", NULL};

int options_kind(const char *name) {
    return value_choice(name, kind_names);
}

const char *options_kind_name(enum prologue_kind kind) {
    return kind_names[kind];
}

bool options_bad(const struct options *options, const char *format, ...) {
    char text[4096];
    const char *command = command_name(options->command);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    complain(command, "%s", text);
    complain(command, "see `prologue%s%s --help`", command ? " " : "", command ? command : "");
    return false;
}

/* ---- names that do not exist ------------------------------------------------------------------ */

static const struct option_row *find_row(unsigned command, const char *name) {
    for (size_t i = 0; i < option_row_count; i++)
        if ((option_rows[i].commands & command) && strcmp(option_rows[i].name, name) == 0)
            return &option_rows[i];
    return NULL;
}

static const char *nearest_option(const struct options *options, const char *name) {
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < option_row_count && count < 63; i++)
        if (option_rows[i].commands & options->command)
            names[count++] = option_rows[i].name;
    names[count++] = "help";
    return value_nearest(name, names, count);
}

static bool unknown_option(const struct options *options, const char *element) {
    size_t dashes = strspn(element, "-"), length = strcspn(element, "=");
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length - dashes), element + dashes);
    const struct option_row *other = find_row(~0u, name);
    if (other && !(other->commands & options->command))
        return options_bad(options, "unknown option --%s; it is one of `prologue %s`", name,
                           command_name(other->commands & -other->commands));
    const char *nearest = nearest_option(options, name);
    if (nearest)
        return options_bad(options, "unknown option %.*s; did you mean --%s?", (int)length, element,
                           nearest);
    return options_bad(options, "unknown option %.*s", (int)length, element);
}

static bool unknown_command(const struct options *options, const char *word) {
    static const char *const own_options[] = {"--help", "--version"};
    bool option = *word == '-';
    const char *nearest =
        option ? value_nearest(word, own_options, 2) : value_nearest(word, command_names, 4);
    return options_bad(options, "unknown %s '%s'%s%s%s", option ? "option" : "command", word,
                       nearest ? "; did you mean " : "", nearest ? nearest : "",
                       nearest ? "?" : "");
}

/* ---- the options of a command ----------------------------------------------------------------- */

enum { FIRST_ROW = 256 };

static void fill_getopt(const struct options *options, struct option *out) {
    *out++ = (struct option){"help", no_argument, NULL, 'h'};
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->commands & options->command)
            *out++ = (struct option){row->name, row->argument ? required_argument : no_argument,
                                     NULL, FIRST_ROW + (int)i};
    }
    *out = (struct option){NULL, 0, NULL, 0};
}

/* The element of argv that getopt_long has just taken an option from. */
static const char *taken_element(char **argv) {
    bool separate = optarg && optarg == argv[optind - 1];
    return argv[separate ? optind - 2 : optind - 1];
}

static bool take_option(struct options *options, const struct option_row *row,
                        const char *element) {
    if (strcspn(element + 2, "=") != strlen(row->name))
        return unknown_option(options, element);
    char *place = (char *)options + row->offset;
    if (!row->argument) {
        memset(place, 1, 1);
        return true;
    }
    if (!*optarg)
        return options_bad(options, "--%s: %s is empty", row->name, row->argument);
    if (row->take)
        return row->take(options, optarg);
    memcpy(place, &optarg, sizeof optarg);
    return true;
}

static bool refused_option(const struct options *options, int result, const char *element) {
    const struct option_row *row = optopt >= FIRST_ROW ? &option_rows[optopt - FIRST_ROW] : NULL;
    if (row && result == ':')
        return options_bad(options, "--%s: %s is missing", row->name, row->argument);
    if (row || optopt == 'h')
        return options_bad(options, "--%s takes no value", row ? row->name : "help");
    if (optopt)
        return options_bad(options, "unknown option -%c", optopt);
    return unknown_option(options, element);
}

static void restart_getopt(void) {
#if defined(__APPLE__) || defined(__FreeBSD__)
    optreset = 1;
    optind = 1;
#else
    optind = 0;
#endif
    opterr = 0;
}

static enum options_result take_options(struct options *options, int argc, char **argv) {
    struct option longs[64];
    int result;
    fill_getopt(options, longs);
    restart_getopt();
    while ((result = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
        if (result == 'h')
            return OPTIONS_DONE;
        if (result < FIRST_ROW) {
            refused_option(options, result, argv[optind - 1]);
            return OPTIONS_BAD;
        }
        if (!take_option(options, &option_rows[result - FIRST_ROW], taken_element(argv)))
            return OPTIONS_BAD;
    }
    return OPTIONS_RUN;
}

/* ---- what can only be told once all is known -------------------------------------------------- */

bool options_has_environment(const struct options *options, const char *name,
                             const char **nearest) {
    const char *names[PROLOGUE_MAX_ENVIRONMENTS + 2] = {"server", "client"};
    size_t count = 2;
    for (size_t i = 0; i < options->config.environment_count; i++)
        names[count++] = options->environments[i].name;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    *nearest = value_nearest(name, names, count);
    return false;
}

static bool check_environment(const struct options *options, const char *option, const char *name) {
    const char *nearest;
    if (options_has_environment(options, name, &nearest))
        return true;
    return options_bad(options, "%s: no environment is named '%s'%s%s%s", option, name,
                       nearest ? "; did you mean " : "", nearest ? nearest : "",
                       nearest ? "?" : "");
}

static bool check_counts(const struct options *options) {
    size_t environments = 2;
    for (size_t i = 0; i < options->config.environment_count; i++)
        environments += strcmp(options->environments[i].name, "server") != 0 &&
                        strcmp(options->environments[i].name, "client") != 0;
    if (environments > PROLOGUE_MAX_ENVIRONMENTS)
        return options_bad(options, "--env: more than %d environments", PROLOGUE_MAX_ENVIRONMENTS);
    if (options->config.directive_count > PROLOGUE_MAX_DIRECTIVES)
        return options_bad(options, "--directive: more than %d directives",
                           PROLOGUE_MAX_DIRECTIVES);
    return true;
}

static bool file_exists_below(const char *root, const char *path) {
    char joined[4096];
    if (*path == '/' || !root)
        return access(path, F_OK) == 0;
    int length = snprintf(joined, sizeof joined, "%s/%s", root, path);
    return length > 0 && (size_t)length < sizeof joined && access(joined, F_OK) == 0;
}

/* ENV=FILE splits unless there is a file of the whole name, which takes ROOT to know. */
static bool finish_entry(struct options *options, prologue_entry *entry) {
    size_t split = value_entry_split(entry->path);
    if (split == 0 || file_exists_below(options->root, entry->path))
        return true;
    const char *whole = entry->path;
    if (!whole[split + 1])
        return options_bad(options, "--entry: '%s' names no file", whole);
    *entry = (prologue_entry){whole + split + 1, options_copy(options, whole, split)};
    return check_environment(options, "--entry", entry->environment);
}

static bool finish_scan(struct options *options, int count, char **operands) {
    if (count > 1)
        return options_bad(options, "one ROOT at most: '%s', and then '%s'", operands[0],
                           operands[1]);
    if (count == 1 && !*operands[0])
        return options_bad(options, "ROOT is empty");
    options->root = count ? operands[0] : NULL;
    const char *trace = options->session.memory_trace, *dump = options->session.memory_dump;
    if (trace && dump && strcmp(trace, dump) == 0)
        return options_bad(options, "--memory-trace and --memory-dump both name '%s'", trace);
    if (options->edges && !options->json)
        return options_bad(options, "--edges needs --json");
    for (size_t i = 0; i < options->entry_count; i++)
        if (!finish_entry(options, &options->entries[i]))
            return false;
    for (size_t i = 0; i < options->config.directive_count; i++)
        for (const char *const *name = options->directives[i].environments; *name; name++)
            if (!check_environment(options, "--directive", *name))
                return false;
    return true;
}

/* Only the texts of directives count here: their environments may be of any name. */
static bool finish_inspect(struct options *options, int count, char **operands) {
    if (count == 0 && !options->files_from)
        return options_bad(options, "no FILE, and no --files-from");
    if (count > 0 && options->files_from)
        return options_bad(options, "both '%s' and --files-from: one of them", operands[0]);
    options->files = (const char *const *)operands;
    options->file_count = (size_t)count;
    for (size_t i = 0; i < options->config.directive_count; i++)
        options->directives[i].environments = NULL;
    return true;
}

static bool finish_resolve(struct options *options, int count, char **operands) {
    if (options->environment && !check_environment(options, "--env", options->environment))
        return false;
    if (options->batch)
        return count == 0 || options_bad(options,
                                         "'%s' with --batch, which reads its specifiers "
                                         "from standard input",
                                         operands[0]);
    if (count == 0 || !*operands[0])
        return options_bad(options, "no SPECIFIER, and no --batch");
    if (count > 1)
        return options_bad(options, "one SPECIFIER at most: '%s', and then '%s'", operands[0],
                           operands[1]);
    if (!options->from)
        return options_bad(options, "--from: FILE is missing");
    options->specifier = operands[0];
    return true;
}

static bool finish_memory(struct options *options, int count, char **operands) {
    static const char *const actions[] = {"summary", "diff", "phases", NULL};
    if (count == 0)
        return options_bad(options, "summary, diff or phases is missing");
    int action = value_choice(operands[0], actions);
    if (action < 0) {
        const char *nearest = value_nearest(operands[0], actions, 3);
        return options_bad(options, "'%s' is not summary, diff or phases%s%s%s", operands[0],
                           nearest ? "; did you mean " : "", nearest ? nearest : "",
                           nearest ? "?" : "");
    }
    options->memory_action = (enum memory_action)action;
    options->files = (const char *const *)operands + 1;
    options->file_count = (size_t)count - 1;
    if (action == MEMORY_DIFF && count != 3)
        return options_bad(options, "diff takes two FILEs, before and after");
    if (count == 1)
        return options_bad(options, "%s: FILE is missing", operands[0]);
    if (options->svg && action != MEMORY_DIFF && count > 2)
        return options_bad(options, "--svg draws one FILE, or the two of diff");
    return true;
}

/* The length of the environment's name where a value begins with one and a `=`, else 0. */
static size_t environment_prefix(const struct options *options, const char *value) {
    const char *nearest;
    size_t length = value_entry_split(value);
    char name[64];
    if (length == 0 || length >= sizeof name)
        return 0;
    memcpy(name, value, length);
    name[length] = '\0';
    return options_has_environment(options, name, &nearest) ? length : 0;
}

/* ENV=FROM=TO; what begins with an environment's name and holds one `=` alone is FROM=TO. */
static bool finish_alias(struct options *options, prologue_alias *alias) {
    const char *text = alias->from;
    size_t length = environment_prefix(options, text);
    const char *second = length ? strchr(text + length + 1, '=') : NULL;
    if (second) {
        alias->environment = options_copy(options, text, length);
        text += length + 1;
    }
    const char *equals = strchr(text, '=');
    if (equals == text || !equals[1])
        return options_bad(options, "--alias: '%s' is not ENV=FROM=TO", alias->from);
    alias->from = options_copy(options, text, (size_t)(equals - text));
    alias->to = equals + 1;
    return true;
}

static bool finish_pattern(struct options *options, const char *option, prologue_pattern *pattern) {
    size_t length = value_entry_split(pattern->text);
    if (length == 0)
        return true;
    const char *whole = pattern->text;
    pattern->environment = options_copy(options, whole, length);
    pattern->text = whole + length + 1;
    if (!*pattern->text)
        return options_bad(options, "%s: '%s' names no pattern", option, whole);
    return check_environment(options, option, pattern->environment);
}

/* --main-fields and --browser-maps change an environment that exists or that --env defines. */
static bool check_defined(const struct options *options, const prologue_environment *environment) {
    return environment->conditions || strcmp(environment->name, "server") == 0 ||
           strcmp(environment->name, "client") == 0 ||
           options_bad(options,
                       "no environment is named '%s'; define it with --env %s=CONDITION,...",
                       environment->name, environment->name);
}

static bool finish_scopes(struct options *options) {
    for (size_t i = 0; i < options->config.environment_count; i++)
        if (!check_defined(options, &options->environments[i]))
            return false;
    for (size_t i = 0; i < options->config.alias_count; i++)
        if (!finish_alias(options, &options->aliases[i]))
            return false;
    for (size_t i = 0; i < options->config.external_count; i++)
        if (!finish_pattern(options, "--external", &options->externals[i]))
            return false;
    for (size_t i = 0; i < options->config.exclude_count; i++)
        if (!finish_pattern(options, "--exclude", &options->excludes[i]))
            return false;
    return true;
}

static bool finish(struct options *options, int count, char **operands) {
    if (!check_counts(options) || !finish_scopes(options))
        return false;
    options->config.environments = options->environments;
    options->config.directives = options->directives;
    options->config.aliases = options->aliases;
    options->config.externals = options->externals;
    options->config.excludes = options->excludes;
    if (options->command == COMMAND_SCAN)
        return finish_scan(options, count, operands);
    if (options->command == COMMAND_INSPECT)
        return finish_inspect(options, count, operands);
    if (options->command == COMMAND_MEMORY)
        return finish_memory(options, count, operands);
    return finish_resolve(options, count, operands);
}

/* ---- the whole line --------------------------------------------------------------------------- */

static enum options_result print_help(enum command command, bool version) {
    static struct output output;
    output_open(&output, NULL);
    if (version)
        output_text(&output, "prologue " PROLOGUE_VERSION "\n");
    else if (command)
        help_command(&output, command);
    else
        help_overview(&output);
    if (output_close(&output))
        return OPTIONS_DONE;
    complain(command_name(command), "cannot write to standard output: %s", strerror(output.error));
    return OPTIONS_FAIL;
}

static enum options_result parse_command(struct options *options, int argc, char **argv) {
    enum options_result result = take_options(options, argc, argv);
    if (result == OPTIONS_DONE)
        return print_help(options->command, false);
    if (result == OPTIONS_RUN && !finish(options, argc - optind, argv + optind))
        return OPTIONS_BAD;
    return result;
}

enum options_result options_parse(struct options *options, int argc, char **argv) {
    *options = (struct options){.capacity = argc};
    options->config.size = sizeof options->config;
    options->session.size = sizeof options->session;
    options->session.cache = PROLOGUE_NO;
    if (argc < 2) {
        options_bad(options, "COMMAND is missing: scan, inspect, resolve or memory");
        return OPTIONS_BAD;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(0, false);
    if (strcmp(argv[1], "--version") == 0)
        return print_help(0, true);
    int index = value_choice(argv[1], command_names);
    if (index < 0) {
        unknown_command(options, argv[1]);
        return OPTIONS_BAD;
    }
    options->command = commands[index];
    return parse_command(options, argc - 1, argv + 1);
}
