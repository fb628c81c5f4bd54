#include "tsconfig_private.h"

static bool is_file(struct tsconfigs *tsconfigs, path_id base, struct slice text,
                    const char *suffix, path_id *file, path_id *real) {
    char joined[PATH_LONGEST + 32];
    size_t tail = strlen(suffix);
    path_id spelled;
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    if (text.length + tail > PATH_LONGEST) {
        return false;
    }
    memcpy(joined, text.data, text.length);
    memcpy(joined + text.length, suffix, tail);
    struct slice whole = {joined, text.length + tail};
    if (!tsconfig_check(tsconfigs, path_join(realpath->paths, base, whole, &spelled)) ||
        realpath_any(realpath, spelled, real) != PATH_FILE) {
        return false;
    }
    struct folder *folder = realpath_folder(realpath, path_at(realpath->paths, spelled)->parent);
    *file = folder ? path_child(realpath->paths, folder->path, path_name(realpath->paths, spelled))
                   : NO_PATH;
    return *file != NO_PATH || tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
}

static bool find_from(struct tsconfigs *tsconfigs, path_id base, struct slice text, path_id *file,
                      path_id *real) {
    static const char *const suffixes[] = {"", ".json", "/tsconfig.json"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (is_file(tsconfigs, base, text, suffixes[i], file, real)) {
            return true;
        }
    }
    return false;
}

/* ---- a package's exports ---------------------------------------------------------------------- */

/* TypeScript's conditions for a config; `import` last, for packages that have nothing else. */
static bool holds(struct slice condition, bool import) {
    return slice_equal(condition, SLICE("require")) || slice_equal(condition, SLICE("types")) ||
           slice_equal(condition, SLICE("node")) || slice_equal(condition, SLICE("default")) ||
           (import && slice_equal(condition, SLICE("import")));
}

static bool fill_star(struct slice target, struct slice star, char *text, struct slice *filled) {
    const char *at = target.length ? memchr(target.data, '*', target.length) : NULL;
    size_t before = at ? (size_t)(at - target.data) : target.length;
    struct slice tail = slice_skip(target, before + (at != NULL));
    star.length = at ? star.length : 0;
    if (!slice_starts(target, SLICE("./")) || target.length + star.length > PATH_LONGEST) {
        return false;
    }
    memcpy(text, target.data, before);
    memcpy(text + before, star.data, star.length);
    memcpy(text + before + star.length, tail.data, tail.length);
    *filled = (struct slice){text, before + star.length + tail.length};
    return true;
}

/* The next part of a target that may be looked into, behind one that came to nothing. */
static uint32_t next_part(const struct json *json, uint32_t top, uint32_t node) {
    while (node != top) {
        if (json_at(json, node)->next != JSON_NONE) {
            return json_at(json, node)->next;
        }
        node = json_at(json, node)->parent;
    }
    return JSON_NONE;
}

/* The first text below an entry of `exports` whose conditions hold and whose file exists. */
static bool find_target(struct tsconfigs *tsconfigs, const struct package *package, uint32_t top,
                        struct slice star, bool import, path_id *file, path_id *real) {
    char text[PATH_LONGEST + 1];
    const struct json *json = &package->json;
    for (uint32_t node = top; node != JSON_NONE;) {
        const struct json_node *at = json_at(json, node);
        bool member = node != top && json_at(json, at->parent)->type == JSON_OBJECT;
        bool open = !member || holds(json_key(json, node), import);
        struct slice filled;
        if (open && at->type == JSON_STRING &&
            fill_star(json_text(json, node), star, text, &filled) &&
            is_file(tsconfigs, package->folder, filled, "", file, real)) {
            return true;
        }
        bool inside =
            open && (at->type == JSON_OBJECT || at->type == JSON_ARRAY) && at->first != JSON_NONE;
        node = inside ? at->first : next_part(json, top, node);
    }
    return false;
}

