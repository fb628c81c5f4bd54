#include <stdio.h>

#include "resolve_private.h"

const char resolve_plug_n_play[] =
    "the project is installed with Yarn Plug'n'Play, which is not supported: write \"nodeLinker: "
    "node-modules\" into .yarnrc.yml and run \"yarn install\"";

/* "@scope/name/sub/path" -> "@scope/name" and "/sub/path". False for a name that npm cannot have. */
static bool split_name(struct slice specifier, struct slice *name, struct slice *rest) {
    const char *end = specifier.data + specifier.length;
    const char *slash = memchr(specifier.data, '/', specifier.length);
    if (specifier.length && specifier.data[0] == '@') {
        slash = slash ? memchr(slash + 1, '/', (size_t)(end - slash - 1)) : end;
        if (slash == end || !memchr(specifier.data, '/', specifier.length)) {
            return false;
        }
    }
    size_t length = slash ? (size_t)(slash - specifier.data) : specifier.length;
    *name = (struct slice){specifier.data, length};
    *rest = slice_skip(specifier, length);
    return length > 0 && !memchr(name->data, '\\', length) && !memchr(name->data, '%', length);
}

static bool segment_is(struct slice segment, const char *word) {
    return slice_equal(segment, slice_of(word));
}

/* Whether a target, or what stands for its `*`, has a segment that may lead elsewhere. */
static bool has_bad_segment(struct slice text) {
    while (text.length) {
        size_t length = 0;
        while (length < text.length && text.data[length] != '/' && text.data[length] != '\\') {
            length++;
        }
        struct slice segment = {text.data, length};
        if (segment_is(segment, ".") || segment_is(segment, "..") ||
            segment_is(segment, "node_modules")) {
            return true;
        }
        text = slice_skip(text, length + (length < text.length));
    }
    return false;
}

/* Whether a path below a package has more `..` than there are folders before it. */
static bool leads_out(struct slice path) {
    size_t depth = 0;
    while (path.length) {
        const char *slash = memchr(path.data, '/', path.length);
        struct slice segment = {path.data, slash ? (size_t)(slash - path.data) : path.length};
        if (segment_is(segment, "..")) {
            if (depth == 0) {
                return true;
            }
            depth--;
        } else if (segment.length && !segment_is(segment, ".")) {
            depth++;
        }
        path = slice_skip(path, segment.length + (slash != NULL));
    }
    return false;
}

static bool condition_holds(const struct question *question, struct slice condition) {
    const struct resolve_environment *environment = question->environment;
    if (slice_equal(condition, SLICE("default")) ||
        slice_equal(condition, question->require ? SLICE("require") : SLICE("import"))) {
        return true;
    }
    for (uint32_t i = 0; i < environment->condition_count; i++) {
        if (slice_equal(environment->conditions[i], condition)) {
            return true;
        }
    }
    return false;
}

enum target { TARGET_NONE, TARGET_TEXT, TARGET_NULL, TARGET_BAD };

/* The first member of an object, from `node` on, whose condition holds. */
static uint32_t next_condition(struct question *question, const struct json *json, uint32_t node) {
    while (node != JSON_NONE && !condition_holds(question, json_key(json, node))) {
        say_not_held(question, json_key(json, node));
        node = json_at(json, node)->next;
    }
    if (node != JSON_NONE) {
        struct slice key = json_key(json, node);
        say(question, "condition '%.*s' holds", (int)key.length, key.data);
    }
    return node;
}

static enum target visit_target(struct question *question, const struct json *json, uint32_t node,
                                uint32_t *inner) {
    switch (json_at(json, node)->type) {
    case JSON_STRING:
        return TARGET_TEXT;
    case JSON_OBJECT:
        *inner = next_condition(question, json, json_at(json, node)->first);
        return TARGET_NONE;
    case JSON_ARRAY:
        *inner = json_at(json, node)->first;
        return json_at(json, node)->first == JSON_NONE ? TARGET_NULL : TARGET_NONE;
    case JSON_NULL:
        return TARGET_NULL;
    default:
        return TARGET_BAD;
    }
}

/* Text that a target may be: below the package, or for `imports` also another package's name. */
static bool is_good_text(struct slice text, bool bare_allowed) {
    if (slice_starts(text, SLICE("./"))) {
        return !has_bad_segment(slice_skip(text, 2));
    }
    return bare_allowed && text.length && !strchr("./#", text.data[0]) &&
           !slice_starts(text, SLICE("file:")) && !has_bad_segment(text);
}

/* Goes up from a part that gave nothing until another part may be tried: the next condition of an
 * object where nothing held, the next item of an array. JSON_NONE: there is none. */
