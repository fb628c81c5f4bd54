/* What the globs of a module stand for. Folders are walked with the states of the pattern that are
 * alive in them, each pair of a folder and a state once: links in a circle, and patterns that reach
 * a folder in several ways, cost nothing more. */
#include "walk_private.h"

/* ---- walking --------------------------------------------------------------------------------- */

/* A real folder that was reached, with all states in which it ever was. */
struct place {
    path_id folder;
    struct glob_states seen;
};

struct visit {
    path_id folder;
    struct glob_states states;
};

struct expansion {
    struct realpath *realpath;
    const struct glob *glob;
    bool packages; /* enters node_modules too */
    struct rows places;
    struct table index;
    struct visit *visits;
    uint32_t visit_count, visit_capacity;
    walk_glob_found found;
    void *payload;
};

static bool is_place(const void *context, uint32_t row, const void *key) {
    const struct expansion *all = context;
    const path_id *folder = key;
    return ((const struct place *)rows_at(&all->places, row))->folder == *folder;
}

static struct place *place_of(struct expansion *all, path_id folder) {
    uint32_t hash = folder * UINT32_C(2654435761);
    if (table_reserve(&all->index)) {
        return NULL;
    }
    struct table_slot *slot = table_slot(&all->index, hash, is_place, all, &folder);
    if (slot->row) {
        return rows_at(&all->places, slot->row - 1);
    }
    struct place *place = rows_add(&all->places);
    if (place) {
        place->folder = folder;
        table_put(&all->index, slot, hash, all->places.count - 1);
    }
    return place;
}

/* Takes away the states in which the folder was before. False where none is left. */
static bool are_new(struct place *place, struct glob_states *states) {
    uint64_t left = 0;
    for (size_t i = 0; i < sizeof states->bits / sizeof *states->bits; i++) {
        states->bits[i] &= ~place->seen.bits[i];
        place->seen.bits[i] |= states->bits[i];
        left |= states->bits[i];
    }
    return left != 0;
}

static void push(struct expansion *all, path_id folder, const struct glob_states *states) {
    struct ledger *ledger = all->realpath->ledger;
    struct visit visit = {folder, *states};
    struct place *place = place_of(all, folder);
    if (place && !are_new(place, &visit.states)) {
        return;
    }
    if (!place || ledger_grow(ledger, PROLOGUE_SUBSYSTEM_GRAPH, &all->visits, &all->visit_capacity,
                              all->visit_count + 1, sizeof *all->visits)) {
        all->realpath->error = ledger_error(ledger);
        return;
    }
    all->visits[all->visit_count++] = visit;
}

static void take(struct expansion *all, struct folder *folder, struct slice name,
                 struct glob_states states) {
    path_id real;
    glob_read(all->glob, &states, name, true);
    if (glob_is_dead(all->glob, &states)) {
        return;
    }
    enum path_state state = realpath_child(all->realpath, folder, name, false, &real);
    if (state == PATH_FILE && glob_accepts(all->glob, &states)) {
        all->found(all->payload, real);
    } else if (state == PATH_FOLDER &&
               (all->packages || !slice_equal(name, SLICE("node_modules")))) {
        glob_read(all->glob, &states, SLICE("/"), false);
        if (!glob_is_dead(all->glob, &states)) {
            push(all, real, &states);
        }
    }
}

static void expand(struct expansion *all, path_id base) {
    struct glob_states states;
    struct folder *folder = realpath_folder(all->realpath, base);
    glob_begin(&states);
    if (folder) {
        push(all, folder->path, &states);
    }
    while (all->visit_count > 0 && !all->realpath->error) {
        struct visit visit = all->visits[--all->visit_count];
        folder = realpath_folder(all->realpath, visit.folder);
        if (!folder || !realpath_list(all->realpath, folder)) {
            continue;
        }
        for (uint32_t i = 0; i < listing_count(folder->listing); i++) {
            take(all, folder, listing_at(folder->listing, i).name, visit.states);
        }
    }
}

static void expand_from(struct realpath *realpath, const struct glob *glob, path_id base,
                        bool packages, walk_glob_found found, void *payload) {
    struct expansion all = {.realpath = realpath,
                            .glob = glob,
                            .packages = packages,
                            .found = found,
                            .payload = payload};
    rows_init(&all.places, realpath->ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct place));
    table_init(&all.index, realpath->ledger, PROLOGUE_SUBSYSTEM_GRAPH);
    expand(&all, base);
    ledger_free(realpath->ledger, PROLOGUE_SUBSYSTEM_GRAPH, all.visits,
                all.visit_capacity * sizeof *all.visits);
    rows_free(&all.places);
    table_free(&all.index);
}

/* ---- one call of import.meta.glob ------------------------------------------------------------ */

