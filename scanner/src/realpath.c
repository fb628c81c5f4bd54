#include "realpath.h"

#include <uv.h>

void realpath_init(struct realpath *realpath, struct paths *paths, struct os_files *files,
                   struct ledger *ledger) {
    *realpath = (struct realpath){.paths = paths, .ledger = ledger, .files = files};
    rows_init(&realpath->folders, ledger, PROLOGUE_SUBSYSTEM_REALPATH, sizeof(struct folder));
    rows_init(&realpath->watched, ledger, PROLOGUE_SUBSYSTEM_REALPATH, sizeof(uint32_t));
    arena_init(&realpath->texts, ledger, PROLOGUE_SUBSYSTEM_REALPATH);
    realpath->watch = UV_ENOSYS;
}

void realpath_free(struct realpath *realpath) {
    for (uint32_t i = 0; i < realpath->folders.count; i++) {
        struct folder *folder = rows_at(&realpath->folders, i);
        listing_free(folder->listing, realpath->ledger);
    }
    rows_free(&realpath->folders);
    rows_free(&realpath->watched);
    arena_free(&realpath->texts);
}

static bool no_memory(struct realpath *realpath) {
    realpath->error = ledger_error(realpath->ledger);
    return false;
}

/* Changes in the folder are told from here on: before anything is asked of it. */
static bool watch_folder(struct realpath *realpath, const struct folder *folder) {
    if (realpath->watch < 0 || realpath->unwatched) {
        realpath->unwatched = true;
        return true;
    }
    int number = os_watch_folder(realpath->watch, folder->text);
    if (number < 0) {
        realpath->unwatched = true;
        return true;
    }
    while (realpath->watched.count <= (uint32_t)number) {
        if (!rows_add(&realpath->watched)) {
            return false;
        }
    }
    *(uint32_t *)rows_at(&realpath->watched, (uint32_t)number) = realpath->folders.count;
    return true;
}

struct folder *realpath_watched(const struct realpath *realpath, int number) {
    uint32_t row = number >= 0 && (uint32_t)number < realpath->watched.count
                       ? *(uint32_t *)rows_at(&realpath->watched, (uint32_t)number)
                       : 0;
    return row ? rows_at(&realpath->folders, row - 1) : NULL;
}

/* Makes a folder of a path that exists and is no link. */
static bool make_folder(struct realpath *realpath, path_id id) {
    char text[PATH_LONGEST + 2];
    struct path *path = path_at(realpath->paths, id);
    if (path->state == PATH_FOLDER) {
        return true;
    }
    size_t length = path_text(realpath->paths, id, text, sizeof text);
    if (!length) {
        path->state = PATH_MISSING;
        return false;
    }
    const char *copy = arena_copy(&realpath->texts, (struct slice){text, length});
    struct folder *folder = copy ? rows_add(&realpath->folders) : NULL;
    if (!folder) {
        return no_memory(realpath);
    }
    folder->path = id;
    folder->text = copy;
    folder->text_length = (uint16_t)length;
    folder->in_node_modules = slice_equal(path_name(realpath->paths, id), SLICE("node_modules")) ||
                              path_in_node_modules(realpath->paths, id);
    path->state = PATH_FOLDER;
    path->memo = realpath->folders.count - 1;
    if (realpath->stamps && !watch_folder(realpath, folder)) {
        return no_memory(realpath);
    }
    if (realpath->stamps && realpath->files &&
        os_stamp_of(realpath->files, id, copy, "", &folder->stamp)) {
        folder->stamp = 0;
    }
    return true;
}

bool realpath_list(struct realpath *realpath, struct folder *folder) {
    if (folder->listing || folder->unlistable || !realpath->files) {
        return folder->listing != NULL;
    }
    bool memory = false;
    int code = listing_read(&folder->listing, realpath->ledger, realpath->files, folder->text,
                            realpath->folds, &memory);
    realpath->listed++;
    if (code && memory) {
        return no_memory(realpath);
    }
    folder->unlistable = (int16_t)code;
    return code == 0;
}

static enum path_state state_of_type(enum os_type type) {
    switch (type) {
    case OS_FILE:
        return PATH_FILE;
    case OS_FOLDER:
        return PATH_PRESENT;
    case OS_LINK:
        return PATH_LINK;
    default:
        return PATH_OTHER;
    }
}

static enum path_state ask_type(const struct realpath *realpath, path_id id) {
    char text[PATH_LONGEST + 2];
    enum os_type type;
    if (!path_text(realpath->paths, id, text, sizeof text) || os_type_of(text, &type)) {
        return PATH_MISSING;
    }
    return state_of_type(type);
}

