#include "config.h"

struct defaults {
    const char *name;
    const char *conditions[4];
};

static const struct defaults default_environments[] = {
    {"server", {"react-server", "node", "module", NULL}},
    {"client", {"browser", "module", NULL}},
};

static const char *const client_names[] = {"client", NULL};
static const char *const server_names[] = {"server", NULL};
static const prologue_directive default_directives[] = {
    {"use client", client_names},
    {"use server", server_names},
};

/* The client's; the server's begin at the second. */
static const char *const default_fields[] = {"browser", "module", "jsnext:main",
                                             "jsnext",  "main",   NULL};

static struct slice copy_text(struct config *config, const char *text) {
    const char *copy = arena_copy(&config->arena, slice_of(text));
    return (struct slice){copy, copy ? strlen(copy) : 0};
}

static uint32_t count_names(const char *const *names) {
    uint32_t count = 0;
    while (names && names[count]) {
        count++;
    }
    return count;
}

static struct slice *copy_names(struct config *config, const char *const *names, size_t count) {
    struct slice *copies = arena_alloc(&config->arena, (count + 1) * sizeof *copies, 8);
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = copy_text(config, names[i]);
        if (!copies[i].data) {
            return NULL;
        }
    }
    return copies;
}

static bool names_hold(const char *const *names, uint32_t count, const char *name) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct slice *conditions, uint32_t count, struct slice condition) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_equal(conditions[i], condition)) {
            return true;
        }
    }
    return false;
}

static int set_conditions(struct config *config, struct resolve_environment *environment,
                          const char *const *conditions, const char *mode) {
    uint32_t count = count_names(conditions);
    struct slice *copies = copy_names(config, conditions, count);
    if (!copies) {
        return ledger_error(config->arena.ledger);
    }
    if (mode) {
        copies[count++] = slice_of(mode);
    }
    environment->conditions = copies;
    environment->condition_count = count;
    return 0;
}

/* What follows from the conditions where nothing else is said. */
static int set_fields(struct config *config, struct resolve_environment *environment,
                      const char *const *fields, enum prologue_switch browser_maps) {
    bool browser = holds(environment->conditions, environment->condition_count, SLICE("browser"));
    fields = fields ? fields : default_fields + !browser;
    struct slice *copies = copy_names(config, fields, count_names(fields));
    environment->main_fields = copies;
    environment->main_field_count = count_names(fields);
    environment->browser = browser_maps == PROLOGUE_AUTO ? browser : browser_maps == PROLOGUE_YES;
    return copies ? 0 : ledger_error(config->arena.ledger);
}

static int add_environment(struct config *config, const char *name) {
    struct resolve_environment *environment = &config->environments[config->environment_count];
    *environment = (struct resolve_environment){.name = copy_text(config, name)};
    config->environment_count++;
    return environment->name.data ? 0 : ledger_error(config->arena.ledger);
}

static int find_environment(const struct config *config, const char *name) {
    for (uint32_t i = 0; i < config->environment_count; i++) {
        if (slice_equal(config->environments[i].name, slice_of(name))) {
            return (int)i;
        }
    }
    return -1;
}

int config_environment(const struct config *config, const char *name) {
    return name ? find_environment(config, name) : (int)config->server;
}

static int take_environment(struct config *config, const prologue_environment *one) {
    if (!one->name || !*one->name) {
        return PROLOGUE_EINVALID;
    }
    int index = find_environment(config, one->name), code = 0;
    if (index < 0) {
        if (config->environment_count == PROLOGUE_MAX_ENVIRONMENTS) {
            return PROLOGUE_EINVALID;
        }
        index = (int)config->environment_count;
        code = add_environment(config, one->name);
    }
    struct resolve_environment *environment = &config->environments[index];
    if (!code && one->conditions) {
        code = set_conditions(config, environment, one->conditions, NULL);
    }
    return code ? code : set_fields(config, environment, one->main_fields, one->browser_maps);
}

static int take_environments(struct config *config, const prologue_config *given,
                             const char **detail) {
    const char *mode = given->mode == PROLOGUE_DEVELOPMENT ? "development" : "production";
    int code = 0;
    for (uint32_t i = 0; i < 2 && !code; i++) {
        code = add_environment(config, default_environments[i].name);
        struct resolve_environment *environment = &config->environments[i];
        code = code ? code
                    : set_conditions(config, environment, default_environments[i].conditions, mode);
        code = code ? code : set_fields(config, environment, NULL, PROLOGUE_AUTO);
    }
    for (size_t i = 0; i < given->environment_count && !code; i++) {
        *detail = given->environments[i].name;
        code = take_environment(config, &given->environments[i]);
    }
    return code;
}

static int take_directive(struct config *config, const prologue_directive *one,
                          const char **detail) {
    struct directive_rule *rule = &config->rules[config->directives.count];
    *detail = one->text;
    if (!one->text || !*one->text || strlen(one->text) >= FACT_DIRECTIVE_LONGEST ||
        config->directives.count == PROLOGUE_MAX_DIRECTIVES) {
        return PROLOGUE_EINVALID;
    }
    rule->text = copy_text(config, one->text);
    if (!rule->text.data) {
        return ledger_error(config->arena.ledger);
    }
    rule->prefix = slice_ends(rule->text, SLICE("*"));
    rule->text.length -= rule->prefix;
    for (uint32_t i = 0; i < count_names(one->environments); i++) {
        int index = find_environment(config, one->environments[i]);
        *detail = one->environments[i];
        if (index < 0) {
            return PROLOGUE_EENVIRONMENT;
        }
        rule->environments |= UINT32_C(1) << index;
    }
    config->directives.count++;
    return 0;
}

