#include "tsconfig.h"

#define NO_TSCONFIG UINT32_MAX

static const char *const members[] = {"compilerOptions", "extends",    "files",
                                      "include",         "references", NULL};

/* Files still to be read, the next one last: a config overrides what it extends, and the later of
 * two extended ones overrides the earlier. */
struct pending {
    path_id files[TSCONFIG_MAX_EXTENDS];
    uint32_t extended_by[TSCONFIG_MAX_EXTENDS]; /* index + 1 in `read`; 0: nobody */
    uint32_t count, seen;
    path_id read[TSCONFIG_MAX_EXTENDS];
    uint32_t reader[TSCONFIG_MAX_EXTENDS]; /* `extended_by` of those that were read */
    uint32_t taken;                        /* `extended_by` of the one that is being read */
    path_id *references;                   /* of the first file; NULL: not wanted */
    uint32_t reference_count;
};

void tsconfigs_init(struct tsconfigs *tsconfigs, struct packages *packages, struct ledger *ledger) {
    *tsconfigs = (struct tsconfigs){.packages = packages, .ledger = ledger};
    rows_init(&tsconfigs->rows, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct tsconfig));
    arena_init(&tsconfigs->texts, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
}

void tsconfigs_free(struct tsconfigs *tsconfigs) {
    for (uint32_t i = 0; i < tsconfigs->rows.count; i++) {
        struct tsconfig *tsconfig = rows_at(&tsconfigs->rows, i);
        ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, tsconfig->paths,
                    tsconfig->path_capacity * sizeof *tsconfig->paths);
        ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, tsconfig->targets,
                    tsconfig->target_capacity * sizeof *tsconfig->targets);
        ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, tsconfig->includes,
                    tsconfig->include_capacity * sizeof *tsconfig->includes);
        ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, tsconfig->references,
                    tsconfig->reference_capacity * sizeof *tsconfig->references);
    }
    rows_free(&tsconfigs->rows);
    arena_free(&tsconfigs->texts);
}

static struct manifests *manifests_of(struct tsconfigs *tsconfigs) {
    return tsconfigs->packages->manifests;
}

static struct realpath *realpath_of(struct tsconfigs *tsconfigs) {
    return tsconfigs->packages->manifests->realpath;
}

static bool check(struct tsconfigs *tsconfigs, int code) {
    if (code && code != PROLOGUE_EINVALID) {
        realpath_of(tsconfigs)->error = code;
    }
    return code == 0;
}

/* The file is read again for the place: another manifest may have been read since. */
static void complain(struct tsconfigs *tsconfigs, path_id file, const struct json *json,
                     uint32_t node, const char *message) {
    struct realpath *realpath = realpath_of(tsconfigs);
    struct folder *folder = realpath_folder(realpath, path_at(realpath->paths, file)->parent);
    path_id same;
    if (folder && manifest_read(manifests_of(tsconfigs), folder, path_name(realpath->paths, file),
                                &same) == MANIFEST_READ) {
        manifest_complain(manifests_of(tsconfigs), file, json, node, "invalid-tsconfig", message);
    }
}

static bool is_type(struct tsconfigs *tsconfigs, path_id file, const struct json *json,
                    uint32_t node, enum json_type type, const char *message) {
    if (node == JSON_NONE || json_at(json, node)->type == JSON_NULL) {
        return false;
    }
    if (json_at(json, node)->type != type) {
        complain(tsconfigs, file, json, node, message);
        return false;
    }
    return true;
}

static void take_flag(struct tsconfigs *tsconfigs, path_id file, const struct json *json,
                      uint32_t node, bool *has, bool *value) {
    if (node == JSON_NONE || *has) {
        return;
    }
    enum json_type type = (enum json_type)json_at(json, node)->type;
    if (type != JSON_TRUE && type != JSON_FALSE) {
        complain(tsconfigs, file, json, node, "should be true or false");
        return;
    }
    *has = true;
    *value = type == JSON_TRUE;
}

static void take_base_url(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig, path_id file,
                          const struct json *json, uint32_t node) {
    if (tsconfig->has_base_url ||
        !is_type(tsconfigs, file, json, node, JSON_STRING, "should be a string")) {
        return;
    }
    struct paths *paths = realpath_of(tsconfigs)->paths;
    struct slice text = json_text(json, node);
    path_id base = tsconfig_base(tsconfig, path_at(paths, file)->parent, &text);
    tsconfig->has_base_url = check(tsconfigs, path_join(paths, base, text, &tsconfig->base_url));
}

