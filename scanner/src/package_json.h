/* A package.json: the members that resolution needs, with an index over large maps. */
#ifndef PACKAGE_JSON_H
#define PACKAGE_JSON_H

#include "manifest.h"

/* A map such as `exports`: its keys hashed, and its patterns, best first. */
struct package_map {
    uint32_t node; /* JSON_NONE: the package has none */
    bool indexed;
    uint32_t *slots; /* node + 1; 0: free */
    uint32_t mask;
    uint32_t *patterns; /* nodes whose key holds a `*`, the most specific first */
    uint32_t pattern_count, pattern_capacity;
};

struct package {
    path_id folder;
    path_id file;
    bool broken; /* counts as none: `json` is not to be asked */
    struct json json;
    uint32_t name, main, module, jsnext_main, jsnext; /* nodes, or JSON_NONE */
    uint32_t browser;                                 /* a string or an object */
    uint32_t tsconfig;                                /* what `extends` means by its name */
    struct package_map exports, imports, browser_map;
};

/* The members that are always kept, NULL-terminated. */
extern const char *const package_members[];

struct packages {
    struct manifests *manifests;
    struct ledger *ledger;
    const char *const *members; /* the members that are kept: package_members, or more */
    struct rows rows;
};

void packages_init(struct packages *packages, struct manifests *manifests, struct ledger *ledger);
void packages_free(struct packages *packages);

/* The package whose package.json stands in this very folder; NULL where there is none. Read once. */
struct package *package_in(struct packages *packages, struct folder *folder);

/* The nearest package.json at or above a real folder, not looking past a node_modules folder. */
struct package *package_around(struct packages *packages, struct folder *folder);

/* The value of an exact key; JSON_NONE. */
uint32_t package_map_get(struct packages *packages, const struct package *package,
                         struct package_map *map, struct slice key);

/* The value of the best pattern for `key`, with the part that its `*` stands for; JSON_NONE. */
uint32_t package_map_match(struct packages *packages, const struct package *package,
                           struct package_map *map, struct slice key, struct slice *star);

struct slice package_name(const struct package *package); /* empty where it has none */

#endif
