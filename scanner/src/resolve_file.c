#include "resolve_private.h"

#include "language.h"

static const char *const extensions[] = {".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"};

enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

/* What may stand in the place of a script that does not exist. */
static const struct {
    const char *written, *instead[2];
} substitutes[] = {
    {".js", {".ts", ".tsx"}},
    {".jsx", {".tsx", NULL}},
    {".mjs", {".mts", NULL}},
    {".cjs", {".cts", NULL}},
};

bool resolve_is_script(struct slice name) {
    unsigned dialect;
    return language_of(name, &dialect);
}

/* "./a" may be written "a"; where both are, the first one counts. */
static struct slice browser_value(struct question *question, struct package *package,
                                  struct slice key, uint32_t *node) {
    struct packages *packages = question->resolver->packages;
    *node = package_map_get(packages, &package->browser_map, key);
    if (slice_starts(key, SLICE("./"))) {
        uint32_t bare = package_map_get(packages, &package->browser_map, slice_skip(key, 2));
        *node = bare < *node ? bare : *node;
    }
    if (*node != JSON_NONE && json_at(&package->json, *node)->type == JSON_STRING) {
        return json_text(&package->json, *node);
    }
    return (struct slice){NULL, 0};
}

/* Main fields and browser maps may climb as far as the outermost package folder around them. */
static path_id outermost_package(struct question *question, const struct folder *folder) {
    struct paths *paths = question->resolver->realpath->paths;
    struct realpath *realpath = question->resolver->realpath;
    path_id outermost = folder->path;
    for (path_id at = folder->path; at != PATH_ROOT; at = path_at(paths, at)->parent) {
        if (slice_equal(path_name(paths, at), SLICE("node_modules"))) {
            break;
        }
        struct folder *row = realpath_folder(realpath, at);
        if (row && package_in(question->resolver->packages, row)) {
            outermost = at;
        }
    }
    return outermost;
}

static bool stays_inside(struct question *question, struct package *package, struct folder *folder,
                         uint32_t node, path_id target) {
    struct paths *paths = question->resolver->realpath->paths;
    if (path_is_below(paths, target, folder->path) ||
        path_is_below(paths, target, outermost_package(question, folder))) {
        return true;
    }
    struct slice value = json_text(&package->json, node);
    say_why(question, "'%.*s' in %s leads out of the package", (int)value.length, value.data,
            show(question, package->file));
    question->answer.code = "refused-target";
    return false;
}

/* A browser map leads to another package, or stays where it may climb to. */
static bool is_allowed(struct question *question, struct package *package, uint32_t node,
                       struct slice value) {
    path_id target;
    struct realpath *realpath = question->resolver->realpath;
    if (!slice_starts(value, SLICE(".")) && !slice_starts(value, SLICE("/")) &&
        !slice_starts(value, SLICE("file:"))) {
        return true;
    }
    if (!slice_starts(value, SLICE("."))) {
        say_why(question, "'%.*s' in %s is an absolute path", (int)value.length, value.data,
                show(question, package->file));
        return false;
    }
    return check_memory(question, path_join(realpath->paths, package->folder, value, &target)) &&
           stays_inside(question, package, folder_of(realpath, package->folder), node, target);
}

/* NOT_FOUND where the map says nothing of this key. */
static enum found apply_browser_map(struct question *question, struct package *package,
                                    struct slice key) {
    uint32_t node;
    struct slice value = browser_value(question, package, key, &node);
    if (node == JSON_NONE) {
        return NOT_FOUND;
    }
    if (json_at(&package->json, node)->type == JSON_FALSE) {
        say(question, "the browser map of %s says false", show(question, package->file));
        question->answer.outcome = RESOLVE_IGNORED;
        return FOUND;
    }
    if (!value.data || slice_equal(value, key)) {
        return NOT_FOUND;
    }
    say(question, "the browser map of %s says '%.*s'", show(question, package->file),
        (int)value.length, value.data);
    if (!is_allowed(question, package, node, value)) {
        return stop(question, "refused-target");
    }
    struct folder *folder = folder_of(question->resolver->realpath, package->folder);
    enum found found = redirect(question, folder, value, SLICE(""));
    question->replaced = true;
    return found;
}

static struct package *package_with_map(struct question *question, struct folder *folder) {
    if (!question->environment->browser) {
        return NULL;
    }
    struct package *package = package_around(question->resolver->packages, folder);
    if (!package || package->browser_map.node == JSON_NONE) {
        return NULL;
    }
    question->answer.plain = false;
    return package;
}