static void take_targets(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig, path_id file,
                         const struct json *json, uint32_t list) {
    for (uint32_t node = json_at(json, list)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        if (!is_type(tsconfigs, file, json, node, JSON_STRING, "should be a string")) {
            continue;
        }
        const char *copy = arena_copy(&tsconfigs->texts, json_text(json, node));
        int code = ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &tsconfig->targets,
                               &tsconfig->target_capacity, tsconfig->target_count + 1,
                               sizeof *tsconfig->targets);
        if (!copy || code) {
            check(tsconfigs, ledger_error(tsconfigs->ledger));
            return;
        }
        tsconfig->targets[tsconfig->target_count++] =
            (struct slice){copy, json_text(json, node).length};
    }
}

static void take_paths(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig, path_id file,
                       const struct json *json, uint32_t map) {
    if (tsconfig->has_paths ||
        !is_type(tsconfigs, file, json, map, JSON_OBJECT, "should be an object")) {
        return;
    }
    struct paths *paths = realpath_of(tsconfigs)->paths;
    tsconfig->has_paths = true;
    tsconfig->paths_base = path_at(paths, file)->parent;
    for (uint32_t node = json_at(json, map)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        if (!is_type(tsconfigs, file, json, node, JSON_ARRAY, "should be an array")) {
            continue;
        }
        const char *copy = arena_copy(&tsconfigs->texts, json_key(json, node));
        int code = ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &tsconfig->paths,
                               &tsconfig->path_capacity, tsconfig->path_count + 1,
                               sizeof *tsconfig->paths);
        if (!copy || code) {
            check(tsconfigs, ledger_error(tsconfigs->ledger));
            return;
        }
        uint32_t first = tsconfig->target_count;
        take_targets(tsconfigs, tsconfig, file, json, node);
        tsconfig->paths[tsconfig->path_count++] = (struct tsconfig_path){
            {copy, json_key(json, node).length}, first, tsconfig->target_count - first};
    }
}

/* "src" and patterns that go on below it take all of src; patterns of its files take src alone. */
static bool include_of(struct tsconfigs *tsconfigs, path_id base, struct slice pattern,
                       struct tsconfig_include *include) {
    size_t end = 0, kept = 0;
    while (end < pattern.length && !strchr("*?", pattern.data[end])) {
        end++;
        kept = pattern.data[end - 1] == '/' ? end : kept;
    }
    bool literal = end == pattern.length;
    struct slice rest = slice_skip(pattern, kept);
    include->deep = literal
                        ? !memchr(rest.data, '.', rest.length) || rest.data[0] == '.'
                        : memchr(rest.data, '/', rest.length) || slice_starts(rest, SLICE("**"));
    if (literal && include->deep) {
        kept = pattern.length;
    }
    return check(tsconfigs, path_join(realpath_of(tsconfigs)->paths, base,
                                      (struct slice){pattern.data, kept}, &include->folder));
}

static void take_includes(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig, path_id file,
                          const struct json *json) {
    uint32_t list = json_get(json, 0, SLICE("include"));
    tsconfig->has_files |= json_get(json, 0, SLICE("files")) != JSON_NONE;
    if (tsconfig->has_includes || list == JSON_NONE || json_at(json, list)->type != JSON_ARRAY) {
        return;
    }
    struct paths *paths = realpath_of(tsconfigs)->paths;
    tsconfig->has_includes = true;
    for (uint32_t node = json_at(json, list)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        struct tsconfig_include include;
        if (json_at(json, node)->type != JSON_STRING) {
            continue;
        }
        struct slice text = json_text(json, node);
        path_id base = tsconfig_base(tsconfig, path_at(paths, file)->parent, &text);
        if (!include_of(tsconfigs, base, text, &include) ||
            !check(tsconfigs,
                   ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &tsconfig->includes,
                               &tsconfig->include_capacity, tsconfig->include_count + 1,
                               sizeof *tsconfig->includes))) {
            return;
        }
        tsconfig->includes[tsconfig->include_count++] = include;
    }
}