static uint32_t next_part(struct question *question, const struct json *json, uint32_t top,
                          uint32_t node, enum target result) {
    while (node != top) {
        uint32_t parent = json_at(json, node)->parent, next = json_at(json, node)->next;
        if (json_at(json, parent)->type == JSON_ARRAY && next != JSON_NONE) {
            return next;
        }
        if (json_at(json, parent)->type == JSON_OBJECT && result == TARGET_NONE) {
            next = next_condition(question, json, next);
            if (next != JSON_NONE) {
                return next;
            }
        }
        node = parent;
    }
    return JSON_NONE;
}

/* The text that a target of exports or imports comes to under the question's conditions. */
static enum target find_target(struct question *question, const struct json *json, uint32_t top,
                               bool bare_allowed, uint32_t *text) {
    enum target last = TARGET_NONE;
    for (uint32_t node = top; node != JSON_NONE;) {
        uint32_t inner = JSON_NONE;
        enum target result = visit_target(question, json, node, &inner);
        if (inner != JSON_NONE) {
            node = inner;
            continue;
        }
        if (result == TARGET_TEXT) {
            *text = node;
            if (is_good_text(json_text(json, node), bare_allowed)) {
                return TARGET_TEXT;
            }
            result = TARGET_BAD;
        }
        last = result;
        node = next_part(question, json, top, node, result);
    }
    return last;
}

static enum found refuse(struct question *question, const struct package *package,
                         struct slice target) {
    say_why(question,
            "the entry '%.*s' of %s leads to '%.*s', which is refused: a target has to begin with "
            "'./' and stay in its package",
            (int)question->entry.length, question->entry.data, show(question, package->file),
            (int)target.length, target.data);
    return stop(question, "refused-target");
}

static bool append(struct slice piece, char *text, size_t size, size_t *length) {
    if (*length + piece.length >= size) {
        return false;
    }
    memcpy(text + *length, piece.data, piece.length);
    *length += piece.length;
    return true;
}

/* Puts `star` where the target has a `*`; after it where the key was a folder's, "./lib/": "./dist/".
 * False where it does not fit. */
static bool fill_star(struct slice target, struct slice star, bool folder, char *text, size_t size,
                      size_t *length) {
    *length = 0;
    if (folder) {
        return slice_ends(target, SLICE("/")) && append(target, text, size, length) &&
               append(star, text, size, length);
    }
    for (size_t i = 0; i < target.length; i++) {
        struct slice piece =
            target.data[i] == '*' && star.data ? star : (struct slice){target.data + i, 1};
        if (!append(piece, text, size, length)) {
            return false;
        }
    }
    return true;
}

static enum found follow_target(struct question *question, struct package *package,
                                struct slice target, struct slice star, bool folder) {
    char text[PATH_LONGEST + 1];
    size_t length;
    path_id path;
    struct realpath *realpath = question->resolver->realpath;
    if (star.data && (folder || memchr(target.data, '*', target.length)) && has_bad_segment(star)) {
        return refuse(question, package, star);
    }
    if (!fill_star(target, star, folder, text, sizeof text, &length)) {
        return refuse(question, package, target);
    }
    const char *query = memchr(text, '?', length);
    struct slice filled = {text, query ? (size_t)(query - text) : length};
    question->queried |= query != NULL;
    say(question, "the entry '%.*s' gives '%.*s'", (int)question->entry.length,
        question->entry.data, (int)length, text);
    if (!slice_starts(filled, SLICE("./"))) {
        question->imported = true;
        return redirect(question, folder_of(realpath, package->folder), filled, SLICE(""));
    }
    if (!check_memory(question, path_join(realpath->paths, package->folder, filled, &path))) {
        return refuse(question, package, target);
    }
    struct slice entry = question->entry;
    enum found found = resolve_path(question, path, false);
    if (found == NOT_FOUND) {
        say_why(question, "the entry '%.*s' of %s leads to '%.*s', where no file is",
                (int)entry.length, entry.data, show(question, package->file), (int)length, text);
        return stop(question, "unresolved-import");
    }
    return found;
}

/* "'.', './sub' and 3 more" */
static void list_keys(const struct json *json, uint32_t map, char *text, size_t size) {
    enum { MOST = 5 };
    size_t length = 0;
    uint32_t count = 0;
    for (uint32_t node = json_at(json, map)->first; node != JSON_NONE && length < size;
         node = json_at(json, node)->next) {
        struct slice key = json_key(json, node);
        if (count++ < MOST) {
            length += (size_t)snprintf(text + length, size - length, "%s'%.*s'",
                                       count > 1 ? ", " : "", (int)key.length, key.data);
        }
    }
    if (count > MOST && length < size) {
        snprintf(text + length, size - length, " and %u more", count - MOST);
    }
}