bool realpath_confirm(struct realpath *realpath, path_id assumed) {
    bool is_file = ask_type(realpath, assumed) == PATH_FILE;
    if (is_file) {
        path_at(realpath->paths, assumed)->state = PATH_FILE;
    }
    return is_file;
}

/* The same where a folder is likely: without a call that asks for a status. */
static enum path_state probe(const struct realpath *realpath, path_id id) {
    char text[PATH_LONGEST + 2];
    enum os_type type;
    int code = path_text(realpath->paths, id, text, sizeof text)
                   ? os_probe(realpath->files, text, &type)
                   : UV_ENAMETOOLONG;
    return code == 0 ? state_of_type(type) : code == UV_ELOOP ? PATH_LOOP : PATH_MISSING;
}

/* Settles what an unknown path in a real folder is. A link's target is left to the walk. */
static void settle(struct realpath *realpath, path_id id) {
    struct path *path = path_at(realpath->paths, id);
    const struct path *parent = path_at(realpath->paths, path->parent);
    const struct folder *folder =
        parent->state == PATH_FOLDER ? rows_at(&realpath->folders, parent->memo) : NULL;
    enum os_type type;
    if (folder && folder->listing) {
        if (!listing_find(folder->listing, path_name(realpath->paths, id), &type)) {
            path->state = PATH_MISSING;
        } else {
            path->state =
                (uint8_t)(type == OS_UNKNOWN ? ask_type(realpath, id) : state_of_type(type));
        }
    } else {
        path->state = (uint8_t)probe(realpath, id);
    }
    if (path->state == PATH_LINK) {
        path->memo = NO_PATH;
        path->flags |= PATH_FOLLOWED;
    }
    if (path->state == PATH_PRESENT) {
        make_folder(realpath, id);
    }
    realpath->misses++;
}

/* A walk along a path whose components may be links: what is left of the text, and the links whose
 * targets are being walked, each with the length of text that stands behind its target. */
struct walk_state {
    path_id at;
    char text[2][PATH_LONGEST + 2];
    int which;
    struct slice rest;
    struct {
        path_id link;
        size_t behind;
    } links[REALPATH_MAX_LINKS];
    int link_count, followed;
};

static void links_end(struct realpath *realpath, struct walk_state *walk, path_id real,
                      enum path_state state) {
    while (walk->link_count > 0) {
        struct path *link = path_at(realpath->paths, walk->links[--walk->link_count].link);
        link->state = (uint8_t)state;
        link->memo = real;
        link->flags &= (uint8_t)~PATH_FOLLOWED;
    }
}

static void links_reached(struct realpath *realpath, struct walk_state *walk) {
    while (walk->link_count > 0 && walk->rest.length <= walk->links[walk->link_count - 1].behind) {
        struct path *link = path_at(realpath->paths, walk->links[--walk->link_count].link);
        link->memo = walk->at;
        link->flags &= (uint8_t)~PATH_FOLLOWED;
    }
}

static bool expand_link(struct realpath *realpath, struct walk_state *walk, path_id id) {
    char source[PATH_LONGEST + 2];
    char *next = walk->text[!walk->which];
    if (walk->followed++ == REALPATH_MAX_LINKS ||
        !path_text(realpath->paths, id, source, sizeof source)) {
        return false;
    }
    int length = os_readlink(source, next, PATH_LONGEST);
    if (length < 0 || (size_t)length + 1 + walk->rest.length > PATH_LONGEST) {
        return false;
    }
    size_t behind = walk->rest.length;
    next[length] = '/';
    if (behind) {
        memcpy(next + length + 1, walk->rest.data, behind);
    }
    walk->rest = (struct slice){next, (size_t)length + 1 + behind};
    walk->which = !walk->which;
    walk->links[walk->link_count].link = id;
    walk->links[walk->link_count++].behind = behind;
    walk->at = length && next[0] == '/' ? PATH_ROOT : path_at(realpath->paths, id)->parent;
    return true;
}

/* A name in a folder as the folder has it. */
static struct slice true_name(struct realpath *realpath, path_id at, struct slice name) {
    if (!realpath->folds || !make_folder(realpath, at)) {
        return name;
    }
    struct folder *folder = folder_of(realpath, at);
    return realpath_list(realpath, folder) ? listing_true_name(folder->listing, name) : name;
}