static void take_options(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig, path_id file,
                         const struct json *json) {
    uint32_t options = json_get(json, 0, SLICE("compilerOptions"));
    if (!is_type(tsconfigs, file, json, options, JSON_OBJECT, "should be an object")) {
        return;
    }
    take_base_url(tsconfigs, tsconfig, file, json, json_get(json, options, SLICE("baseUrl")));
    take_paths(tsconfigs, tsconfig, file, json, json_get(json, options, SLICE("paths")));
    take_flag(tsconfigs, file, json, json_get(json, options, SLICE("verbatimModuleSyntax")),
              &tsconfig->has_verbatim, &tsconfig->verbatim_module_syntax);
    take_flag(tsconfigs, file, json, json_get(json, options, SLICE("preserveValueImports")),
              &tsconfig->has_preserve, &tsconfig->preserve_value_imports);
}

static bool is_file(struct tsconfigs *tsconfigs, path_id base, struct slice text,
                    const char *suffix, path_id *real) {
    char joined[PATH_LONGEST + 32];
    size_t tail = strlen(suffix);
    path_id spelled;
    if (text.length + tail > PATH_LONGEST) {
        return false;
    }
    memcpy(joined, text.data, text.length);
    memcpy(joined + text.length, suffix, tail);
    struct slice whole = {joined, text.length + tail};
    return check(tsconfigs, path_join(realpath_of(tsconfigs)->paths, base, whole, &spelled)) &&
           realpath_any(realpath_of(tsconfigs), spelled, real) == PATH_FILE;
}

static bool find_from(struct tsconfigs *tsconfigs, path_id base, struct slice text, path_id *real) {
    static const char *const suffixes[] = {"", ".json", "/tsconfig.json"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (is_file(tsconfigs, base, text, suffixes[i], real)) {
            return true;
        }
    }
    return false;
}

/* The text that an entry of a package's `exports` comes to under TypeScript's conditions. */
static uint32_t exported_text(const struct json *json, uint32_t node) {
    while (node != JSON_NONE && json_at(json, node)->type != JSON_STRING) {
        uint32_t inner = json_at(json, node)->first;
        if (json_at(json, node)->type == JSON_OBJECT) {
            while (inner != JSON_NONE && !slice_equal(json_key(json, inner), SLICE("default")) &&
                   !slice_equal(json_key(json, inner), SLICE("node")) &&
                   !slice_equal(json_key(json, inner), SLICE("require")) &&
                   !slice_equal(json_key(json, inner), SLICE("import"))) {
                inner = json_at(json, inner)->next;
            }
        } else if (json_at(json, node)->type != JSON_ARRAY) {
            return JSON_NONE;
        }
        node = inner;
    }
    return node;
}

/* What `exports` has for a subpath, its `*` filled. */
static bool find_exported(struct tsconfigs *tsconfigs, struct package *package, struct slice rest,
                          path_id *real) {
    char key[PATH_LONGEST + 2], text[PATH_LONGEST + 1];
    const struct json *json = &package->json;
    struct slice star = SLICE("");
    key[0] = '.';
    memcpy(key + 1, rest.data, rest.length);
    struct slice whole = {key, rest.length + 1};
    uint32_t node = package_map_get(tsconfigs->packages, package, &package->exports, whole);
    if (node == JSON_NONE) {
        node = package_map_match(tsconfigs->packages, package, &package->exports, whole, &star);
    }
    if (node == JSON_NONE && !rest.length) {
        node = package->exports.node;
    }
    node = node == JSON_NONE ? JSON_NONE : exported_text(json, node);
    struct slice target = node == JSON_NONE ? SLICE("") : json_text(json, node);
    const char *at = target.length ? memchr(target.data, '*', target.length) : NULL;
    size_t before = at ? (size_t)(at - target.data) : target.length;
    if (!slice_starts(target, SLICE("./")) || target.length + star.length > PATH_LONGEST) {
        return false;
    }
    struct slice tail = slice_skip(target, before + (at != NULL));
    star.length = at ? star.length : 0;
    memcpy(text, target.data, before);
    memcpy(text + before, star.data, star.length);
    memcpy(text + before + star.length, tail.data, tail.length);
    return is_file(tsconfigs, package->folder,
                   (struct slice){text, before + star.length + tail.length}, "", real);
}

/* A package's `exports` or `tsconfig`, before its files by name. */
static bool find_in_package(struct tsconfigs *tsconfigs, path_id modules, struct slice text,
                            path_id *real) {
    path_id spelled;
    struct realpath *realpath = realpath_of(tsconfigs);
    size_t length = 0, slashes = text.length && text.data[0] == '@' ? 2 : 1;
    while (length < text.length && (text.data[length] != '/' || --slashes)) {
        length++;
    }
    if (text.length > PATH_LONGEST ||
        !check(tsconfigs,
               path_join(realpath->paths, modules, (struct slice){text.data, length}, &spelled))) {
        return false;
    }
    struct folder *folder = realpath_folder(realpath, spelled);
    struct package *package = folder ? package_in(tsconfigs->packages, folder) : NULL;
    if (package && package->exports.node != JSON_NONE &&
        find_exported(tsconfigs, package, slice_skip(text, length), real)) {
        return true;
    }
    return package && length == text.length && package->tsconfig != JSON_NONE &&
           find_from(tsconfigs, package->folder, json_text(&package->json, package->tsconfig),
                     real);
}