/* No entry takes the subpath, or nothing of the one that does holds. */
static void say_refused(struct question *question, const struct package *package,
                        const struct key_map *map, struct slice key, const char *field) {
    char conditions[512], keys[512] = "nothing";
    struct slice entry = question->entry;
    if (!question->trace) {
        return;
    }
    if (!entry.data && json_at(&package->json, map->node)->type == JSON_OBJECT) {
        list_keys(&package->json, map->node, keys, sizeof keys);
        say_why(question, "no entry of \"%s\" in %s takes '%.*s'; it has %s", field,
                show(question, package->file), (int)key.length, key.data, keys);
    } else if (!entry.data) {
        say_why(question, "\"%s\" of %s has no entry for '%.*s'", field,
                show(question, package->file), (int)key.length, key.data);
    } else {
        say_conditions(question, conditions, sizeof conditions);
        snprintf(keys, sizeof keys, "%s", said_not_held(question));
        say_why(question,
                "the entry '%.*s' of %s has nothing for the conditions %s; it asks for %s",
                (int)entry.length, entry.data, show(question, package->file), conditions,
                *keys ? keys : "nothing");
    }
}

static void say_entry(struct question *question, const struct package *package, uint32_t node) {
    char conditions[512];
    if (question->trace && node != JSON_NONE) {
        question->entry = json_key(&package->json, node);
        say_conditions(question, conditions, sizeof conditions);
        say(question, "the entry '%.*s' of %s, under the conditions %s",
            (int)question->entry.length, question->entry.data, show(question, package->file),
            conditions);
    }
}

/* One entry of `exports` or `imports`: what it comes to, followed. */
static enum found follow_entry(struct question *question, struct package *package,
                               const struct key_map *map, uint32_t node, struct slice key,
                               struct slice star) {
    uint32_t text = JSON_NONE;
    const char *field = map == &package->imports ? "imports" : "exports";
    say_entry(question, package, node);
    enum target target = node == JSON_NONE ? TARGET_NONE
                                           : find_target(question, &package->json, node,
                                                         map == &package->imports, &text);
    switch (target) {
    case TARGET_TEXT:
        return follow_target(question, package, json_text(&package->json, text), star,
                             slice_ends(json_key(&package->json, node), SLICE("/")));
    case TARGET_BAD:
        if (text != JSON_NONE) {
            return refuse(question, package, json_text(&package->json, text));
        }
        say_why(question,
                "the entry for '%.*s' in the \"%s\" of %s is neither text, object, array nor null",
                (int)key.length, key.data, field, show(question, package->file));
        return stop(question, "refused-target");
    case TARGET_NULL:
        say_why(question, "the entry '%.*s' of %s is closed: it comes to null",
                (int)question->entry.length, question->entry.data, show(question, package->file));
        return stop(question, "unresolved-import");
    default:
        say_refused(question, package, map, key, field);
        return stop(question, "unresolved-import");
    }
}

static enum found look_up(struct question *question, struct package *package, struct key_map *map,
                          struct slice key) {
    struct packages *packages = question->resolver->packages;
    struct slice star = {NULL, 0};
    bool folder = slice_ends(key, SLICE("/")), exact = !memchr(key.data, '*', key.length);
    uint32_t node = exact && !folder ? package_map_get(packages, map, key) : JSON_NONE;
    if (node == JSON_NONE && !folder) {
        node = package_map_match(packages, map, key, &star);
    }
    return follow_entry(question, package, map, node, key, star);
}

/* `exports` is a map of subpaths where its keys begin with a dot; else it is the target of ".". */
static bool is_subpath_map(const struct package *package) {
    const struct json_node *exports = json_at(&package->json, package->exports.node);
    if (exports->type != JSON_OBJECT || exports->first == JSON_NONE) {
        return exports->type == JSON_OBJECT;
    }
    return slice_starts(json_key(&package->json, exports->first), SLICE("."));
}

static enum found resolve_exports(struct question *question, struct package *package,
                                  struct slice rest) {
    char text[PATH_LONGEST + 2];
    if (rest.length >= PATH_LONGEST) {
        say_why(question, "the specifier is longer than a path can be");
        return stop(question, "unresolved-import");
    }
    text[0] = '.';
    memcpy(text + 1, rest.data, rest.length);
    struct slice key = {text, rest.length + 1};
    if (is_subpath_map(package)) {
        return look_up(question, package, &package->exports, key);
    }
    uint32_t node = rest.length ? JSON_NONE : package->exports.node;
    return follow_entry(question, package, &package->exports, node, key, (struct slice){NULL, 0});
}

