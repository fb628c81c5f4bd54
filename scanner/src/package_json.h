/* A package.json: the members that resolution needs. */
#ifndef PACKAGE_JSON_H
#define PACKAGE_JSON_H

#include "key_map.h"
#include "manifest.h"

struct package {
    path_id folder;
    path_id file;
    bool broken; /* counts as none: `json` is not to be asked */
    struct json json;
    uint32_t name;     /* nodes, or JSON_NONE */
    uint32_t browser;  /* a string or an object */
    uint32_t tsconfig; /* what `extends` means by its name */
    struct key_map exports, imports, browser_map;
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

/* key_map_get() and key_map_match() of a map that is compiled when it is first asked. */
uint32_t package_map_get(struct packages *packages, struct key_map *map, struct slice key);
uint32_t package_map_match(struct packages *packages, struct key_map *map, struct slice key,
                           struct slice *star);

struct slice package_name(const struct package *package); /* empty where it has none */

#endif