struct calling {
    struct walk *walk;
    const struct file *file;
    const struct facts *facts;
    const struct fact_import *import;
    uint32_t environment;
    path_id common; /* the folder that all positive patterns of the call have in common */
    walk_glob_found found;
    void *payload;
};

struct pattern {
    path_id base;
    struct slice rest;
    unsigned flags;
    char text[PATH_LONGEST + 1];
};

static unsigned flags_of(const struct fact_import *import) {
    return (import->flags & FACT_GLOB_META ? GLOB_META | GLOB_GROUPS : 0) |
           (import->flags & FACT_GLOB_ALL ? GLOB_DOTS : 0) |
           (import->flags & FACT_GLOB_FOLD ? GLOB_FOLD : 0);
}

static bool begins_deep(const struct facts *facts, const struct fact_import *import) {
    struct slice text = facts_text(facts, import->text, import->text_length);
    return import->flags & FACT_GLOB_META && slice_starts(text, SLICE("**"));
}

static bool is_relative(struct slice text) {
    return slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("../"));
}

static bool move(struct walk *walk, path_id from, struct slice text, path_id *base) {
    int code = path_join(&walk->paths, from, text, base);
    if (code && code != PROLOGUE_EINVALID) {
        walk_fail(walk, code);
    }
    return code == 0;
}

/* `@/x/` + `*.ts` by an alias `@`: the folder that it says, and the rest of the pattern. */
static bool apply_alias(const struct calling *calling, struct slice *text, path_id *base) {
    struct walk *walk = calling->walk;
    for (uint32_t i = 0; i < walk->resolver.alias_count; i++) {
        const struct resolve_alias *alias = &walk->resolver.aliases[i];
        bool slash = slice_ends(alias->from, SLICE("/"));
        if (alias->environments >> calling->environment & 1 && slice_starts(*text, alias->from) &&
            text->length > alias->from.length && (slash || text->data[alias->from.length] == '/') &&
            (is_relative(alias->to) || slice_starts(alias->to, SLICE("/")))) {
            *text = slice_skip(*text, alias->from.length + !slash);
            return move(walk, walk->root, alias->to, base);
        }
    }
    return false;
}

/* The same by `paths` of the tsconfig: its first target, where the `*` is a whole name. */
static bool apply_paths(const struct calling *calling, struct slice *text, path_id *base) {
    struct walk *walk = calling->walk;
    struct slice star;
    const struct tsconfig *tsconfig =
        tsconfig_at(&walk->tsconfigs, walk_importer(walk, calling->file).tsconfig);
    const struct tsconfig_path *path = tsconfig ? tsconfig_match(tsconfig, *text, &star) : NULL;
    if (!path || !path->target_count || !star.data) {
        return false;
    }
    struct slice target = path->targets[0];
    path_id from = tsconfig_base(tsconfig, tsconfig->paths_base, &target);
    if (slice_equal(target, SLICE("*"))) {
        target.length = 0;
    } else if (slice_ends(target, SLICE("/*"))) {
        target.length -= 2;
    } else {
        return false;
    }
    *text = star;
    return move(walk, from, target, base);
}

static bool apply_imports(const struct calling *calling, struct slice *text, path_id *base) {
    struct walk *walk = calling->walk;
    return slice_starts(*text, SLICE("#")) &&
           resolve_imports_glob(&walk->resolver, walk_folder_of(walk, calling->file), text,
                                calling->environment, base);
}

/* Where the query of a template begins, behind its last `/`; its length where it has none. */
static size_t query_of(struct slice text, const struct fact_import *import) {
    size_t at = text.length;
    while (at && text.data[at - 1] != '/') {
        at--;
    }
    const char *query = at < text.length ? memchr(text.data + at, '?', text.length - at) : NULL;
    return query && !(import->flags & FACT_GLOB_META) ? (size_t)(query - text.data) : text.length;
}

bool walk_glob_is_leaf(const struct facts *facts, const struct fact_import *import) {
    struct slice text = facts_text(facts, import->text, import->text_length);
    return import->flags & FACT_GLOB_LEAF || query_of(text, import) < text.length;
}

/* False: the pattern leads nowhere. One that begins with `**` is taken from the common folder. */
static bool read_pattern(const struct calling *calling, const struct fact_import *import,
                         struct pattern *pattern) {
    struct walk *walk = calling->walk;
    struct slice text = facts_text(calling->facts, import->text, import->text_length);
    text.length = query_of(text, import);
    pattern->flags = flags_of(import);
    pattern->base = walk_folder_of(walk, calling->file)->path;
    if (text.length > PATH_LONGEST) {
        return false;
    }
    if (begins_deep(calling->facts, import)) {
        pattern->base = calling->common;
    } else if (!is_relative(text) && !slice_starts(text, SLICE("/")) &&
               !apply_alias(calling, &text, &pattern->base) &&
               !apply_paths(calling, &text, &pattern->base) &&
               !apply_imports(calling, &text, &pattern->base)) {
        return false;
    }
    int code = glob_root(&walk->paths, walk->root, text, pattern->flags, &pattern->base,
                         pattern->text, &pattern->rest.length);
    pattern->rest.data = pattern->text;
    if (code) {
        walk_fail(walk, code);
    }
    return code == 0;
}