enum found resolve_imports(struct question *question) {
    struct package *package = package_around(question->resolver->packages, question->base);
    struct slice key = question->specifier;
    if (!package || package->imports.node == JSON_NONE) {
        say_why(question, "'%.*s' needs an \"imports\" map, and %s has none", (int)key.length,
                key.data, package ? show(question, package->file) : "the importer's package");
        return stop(question, "unresolved-import");
    }
    if (key.length == 1) {
        say_why(question, "'#' alone is no name in an \"imports\" map");
        return stop(question, "unresolved-import");
    }
    return look_up(question, package, &package->imports, key);
}

bool resolve_imports_glob(struct resolver *resolver, struct folder *from, struct slice *glob,
                          uint32_t environment, path_id *base) {
    struct package *package = package_around(resolver->packages, from);
    struct question question;
    struct slice star = {NULL, 0};
    uint32_t text = JSON_NONE;
    if (!package || package->imports.node == JSON_NONE) {
        return false;
    }
    question.resolver = resolver;
    question.environment = &resolver->environments[environment];
    question.require = false;
    question.trace = NULL;
    uint32_t node = package_map_match(resolver->packages, &package->imports, *glob, &star);
    if (node == JSON_NONE || !star.data ||
        find_target(&question, &package->json, node, false, &text) != TARGET_TEXT) {
        return false;
    }
    struct slice target = json_text(&package->json, text);
    if (!slice_ends(target, SLICE("/*"))) {
        return false;
    }
    target.length -= 2;
    *glob = star;
    return check_memory(&question,
                        path_join(resolver->realpath->paths, package->folder, target, base));
}

static enum found resolve_in_package(struct question *question, struct folder *folder,
                                     struct slice rest) {
    struct realpath *realpath = question->resolver->realpath;
    struct package *package = package_in(question->resolver->packages, folder);
    path_id path;
    if (package && package->exports.node != JSON_NONE) {
        return resolve_exports(question, package, rest);
    }
    if (!rest.length) {
        enum found found = question->imported ? NOT_FOUND : resolve_browser_main(question, folder);
        if (found == NOT_FOUND) {
            found = resolve_folder(question, folder);
        }
        if (found == NOT_FOUND && !question->answer.code) {
            resolve_say_no_main(question, folder);
        }
        return found;
    }
    while (rest.length && *rest.data == '/') {
        rest = slice_skip(rest, 1);
    }
    if (!check_memory(question, path_join(realpath->paths, folder->path, rest, &path))) {
        return NOT_FOUND;
    }
    return resolve_path(question, path, path == folder->path || slice_ends(rest, SLICE("/")));
}

#define NO_MODULES UINT32_MAX

/* A path whose folder is to be looked for; NO_PATH where there is none, which a listing tells. */
static path_id modules_path(struct realpath *realpath, const struct folder *at) {
    struct slice name = SLICE("node_modules");
    enum os_type type;
    return slice_equal(path_name(realpath->paths, at->path), name) ||
                   (at->listing && !listing_find(at->listing, name, &type))
               ? NO_PATH
               : path_child(realpath->paths, at->path, name);
}

/* The node_modules folder that stands in `at`; NULL. */
static struct folder *modules_in(struct realpath *realpath, struct folder *at) {
    if (!at->modules) {
        path_id path = modules_path(realpath, at);
        struct folder *modules = path == NO_PATH ? NULL : realpath_folder(realpath, path);
        at->modules = modules ? path_at(realpath->paths, modules->path)->memo + 1 : NO_MODULES;
    }
    return at->modules == NO_MODULES ? NULL : rows_at(&realpath->folders, at->modules - 1);
}

static bool is_scope(struct resolver *resolver, struct folder *folder) {
    struct realpath *realpath = resolver->realpath;
    return folder->path == PATH_ROOT ||
           slice_equal(path_name(realpath->paths, folder->path), SLICE("node_modules")) ||
           package_stands_in(resolver->packages, folder) || modules_in(realpath, folder);
}

path_id resolve_scope(struct resolver *resolver, struct folder *folder) {
    struct realpath *realpath = resolver->realpath;
    struct folder *stop = folder;
    while (!stop->scope && !is_scope(resolver, stop)) {
        stop = realpath_parent(realpath, stop);
        if (!stop) {
            return folder->path;
        }
    }
    if (!stop->scope) {
        stop->scope = path_at(realpath->paths, stop->path)->memo + 1;
    }
    for (struct folder *at = folder; at && at != stop; at = realpath_parent(realpath, at)) {
        at->scope = stop->scope;
    }
    const struct folder *scope = rows_at(&realpath->folders, stop->scope - 1);
    return scope->path;
}

