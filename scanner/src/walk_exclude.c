#include "walk_private.h"

/* The name of the package that a path stands in, as it is below node_modules; empty elsewhere. */
static struct slice package_of_text(struct slice path) {
    struct slice found = {path.data, 0};
    for (size_t i = 0; i + 13 <= path.length; i++) {
        if (memcmp(path.data + i, "node_modules/", 13) == 0 &&
            (i == 0 || path.data[i - 1] == '/')) {
            struct slice rest = slice_skip(path, i + 13);
            size_t slashes = rest.length && rest.data[0] == '@' ? 2 : 1, length = 0;
            while (length < rest.length && (rest.data[length] != '/' || --slashes)) {
                length++;
            }
            found = (struct slice){rest.data, length};
        }
    }
    return found;
}

static bool matches_folder(const struct glob *glob, struct slice path) {
    for (size_t i = 0; i < path.length; i++) {
        if (path.data[i] == '/' && glob_matches(glob, (struct slice){path.data, i})) {
            return true;
        }
    }
    return false;
}

static bool excludes(struct slice pattern, struct slice path, struct slice package) {
    struct glob glob;
    if (slice_starts(pattern, SLICE("./"))) {
        pattern = slice_skip(pattern, 2);
    }
    if (slice_ends(pattern, SLICE("/"))) {
        pattern.length--;
    }
    return glob_compile(&glob, pattern, GLOB_META) &&
           ((package.length && glob_matches(&glob, package)) || glob_matches(&glob, path) ||
            matches_folder(&glob, path));
}

uint32_t walk_exclusions(const struct walk *walk, path_id id) {
    char text[PATH_LONGEST + 2];
    uint32_t excluded = 0;
    if (!walk->config.exclude_count) {
        return 0;
    }
    struct slice path = {text, path_relative(&walk->paths, walk->root, id, text, sizeof text)};
    struct slice package = package_of_text(path);
    for (uint32_t i = 0; i < walk->config.exclude_count; i++) {
        const struct resolve_pattern *pattern = &walk->config.excludes[i];
        if (pattern->environments & ~excluded && excludes(pattern->text, path, package)) {
            excluded |= pattern->environments;
        }
    }
    return excluded;
}

uint32_t walk_all_environments(const struct walk *walk) {
    return UINT32_MAX >> (PROLOGUE_MAX_ENVIRONMENTS - walk->config.environment_count);
}

void walk_exclude(const struct walk *walk, struct file *file) {
    uint32_t excluded = walk_exclusions(walk, file->path), all = walk_all_environments(walk);
    file->excluded = !excluded                 ? FILE_NOT_EXCLUDED
                     : (excluded & all) == all ? FILE_EXCLUDED
                                               : FILE_PARTLY_EXCLUDED;
}

uint32_t walk_excluded(const struct walk *walk, const struct file *file) {
    return file->excluded == FILE_NOT_EXCLUDED ? 0
           : file->excluded == FILE_EXCLUDED   ? UINT32_MAX
                                               : walk_exclusions(walk, file->path);
}

bool walk_excludes(const struct walk *walk, path_id id) {
    return (walk_all_environments(walk) & ~walk_exclusions(walk, id)) == 0;
}
