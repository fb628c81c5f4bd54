#include "walk.h"

struct glob_filter {
    struct walk *walk;
    const struct file *file;
    const struct facts *facts;
    const struct fact_import *import;
    walk_glob_found found;
    void *payload;
};

static struct slice relative_pattern(struct slice pattern) {
    return slice_starts(pattern, SLICE("./")) ? slice_skip(pattern, 2) : pattern;
}

/* Whether a `!pattern` of the same call takes the path away. */
static bool is_taken_away(const struct glob_filter *filter, path_id path) {
    char text[PATH_LONGEST + 2];
    struct walk *walk = filter->walk;
    size_t length = path_relative(&walk->paths, walk_folder_of(walk, filter->file)->path, path,
                                  text, sizeof text);
    for (uint32_t i = 0; i < filter->facts->import_count; i++) {
        const struct fact_import *other = &filter->facts->imports[i];
        if (other->group == filter->import->group && other->flags & FACT_GLOB_NEGATED &&
            glob_matches(
                relative_pattern(facts_text(filter->facts, other->text, other->text_length)),
                (struct slice){text, length}, true)) {
            return true;
        }
    }
    return false;
}

static void filter_found(void *payload, path_id path) {
    struct glob_filter *filter = payload;
    if (path != filter->file->path && !is_taken_away(filter, path)) {
        filter->found(filter->payload, path);
    }
}

void walk_glob(struct walk *walk, const struct file *file, const struct facts *facts,
               uint32_t index, walk_glob_found found, void *payload) {
    const struct fact_import *import = &facts->imports[index];
    struct glob_filter filter = {walk, file, facts, import, found, payload};
    if (import->flags & FACT_GLOB_NEGATED) {
        return;
    }
    struct glob_request request = {&walk->realpath, walk_folder_of(walk, file)->path, walk->root,
                                   facts_text(facts, import->text, import->text_length),
                                   import->flags & FACT_GLOB_META};
    glob_expand(&request, filter_found, &filter);
}
