#include "package_json.h"

const char *const package_members[] = {"name",    "main",    "module",  "jsnext:main", "jsnext",
                                       "browser", "exports", "imports", "tsconfig",    NULL};

void packages_init(struct packages *packages, struct manifests *manifests, struct ledger *ledger) {
    *packages =
        (struct packages){.manifests = manifests, .ledger = ledger, .members = package_members};
    rows_init(&packages->rows, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct package *));
}

static struct package *row_at(const struct packages *packages, uint32_t index) {
    return *(struct package **)rows_at(&packages->rows, index);
}

/* NULL: no memory. */
static struct package *add_row(struct packages *packages) {
    struct package *package =
        ledger_new(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof *package);
    struct package **row = package ? rows_add(&packages->rows) : NULL;
    if (row) {
        return *row = package;
    }
    ledger_free(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, package, sizeof *package);
    return NULL;
}

static void package_empty(struct package *package) {
    key_map_free(&package->exports);
    key_map_free(&package->imports);
    key_map_free(&package->browser_map);
    json_free(&package->json);
}

void packages_free(struct packages *packages) {
    for (uint32_t i = 0; i < packages->rows.count; i++) {
        struct package *package = row_at(packages, i);
        package_empty(package);
        ledger_free(packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, package, sizeof *package);
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

/* The node after this one and all that is in it, below `top`; JSON_NONE. */
static uint32_t next_beside(const struct json *json, uint32_t node, uint32_t top) {
    while (node != top && json_at(json, node)->next == JSON_NONE) {
        node = json_at(json, node)->parent;
    }
    return node == top ? JSON_NONE : json_at(json, node)->next;
}

/* Targets of exports and imports are text, objects, arrays or null, at every depth. */
static void check_targets(struct packages *packages, const struct package *package, uint32_t top) {
    const unsigned good =
        1U << JSON_STRING | 1U << JSON_OBJECT | 1U << JSON_ARRAY | 1U << JSON_NULL;
    const struct json *json = &package->json;
    uint32_t node = top == JSON_NONE ? JSON_NONE : json_at(json, top)->first;
    while (node != JSON_NONE) {
        const struct json_node *at = json_at(json, node);
        if (!(good >> at->type & 1)) {
            complain(packages, package, node, "should be a string, an array, an object or null");
        }
        node = at->first != JSON_NONE ? at->first : next_beside(json, node, top);
    }
}

/* What a browser map leads to is text or false. */
static void check_browser_map(struct packages *packages, const struct package *package) {
    const unsigned good = 1U << JSON_STRING | 1U << JSON_FALSE | 1U << JSON_NULL;
    uint32_t node = package->browser_map.node;
    node = node == JSON_NONE ? JSON_NONE : json_at(&package->json, node)->first;
    for (; node != JSON_NONE; node = json_at(&package->json, node)->next) {
        if (!(good >> json_at(&package->json, node)->type & 1)) {
            complain(packages, package, node, "should be a string or false");
        }
    }
}

/* Members that are neither of these are main fields. */
static bool is_main_field(const char *name) {
    static const char *const others[] = {"name", "browser", "exports", "imports", "tsconfig"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void check_main_fields(struct packages *packages, const struct package *package) {
    for (const char *const *name = packages->members; *name; name++) {
        if (is_main_field(*name)) {
            text_member(packages, package, slice_of(*name));
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
    check_main_fields(packages, package);
    package->tsconfig = text_member(packages, package, SLICE("tsconfig"));
    package->browser =
        typed_member(packages, package, SLICE("browser"), text | object | 1U << JSON_FALSE,
                     "should be a string or an object");
    package->exports.node = typed_member(packages, package, SLICE("exports"), text | array | object,
                                         "should be a string, an array or an object");
    package->imports.node =
        typed_member(packages, package, SLICE("imports"), object, "should be an object");
    package->browser_map.node =
        package->browser != JSON_NONE &&
                json_at(&package->json, package->browser)->type == JSON_OBJECT
            ? package->browser
            : JSON_NONE;
    check_browser_map(packages, package);
    check_targets(packages, package, package->exports.node);
    check_targets(packages, package, package->imports.node);
    return true;
}

static void package_clear(struct package *package) {
    package->name = package->browser = package->tsconfig = JSON_NONE;
    key_map_init(&package->exports, &package->json, JSON_NONE);
    key_map_init(&package->imports, &package->json, JSON_NONE);
    key_map_init(&package->browser_map, &package->json, JSON_NONE);
}

static void package_drop(struct packages *packages, struct package *package) {
    package_empty(package);
    json_init(&package->json, packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    package_clear(package);
    package->dropped = true;
}

uint32_t packages_drop(struct packages *packages) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < packages->rows.count; i++) {
        struct package *package = row_at(packages, i);
        if (!package->dropped && !package->broken) {
            package_drop(packages, package);
            count++;
        }
    }
    return count;
}

static bool package_read(struct packages *packages, struct package *package,
                         enum manifest_answer answer) {
    if (answer == MANIFEST_READ &&
        manifest_parse(packages->manifests, package->file, &package->json, 0, packages->members) &&
        package_fill(packages, package)) {
        return true;
    }
    package_clear(package);
    package->broken = !packages->manifests->realpath->error;
    if (!package->broken) { /* there was no memory for it */
        package_drop(packages, package);
    }
    return false;
}

/* What was dropped is read once more. */
static struct package *package_at(struct packages *packages, uint32_t index) {
    struct package *package = row_at(packages, index);
    struct manifests *manifests = packages->manifests;
    struct realpath *realpath = manifests->realpath;
    if (!package->dropped || !realpath->files) {
        return package;
    }
    path_id file;
    manifests->again = true;
    package->dropped = false;
    bool done = package_read(packages, package,
                             manifest_read(manifests, folder_of(realpath, package->folder),
                                           SLICE("package.json"), &file));
    manifests->again = false;
    packages->restored++;
    if (!done && !realpath->error) {
        manifest_complain_whole(manifests, package->file, "file-changed",
                                "the file changed while the scan went on", true);
    }
    return package;
}

bool package_stands_in(struct packages *packages, struct folder *folder) {
    if (folder->asked_package) {
        return folder->has_package;
    }
    path_id file = NO_PATH;
    folder->asked_package = true;
    enum manifest_answer answer =
        manifest_read(packages->manifests, folder, SLICE("package.json"), &file);
    if (answer == MANIFEST_MISSING) {
        return false;
    }
    struct package *package = add_row(packages);
    if (!package) {
        packages->manifests->realpath->error = ledger_error(packages->ledger);
        return false;
    }
    package->folder = folder->path;
    package->file = file;
    json_init(&package->json, packages->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    package_clear(package);
    package_read(packages, package, answer);
    folder->has_package = true;
    folder->own_package = packages->rows.count - 1;
    return true;
}

struct package *package_in(struct packages *packages, struct folder *folder) {
    return package_stands_in(packages, folder) ? package_at(packages, folder->own_package) : NULL;
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
    if (package_stands_in(packages, folder)) {
        return folder->own_package + 1;
    }
    return folder->path == PATH_ROOT ? NO_PACKAGE : 0;
}

/* An index + 1, NO_PACKAGE, or 0 without memory. */
static uint32_t find_around(struct packages *packages, struct folder *folder) {
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
    return found;
}

struct package *package_around(struct packages *packages, struct folder *folder) {
    uint32_t found = find_around(packages, folder);
    return found && found != NO_PACKAGE ? package_at(packages, found - 1) : NULL;
}

static bool has_manifest(const struct packages *packages, struct folder *folder) {
    struct realpath *realpath = packages->manifests->realpath;
    path_id real;
    return folder->asked_package || !realpath->files
               ? folder->has_package
               : realpath_child(realpath, folder, SLICE("package.json"), false, &real) == PATH_FILE;
}

path_id package_folder_around(struct packages *packages, struct folder *folder) {
    struct realpath *realpath = packages->manifests->realpath;
    while (folder && !has_manifest(packages, folder)) {
        bool top = folder->path == PATH_ROOT ||
                   slice_equal(path_name(realpath->paths, folder->path), SLICE("node_modules"));
        folder = top ? NULL : realpath_parent(realpath, folder);
    }
    return folder ? folder->path : NO_PATH;
}

static bool is_ready(struct packages *packages, struct key_map *map) {
    int code = key_map_compile(map);
    if (code) {
        packages->manifests->realpath->error = code;
    }
    return code == 0;
}

uint32_t package_map_get(struct packages *packages, struct key_map *map, struct slice key) {
    return is_ready(packages, map) ? key_map_get(map, key) : JSON_NONE;
}

uint32_t package_map_match(struct packages *packages, struct key_map *map, struct slice key,
                           struct slice *star) {
    return is_ready(packages, map) ? key_map_match(map, key, star) : JSON_NONE;
}

struct slice package_name(const struct package *package) {
    return package->name == JSON_NONE ? (struct slice){"", 0}
                                      : json_text(&package->json, package->name);
}