bool resolve_has_map(struct resolver *resolver, struct folder *folder, uint32_t environment) {
    if (!resolver->environments[environment].browser) {
        return false;
    }
    struct package *package = package_around(resolver->packages, folder);
    return package && package->browser_map.node != JSON_NONE;
}

/* "./lib/name" as the package sees it. */
static struct slice key_of(const struct question *question, const struct package *package,
                           path_id path, char *text, size_t size) {
    text[0] = '.';
    text[1] = '/';
    size_t length = path_relative(question->resolver->realpath->paths, package->folder, path,
                                  text + 2, size - 2);
    return (struct slice){text, length ? length + 2 : 0};
}

/* What names a file is looked up where the file would stand, by its own package's map. */
enum found resolve_browser_request(struct question *question) {
    path_id path;
    struct slice specifier = question->specifier;
    struct package *package = package_with_map(question, question->base);
    if (!package || slice_starts(specifier, SLICE("/"))) {
        return NOT_FOUND;
    }
    if (!slice_starts(specifier, SLICE("."))) {
        return apply_browser_map(question, package, specifier);
    }
    struct paths *paths = question->resolver->realpath->paths;
    if (!check_memory(question, path_join(paths, question->base->path, specifier, &path)) ||
        path != package->folder) {
        return NOT_FOUND;
    }
    return apply_browser_map(question, package, SLICE("."));
}

enum found resolve_browser_main(struct question *question, struct folder *folder) {
    struct package *package = package_with_map(question, folder);
    return package ? apply_browser_map(question, package, SLICE(".")) : NOT_FOUND;
}

static enum found map_candidate(struct question *question, struct folder *folder,
                                struct slice name) {
    char text[PATH_LONGEST + 8];
    struct package *package = package_with_map(question, folder);
    if (!package) {
        return NOT_FOUND;
    }
    struct slice key = key_of(question, package, folder->path, text, sizeof text);
    if (key.length == 3 && key.data[2] == '.') {
        key.length = 1;
    }
    if (!key.length || key.length + name.length + 1 >= sizeof text) {
        return NOT_FOUND;
    }
    text[key.length] = '/';
    memcpy(text + key.length + 1, name.data, name.length);
    key.length += name.length + 1;
    return apply_browser_map(question, package, key);
}

struct answer resolve_accept(const struct realpath *realpath, path_id path) {
    bool script = resolve_is_script(path_name(realpath->paths, path));
    return (struct answer){.outcome = script ? RESOLVE_MODULE : RESOLVE_LEAF, .path = path};
}

static enum found accept(struct question *question, path_id path) {
    bool plain = question->answer.plain;
    question->answer = resolve_accept(question->resolver->realpath, path);
    question->answer.plain = plain;
    return FOUND;
}

static void say_found(struct question *question, const struct folder *folder, struct slice name,
                      path_id real) {
    if (!question->trace) {
        return;
    }
    if (real == path_find(question->resolver->realpath->paths, folder->path, name)) {
        say(question, "%s exists", show(question, real));
    } else {
        say(question, "%s/%.*s is a link to %s", show(question, folder->path), (int)name.length,
            name.data, show(question, real));
    }
}

static enum found try_name(struct question *question, struct folder *folder, struct slice name) {
    path_id real;
    enum found mapped = map_candidate(question, folder, name);
    if (mapped != NOT_FOUND) {
        return mapped;
    }
    bool opened =
        resolve_is_script(name) && !question->queried && !question->leaf; /* a leaf never is */
    switch (realpath_child(question->resolver->realpath, folder, name, opened, &real)) {
    case PATH_FILE:
    case PATH_ASSUMED:
        say_found(question, folder, name, real);
        return accept(question, real);
    case PATH_OTHER:
        say(question, "%s/%.*s is not a regular file", show(question, folder->path),
            (int)name.length, name.data);
        return NOT_FOUND;
    case PATH_LOOP:
        say(question, "%s/%.*s is a circle of symbolic links", show(question, folder->path),
            (int)name.length, name.data);
        return NOT_FOUND;
    default:
        say_missing(question, folder, name, real);
        return NOT_FOUND;
    }
}

