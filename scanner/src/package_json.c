#include "package_json.h"

#include "sort.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

const char *const package_members[] = {"name",    "main",    "module",  "jsnext:main", "jsnext",
                                       "browser", "exports", "imports", "tsconfig",    NULL};

void packages_init(struct packages *packages, struct manifests *manifests, struct ledger *ledger) {
    *packages =
        (struct packages){.manifests = manifests, .ledger = ledger, .members = package_members};
    rows_init(&packages->rows, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct package));
}

static void map_free(struct packages *packages, struct package_map *map) {
    ledger_free(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, map->slots,
                map->slots ? (map->mask + (size_t)1) * sizeof *map->slots : 0);
    ledger_free(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, map->patterns,
                map->pattern_capacity * sizeof *map->patterns);
}

void packages_free(struct packages *packages) {
    for (uint32_t i = 0; i < packages->rows.count; i++) {
        struct package *package = rows_at(&packages->rows, i);
        map_free(packages, &package->exports);
        map_free(packages, &package->imports);
        map_free(packages, &package->browser_map);
        json_free(&package->json);
    }
    rows_free(&packages->rows);
}

static void complain(struct packages *packages, const struct package *package, uint32_t node,
                     const char *message) {
    manifest_complain(packages->manifests, package->file, &package->json, node,
                      "invalid-package-json", message);
}

static uint32_t member(const struct package *package, struct slice key) {
    uint32_t node = json_get(&package->json, 0, key);
    return node != JSON_NONE && json_at(&package->json, node)->type == JSON_NULL ? JSON_NONE : node;
}

static uint32_t text_member(struct packages *packages, const struct package *package,
                            struct slice key) {
    uint32_t node = member(package, key);
    if (node != JSON_NONE && json_at(&package->json, node)->type != JSON_STRING) {
        complain(packages, package, node, "should be a string");
        return JSON_NONE;
    }
    return node;
}

static uint32_t typed_member(struct packages *packages, const struct package *package,
                             struct slice key, unsigned types, const char *message) {
    uint32_t node = member(package, key);
    if (node != JSON_NONE && !(types >> json_at(&package->json, node)->type & 1)) {
        complain(packages, package, node, message);
        return JSON_NONE;
    }
    return node;
}

static bool is_below(const struct json *json, uint32_t node, uint32_t top) {
    while (node != top && node != JSON_NONE) {
        node = json_at(json, node)->parent;
    }
    return top != JSON_NONE && node == top;
}

/* Targets of exports and imports are text, objects, arrays or null, at every depth. */
static void check_targets(struct packages *packages, const struct package *package) {
    const struct json *json = &package->json;
    for (uint32_t node = 1; node < json->count; node++) {
        uint32_t type = json_at(json, node)->type;
        bool good =
            type == JSON_STRING || type == JSON_OBJECT || type == JSON_ARRAY || type == JSON_NULL;
        if (!good && node != package->exports.node &&
            (is_below(json, node, package->exports.node) ||
             is_below(json, node, package->imports.node))) {
            complain(packages, package, node, "should be a string, an array, an object or null");
        }
    }
}

static bool package_fill(struct packages *packages, struct package *package) {
    const unsigned text = 1U << JSON_STRING, array = 1U << JSON_ARRAY, object = 1U << JSON_OBJECT;
    if (json_at(&package->json, 0)->type != JSON_OBJECT) {
        manifest_complain(packages->manifests, package->file, &package->json, 0,
                          "invalid-package-json", "the file should hold an object");
        return false;
    }
    package->name = text_member(packages, package, SLICE("name"));
    package->main = text_member(packages, package, SLICE("main"));
    package->module = text_member(packages, package, SLICE("module"));
    package->jsnext_main = text_member(packages, package, SLICE("jsnext:main"));
    package->jsnext = text_member(packages, package, SLICE("jsnext"));
    package->tsconfig = text_member(packages, package, SLICE("tsconfig"));
    package->browser =
        typed_member(packages, package, SLICE("browser"), text | object | 1U << JSON_FALSE,
                     "should be a string or an object");
    package->exports.node =
        typed_member(packages, package, SLICE("exports"), text | array | object | 1U << JSON_FALSE,
                     "should be a string, an array or an object");
    package->imports.node =
        typed_member(packages, package, SLICE("imports"), object, "should be an object");
    package->browser_map.node =
        package->browser != JSON_NONE &&
                json_at(&package->json, package->browser)->type == JSON_OBJECT
            ? package->browser
            : JSON_NONE;
    check_targets(packages, package);
    return true;
}