/* One step onto `id`. The state is PATH_PRESENT, PATH_FILE or PATH_FOLDER where it went on. */
static enum path_state step(struct realpath *realpath, struct walk_state *walk, path_id id) {
    struct path *path = path_at(realpath->paths, id);
    if (path->state == PATH_UNKNOWN || path->state == PATH_ASSUMED) {
        settle(realpath, id);
    } else {
        realpath->hits++;
    }
    if (path->state == PATH_LINK && path->flags & PATH_FOLLOWED) {
        return expand_link(realpath, walk, id) ? PATH_PRESENT : PATH_LOOP;
    }
    if (path->state == PATH_LINK) {
        walk->at = path->memo;
        return path->memo == NO_PATH ? PATH_MISSING : PATH_PRESENT;
    }
    walk->at = id;
    return (enum path_state)path->state;
}

/* With `preserve` a link keeps its own name, and is what it leads to. */
static path_id keep_spelling(struct realpath *realpath, path_id spelled, path_id real) {
    struct path *path = path_at(realpath->paths, spelled);
    if (!realpath->preserve || real == spelled) {
        return real;
    }
    path->memo = 0; /* no longer where the link leads */
    path->state = path_at(realpath->paths, real)->state;
    if (path->state == PATH_FOLDER || path->state == PATH_PRESENT) {
        path->state = PATH_PRESENT;
        make_folder(realpath, spelled);
    }
    return spelled;
}

static bool can_go_on(enum path_state state) {
    return state == PATH_PRESENT || state == PATH_FOLDER || state == PATH_FILE;
}

static struct slice take_component(struct slice *rest) {
    const char *slash = memchr(rest->data, '/', rest->length);
    struct slice name = {rest->data, slash ? (size_t)(slash - rest->data) : rest->length};
    *rest = slice_skip(*rest, name.length);
    return name;
}

static enum path_state walk_on(struct realpath *realpath, struct walk_state *walk) {
    for (;;) {
        while (walk->rest.length && walk->rest.data[0] == '/') {
            walk->rest = slice_skip(walk->rest, 1);
        }
        links_reached(realpath, walk);
        if (!walk->rest.length) {
            return (enum path_state)path_at(realpath->paths, walk->at)->state;
        }
        struct slice name = take_component(&walk->rest);
        struct path *at = path_at(realpath->paths, walk->at);
        if (at->state == PATH_FILE || at->state == PATH_OTHER) {
            return PATH_MISSING;
        }
        if (slice_equal(name, SLICE("."))) {
            continue;
        }
        if (slice_equal(name, SLICE(".."))) {
            walk->at = at->parent;
            continue;
        }
        path_id child = path_child(realpath->paths, walk->at, true_name(realpath, walk->at, name));
        if (child == NO_PATH) {
            no_memory(realpath);
            return PATH_MISSING;
        }
        enum path_state state = step(realpath, walk, child);
        if (!can_go_on(state)) {
            return state;
        }
    }
}

/* From a path whose own folders are real. */
static enum path_state walk_text(struct realpath *realpath, path_id from, struct slice text,
                                 path_id *real) {
    struct walk_state walk;
    walk.at = from;
    walk.which = 0;
    walk.link_count = walk.followed = 0;
    if (text.length > PATH_LONGEST) {
        return PATH_MISSING;
    }
    memcpy(walk.text[0], text.data, text.length);
    walk.rest = (struct slice){walk.text[0], text.length};
    enum path_state state = walk_on(realpath, &walk);
    if (can_go_on(state) || state == PATH_OTHER || state == PATH_UNKNOWN) {
        links_end(realpath, &walk, walk.at, PATH_LINK);
        *real = walk.at;
        return state;
    }
    links_end(realpath, &walk, NO_PATH, state == PATH_LOOP ? PATH_LOOP : PATH_LINK);
    return state;
}

static enum path_state follow_child(struct realpath *realpath, path_id folder, path_id child,
                                    path_id *real) {
    enum path_state state = walk_text(realpath, folder, path_name(realpath->paths, child), real);
    if (can_go_on(state)) {
        *real = keep_spelling(realpath, child, *real);
    }
    return state;
}

enum path_state realpath_follow(struct realpath *realpath, path_id link, path_id *real) {
    struct path *path = path_at(realpath->paths, link);
    if (path->state == PATH_ASSUMED || path->state == PATH_UNKNOWN || path->state == PATH_FILE) {
        path->state = PATH_UNKNOWN;
    }
    return follow_child(realpath, path->parent, link, real);
}

