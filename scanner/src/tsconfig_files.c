#include "tsconfig_private.h"

/* Which files `files`, `include` and `exclude` take, as TypeScript reads them. */

static struct slice take_component(struct slice *rest) {
    const char *slash = rest->length ? memchr(rest->data, '/', rest->length) : NULL;
    struct slice name = {rest->data, slash ? (size_t)(slash - rest->data) : rest->length};
    *rest = slice_skip(*rest, name.length + (slash != NULL));
    return name;
}

static bool has_wildcard(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '*' || name.data[i] == '?') {
            return true;
        }
    }
    return false;
}

static bool names_folder(struct slice name) {
    return !has_wildcard(name) && !(name.length && memchr(name.data, '.', name.length));
}

/* ---- patterns --------------------------------------------------------------------------------- */

/* Folders of packages, which no wildcard of `include` takes. */
static bool is_package_folder(struct slice name) {
    return slice_equal(name, SLICE("node_modules")) ||
           slice_equal(name, SLICE("bower_components")) ||
           slice_equal(name, SLICE("jspm_packages"));
}

/* Whether a `*` of `include` may take this character: no leading dot, and no `.min.js`. */
static bool star_takes(struct slice name, size_t at, bool leading, bool last) {
    return name.data[at] != '.' ||
           !((leading && at == 0) || (last && slice_equal(slice_skip(name, at), SLICE(".min.js"))));
}

static bool component_takes(struct slice pattern, struct slice name, bool exclude, bool last) {
    size_t at = 0, star = SIZE_MAX, retry = 0, i = 0;
    if (!exclude && has_wildcard(pattern) && is_package_folder(name)) {
        return false;
    }
    while (i < name.length) {
        char c = at < pattern.length ? pattern.data[at] : 0;
        bool any = c == '?' && (exclude || at > 0 || name.data[0] != '.');
        if (c == '*') {
            star = at++;
            retry = i;
        } else if (at < pattern.length && (any || (c != '?' && c == name.data[i]))) {
            at++;
            i++;
        } else if (star != SIZE_MAX && (exclude || star_takes(name, retry, star == 0, last))) {
            at = star + 1;
            i = ++retry;
        } else {
            return false;
        }
    }
    while (at < pattern.length && pattern.data[at] == '*') {
        at++;
    }
    return at == pattern.length;
}

/* The newest `**` takes one name more where the rest fails; what `exclude` takes, it takes with all
 * below it. */
static bool pattern_takes(struct slice pattern, struct slice path, bool exclude) {
    struct slice deep = {NULL, 0}, from = path;
    for (;;) {
        struct slice left = pattern, text = path;
        struct slice component = take_component(&left), name = take_component(&text);
        if (slice_equal(component, SLICE("**"))) {
            deep = pattern = left;
            from = path;
            if (!left.length) {
                return true;
            }
            continue;
        }
        if (pattern.length ? path.length && component_takes(component, name, exclude, !text.length)
                           : !path.length || exclude) {
            if (!pattern.length) {
                return true;
            }
            pattern = left;
            path = text;
            continue;
        }
        name = take_component(&from);
        if (!deep.data || !from.length ||
            (!exclude && (name.data[0] == '.' || is_package_folder(name)))) {
            return false;
        }
        pattern = deep;
        path = from;
    }
}

/* Bytes of the last name's extension, with its dot. */
static size_t extension_of(struct slice path) {
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '.' && path.data[at - 1] != '/') {
        at--;
    }
    return at > 0 && path.data[at - 1] == '.' ? path.length - at + 1 : 0;
}

/* `extension`: instead of the file's own; NULL: as it is. */
static bool spec_takes(const struct paths *paths, const struct tsconfig_spec *spec, path_id file,
                       bool exclude, const char *extension) {
    char text[PATH_LONGEST + 8];
    if (!spec->pattern.length) {
        return exclude ? path_is_below(paths, file, spec->base) : file == spec->base;
    }
    if (file == spec->base || !path_is_below(paths, file, spec->base)) {
        return false;
    }
    struct slice path = {text, path_relative(paths, spec->base, file, text, PATH_LONGEST + 2)};
    if (extension && path.length) {
        path.length -= extension_of(path);
        memcpy(text + path.length, extension, strlen(extension));
        path.length += strlen(extension);
    }
    return path.length && pattern_takes(spec->pattern, path, exclude);
}

