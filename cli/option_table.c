#include "option_table.h"

#include <stdio.h>
#include <string.h>

#include "values.h"

#define READERS (COMMAND_SCAN | COMMAND_INSPECT | COMMAND_RESOLVE)
#define ALL (READERS | COMMAND_MEMORY)
#define OFFSET(member) offsetof(struct options, member)

/* The list behind `*list`, made when its first item comes. */
#define LIST(options, list)                                                                        \
    ((list) ? (list)                                                                               \
            : ((list) = options_allocate(options, (size_t)options->capacity * sizeof *(list))))

static bool take_entry(struct options *options, const char *value) {
    LIST(options, options->entries)[options->entry_count++] = (prologue_entry){.path = value};
    return true;
}

static bool take_source(struct options *options, const char *value) {
    LIST(options, options->sources)[options->source_count++] = value;
    return true;
}

static bool take_external(struct options *options, const char *value) {
    LIST(options, options->externals)
    [options->config.external_count++] = (prologue_pattern){.text = value};
    return true;
}

static bool take_exclude(struct options *options, const char *value) {
    LIST(options, options->excludes)
    [options->config.exclude_count++] = (prologue_pattern){.text = value};
    return true;
}

static const char **split_list(struct options *options, const char *text) {
    char *copy = options_copy(options, text, strlen(text));
    const char **list = options_allocate(options, value_list_capacity(text) * sizeof *list);
    return value_list(copy, list) ? list : NULL;
}