struct folder *realpath_folder(struct realpath *realpath, path_id spelled) {
    struct path *path = path_at(realpath->paths, spelled);
    if (path->state == PATH_FOLDER) {
        realpath->hits++;
        return rows_at(&realpath->folders, path->memo);
    }
    char text[PATH_LONGEST + 2];
    path_id from = spelled, real = NO_PATH;
    while (from != PATH_ROOT && path_at(realpath->paths, from)->state != PATH_FOLDER) {
        from = path_at(realpath->paths, from)->parent;
    }
    size_t length =
        spelled == from ? 0 : path_relative(realpath->paths, from, spelled, text, sizeof text);
    if (spelled != from && !length) {
        return NULL;
    }
    if (!length) {
        real = spelled;
    } else if (!can_go_on(walk_text(realpath, from, (struct slice){text, length}, &real))) {
        return NULL;
    }
    enum path_state state = (enum path_state)path_at(realpath->paths, real)->state;
    if (state == PATH_FILE || state == PATH_OTHER || !make_folder(realpath, real)) {
        return NULL;
    }
    return folder_of(realpath, keep_spelling(realpath, spelled, real));
}

enum path_state realpath_child(struct realpath *realpath, struct folder *folder, struct slice name,
                               bool assume, path_id *real) {
    enum os_type type;
    name = true_name(realpath, folder->path, name);
    *real = NO_PATH;
    path_id id = NO_PATH;
    if (folder->listing && !listing_find_path(folder->listing, name, &type, &id)) {
        return PATH_MISSING;
    }
    if (id == NO_PATH) {
        id = path_find(realpath->paths, folder->path, name);
    }
    enum path_state state =
        id == NO_PATH ? PATH_UNKNOWN : (enum path_state)path_at(realpath->paths, id)->state;
    *real = id;
    if (state == PATH_FILE || state == PATH_FOLDER || state == PATH_MISSING ||
        state == PATH_OTHER || state == PATH_LOOP || (state == PATH_ASSUMED && assume)) {
        realpath->hits++;
        return state;
    }
    if (!folder->listing && !assume && (state == PATH_UNKNOWN || state == PATH_ASSUMED) &&
        realpath_list(realpath, folder) && !listing_find(folder->listing, name, &type)) {
        return PATH_MISSING;
    }
    if (id == NO_PATH) {
        id = *real = path_child(realpath->paths, folder->path, name);
        if (id == NO_PATH) {
            no_memory(realpath);
            return PATH_MISSING;
        }
    }
    if (assume && !folder->listing && state == PATH_UNKNOWN) {
        path_at(realpath->paths, id)->state = PATH_ASSUMED;
        return PATH_ASSUMED;
    }
    return follow_child(realpath, folder->path, id, real);
}

/* The last letter of a text in the other case. False where it has none. */
static bool swap_case(char *text, size_t length) {
    while (length > 0 && text[length - 1] != '/') {
        char *at = &text[--length], small = (char)(*at | 0x20);
        if (small >= 'a' && small <= 'z') {
            *at ^= 0x20;
            return true;
        }
    }
    return false;
}

void realpath_probe_case(struct realpath *realpath, path_id spelled) {
    char text[PATH_LONGEST + 2];
    enum os_type type;
    size_t length = path_text(realpath->paths, spelled, text, sizeof text);
    if (spelled == PATH_ROOT || !swap_case(text, length) || os_type_of(text, &type)) {
        return;
    }
    struct folder *parent = realpath_folder(realpath, path_at(realpath->paths, spelled)->parent);
    const char *other = strrchr(text, '/') + 1;
    realpath->folds = parent && realpath_list(realpath, parent) &&
                      !listing_find(parent->listing, slice_of(other), &type);
}

enum path_state realpath_any(struct realpath *realpath, path_id spelled, path_id *real) {
    if (spelled == PATH_ROOT) {
        *real = spelled;
        return realpath_folder(realpath, spelled) ? PATH_FOLDER : PATH_MISSING;
    }
    struct folder *folder = realpath_folder(realpath, path_at(realpath->paths, spelled)->parent);
    if (!folder) {
        return PATH_MISSING;
    }
    return realpath_child(realpath, folder, path_name(realpath->paths, spelled), false, real);
}

/* On a volume that folds case every name is looked up in them. */
uint32_t realpath_drop_listings(struct realpath *realpath) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < realpath->folders.count && !realpath->folds; i++) {
        struct folder *folder = rows_at(&realpath->folders, i);
        if (folder->listing) {
            listing_free(folder->listing, realpath->ledger);
            folder->listing = NULL;
            folder->dropped_listing = true;
            count++;
        }
    }
    return count;
}
