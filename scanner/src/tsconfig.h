/* A tsconfig.json with all that it extends, as far as resolution and elision need it. */
#ifndef TSCONFIG_H
#define TSCONFIG_H

#include "package_json.h"

enum { TSCONFIG_MAX_EXTENDS = 64 };

struct tsconfig_path {
    struct slice pattern; /* at most one `*` */
    uint32_t first_target, target_count;
};

/* What an entry of `include` takes, by folder: one, or all below it. */
struct tsconfig_include {
    path_id folder;
    bool deep;
};

struct tsconfig {
    path_id file;
    path_id folder; /* of the file itself */
    bool broken;
    bool has_base_url, has_paths, has_verbatim, has_preserve;
    path_id base_url;
    path_id paths_base; /* what the targets of `paths` are relative to */
    bool verbatim_module_syntax, preserve_value_imports;
    struct tsconfig_path *paths;
    uint32_t path_count, path_capacity;
    struct slice *targets;
    uint32_t target_count, target_capacity;
    bool has_files, has_includes;
    struct tsconfig_include *includes;
    uint32_t include_count, include_capacity;
    uint32_t
        *references; /* indices of the configs that are asked where this one includes nothing */
    uint32_t reference_count, reference_capacity;
};

struct tsconfigs {
    struct packages *packages;
    struct ledger *ledger;
    struct rows rows;
    struct arena texts;
    uint32_t fixed; /* index + 1 of the one that the user named; 0: the nearest to each importer */
};

void tsconfigs_init(struct tsconfigs *tsconfigs, struct packages *packages, struct ledger *ledger);
void tsconfigs_free(struct tsconfigs *tsconfigs);

/* Uses this file for every importer. PROLOGUE_ETSCONFIG where it cannot be read. */
int tsconfigs_fix(struct tsconfigs *tsconfigs, path_id spelled);

/* The tsconfig of an importer in this real folder: the nearest, or the first of its `references`
 * that includes the folder where it does not. NULL inside node_modules and where none is. */
struct tsconfig *tsconfig_around(struct tsconfigs *tsconfigs, struct folder *folder);

/* What `text` of this config is relative to; a `${configDir}` at its start is taken off. */
path_id tsconfig_base(const struct tsconfig *tsconfig, path_id base, struct slice *text);

/* The best entry of `paths` for a specifier, with what its `*` stands for (no text
 * where it has none); NULL. */
const struct tsconfig_path *tsconfig_match(const struct tsconfig *tsconfig, struct slice specifier,
                                           struct slice *star);

#endif