static uint32_t depth_of(const struct paths *paths, path_id path) {
    uint32_t depth = 0;
    for (; path != PATH_ROOT; path = path_at(paths, path)->parent) {
        depth++;
    }
    return depth;
}

static path_id common_folder(const struct paths *paths, path_id a, path_id b) {
    uint32_t depth_a = depth_of(paths, a), depth_b = depth_of(paths, b);
    while (a != b) {
        if (depth_a >= depth_b) {
            a = path_at(paths, a)->parent;
            depth_a--;
        } else {
            b = path_at(paths, b)->parent;
            depth_b--;
        }
    }
    return a;
}

/* The patterns of one call follow each other. */
static bool is_of_call(const struct calling *calling, uint32_t index) {
    return index < calling->facts->import_count &&
           calling->facts->imports[index].kind == FACT_GLOB &&
           calling->facts->imports[index].group == calling->import->group;
}

static uint32_t first_of_call(const struct calling *calling) {
    uint32_t index = (uint32_t)(calling->import - calling->facts->imports);
    while (index && is_of_call(calling, index - 1)) {
        index--;
    }
    return index;
}

/* Negative ones, and those that begin with `**`, have no say in it. */
static path_id common_of_call(const struct calling *calling) {
    struct pattern pattern;
    path_id common = NO_PATH;
    for (uint32_t i = first_of_call(calling); is_of_call(calling, i); i++) {
        const struct fact_import *import = &calling->facts->imports[i];
        if (import->flags & FACT_GLOB_NEGATED || begins_deep(calling->facts, import) ||
            !read_pattern(calling, import, &pattern)) {
            continue;
        }
        common = common == NO_PATH ? pattern.base
                                   : common_folder(&calling->walk->paths, common, pattern.base);
    }
    return common == NO_PATH ? calling->walk->root : common;
}

/* Whether node_modules stands between the folder that all patterns have in common and the one that
 * this pattern begins in. */
static bool is_in_packages(const struct calling *calling, path_id base) {
    const struct paths *paths = &calling->walk->paths;
    for (; base != calling->common && base != PATH_ROOT; base = path_at(paths, base)->parent) {
        if (slice_equal(path_name(paths, base), SLICE("node_modules"))) {
            return true;
        }
    }
    return false;
}

/* Whether a `!pattern` of the call takes the path away. */
static bool is_taken_away(const struct calling *calling, path_id path) {
    struct pattern pattern;
    struct glob glob;
    char text[PATH_LONGEST + 2];
    const struct paths *paths = &calling->walk->paths;
    for (uint32_t i = first_of_call(calling); is_of_call(calling, i); i++) {
        const struct fact_import *import = &calling->facts->imports[i];
        if (!(import->flags & FACT_GLOB_NEGATED) || !read_pattern(calling, import, &pattern) ||
            !path_is_below(paths, path, pattern.base) ||
            !glob_compile(&glob, pattern.rest, pattern.flags)) {
            continue;
        }
        size_t length = path_relative(paths, pattern.base, path, text, sizeof text);
        if (glob_matches(&glob, (struct slice){text, length})) {
            return true;
        }
    }
    return false;
}

static void filter_found(void *payload, path_id path) {
    const struct calling *calling = payload;
    if (path != calling->file->path && !is_taken_away(calling, path)) {
        calling->found(calling->payload, path);
    }
}

void walk_glob(struct walk *walk, const struct file *file, const struct facts *facts,
               uint32_t index, uint32_t environment, walk_glob_found found, void *payload) {
    struct calling calling = {walk,        file,    facts, &facts->imports[index],
                              environment, NO_PATH, found, payload};
    struct pattern pattern;
    struct glob glob;
    bool packages = calling.import->flags & FACT_GLOB_ALL;
    if (calling.import->flags & FACT_GLOB_NEGATED) {
        return;
    }
    calling.common = common_of_call(&calling);
    if (read_pattern(&calling, calling.import, &pattern) &&
        (packages || !is_in_packages(&calling, pattern.base)) &&
        glob_compile(&glob, pattern.rest, pattern.flags)) {
        expand_from(&walk->realpath, &glob, pattern.base, packages, filter_found, &calling);
    }
}