/* The name without its last `cut` characters, and with `tail`. */
static enum found try_changed(struct question *question, struct folder *folder, struct slice name,
                              size_t cut, const char *tail) {
    char text[PATH_LONGEST + 8];
    size_t kept = name.length - cut, length = strlen(tail);
    if (kept + length > PATH_LONGEST) {
        return NOT_FOUND;
    }
    memcpy(text, name.data, kept);
    memcpy(text + kept, tail, length);
    return try_name(question, folder, (struct slice){text, kept + length});
}

static enum found try_substitutes(struct question *question, struct folder *folder,
                                  struct slice name) {
    for (size_t i = 0; i < sizeof substitutes / sizeof *substitutes; i++) {
        struct slice written = slice_of(substitutes[i].written);
        if (!slice_ends(name, written)) {
            continue;
        }
        for (size_t j = 0; j < 2 && substitutes[i].instead[j]; j++) {
            enum found found =
                try_changed(question, folder, name, written.length, substitutes[i].instead[j]);
            if (found != NOT_FOUND) {
                return found;
            }
        }
    }
    return NOT_FOUND;
}

static enum found try_extensions(struct question *question, struct folder *folder,
                                 struct slice name) {
    /* Several names in one folder: listing it once is cheaper than opening each. */
    realpath_list(question->resolver->realpath, folder);
    for (size_t i = 0; i < EXTENSIONS; i++) {
        enum found found = try_changed(question, folder, name, 0, extensions[i]);
        if (found != NOT_FOUND) {
            return found;
        }
    }
    return NOT_FOUND;
}

enum found resolve_names(struct question *question, struct folder *folder, struct slice name) {
    enum found found = try_name(question, folder, name);
    if (found == NOT_FOUND) {
        found = try_substitutes(question, folder, name);
    }
    return found == NOT_FOUND ? try_extensions(question, folder, name) : found;
}

static enum found map_changed(struct question *question, struct package *package, char *key,
                              size_t length, const char *tail) {
    size_t more = strlen(tail);
    if (length + more > PATH_LONGEST) {
        return NOT_FOUND;
    }
    memcpy(key + length, tail, more);
    return apply_browser_map(question, package, (struct slice){key, length + more});
}

/* A browser map may speak of files whose folder does not exist. */
static enum found map_missing(struct question *question, path_id spelled) {
    char text[PATH_LONGEST + 8];
    struct realpath *realpath = question->resolver->realpath;
    struct folder *above = NULL;
    for (path_id at = spelled; !above && at != PATH_ROOT;) {
        at = path_at(realpath->paths, at)->parent;
        above = realpath_folder(realpath, at);
    }
    struct package *package = above ? package_with_map(question, above) : NULL;
    struct slice key = {text, 0};
    if (package) {
        key = key_of(question, package, spelled, text, sizeof text);
    }
    enum found found =
        key.length ? map_changed(question, package, text, key.length, "") : NOT_FOUND;
    for (size_t i = 0; i < EXTENSIONS && key.length && found == NOT_FOUND; i++) {
        found = map_changed(question, package, text, key.length, extensions[i]);
    }
    return found;
}

/* A main field names a file, or a folder with an index. */
static enum found try_main(struct question *question, struct package *package,
                           struct folder *folder, uint32_t node) {
    struct realpath *realpath = question->resolver->realpath;
    struct slice value = node == JSON_NONE ? SLICE("") : json_text(&package->json, node);
    path_id target;
    if (node == JSON_NONE || json_at(&package->json, node)->type != JSON_STRING || !value.length ||
        slice_equal(value, SLICE(".")) || slice_equal(value, SLICE("./"))) {
        return NOT_FOUND;
    }
    if (value.data[0] == '/') {
        say_why(question, "'%.*s' in %s is an absolute path", (int)value.length, value.data,
                show(question, package->file));
        question->answer.code = "refused-target";
        return NOT_FOUND;
    }
    if (!check_memory(question, path_join(realpath->paths, folder->path, value, &target)) ||
        !stays_inside(question, package, folder, node, target)) {
        return NOT_FOUND;
    }
    struct slice key = json_key(&package->json, node);
    say(question, "\"%.*s\" of %s is '%.*s'", (int)key.length, key.data,
        show(question, package->file), (int)value.length, value.data);
    struct folder *parent =
        target == PATH_ROOT ? NULL
                            : realpath_folder(realpath, path_at(realpath->paths, target)->parent);
    enum found found = NOT_FOUND;
    if (!parent) {
        say(question, "there is no %s", show(question, target));
        found = map_missing(question, target);
    } else if (!slice_ends(value, SLICE("/"))) {
        found = resolve_names(question, parent, path_name(realpath->paths, target));
    }
    if (found != NOT_FOUND) {
        return found;
    }
    struct folder *inside = realpath_folder(realpath, target);
    found = inside ? try_extensions(question, inside, SLICE("index")) : NOT_FOUND;
    if (found == NOT_FOUND) {
        question->main = value;
        question->main_field = key;
        note_near_path(question, target);
    }
    return found;
}