static void package_clear(struct package *package) {
    package->name = package->main = package->module = package->jsnext_main = package->jsnext =
        package->browser = package->tsconfig = JSON_NONE;
    package->exports.node = package->imports.node = package->browser_map.node = JSON_NONE;
}

struct package *package_in(struct packages *packages, struct folder *folder) {
    if (folder->asked_package) {
        return folder->has_package ? rows_at(&packages->rows, folder->own_package) : NULL;
    }
    path_id file = NO_PATH;
    folder->asked_package = true;
    enum manifest_answer answer =
        manifest_read(packages->manifests, folder, SLICE("package.json"), &file);
    if (answer == MANIFEST_MISSING) {
        return NULL;
    }
    struct package *package = rows_add(&packages->rows);
    if (!package) {
        packages->manifests->realpath->error = ledger_error(packages->ledger);
        return NULL;
    }
    package->folder = folder->path;
    package->file = file;
    json_init(&package->json, packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    package_clear(package);
    if (answer == MANIFEST_REFUSED ||
        !manifest_parse(packages->manifests, file, &package->json, 0, packages->members) ||
        !package_fill(packages, package)) {
        package_clear(package);
        package->broken = true;
    }
    folder->has_package = true;
    folder->own_package = packages->rows.count - 1;
    return package;
}

#define NO_PACKAGE UINT32_MAX

/* What stands in the memo slot of one folder, or 0 where its parent has to be asked. */
static uint32_t ask_folder(struct packages *packages, struct folder *folder) {
    if (folder->package) {
        return folder->package;
    }
    const struct realpath *realpath = packages->manifests->realpath;
    if (slice_equal(path_name(realpath->paths, folder->path), SLICE("node_modules"))) {
        return NO_PACKAGE;
    }
    if (package_in(packages, folder)) {
        return folder->own_package + 1;
    }
    return folder->path == PATH_ROOT ? NO_PACKAGE : 0;
}

struct package *package_around(struct packages *packages, struct folder *folder) {
    struct realpath *realpath = packages->manifests->realpath;
    struct folder *stop = folder;
    uint32_t found = ask_folder(packages, stop);
    while (!found && stop && !realpath->error) {
        stop = realpath_parent(realpath, stop);
        found = stop ? ask_folder(packages, stop) : NO_PACKAGE;
    }
    if (found) {
        for (struct folder *at = folder; at && at != stop; at = realpath_parent(realpath, at)) {
            at->package = found;
        }
    }
    return found && found != NO_PACKAGE ? rows_at(&packages->rows, found - 1) : NULL;
}

static uint32_t hash_of(struct slice key) {
    return (uint32_t)XXH3_64bits(key.data, key.length);
}

/* The length of the part before the `*`; all of a folder's key. */
static size_t fixed_part(struct slice pattern) {
    const char *star = memchr(pattern.data, '*', pattern.length);
    return star ? (size_t)(star - pattern.data) : pattern.length;
}

/* The longer fixed part decides, then the longer key. */
static bool is_better(const void *context, const void *left, const void *right) {
    struct slice a = json_key(context, *(const uint32_t *)left);
    struct slice b = json_key(context, *(const uint32_t *)right);
    size_t fixed_a = fixed_part(a), fixed_b = fixed_part(b);
    return fixed_a != fixed_b ? fixed_a > fixed_b : a.length > b.length;
}

/* A key with a `*`, or one that ends in a slash: "./lib/" stands for all that is below. */
static bool is_pattern(struct slice key) {
    return memchr(key.data, '*', key.length) || slice_ends(key, SLICE("/"));
}

static void index_key(struct package_map *map, const struct json *json, uint32_t node) {
    uint32_t slot = hash_of(json_key(json, node)) & map->mask;
    while (map->slots[slot] &&
           !slice_equal(json_key(json, map->slots[slot] - 1), json_key(json, node))) {
        slot = (slot + 1) & map->mask;
    }
    map->slots[slot] = node + 1;
}

static uint32_t count_members(const struct json *json, uint32_t object) {
    uint32_t count = 0;
    for (uint32_t node = json_at(json, object)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        count++;
    }
    return count;
}

static bool map_index(struct packages *packages, const struct package *package,
                      struct package_map *map) {
    const struct json *json = &package->json;
    uint32_t capacity = 4, count = count_members(json, map->node);
    while (capacity < count * 2) {
        capacity *= 2;
    }
    map->slots =
        ledger_new(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, capacity * sizeof *map->slots);
    if (!map->slots) {
        packages->manifests->realpath->error = ledger_error(packages->ledger);
        return false;
    }
    map->mask = capacity - 1;
    for (uint32_t node = json_at(json, map->node)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        struct slice key = json_key(json, node);
        index_key(map, json, node);
        if (!is_pattern(key)) {
            continue;
        }
        int code =
            ledger_grow(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &map->patterns,
                        &map->pattern_capacity, map->pattern_count + 1, sizeof *map->patterns);
        if (code) {
            packages->manifests->realpath->error = code;
            return false;
        }
        map->patterns[map->pattern_count++] = node;
    }
    sort_heap(map->patterns, map->pattern_count, sizeof *map->patterns, is_better, json);
    map->indexed = true;
    return true;
}

static bool map_ready(struct packages *packages, const struct package *package,
                      struct package_map *map) {
    return map->node != JSON_NONE && json_at(&package->json, map->node)->type == JSON_OBJECT &&
           (map->indexed || (!map->slots && map_index(packages, package, map)));
}

uint32_t package_map_get(struct packages *packages, const struct package *package,
                         struct package_map *map, struct slice key) {
    if (!map_ready(packages, package, map)) {
        return JSON_NONE;
    }
    uint32_t slot = hash_of(key) & map->mask;
    for (; map->slots[slot]; slot = (slot + 1) & map->mask) {
        if (slice_equal(json_key(&package->json, map->slots[slot] - 1), key)) {
            return map->slots[slot] - 1;
        }
    }
    return JSON_NONE;
}

static bool pattern_takes(struct slice pattern, struct slice key, struct slice *star) {
    size_t before = fixed_part(pattern);
    struct slice tail = slice_skip(pattern, before + (before < pattern.length));
    if (memchr(tail.data, '*', tail.length) || key.length < pattern.length ||
        !slice_starts(key, (struct slice){pattern.data, before}) || !slice_ends(key, tail)) {
        return false;
    }
    *star = (struct slice){key.data + before, key.length - before - tail.length};
    return true;
}

uint32_t package_map_match(struct packages *packages, const struct package *package,
                           struct package_map *map, struct slice key, struct slice *star) {
    if (!map_ready(packages, package, map)) {
        return JSON_NONE;
    }
    for (uint32_t i = 0; i < map->pattern_count; i++) {
        if (pattern_takes(json_key(&package->json, map->patterns[i]), key, star)) {
            return map->patterns[i];
        }
    }
    return JSON_NONE;
}

struct slice package_name(const struct package *package) {
    return package->name == JSON_NONE ? (struct slice){"", 0}
                                      : json_text(&package->json, package->name);
}