/* `extends` names a file, relative or absolute, or a package's. */
static bool find_extended(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                          path_id *real) {
    struct paths *paths = realpath_of(tsconfigs)->paths;
    if (slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("../")) ||
        slice_starts(text, SLICE("/")) || slice_equal(text, SLICE(".")) ||
        slice_equal(text, SLICE(".."))) {
        return find_from(tsconfigs, folder, text, real);
    }
    for (path_id at = folder;; at = path_at(paths, at)->parent) {
        path_id modules = path_child(paths, at, SLICE("node_modules"));
        if (modules == NO_PATH) {
            return check(tsconfigs, ledger_error(tsconfigs->ledger));
        }
        if (realpath_folder(realpath_of(tsconfigs), modules) &&
            (find_in_package(tsconfigs, modules, text, real) ||
             find_from(tsconfigs, modules, text, real))) {
            return true;
        }
        if (at == PATH_ROOT) {
            return false;
        }
    }
}

static bool was_read(const struct pending *pending, path_id file) {
    for (uint32_t i = 0; i < pending->seen; i++) {
        if (pending->read[i] == file) {
            return true;
        }
    }
    return false;
}

/* Whether the file that was read last is extended by `file`, itself or through others. */
static bool extends_itself(const struct pending *pending, path_id file) {
    for (uint32_t at = pending->seen; at > 0; at = pending->reader[at - 1]) {
        if (pending->read[at - 1] == file) {
            return true;
        }
    }
    return false;
}

static void push_extended(struct tsconfigs *tsconfigs, struct pending *pending, path_id file,
                          const struct json *json, uint32_t node) {
    path_id real = NO_PATH;
    struct paths *paths = realpath_of(tsconfigs)->paths;
    if (!is_type(tsconfigs, file, json, node, JSON_STRING, "should be a string")) {
        return;
    }
    if (!find_extended(tsconfigs, path_at(paths, file)->parent, json_text(json, node), &real)) {
        complain(tsconfigs, file, json, node, "names a file that does not exist");
        return;
    }
    if (extends_itself(pending, real)) {
        complain(tsconfigs, file, json, node, "extends in a circle");
        return;
    }
    if (was_read(pending, real)) {
        return;
    }
    if (pending->count + pending->seen >= TSCONFIG_MAX_EXTENDS) {
        complain(tsconfigs, file, json, node, "is one of more than 64 extended files");
        return;
    }
    pending->extended_by[pending->count] = pending->seen;
    pending->files[pending->count++] = real;
}

static void push_all(struct tsconfigs *tsconfigs, struct pending *pending, path_id file,
                     const struct json *json) {
    uint32_t extends = json_get(json, 0, SLICE("extends"));
    if (extends == JSON_NONE) {
        return;
    }
    if (json_at(json, extends)->type != JSON_ARRAY) {
        push_extended(tsconfigs, pending, file, json, extends);
        return;
    }
    for (uint32_t node = json_at(json, extends)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        push_extended(tsconfigs, pending, file, json, node);
    }
}

static void take_references(struct tsconfigs *tsconfigs, struct pending *pending, path_id file,
                            const struct json *json) {
    struct paths *paths = realpath_of(tsconfigs)->paths;
    uint32_t list = json_get(json, 0, SLICE("references"));
    if (list == JSON_NONE || json_at(json, list)->type != JSON_ARRAY) {
        return;
    }
    for (uint32_t node = json_at(json, list)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        path_id real;
        uint32_t path = json_at(json, node)->type == JSON_OBJECT
                            ? json_get(json, node, SLICE("path"))
                            : JSON_NONE;
        if (path != JSON_NONE && json_at(json, path)->type == JSON_STRING &&
            pending->reference_count < TSCONFIG_MAX_EXTENDS &&
            find_from(tsconfigs, path_at(paths, file)->parent, json_text(json, path), &real)) {
            pending->references[pending->reference_count++] = real;
        }
    }
}