static uint32_t find_rule(const struct config *config, struct slice text) {
    for (uint32_t i = 0; i < config->directives.count; i++) {
        if (!config->rules[i].prefix && slice_equal(config->rules[i].text, text)) {
            return i;
        }
    }
    return UINT32_MAX;
}

static int take_directives(struct config *config, const prologue_config *given,
                           const char **detail) {
    const prologue_directive *all = given->directive_count ? given->directives : default_directives;
    size_t count = given->directive_count ? given->directive_count : 2;
    config->directives.rules = config->rules;
    for (size_t i = 0; i < count; i++) {
        int code = take_directive(config, &all[i], detail);
        if (code) {
            return code;
        }
    }
    config->client_rule = find_rule(config, SLICE("use client"));
    config->server_rule = find_rule(config, SLICE("use server"));
    return 0;
}

/* The environments that an alias or a pattern holds in, as bits. */
static int take_scope(const struct config *config, const char *environment, uint32_t *bits,
                      const char **detail) {
    int index = environment ? find_environment(config, environment) : 0;
    if (index < 0) {
        *detail = environment;
        return PROLOGUE_EENVIRONMENT;
    }
    *bits = environment ? UINT32_C(1) << index : UINT32_MAX;
    return 0;
}

static int take_patterns(struct config *config, const prologue_pattern *given, size_t count,
                         struct resolve_pattern **out, const char **detail) {
    struct resolve_pattern *patterns =
        arena_alloc(&config->arena, (count + 1) * sizeof *patterns, 8);
    *out = patterns;
    for (size_t i = 0; patterns && i < count; i++) {
        *detail = "pattern";
        if (!given[i].text) {
            return PROLOGUE_EINVALID;
        }
        patterns[i].text = copy_text(config, given[i].text);
        int code = take_scope(config, given[i].environment, &patterns[i].environments, detail);
        if (code || !patterns[i].text.data) {
            return code ? code : ledger_error(config->arena.ledger);
        }
    }
    return patterns ? 0 : ledger_error(config->arena.ledger);
}

/* Main fields that nobody knows of have to be kept, too. */
static int take_members(struct config *config) {
    uint32_t known = count_names(package_members), count = known;
    for (uint32_t i = 0; i < config->environment_count; i++) {
        count += config->environments[i].main_field_count;
    }
    config->members = arena_alloc(&config->arena, (count + 1) * sizeof *config->members, 8);
    if (!config->members) {
        return ledger_error(config->arena.ledger);
    }
    memcpy(config->members, package_members, known * sizeof *config->members);
    for (uint32_t i = 0; i < config->environment_count; i++) {
        const struct resolve_environment *environment = &config->environments[i];
        for (uint32_t j = 0; j < environment->main_field_count; j++) {
            if (!names_hold(config->members, known, environment->main_fields[j].data)) {
                config->members[known++] = environment->main_fields[j].data;
            }
        }
    }
    config->members[known] = NULL;
    return 0;
}

static int take_aliases(struct config *config, const prologue_config *given, const char **detail) {
    config->aliases =
        arena_alloc(&config->arena, (given->alias_count + 1) * sizeof *config->aliases, 8);
    for (size_t i = 0; config->aliases && i < given->alias_count; i++) {
        const prologue_alias *one = &given->aliases[i];
        *detail = one->from;
        if (!one->from || !*one->from || !one->to || !*one->to) {
            return PROLOGUE_EINVALID;
        }
        struct resolve_alias *alias = &config->aliases[config->alias_count++];
        alias->from = copy_text(config, one->from);
        alias->to = copy_text(config, one->to);
        if (!alias->from.data || !alias->to.data) {
            return ledger_error(config->arena.ledger);
        }
        int code = take_scope(config, one->environment, &alias->environments, detail);
        if (code) {
            return code;
        }
    }
    return config->aliases ? 0 : ledger_error(config->arena.ledger);
}

static int take_lists(struct config *config, const prologue_config *given, const char **detail) {
    int code =
        take_patterns(config, given->externals, given->external_count, &config->externals, detail);
    code = code ? code
                : take_patterns(config, given->excludes, given->exclude_count, &config->excludes,
                                detail);
    code = code ? code : take_members(config);
    if (code) {
        return code;
    }
    config->external_count = (uint32_t)given->external_count;
    config->exclude_count = (uint32_t)given->exclude_count;
    if (given->tsconfig) {
        config->tsconfig = copy_text(config, given->tsconfig).data;
        return config->tsconfig ? 0 : ledger_error(config->arena.ledger);
    }
    return 0;
}

int config_init(struct config *config, struct ledger *ledger, const prologue_config *given,
                const char **detail) {
    static const prologue_config nothing = {.size = sizeof nothing};
    memset(config, 0, sizeof *config);
    arena_init(&config->arena, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    given = given ? given : &nothing;
    *detail = "config";
    if (given->size != sizeof *given) {
        return PROLOGUE_EINVALID;
    }
    config->preserve_symlinks = given->preserve_symlinks;
    config->no_elide = given->no_elide;
    int code = take_environments(config, given, detail);
    if (!code) {
        config->server = (uint32_t)find_environment(config, "server");
        code = take_directives(config, given, detail);
    }
    if (!code) {
        code = take_aliases(config, given, detail);
    }
    return code ? code : take_lists(config, given, detail);
}

void config_free(struct config *config) {
    arena_free(&config->arena);
}
