/* A package.json: the members that resolution needs. */
#ifndef PACKAGE_JSON_H
#define PACKAGE_JSON_H

#include "key_map.h"
#include "manifest.h"

struct package {
    path_id folder;
    path_id file;
    bool
        dropped; /* what stands in it has been given back, and is read again when it is asked for */
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
    struct rows rows;           /* struct package * */
    uint64_t restored;          /* how often one that was dropped was read again */
};

void packages_init(struct packages *packages, struct manifests *manifests, struct ledger *ledger);
void packages_free(struct packages *packages);

/* Whether a package.json stands in this very folder. It is read when that is asked first. */
bool package_stands_in(struct packages *packages, struct folder *folder);

/* The package whose package.json stands in this very folder; NULL where there is none. Read once. */
struct package *package_in(struct packages *packages, struct folder *folder);

/* Gives back what stands in them, which can be had again; no struct package may be in use. How many. */
uint32_t packages_drop(struct packages *packages);

/* The nearest package.json at or above a real folder, not looking past a node_modules folder. */
struct package *package_around(struct packages *packages, struct folder *folder);

/* That package's folder, NO_PATH where there is none. No manifest is read for it. */
path_id package_folder_around(struct packages *packages, struct folder *folder);

/* key_map_get() and key_map_match() of a map that is compiled when it is first asked. */
uint32_t package_map_get(struct packages *packages, struct key_map *map, struct slice key);
uint32_t package_map_match(struct packages *packages, struct key_map *map, struct slice key,
                           struct slice *star);

struct slice package_name(const struct package *package); /* empty where it has none */

#endif