/* ---- entries ---------------------------------------------------------------------------------- */

/* Takes `.` and `..` away from what stands behind the literal folders. False where TypeScript refuses
 * the entry: `**` at the end of an include, `..` behind a `**`. */
static bool normalise(struct slice text, bool exclude, char *out, size_t *length) {
    bool deep = false;
    *length = 0;
    while (text.length) {
        struct slice name = take_component(&text);
        if (!name.length || slice_equal(name, SLICE("."))) {
            continue;
        }
        if (slice_equal(name, SLICE(".."))) {
            while (*length && out[--*length] != '/') {
            }
            if (deep) {
                return false;
            }
            continue;
        }
        deep |= slice_equal(name, SLICE("**"));
        if (*length) {
            out[(*length)++] = '/';
        }
        memcpy(out + *length, name.data, name.length);
        *length += name.length;
    }
    size_t last_at = *length;
    while (last_at && out[last_at - 1] != '/') {
        last_at--;
    }
    struct slice last = {out + last_at, *length - last_at};
    if (names_folder(last)) {
        memcpy(out + *length, "/**/*", 5);
        *length += 5;
    }
    return exclude || !slice_equal(last, SLICE("**"));
}

bool tsconfig_spec(struct tsconfigs *tsconfigs, path_id base, struct slice text, bool exclude,
                   struct tsconfig_spec *spec) {
    struct paths *paths = tsconfig_realpath(tsconfigs)->paths;
    size_t end = 0, kept = 0, length = 0;
    while (end < text.length && text.data[end] != '*' && text.data[end] != '?') {
        end++;
        kept = text.data[end - 1] == '/' ? end : kept;
    }
    kept = end == text.length ? end : kept;
    if (!text.length ||
        !tsconfig_check(tsconfigs,
                        path_join(paths, base, (struct slice){text.data, kept}, &spec->base))) {
        return false;
    }
    char *pattern = arena_alloc(&tsconfigs->texts, text.length - kept + 8, 1);
    if (!pattern) {
        return tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
    }
    if (kept == text.length && names_folder(path_name(paths, spec->base))) {
        memcpy(pattern, "**/*", 4);
        length = 4;
    }
    bool good = kept == text.length || normalise(slice_skip(text, kept), exclude, pattern, &length);
    spec->pattern = (struct slice){pattern, length};
    return good;
}

/* ---- the files of a config -------------------------------------------------------------------- */

static bool is_compiled(struct slice name, bool allow_js) {
    static const char *const extensions[] = {".ts", ".tsx", ".mts", ".cts",
                                             ".js", ".jsx", ".mjs", ".cjs"};
    for (size_t i = 0; i < (allow_js ? 8 : 4); i++) {
        if (slice_ends(name, slice_of(extensions[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const struct tsconfig *tsconfig, path_id file) {
    uint32_t low = 0, high = tsconfig->file_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tsconfig->files[middle] == file) {
            return true;
        }
        if (tsconfig->files[middle] < file) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

static bool takes_as(const struct paths *paths, const struct tsconfig *tsconfig, path_id file,
                     const char *extension) {
    bool taken = false;
    for (uint32_t i = 0; i < tsconfig->include_count && !taken; i++) {
        taken = spec_takes(paths, &tsconfig->includes[i], file, false, extension);
    }
    for (uint32_t i = 0; i < tsconfig->exclude_count && taken; i++) {
        taken = !spec_takes(paths, &tsconfig->excludes[i], file, true, extension);
    }
    return taken;
}

bool tsconfig_takes(const struct paths *paths, const struct tsconfig *tsconfig, path_id file,
                    bool loose) {
    if (is_listed(tsconfig, file)) {
        return true;
    }
    if (!loose && !is_compiled(path_name(paths, file), tsconfig->allow_js)) {
        return false;
    }
    return takes_as(paths, tsconfig, file, NULL) ||
           (loose &&
            (takes_as(paths, tsconfig, file, ".ts") || takes_as(paths, tsconfig, file, ".tsx")));
}