static bool read_one(struct tsconfigs *tsconfigs, struct tsconfig *tsconfig,
                     struct pending *pending, path_id file) {
    struct realpath *realpath = realpath_of(tsconfigs);
    struct folder *folder = realpath_folder(realpath, path_at(realpath->paths, file)->parent);
    struct json json;
    path_id same;
    if (!folder || manifest_read(manifests_of(tsconfigs), folder, path_name(realpath->paths, file),
                                 &same) != MANIFEST_READ) {
        return false;
    }
    json_init(&json, tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    bool good = manifest_parse(manifests_of(tsconfigs), file, &json, JSON_COMMENTS, members) &&
                is_type(tsconfigs, file, &json, 0, JSON_OBJECT, "the file should hold an object");
    if (good) {
        pending->reader[pending->seen] = pending->taken;
        pending->read[pending->seen++] = file;
        take_options(tsconfigs, tsconfig, file, &json);
        take_includes(tsconfigs, tsconfig, file, &json);
        if (pending->seen == 1 && pending->references) {
            take_references(tsconfigs, pending, file, &json);
        }
        push_all(tsconfigs, pending, file, &json);
    }
    json_free(&json);
    return good;
}

/* `references` may be NULL, else it holds TSCONFIG_MAX_EXTENDS. */
static uint32_t load_one(struct tsconfigs *tsconfigs, path_id file, path_id *references,
                         uint32_t *reference_count) {
    struct paths *paths = realpath_of(tsconfigs)->paths;
    struct tsconfig *tsconfig = rows_add(&tsconfigs->rows);
    if (!tsconfig) {
        check(tsconfigs, ledger_error(tsconfigs->ledger));
        return NO_TSCONFIG;
    }
    uint32_t index = tsconfigs->rows.count - 1;
    struct pending pending = {.files = {file}, .count = 1, .references = references};
    tsconfig->file = file;
    tsconfig->folder = path_at(paths, file)->parent;
    while (pending.count > 0 && pending.seen < TSCONFIG_MAX_EXTENDS) {
        path_id next = pending.files[--pending.count];
        pending.taken = pending.extended_by[pending.count];
        if (!was_read(&pending, next) && !read_one(tsconfigs, tsconfig, &pending, next) &&
            pending.seen == 0) {
            tsconfig->broken = true;
        }
    }
    if (tsconfig->has_base_url) {
        tsconfig->paths_base = tsconfig->base_url;
    }
    *reference_count = pending.reference_count;
    return index;
}

static uint32_t load(struct tsconfigs *tsconfigs, path_id file) {
    path_id references[TSCONFIG_MAX_EXTENDS];
    uint32_t count, none, index = load_one(tsconfigs, file, references, &count);
    if (index == NO_TSCONFIG) {
        return NO_TSCONFIG;
    }
    struct tsconfig *tsconfig = rows_at(&tsconfigs->rows, index);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t reference = load_one(tsconfigs, references[i], NULL, &none);
        if (reference == NO_TSCONFIG ||
            !check(tsconfigs,
                   ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES,
                               &tsconfig->references, &tsconfig->reference_capacity,
                               tsconfig->reference_count + 1, sizeof *tsconfig->references))) {
            break;
        }
        tsconfig->references[tsconfig->reference_count++] = reference;
    }
    return index;
}

int tsconfigs_fix(struct tsconfigs *tsconfigs, path_id spelled) {
    path_id real = NO_PATH;
    if (realpath_any(realpath_of(tsconfigs), spelled, &real) != PATH_FILE) {
        return realpath_of(tsconfigs)->error ? realpath_of(tsconfigs)->error : PROLOGUE_ETSCONFIG;
    }
    uint32_t index = load(tsconfigs, real);
    if (index == NO_TSCONFIG) {
        return realpath_of(tsconfigs)->error;
    }
    tsconfigs->fixed = index + 1;
    return 0;
}

/* What stands in the memo slot of one folder, or 0 where its parent has to be asked. */
static uint32_t ask_folder(struct tsconfigs *tsconfigs, struct folder *folder) {
    enum os_type type = OS_UNKNOWN;
    path_id file, real = NO_PATH;
    struct realpath *realpath = realpath_of(tsconfigs);
    if (folder->tsconfig) {
        return folder->tsconfig;
    }
    if (folder->listing && !listing_find(folder->listing, SLICE("tsconfig.json"), &type)) {
        return folder->path == PATH_ROOT ? NO_TSCONFIG : 0;
    }
    file = path_child(realpath->paths, folder->path, SLICE("tsconfig.json"));
    if (file == NO_PATH) {
        check(tsconfigs, ledger_error(tsconfigs->ledger));
        return NO_TSCONFIG;
    }
    if (realpath_follow(realpath, file, &real) == PATH_FILE) {
        uint32_t index = load(tsconfigs, real);
        return index == NO_TSCONFIG ? NO_TSCONFIG : index + 1;
    }
    return folder->path == PATH_ROOT ? NO_TSCONFIG : 0;
}

