/* What the caller configured, checked and copied, with the defaults filled in. */
#ifndef CONFIG_H
#define CONFIG_H

#include "facts.h"
#include "resolve.h"

struct config {
    struct arena arena;
    struct resolve_environment environments[PROLOGUE_MAX_ENVIRONMENTS];
    uint32_t environment_count;
    uint32_t server; /* index of the environment that is meant where none is named */
    struct directive_rule rules[PROLOGUE_MAX_DIRECTIVES];
    struct directive_set directives;
    uint32_t client_rule, server_rule; /* `use client`, `use server`; UINT32_MAX: not configured */
    struct resolve_alias *aliases;
    uint32_t alias_count;
    struct resolve_pattern *externals, *excludes;
    uint32_t external_count, exclude_count;
    const char **members; /* of a package.json that are kept, NULL-terminated */
    const char *tsconfig; /* NULL: the nearest to each importer */
    bool preserve_symlinks, no_elide;
};

/* `given` may be NULL. On failure `*detail` is the text that the error is about, borrowed from
 * `given`. Freed with config_free() also then. */
int config_init(struct config *config, struct ledger *ledger, const prologue_config *given,
                const char **detail);
void config_free(struct config *config);

/* The index of an environment, NULL meaning `server`; -1 where there is none. */
int config_environment(const struct config *config, const char *name);

#endif