static enum found resolve_in_modules(struct question *question, struct folder *modules,
                                     struct slice name, struct slice rest, bool *seen) {
    struct realpath *realpath = question->resolver->realpath;
    path_id path;
    if (!check_memory(question, path_join(realpath->paths, modules->path, name, &path))) {
        return NOT_FOUND;
    }
    struct folder *folder = realpath_folder(realpath, path);
    if (folder) {
        *seen = true;
        if (folder->path == path) {
            say(question, "the package stands in %s", show(question, path));
        } else {
            say(question, "the package stands in %s, a link to %s", show(question, path),
                show(question, folder->path));
        }
        return resolve_in_package(question, folder, rest);
    }
    say(question, "no package in %s", show(question, path));
    note_near_path(question, path);
    if (rest.length) {
        return NOT_FOUND;
    }
    struct folder *parent = realpath_folder(realpath, path_at(realpath->paths, path)->parent);
    return parent ? resolve_names(question, parent, path_name(realpath->paths, path)) : NOT_FOUND;
}

/* Whether packages are installed in it: tools keep caches there also without any. */
static bool holds_packages(struct question *question, struct folder *modules) {
    if (!modules || !realpath_list(question->resolver->realpath, modules)) {
        return false;
    }
    for (uint32_t i = 0; i < listing_count(modules->listing); i++) {
        if (listing_at(modules->listing, i).name.data[0] != '.') {
            return true;
        }
    }
    return false;
}

/* Where Yarn Plug'n'Play is what should have found the package; NO_PATH. */
static path_id find_pnp(struct question *question) {
    static const char *const names[] = {".pnp.cjs", ".pnp.js"};
    struct realpath *realpath = question->resolver->realpath;
    for (struct folder *at = question->base; at;
         at = at->path == PATH_ROOT ? NULL : realpath_parent(realpath, at)) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            path_id real;
            if (realpath_child(realpath, at, slice_of(names[i]), false, &real) == PATH_FILE &&
                !holds_packages(question, modules_in(question->resolver->realpath, at))) {
                return real;
            }
        }
    }
    return NO_PATH;
}

static void say_no_package(struct question *question, struct slice name) {
    path_id pnp = question->trace ? find_pnp(question) : NO_PATH;
    if (pnp != NO_PATH) {
        question->answer.code = "plug-n-play";
        question->trace->subject = pnp;
        say_why(question, "%s", resolve_plug_n_play);
    } else if (question->mapped.data) {
        say_why(
            question,
            "the targets that \"paths\" has for '%.*s' lead to no file, and there is no package "
            "'%.*s' from %s upwards",
            (int)question->mapped.length, question->mapped.data, (int)name.length, name.data,
            show(question, question->base->path));
    } else {
        say_why(question, "the package '%.*s' is in no node_modules folder from %s upwards",
                (int)name.length, name.data, show(question, question->base->path));
    }
}

static enum found climb(struct question *question, struct slice name, struct slice rest) {
    struct realpath *realpath = question->resolver->realpath;
    bool seen = false;
    struct folder *at = question->base;
    do {
        struct folder *modules = modules_in(question->resolver->realpath, at);
        enum found found =
            modules ? resolve_in_modules(question, modules, name, rest, &seen) : NOT_FOUND;
        if (found != NOT_FOUND) {
            return found;
        }
        at = at->path == PATH_ROOT ? NULL : realpath_parent(realpath, at);
    } while (at);
    if (!seen) {
        say_no_package(question, name);
    }
    return NOT_FOUND;
}

enum found resolve_bare(struct question *question) {
    struct slice name, rest;
    if (!split_name(question->specifier, &name, &rest)) {
        say_why(question, "'%.*s' is not the name of a package", (int)question->specifier.length,
                question->specifier.data);
        return stop(question, "refused-specifier");
    }
    if (has_bad_segment(name) || leads_out(rest)) {
        say_why(question, "'%.*s' leads out of the package", (int)question->specifier.length,
                question->specifier.data);
        return stop(question, "refused-specifier");
    }
    struct package *package = package_around(question->resolver->packages, question->base);
    if (package && package->exports.node != JSON_NONE && slice_equal(package_name(package), name)) {
        say(question, "the package names itself");
        return resolve_exports(question, package, rest);
    }
    return climb(question, name, rest);
}