static bool includes(const struct paths *paths, const struct tsconfig *tsconfig, path_id folder) {
    if (!tsconfig->has_includes) {
        return !tsconfig->has_files && path_is_below(paths, folder, tsconfig->folder);
    }
    for (uint32_t i = 0; i < tsconfig->include_count; i++) {
        const struct tsconfig_include *include = &tsconfig->includes[i];
        if (folder == include->folder ||
            (include->deep && path_is_below(paths, folder, include->folder))) {
            return true;
        }
    }
    return false;
}

static struct tsconfig *choose(struct tsconfigs *tsconfigs, uint32_t index, path_id folder) {
    struct tsconfig *tsconfig = rows_at(&tsconfigs->rows, index);
    const struct paths *paths = realpath_of(tsconfigs)->paths;
    if (tsconfig->reference_count == 0 || includes(paths, tsconfig, folder)) {
        return tsconfig;
    }
    for (uint32_t i = 0; i < tsconfig->reference_count; i++) {
        struct tsconfig *reference = rows_at(&tsconfigs->rows, tsconfig->references[i]);
        if (includes(paths, reference, folder)) {
            return reference;
        }
    }
    return tsconfig;
}

struct tsconfig *tsconfig_around(struct tsconfigs *tsconfigs, struct folder *folder) {
    struct realpath *realpath = realpath_of(tsconfigs);
    if (folder->in_node_modules) {
        return NULL;
    }
    if (tsconfigs->fixed) {
        return choose(tsconfigs, tsconfigs->fixed - 1, folder->path);
    }
    struct folder *stop = folder;
    uint32_t found = ask_folder(tsconfigs, stop);
    while (!found && stop && !realpath->error) {
        stop = realpath_parent(realpath, stop);
        found = stop ? ask_folder(tsconfigs, stop) : NO_TSCONFIG;
    }
    for (struct folder *at = folder; found && at;
         at = at == stop ? NULL : realpath_parent(realpath, at)) {
        at->tsconfig = found;
    }
    return found && found != NO_TSCONFIG ? choose(tsconfigs, found - 1, folder->path) : NULL;
}

static bool pattern_takes(struct slice pattern, struct slice text, struct slice *star) {
    const char *at = pattern.length ? memchr(pattern.data, '*', pattern.length) : NULL;
    if (!at) {
        *star = (struct slice){NULL, 0};
        return slice_equal(pattern, text);
    }
    size_t before = (size_t)(at - pattern.data);
    struct slice tail = slice_skip(pattern, before + 1);
    if (text.length + 1 < pattern.length ||
        !slice_starts(text, (struct slice){pattern.data, before}) || !slice_ends(text, tail)) {
        return false;
    }
    *star = (struct slice){text.data + before, text.length - before - tail.length};
    return true;
}

path_id tsconfig_base(const struct tsconfig *tsconfig, path_id base, struct slice *text) {
    if (!slice_starts(*text, SLICE("${configDir}"))) {
        return base;
    }
    *text = slice_skip(*text, strlen("${configDir}"));
    while (text->length && *text->data == '/') {
        *text = slice_skip(*text, 1);
    }
    return tsconfig->folder;
}

/* An exact entry is better than any pattern, then the longest part before the `*`. */
static size_t rank(struct slice pattern) {
    const char *at = pattern.length ? memchr(pattern.data, '*', pattern.length) : NULL;
    return at ? (size_t)(at - pattern.data) : SIZE_MAX;
}

const struct tsconfig_path *tsconfig_match(const struct tsconfig *tsconfig, struct slice specifier,
                                           struct slice *star) {
    const struct tsconfig_path *best = NULL;
    for (uint32_t i = 0; i < tsconfig->path_count; i++) {
        struct slice one;
        const struct tsconfig_path *path = &tsconfig->paths[i];
        if (pattern_takes(path->pattern, specifier, &one) &&
            (!best || rank(path->pattern) > rank(best->pattern))) {
            best = path;
            *star = one;
        }
    }
    return best;
}
