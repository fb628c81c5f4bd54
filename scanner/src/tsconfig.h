/* A tsconfig.json or jsconfig.json with all that it extends, as far as resolution and elision need
 * it, and which of them a file belongs to. */
#ifndef TSCONFIG_H
#define TSCONFIG_H

#include "package_json.h"

enum { TSCONFIG_MAX_DEPTH = 64 }; /* of files that extend one another */

struct tsconfig_path {
    struct slice pattern; /* at most one `*` */
    const struct slice *targets;
    uint32_t target_count;
};

/* An entry of `include` or `exclude`: a pattern below a folder, or no pattern and the very path. */
struct tsconfig_spec {
    path_id base;
    struct slice pattern;
};

struct tsconfig {
    path_id file;   /* as it is spelled: the link where it is one */
    path_id folder; /* of `file` */
    uint32_t index; /* + 1 is what tsconfig_owner() answers */
    uint32_t above; /* the next config upwards, index + 1; 0: not looked for yet */
    bool has_base_url, allow_js;
    bool verbatim_module_syntax, preserve_value_imports;
    path_id base_url;
    path_id paths_base; /* what the targets of `paths` are relative to */
    const struct tsconfig_path *paths;
    uint32_t path_count;
    path_id *files; /* sorted */
    struct tsconfig_spec *includes, *excludes;
    uint32_t file_count, include_count, exclude_count;
    /* The referenced projects, and those that they reference, index + 1, once they are asked for. */
    bool has_projects;
    uint32_t *projects;
    uint32_t project_count, project_capacity;
};

struct tsconfigs {
    struct packages *packages;
    struct ledger *ledger;
    struct rows layers; /* struct tsconfig_layer *: one file, as it is written */
    struct table table; /* layers by their path */
    struct arena texts;
    uint32_t fixed;  /* index + 1 of the one that the user named; 0: the nearest to each importer */
    uint32_t merges; /* each has a number of its own */
};

void tsconfigs_init(struct tsconfigs *tsconfigs, struct packages *packages, struct ledger *ledger);
void tsconfigs_free(struct tsconfigs *tsconfigs);

/* Uses this file for every importer. PROLOGUE_ETSCONFIG where it cannot be read. */
int tsconfigs_fix(struct tsconfigs *tsconfigs, path_id spelled);

/* The config that a file in this real folder belongs to, index + 1: the nearest above it whose
 * `files`, `include` and `exclude` take it, or a project that this one references; where none does,
 * the same with `allowJs` and for files of any extension; else the nearest. 0 inside node_modules
 * and where there is none. */
uint32_t tsconfig_owner(struct tsconfigs *tsconfigs, struct folder *folder, path_id file);

/* NULL for 0. */
struct tsconfig *tsconfig_at(const struct tsconfigs *tsconfigs, uint32_t owner);

/* What `text` of this config is relative to; a `${configDir}` at its start is taken off. */
path_id tsconfig_base(const struct tsconfig *tsconfig, path_id base, struct slice *text);

/* The best entry of `paths` for a specifier, with what its `*` stands for (no text
 * where it has none); NULL. */
const struct tsconfig_path *tsconfig_match(const struct tsconfig *tsconfig, struct slice specifier,
                                           struct slice *star);

#endif