static prologue_environment *environment_slot(struct options *options, const char *name) {
    prologue_environment *list = LIST(options, options->environments);
    for (size_t i = 0; i < options->config.environment_count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return &list[options->config.environment_count++];
}

static bool take_environment(struct options *options, const char *value) {
    const char *equals = strchr(value, '=');
    if (!equals)
        return options_bad(options, "--env: '%s' has no '='; write NAME=CONDITION,...", value);
    size_t length = (size_t)(equals - value);
    if (!value_is_name(value, length))
        return options_bad(options, "--env: '%.*s' is not a name of letters, digits, '_' and '-'",
                           (int)length, value);
    const char **conditions = split_list(options, equals + 1);
    if (!conditions)
        return options_bad(options, "--env: '%s' holds an empty condition", value);
    const char *name = options_copy(options, value, length);
    prologue_environment *slot = environment_slot(options, name);
    slot->name = name;
    slot->conditions = conditions;
    return true;
}

static bool take_choice(struct options *options, const char *option, const char *value,
                        const char *const *choices, int *out) {
    *out = value_choice(value, choices);
    if (*out >= 0)
        return true;
    char list[128];
    size_t length = 0;
    for (size_t i = 0; choices[i]; i++) {
        const char *before = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", before, choices[i]);
    }
    return options_bad(options, "%s: '%s' is not %s", option, value, list);
}

/* The environment that stands before the `=`, and what stands behind it. */
static prologue_environment *named_environment(struct options *options, const char *option,
                                               const char *value, const char **rest) {
    size_t split = value_entry_split(value);
    if (split == 0) {
        options_bad(options, "%s: '%s' is not ENV=VALUE", option, value);
        return NULL;
    }
    const char *name = options_copy(options, value, split);
    prologue_environment *slot = environment_slot(options, name);
    slot->name = name;
    *rest = value + split + 1;
    return slot;
}

static bool take_main_fields(struct options *options, const char *value) {
    const char *rest;
    prologue_environment *slot = named_environment(options, "--main-fields", value, &rest);
    if (!slot)
        return false;
    slot->main_fields = split_list(options, rest);
    return slot->main_fields ||
           options_bad(options, "--main-fields: '%s' holds an empty name", value);
}

static bool take_browser_maps(struct options *options, const char *value) {
    static const char *const choices[] = {"auto", "no", "yes", NULL};
    const char *rest;
    int choice;
    prologue_environment *slot = named_environment(options, "--browser-maps", value, &rest);
    if (!slot || !take_choice(options, "--browser-maps", rest, choices, &choice))
        return false;
    slot->browser_maps = (enum prologue_switch)choice;
    return true;
}

static bool take_resolve_environment(struct options *options, const char *value) {
    size_t length = strcspn(value, "=");
    options->environment = options_copy(options, value, length);
    return value[length] ? take_environment(options, value) : true;
}

static prologue_directive *directive_slot(struct options *options, const char *text) {
    static const char *const client[] = {"client", NULL}, *const server[] = {"server", NULL};
    if (!options->directives) {
        options->directives = options_allocate(options, ((size_t)options->capacity + 2) *
                                                            sizeof *options->directives);
        options->directives[0] = (prologue_directive){"use client", client};
        options->directives[1] = (prologue_directive){"use server", server};
        options->config.directive_count = 2;
    }
    for (size_t i = 0; i < options->config.directive_count; i++)
        if (strcmp(options->directives[i].text, text) == 0)
            return &options->directives[i];
    return &options->directives[options->config.directive_count++];
}

static bool take_directive(struct options *options, const char *value) {
    const char *equals = strrchr(value, '=');
    if (!equals || equals == value)
        return options_bad(options, "--directive: '%s' is not TEXT=ENV[,ENV] or TEXT=", value);
    const char **environments = split_list(options, equals + 1);
    if (!environments)
        return options_bad(options, "--directive: '%s' holds an empty environment name", value);
    const char *text = options_copy(options, value, (size_t)(equals - value));
    *directive_slot(options, text) = (prologue_directive){text, environments};
    return true;
}

static bool take_alias(struct options *options, const char *value) {
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return options_bad(options, "--alias: '%s' is not FROM=TO", value);
    LIST(options, options->aliases)
    [options->config.alias_count++] = (prologue_alias){.from = value};
    return true;
}

static bool take_mode(struct options *options, const char *value) {
    static const char *const modes[] = {"production", "development", NULL};
    int mode;
    bool known = take_choice(options, "--mode", value, modes, &mode);
    options->config.mode = mode == 1 ? PROLOGUE_DEVELOPMENT : PROLOGUE_PRODUCTION;
    return known;
}

static bool take_reader(struct options *options, const char *value) {
    static const char *const readers[] = {"auto", "lexer", "grammar", NULL};
    int reader;
    bool known = take_choice(options, "--reader", value, readers, &reader);
    if (known)
        options->reader = (enum prologue_reader)reader;
    return known;
}

static bool take_color(struct options *options, const char *value) {
    static const char *const colors[] = {"auto", "always", "never", NULL};
    int color;
    bool known = take_choice(options, "--color", value, colors, &color);
    if (known)
        options->color = (enum color)color;
    return known;
}

static bool take_kind(struct options *options, const char *value) {
    int kind = options_kind(value);
    if (kind < 0)
        return options_bad(options, "--kind: '%s' is not import, export, dynamic, require or glob",
                           value);
    options->kind = (enum prologue_kind)kind;
    return true;
}

static bool take_threads(struct options *options, const char *value) {
    uint64_t threads;
    if (!value_number(value, 1, PROLOGUE_MAX_THREADS, &threads))
        return options_bad(options, "--threads: '%s' is not a number between 1 and %d", value,
                           PROLOGUE_MAX_THREADS);
    options->session.threads = (uint32_t)threads;
    return true;
}

static bool take_memory_limit(struct options *options, const char *value) {
    if (value_size(value, &options->session.memory_limit))
        return true;
    return options_bad(options, "--memory-limit: '%s' is not a size such as 64MiB, 1GiB or 1048576",
                       value);
}

static bool take_memory_interval(struct options *options, const char *value) {
    uint64_t interval;
    if (!value_number(value, 1, 60000, &interval))
        return options_bad(options,
                           "--memory-interval: '%s' is not a number of milliseconds between 1 and "
                           "60000",
                           value);
    options->session.memory_interval_ms = (uint32_t)interval;
    return true;
}

/* In the order of the help. */
const struct option_row option_rows[] = {
    {"entry", "[ENV=]FILE", COMMAND_SCAN, GROUP_INPUT, take_entry, 0,
     "start at FILE, relative to ROOT, in the environment ENV (default: server); repeatable"},
    {"src", "DIR", COMMAND_SCAN, GROUP_INPUT, take_source, 0,
     "source folder, relative to ROOT: every file below it that has a directive is visited, "
     "imported or not; repeatable (default: ROOT/src where it exists, else ROOT)"},
    {"files-from", "FILE", COMMAND_INSPECT, GROUP_INPUT, NULL, OFFSET(files_from),
     "read the names of the files from FILE, or from standard input where it is -: one on each "
     "line, or separated by NUL bytes where there is one"},
    {"from", "FILE", COMMAND_RESOLVE, GROUP_INPUT, NULL, OFFSET(from),
     "the file that imports SPECIFIER"},
    {"kind", "KIND", COMMAND_RESOLVE, GROUP_INPUT, take_kind, 0,
     "how it is imported: import, export, dynamic, require or glob (default: import)"},
    {"batch", NULL, COMMAND_RESOLVE, GROUP_INPUT, NULL, OFFSET(batch),
     "answer the JSON lines of standard input, each with a JSON line; --from, --kind and --env "
     "stand in for the keys that a line does not have"},

    {"env", "NAME=CONDITION,...", COMMAND_SCAN, GROUP_MEANING, take_environment, 0,
     "replace the conditions of the environment NAME (server and client exist), or define it; "
     "repeatable"},
    {"env", "NAME[=CONDITION,...]", COMMAND_RESOLVE, GROUP_MEANING, take_resolve_environment, 0,
     "resolve in the environment NAME (default: server); with conditions, define it first"},
    {"main-fields", "ENV=FIELD,...", COMMAND_SCAN | COMMAND_RESOLVE, GROUP_MEANING,
     take_main_fields, 0,
     "members of a package.json that name its main file in ENV, in order (default: "
     "module,jsnext:main,jsnext,main, with browser before them where the conditions hold it)"},
    {"browser-maps", "ENV=yes|no|auto", COMMAND_SCAN | COMMAND_RESOLVE, GROUP_MEANING,
     take_browser_maps, 0,
     "whether the browser maps of packages apply in ENV (default: auto, where the conditions hold "
     "browser)"},
    {"mode", "MODE", COMMAND_SCAN | COMMAND_RESOLVE, GROUP_MEANING, take_mode, 0,
     "production or development: a condition of the environments server and client (default: "
     "production)"},
    {"directive", "TEXT=[ENV,...]", COMMAND_SCAN | COMMAND_INSPECT, GROUP_MEANING, take_directive,
     0,
     "count TEXT as a directive that switches to the environments named, or to none; TEXT may end "
     "in *; repeatable, adds to or replaces 'use client=client' and 'use server=server'"},

    {"alias", "[ENV=]FROM=TO", COMMAND_SCAN | COMMAND_RESOLVE, GROUP_RESOLUTION, take_alias, 0,
     "take FROM, and FROM/... too, for TO: a path, ./path relative to the root, or a specifier; "
     "in the environment ENV alone, or in all; repeatable"},
    {"external", "[ENV=]PATTERN", COMMAND_SCAN | COMMAND_RESOLVE, GROUP_RESOLUTION, take_external,
     0, "do not resolve specifiers that match, * being any text, in ENV or in all; repeatable"},
    {"exclude", "[ENV=]GLOB", COMMAND_SCAN, GROUP_RESOLUTION, take_exclude, 0,
     "do not enter folders or packages that match, in ENV or in all; repeatable"},
    {"tsconfig", "FILE", COMMAND_SCAN, GROUP_RESOLUTION, NULL, OFFSET(config.tsconfig),
     "use this tsconfig file, relative to ROOT (default: the nearest to each importer)"},
    {"tsconfig", "FILE", COMMAND_RESOLVE, GROUP_RESOLUTION, NULL, OFFSET(config.tsconfig),
     "use this tsconfig file (default: the nearest to each importer)"},
    {"tsconfig", "FILE", COMMAND_INSPECT, GROUP_RESOLUTION, NULL, OFFSET(config.tsconfig),
     "read verbatimModuleSyntax and the like from this tsconfig file (default: from none)"},
    {"preserve-symlinks", NULL, COMMAND_SCAN | COMMAND_RESOLVE, GROUP_RESOLUTION, NULL,
     OFFSET(config.preserve_symlinks), "do not follow symbolic links to the real file"},
    {"no-elide", NULL, COMMAND_SCAN | COMMAND_INSPECT, GROUP_RESOLUTION, NULL,
     OFFSET(config.no_elide), "keep TypeScript imports none of whose names is used as a value"},
    {"reader", "READER", COMMAND_INSPECT, GROUP_RESOLUTION, take_reader, 0,
     "auto, or force one: lexer or grammar (default: auto, the lexer first and the grammar where "
     "it "
     "is not sure)"},

    {"threads", "N", COMMAND_SCAN | COMMAND_INSPECT, GROUP_LIMITS, take_threads, 0,
     "run N threads, 1 to 256 (default: one for each available processor)"},
    {"memory-limit", "SIZE", READERS, GROUP_LIMITS, take_memory_limit, 0,
     "hold at most SIZE, such as 64MiB, 1GiB or 1048576 (default: 256MiB)"},
    {"memory-trace", "FILE", COMMAND_SCAN, GROUP_LIMITS, NULL, OFFSET(session.memory_trace),
     "write to FILE, as JSON lines, how the memory grows; `prologue memory` reads it"},
    {"memory-interval", "MS", COMMAND_SCAN, GROUP_LIMITS, take_memory_interval, 0,
     "a line of the trace every MS milliseconds, 1 to 60000 (default: 10)"},
    {"memory-dump", "FILE", COMMAND_SCAN, GROUP_LIMITS, NULL, OFFSET(session.memory_dump),
     "write to FILE what holds the memory when nine tenths of the limit are passed, and when "
     "SIGUSR2 comes; older ones become FILE.1 to FILE.4"},
    {"memory-attribution", NULL, COMMAND_SCAN, GROUP_LIMITS, NULL,
     OFFSET(session.memory_attribution),
     "say in trace and dumps which packages and folders the memory belongs to"},

    {"json", NULL, COMMAND_SCAN, GROUP_OUTPUT, NULL, OFFSET(json),
     "print the report as JSON instead of text for people"},
    {"json", NULL, COMMAND_INSPECT, GROUP_OUTPUT, NULL, OFFSET(json),
     "JSON lines, which is what is printed without it too"},
    {"json", NULL, COMMAND_RESOLVE, GROUP_OUTPUT, NULL, OFFSET(json),
     "print the JSON line that --batch would print"},
    {"json", NULL, COMMAND_MEMORY, GROUP_OUTPUT, NULL, OFFSET(json),
     "print JSON instead of text for people"},
    {"svg", "FILE", COMMAND_MEMORY, GROUP_OUTPUT, NULL, OFFSET(svg),
     "draw the trace, or the two of diff, to FILE too, as an SVG picture"},
    {"edges", NULL, COMMAND_SCAN, GROUP_OUTPUT, NULL, OFFSET(edges),
     "with --json: every module's imports and where they lead"},
    {"trace", NULL, COMMAND_RESOLVE, GROUP_OUTPUT, NULL, OFFSET(trace), "every step taken"},
    {"output", "FILE", ALL, GROUP_OUTPUT, NULL, OFFSET(output),
     "write to FILE, which appears whole or not at all, instead of standard output"},
    {"quiet", NULL, ALL, GROUP_OUTPUT, NULL, OFFSET(quiet), "print nothing on standard error"},
    {"color", "WHEN", COMMAND_SCAN | COMMAND_RESOLVE | COMMAND_MEMORY, GROUP_OUTPUT, take_color, 0,
     "auto, always or never (default: auto: on a terminal, unless NO_COLOR is set)"},
};

const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