static bool find_mapped(struct tsconfigs *tsconfigs, struct package *package, struct key_map *map,
                        struct slice key, uint32_t otherwise, path_id *file, path_id *real) {
    struct slice star = SLICE("");
    uint32_t node = package_map_get(tsconfigs->packages, map, key);
    if (node == JSON_NONE) {
        node = package_map_match(tsconfigs->packages, map, key, &star);
    }
    node = node == JSON_NONE ? otherwise : node;
    return find_target(tsconfigs, package, node, star, false, file, real) ||
           find_target(tsconfigs, package, node, star, true, file, real);
}

static bool find_exported(struct tsconfigs *tsconfigs, struct package *package, struct slice rest,
                          path_id *file, path_id *real) {
    char key[PATH_LONGEST + 2];
    key[0] = '.';
    memcpy(key + 1, rest.data, rest.length);
    uint32_t otherwise = rest.length ? JSON_NONE : package->exports.node;
    return find_mapped(tsconfigs, package, &package->exports, (struct slice){key, rest.length + 1},
                       otherwise, file, real);
}

/* ---- packages and files ----------------------------------------------------------------------- */

/* "@scope/name" of "@scope/name/sub" */
static size_t name_length(struct slice text) {
    size_t length = 0, slashes = text.length && text.data[0] == '@' ? 2 : 1;
    while (length < text.length && (text.data[length] != '/' || --slashes)) {
        length++;
    }
    return length;
}

/* A package's `exports` or `tsconfig`, before its files by name. */
static bool find_in_package(struct tsconfigs *tsconfigs, path_id modules, struct slice text,
                            path_id *file, path_id *real) {
    path_id spelled;
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    size_t length = name_length(text);
    if (!tsconfig_check(tsconfigs, path_join(realpath->paths, modules,
                                             (struct slice){text.data, length}, &spelled))) {
        return false;
    }
    struct folder *folder = realpath_folder(realpath, spelled);
    struct package *package = folder ? package_in(tsconfigs->packages, folder) : NULL;
    if (package && package->exports.node != JSON_NONE &&
        find_exported(tsconfigs, package, slice_skip(text, length), file, real)) {
        return true;
    }
    return package && length == text.length && package->tsconfig != JSON_NONE &&
           find_from(tsconfigs, package->folder, json_text(&package->json, package->tsconfig), file,
                     real);
}

/* `#name` by the `imports` of the package that the config stands in; the package by its own name. */
static bool find_in_own(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                        path_id *file, path_id *real) {
    struct folder *row = realpath_folder(tsconfig_realpath(tsconfigs), folder);
    struct package *package = row ? package_around(tsconfigs->packages, row) : NULL;
    size_t length = name_length(text);
    if (!package) {
        return false;
    }
    if (text.data[0] == '#') {
        return package->imports.node != JSON_NONE &&
               find_mapped(tsconfigs, package, &package->imports, text, JSON_NONE, file, real);
    }
    return package->exports.node != JSON_NONE &&
           slice_equal(package_name(package), (struct slice){text.data, length}) &&
           find_exported(tsconfigs, package, slice_skip(text, length), file, real);
}

static bool is_path(struct slice text) {
    return slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("../")) ||
           slice_starts(text, SLICE("/")) || slice_equal(text, SLICE(".")) ||
           slice_equal(text, SLICE(".."));
}

bool tsconfig_find_extended(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                            path_id *file, path_id *real) {
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    if (!text.length || text.length > PATH_LONGEST) {
        return false;
    }
    if (is_path(text)) {
        return find_from(tsconfigs, folder, text, file, real);
    }
    if (find_in_own(tsconfigs, folder, text, file, real)) {
        return true;
    }
    for (path_id at = folder;; at = path_at(realpath->paths, at)->parent) {
        path_id modules = path_child(realpath->paths, at, SLICE("node_modules"));
        if (modules == NO_PATH) {
            return tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
        }
        if (realpath_folder(realpath, modules) &&
            (find_in_package(tsconfigs, modules, text, file, real) ||
             find_from(tsconfigs, modules, text, file, real))) {
            return true;
        }
        if (at == PATH_ROOT) {
            return false;
        }
    }
}

bool tsconfig_find_project(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                           path_id *file, path_id *real) {
    return find_from(tsconfigs, folder, text, file, real);
}