static enum found try_mains(struct question *question, struct package *package,
                            struct folder *folder) {
    const struct resolve_environment *environment = question->environment;
    for (uint32_t i = 0; i < environment->main_field_count && !package->broken; i++) {
        uint32_t field = json_get(&package->json, 0, environment->main_fields[i]);
        enum found found = try_main(question, package, folder, field);
        if (found != NOT_FOUND) {
            return found;
        }
    }
    return NOT_FOUND;
}

enum found resolve_folder(struct question *question, struct folder *folder) {
    question->answer.plain = false;
    struct package *package = package_in(question->resolver->packages, folder);
    enum found found = package ? try_mains(question, package, folder) : NOT_FOUND;
    return found == NOT_FOUND ? try_extensions(question, folder, SLICE("index")) : found;
}

bool resolve_is_known_file(const struct realpath *realpath, path_id id) {
    const struct path *path = path_at(realpath->paths, id);
    return (path->state == PATH_FILE || path->state == PATH_ASSUMED) &&
           path_at(realpath->paths, path->parent)->state == PATH_FOLDER;
}

static bool has_substitute(struct slice name) {
    for (size_t i = 0; i < sizeof substitutes / sizeof *substitutes; i++) {
        if (slice_ends(name, slice_of(substitutes[i].written))) {
            return true;
        }
    }
    return false;
}

/* A name in a listing, and whether it is a known file. False: it is not in it. */
static bool is_listed(const struct realpath *realpath, const struct folder *folder,
                      struct slice name, path_id *path, bool *known) {
    enum os_type type;
    if (!listing_find_path(folder->listing, name, &type, path)) {
        return false;
    }
    if (*path == NO_PATH) {
        *path = path_find(realpath->paths, folder->path, name);
    }
    *known = *path != NO_PATH && resolve_is_known_file(realpath, *path);
    return true;
}

bool resolve_listed(const struct realpath *realpath, const struct folder *folder, struct slice name,
                    path_id *path) {
    char text[PATH_LONGEST + 8];
    bool known = false;
    if (realpath->folds || is_listed(realpath, folder, name, path, &known) ||
        has_substitute(name)) {
        return known;
    }
    memcpy(text, name.data, name.length);
    for (size_t i = 0; i < EXTENSIONS; i++) {
        struct slice extension = slice_of(extensions[i]);
        memcpy(text + name.length, extension.data, extension.length);
        struct slice longer = {text, name.length + extension.length};
        if (is_listed(realpath, folder, longer, path, &known)) {
            return known;
        }
    }
    return false;
}

static enum found resolve_as_folder(struct question *question, path_id spelled) {
    struct folder *folder = realpath_folder(question->resolver->realpath, spelled);
    if (!folder) {
        say(question, "no folder %s", show(question, spelled));
        say_why(
            question,
            "no file %s, as it is or with .mjs .js .mts .ts .jsx .tsx .json, and no such folder",
            show(question, spelled));
        return NOT_FOUND;
    }
    enum found found = resolve_folder(question, folder);
    if (found == NOT_FOUND && !question->answer.code) {
        resolve_say_no_main(question, folder);
    }
    return found;
}

/* The path of what is not a file by this name. */
static bool spell(struct question *question, path_id parent, struct slice name, path_id *spelled) {
    struct paths *paths = question->resolver->realpath->paths;
    *spelled = path_child(paths, parent, name);
    return check_memory(question, *spelled == NO_PATH ? ledger_error(paths->rows.ledger) : 0);
}

