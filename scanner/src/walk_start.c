#include <uv.h>

#include "language.h"
#include "walk_private.h"

/* ---- where it begins ------------------------------------------------------------------------- */

void walk_start_at(struct walk *walk, const struct walk_entry *entry) {
    uint32_t environment = UINT32_C(1) << entry->environment;
    struct file *file = walk_ask_for(walk, entry->path, environment);
    if (file) {
        walk_request(walk, file, environment);
    }
}

static int start_entry(struct walk *walk, const prologue_entry *entry) {
    path_id spelled, real;
    int environment = config_environment(&walk->config, entry->environment);
    if (environment < 0) {
        return walk_refuse(walk, PROLOGUE_EENVIRONMENT, entry->environment);
    }
    const char *name = entry->path ? entry->path : "";
    int code = walk_join(walk, walk->root, name, PROLOGUE_EENTRY, &spelled);
    if (code) {
        return code;
    }
    if (realpath_any(&walk->realpath, spelled, &real) != PATH_FILE) {
        return walk_refuse(walk, PROLOGUE_EENTRY, name);
    }
    code = ledger_grow(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &walk->entries,
                       &walk->entry_capacity, walk->entry_count + 1, sizeof *walk->entries);
    if (code) {
        return code;
    }
    walk->entries[walk->entry_count++] = (struct walk_entry){real, (uint32_t)environment};
    walk_start_at(walk, &walk->entries[walk->entry_count - 1]);
    return 0;
}

static bool is_source_folder(struct slice name) {
    return name.data[0] != '.' && !slice_equal(name, SLICE("node_modules"));
}

struct folder_list {
    path_id *items;
    uint32_t count, capacity;
};

static void add_source(struct walk *walk, path_id path) {
    if (walk->realpath.preserve || !path_in_node_modules(&walk->paths, path) ||
        path_in_node_modules(&walk->paths, walk->root)) {
        struct file *file = walk_ask_for(walk, path, UINT32_MAX);
        if (file) {
            file->source = true;
        }
    }
}

static void add_source_folder(struct walk *walk, struct folder_list *list, path_id path) {
    bool outside =
        path_in_node_modules(&walk->paths, path) && !path_in_node_modules(&walk->paths, walk->root);
    if (outside || walk_excludes(walk, path)) {
        return;
    }
    struct folder *folder = folder_of(&walk->realpath, path);
    if (folder->is_source) {
        return;
    }
    folder->is_source = true;
    int code = ledger_grow(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &list->items, &list->capacity,
                           list->count + 1, sizeof *list->items);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    list->items[list->count++] = path;
}

static void tell_of_folder(struct walk *walk, const struct folder *folder) {
    char text[160] = "the folder cannot be listed: ";
    uv_strerror_r(folder->unlistable, text + strlen(text), sizeof text - strlen(text));
    manifest_complain_whole(&walk->manifests, folder->path, "unreadable-folder", text, true);
}

/* Something in a source folder that is neither a file nor a folder that can be entered. */
static void tell_of_entry(struct walk *walk, const struct folder *folder,
                          struct listing_entry entry, path_id real) {
    enum path_state state =
        real == NO_PATH ? PATH_MISSING : (enum path_state)path_at(&walk->paths, real)->state;
    if (walk->realpath.error) {
        return;
    }
    if (folder->text_length + entry.name.length + 1 > PATH_LONGEST) {
        manifest_complain_whole(&walk->manifests, folder->path, "path-too-long",
                                "the folder holds a name whose path is longer than the system's "
                                "limit: it is left out",
                                true);
    } else if (state == PATH_OTHER) {
        manifest_complain_whole(&walk->manifests, real, "not-a-file",
                                "a FIFO, socket or device stands where a module should", false);
    } else if (entry.type == OS_LINK) {
        path_id link = path_find(&walk->paths, folder->path, entry.name);
        manifest_complain_whole(&walk->manifests, link, "broken-link",
                                "the symbolic link leads nowhere, or in a circle", false);
    }
}

static void look_at(struct walk *walk, struct folder_list *list, struct folder *folder,
                    struct listing_entry entry) {
    path_id real;
    bool script = language_of(entry.name, NULL);
    if (entry.type == OS_FILE && !script) {
        return;
    }
    if (entry.type != OS_FILE && !script && !is_source_folder(entry.name)) {
        return;
    }
    switch (realpath_child(&walk->realpath, folder, entry.name, false, &real)) {
    case PATH_FILE:
        if (script && language_of(path_name(&walk->paths, real), NULL)) {
            add_source(walk, real);
        }
        return;
    case PATH_FOLDER:
        if (is_source_folder(entry.name)) {
            add_source_folder(walk, list, real);
        }
        return;
    default:
        tell_of_entry(walk, folder, entry, real);
        return;
    }
}

/* Every script below a source folder, each real folder once. */
static void start_folders(struct walk *walk, struct folder_list *list) {
    for (uint32_t i = 0; i < list->count && walk_goes_on(walk); i++) {
        struct folder *folder = realpath_folder(&walk->realpath, list->items[i]);
        if (!folder || !realpath_list(&walk->realpath, folder)) {
            if (folder && folder->unlistable) {
                tell_of_folder(walk, folder);
            }
            continue;
        }
        for (uint32_t j = 0; j < listing_count(folder->listing) && !walk->error; j++) {
            look_at(walk, list, folder, listing_at(folder->listing, j));
        }
        listing_adopt(&folder->listing, walk->ledger, &walk->paths, folder->path);
        walk_feed(walk);
    }
}

static int add_named(struct walk *walk, struct folder_list *list, const char *name, bool must) {
    path_id spelled;
    int code = walk_join(walk, walk->root, name, PROLOGUE_ESOURCE, &spelled);
    if (code) {
        return code;
    }
    struct folder *folder = realpath_folder(&walk->realpath, spelled);
    if (!folder || !realpath_list(&walk->realpath, folder)) {
        return must ? walk_refuse(walk, PROLOGUE_ESOURCE, name) : 1;
    }
    add_source_folder(walk, list, folder->path);
    return walk->error;
}

static int start_sources(struct walk *walk, const prologue_scan_request *scan,
                         struct folder_list *list) {
    int code = 0;
    for (size_t i = 0; i < scan->source_count && !code; i++) {
        code = add_named(walk, list, scan->sources[i], true);
    }
    if (!scan->source_count) {
        code = add_named(walk, list, "src", false);
        code = code == 1 ? add_named(walk, list, ".", true) : code;
    }
    if (!code) {
        start_folders(walk, list);
    }
    return code;
}

int walk_start(struct walk *walk, const prologue_scan_request *scan) {
    struct folder_list folders = {0};
    int code = 0;
    for (size_t i = 0; i < scan->entry_count && !code; i++) {
        code = start_entry(walk, &scan->entries[i]);
    }
    if (!code) {
        code = start_sources(walk, scan, &folders);
    }
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, folders.items,
                folders.capacity * sizeof *folders.items);
    return walk->realpath.error ? walk->realpath.error : code;
}