/* A name is not interned before it has to be: most stand for a file with an extension. */
static enum found resolve_child(struct question *question, path_id parent, struct slice name) {
    struct realpath *realpath = question->resolver->realpath;
    path_id spelled = path_find(realpath->paths, parent, name);
    if (!question->trace && spelled != NO_PATH && resolve_is_known_file(realpath, spelled)) {
        enum found mapped = map_candidate(question, folder_of(realpath, parent), name);
        return mapped == NOT_FOUND ? accept(question, spelled) : mapped;
    }
    struct folder *folder = realpath_folder(realpath, parent);
    if (!folder) {
        say(question, "the folder %s does not exist", show(question, parent));
        say_why(question, "the folder %s does not exist", show(question, parent));
        note_near_path(question, parent);
        return spell(question, parent, name, &spelled) ? map_missing(question, spelled) : STOPPED;
    }
    enum found found = resolve_names(question, folder, name);
    if (found != NOT_FOUND) {
        return found;
    }
    return spell(question, parent, name, &spelled) ? resolve_as_folder(question, spelled) : STOPPED;
}

enum found resolve_path(struct question *question, path_id spelled, bool folder_only) {
    struct paths *paths = question->resolver->realpath->paths;
    if (spelled == PATH_ROOT || folder_only) {
        return resolve_as_folder(question, spelled);
    }
    return resolve_child(question, path_at(paths, spelled)->parent, path_name(paths, spelled));
}

/* "./", "../", "./lib/" or "../lib/": as path_relative() has it. */
static bool is_spelling(const struct paths *paths, path_id base, path_id folder,
                        struct slice text) {
    char relative[PATH_LONGEST + 2];
    if (folder == base) {
        return slice_equal(text, SLICE("./"));
    }
    if (slice_starts(text, SLICE("./"))) {
        text = slice_skip(text, 2);
        if (slice_starts(text, SLICE("../"))) {
            return false;
        }
    } else if (!slice_starts(text, SLICE("../"))) {
        return false;
    }
    size_t length = path_relative(paths, base, folder, relative, sizeof relative);
    relative[length] = '/';
    return slice_equal(text, (struct slice){relative, length + 1});
}

int resolve_join(struct resolver *resolver, path_id base, struct slice text, path_id *out) {
    const struct paths *paths = resolver->realpath->paths;
    struct joined *last = &resolver->joined;
    if (last->base == base && slice_equal((struct slice){last->text, last->length}, text)) {
        *out = last->path;
        return 0;
    }
    int code = path_join(resolver->realpath->paths, base, text, out);
    if (!code && text.length <= sizeof last->text) {
        last->base = base;
        last->path = *out;
        last->length = (uint32_t)text.length;
        memcpy(last->text, text.data, text.length);
        last->spelled = is_spelling(paths, base, *out, text);
    }
    return code;
}

bool resolve_is_spelled(const struct resolver *resolver, path_id base, struct slice specifier,
                        path_id path) {
    const struct paths *paths = resolver->realpath->paths;
    const struct joined *last = &resolver->joined;
    struct slice folders = {last->text, last->length};
    return last->spelled && last->base == base && path_at(paths, path)->parent == last->path &&
           slice_starts(specifier, folders) &&
           slice_starts(path_name(paths, path), slice_skip(specifier, folders.length));
}

struct slice resolve_last_name(struct slice text) {
    size_t at = text.length;
    while (at > 0 && text.data[at - 1] != '/') {
        at--;
    }
    return slice_skip(text, at);
}

bool resolve_text(struct question *question, path_id base, struct slice text, bool folder_only,
                  enum found *found) {
    struct slice name = resolve_last_name(text);
    path_id path;
    struct resolver *resolver = question->resolver;
    bool named = name.length && !slice_equal(name, SLICE(".")) && !slice_equal(name, SLICE("..")) &&
                 text.length <= PATH_LONGEST && !memchr(name.data, 0, name.length);
    text.length -= named ? name.length : 0;
    if (!check_memory(question, resolve_join(resolver, base, text, &path))) {
        return false;
    }
    *found =
        named ? resolve_child(question, path, name) : resolve_path(question, path, folder_only);
    return true;
}

void resolve_say_no_main(struct question *question, const struct folder *folder) {
    if (question->main.data) {
        say_why(
            question,
            "\"%.*s\" of %s/package.json is '%.*s', where no file is, and there is no index file",
            (int)question->main_field.length, question->main_field.data,
            show(question, folder->path), (int)question->main.length, question->main.data);
    } else {
        say_why(question, "the folder %s has no index file, and no main field that leads to a file",
                show(question, folder->path));
    }
}
