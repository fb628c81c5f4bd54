/* A scan after a scan: what was read is compared with the disk or with what the caller says, and what
 * has not changed is not read again. */
#include <stdio.h>
#include <uv.h>

#include "language.h"
#include "walk_host.h"

/* ---- the same graph once more ---------------------------------------------------------------- */

static bool is_to_be_read(const struct file *file) {
    return file->state == FILE_FAILED || (file->state == FILE_READY && file->stale);
}

bool walk_is_stale(const struct walk *walk) {
    if (walk->host.answers) {
        return true;
    }
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        if (is_to_be_read(graph_at(&walk->graph, i))) {
            return true;
        }
    }
    return false;
}

void walk_read_again(struct walk *walk, struct file *file) {
    int code = graph_drop_edges(&walk->graph, file);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    file->has_directive = file->troubled = file->opened = false;
    file->answer = 0;
    file->error = 0;
    file->stale = true;
    walk_put_unread(walk, file);
}

void walk_count_anew(struct walk *walk) {
    walk->files_read = walk->bytes_read = walk->reads_joined = walk->grammar_files = 0;
    walk->realpath.hits = walk->realpath.misses = walk->realpath.listed = 0;
}

int walk_again(struct walk *walk) {
    const struct rows *files = &walk->graph.files;
    uint64_t answers = walk->host.digest;
    walk_count_anew(walk);
    walk->host.answers = false;
    walk->host.digest = 0;
    walk->error = 0;
    walk->modules = walk->visits = 0;
    walk->again = true;
    workers_begin(walk->workers, &walk->config.directives, walk->cancelled);
    for (uint32_t i = 0; i < files->count; i++) {
        struct file *file = graph_at(&walk->graph, i);
        file->requested = file->visited = 0;
        walk_forget_host(walk, file);
        if (is_to_be_read(file)) {
            walk_read_again(walk, file);
        }
    }
    for (uint32_t i = 0; i < walk->entry_count; i++) {
        walk_start_at(walk, &walk->entries[i]);
    }
    for (uint32_t i = 0; i < files->count; i++) {
        struct file *file = graph_at(&walk->graph, i);
        if (file->state == FILE_READY) {
            walk_request(walk, file, walk_own_environments(walk, file));
        }
    }
    walk_finish(walk);
    for (uint32_t i = 0; i < files->count; i++) {
        walk_restore_named(graph_at(&walk->graph, i));
    }
    walk->rebuild |= walk->host.digest != answers && walk->manifests.problems.count > 0;
    return walk->error;
}

/* ---- from an earlier walk -------------------------------------------------------------------- */

static path_id donor_folder(struct walk *walk, struct folder *folder) {
    if (!folder->asked_donor) {
        struct slice text = {folder->text, folder->text_length};
        folder->asked_donor = true;
        folder->donor = path_find_joined(&walk->donor->paths, PATH_ROOT, slice_skip(text, 1));
    }
    return folder->donor;
}

static const struct file *donor_file(struct walk *walk, const struct file *file) {
    const struct walk *donor = walk->donor;
    path_id folder = donor_folder(walk, walk_folder_of(walk, file));
    path_id id = folder == NO_PATH
                     ? NO_PATH
                     : path_find(&donor->paths, folder, path_name(&walk->paths, file->path));
    const struct path *path = id == NO_PATH ? NULL : path_at(&donor->paths, id);
    return path && path->state == PATH_FILE && path->memo ? graph_at(&donor->graph, path->memo - 1)
                                                          : NULL;
}

bool walk_recall(struct walk *walk, struct file *file) {
    const struct file *known = donor_file(walk, file);
    if (!known || known->state != FILE_READY || known->stale || known->by_host ||
        known->dialect != file->dialect) {
        return false;
    }
    int code = graph_set_stamp(&walk->graph, file, graph_stamp(&walk->donor->graph, known));
    if (code) {
        walk_fail(walk, code);
        return false;
    }
    file->state = FILE_PENDING;
    file->next = walk->recalled;
    walk->recalled = file->index + 1;
    return true;
}

struct source *walk_lent(struct walk *walk, const struct file *file) {
    return source_keep(donor_file(walk, file)->facts);
}

/* The donor's, some of whose texts only its edges spell. */
static bool is_lent(const struct file *file) {
    return file->facts && file->facts->derived && !file->edges;
}

static struct source *spelled(struct walk *walk, const struct file *file) {
    struct source *whole = graph_whole(&walk->graph, &walk->donor->graph, donor_file(walk, file));
    if (!whole) {
        walk_fail(walk, ledger_error(walk->ledger));
    }
    return whole;
}

struct source *walk_spell_lent(struct walk *walk, struct file *file) {
    struct source *lent = file->facts;
    if (!is_lent(file)) {
        return NULL;
    }
    file->facts = spelled(walk, file);
    return lent;
}

void walk_share_lent(struct walk *walk, struct file *file, struct source *lent) {
    struct source *other = lent;
    if (lent && source_equal(file->facts, lent)) {
        other = file->facts;
        file->facts = lent;
    }
    source_drop(walk->graph.sources, other);
}

/* A walk that did not come to its end is not walked again: nobody asks for what it has not visited. */
void walk_leave_donor(struct walk *walk) {
    for (uint32_t i = 0; walk->donor && i < walk->graph.files.count; i++) {
        struct file *file = graph_at(&walk->graph, i);
        if (is_lent(file)) {
            struct source *lent = file->facts;
            file->facts = walk->error ? NULL : spelled(walk, file);
            source_drop(walk->graph.sources, lent);
        }
    }
    walk->donor = NULL;
}

/* ---- what has changed ------------------------------------------------------------------------ */

/* Links are not followed: one that a file was read through never has the file's stamp. */
static int stamp_now(struct walk *walk, path_id id, uint64_t *stamp) {
    const struct path *path = path_at(&walk->paths, id);
    const struct folder *folder = folder_of(&walk->realpath, path->parent);
    return os_stamp_of(walk->realpath.files, folder->path, folder->text,
                       path_name_of(&walk->paths, path), stamp);
}

static bool verify_folders(struct walk *walk) {
    for (uint32_t i = 0; i < walk->realpath.folders.count; i++) {
        const struct folder *folder = rows_at(&walk->realpath.folders, i);
        uint64_t now;
        if (os_stamp_of(walk->realpath.files, folder->path, folder->text, "", &now) ||
            !os_stamp_holds(folder->stamp, now)) {
            return false;
        }
    }
    return true;
}

static bool verify_manifests(struct walk *walk) {
    for (uint32_t i = 0; i < walk->manifests.seen.count; i++) {
        const struct manifest_seen *seen = rows_at(&walk->manifests.seen, i);
        uint64_t now;
        if (stamp_now(walk, seen->file, &now) || !os_stamp_holds(seen->stamp, now)) {
            return false;
        }
    }
    return true;
}

bool walk_verify(struct walk *walk) {
    bool there = true;
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        struct file *file = graph_at(&walk->graph, i);
        uint64_t now = 0;
        if (file->state == FILE_READY && !file->stale && !walk_is_given(walk, file)) {
            bool gone = stamp_now(walk, file->path, &now) != 0;
            there = there && !gone;
            file->stale = gone || !os_stamp_holds(graph_stamp(&walk->graph, file), now);
        }
    }
    return there && verify_folders(walk) && verify_manifests(walk);
}

static bool is_manifest(struct slice name) {
    return slice_ends(name, SLICE(".json"));
}

/* The path by the names that the disk has for its folders; as it is where they are not there. */
static path_id find_real(const struct walk *walk, struct slice folder, struct slice name) {
    char text[PATH_LONGEST + 2];
    uv_fs_t request;
    path_id found = NO_PATH;
    if (folder.length > PATH_LONGEST) {
        return NO_PATH;
    }
    memcpy(text, folder.data, folder.length);
    text[folder.length] = 0;
    if (uv_fs_realpath(NULL, &request, folder.length ? text : "/", NULL) == 0) {
        found = path_find_joined(&walk->paths, PATH_ROOT, slice_skip(slice_of(request.ptr), 1));
        found = found == NO_PATH ? NO_PATH : path_find(&walk->paths, found, name);
    }
    uv_fs_req_cleanup(&request);
    return found;
}

static struct file *known_file(const struct walk *walk, path_id id) {
    const struct path *path = id == NO_PATH ? NULL : path_at(&walk->paths, id);
    return path && path->state == PATH_FILE && path->memo ? graph_at(&walk->graph, path->memo - 1)
                                                          : NULL;
}

static void stale_below(struct walk *walk, path_id folder) {
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        struct file *file = graph_at(&walk->graph, i);
        file->stale |= path_is_below(&walk->paths, file->path, folder);
    }
}

/* Whether nothing that was found out rests on a path that no table knows: the first of its names that
 * is not known stands in a folder that was never listed, or is there as the listing has it. */
static bool is_of_no_interest(struct walk *walk, struct slice text, enum os_type type) {
    path_id at = PATH_ROOT;
    struct slice name = {0};
    while (text.length) {
        text = slice_skip(text, 1);
        const char *slash = text.length ? memchr(text.data, '/', text.length) : NULL;
        name = (struct slice){text.data, slash ? (size_t)(slash - text.data) : text.length};
        path_id next = path_find(&walk->paths, at, name);
        if (next == NO_PATH) {
            break;
        }
        at = next;
        text = slice_skip(text, name.length);
    }
    if (path_at(&walk->paths, at)->state != PATH_FOLDER || is_manifest(name)) {
        return false;
    }
    const struct folder *folder = folder_of(&walk->realpath, at);
    enum os_type listed;
    if (!folder->listing) {
        return !folder->unlistable && !folder->dropped_listing;
    }
    bool was_there = listing_find(folder->listing, name, &listed);
    if (text.length > name.length) {
        return was_there &&
               listed == OS_FOLDER; /* something deep in a folder that nobody entered */
    }
    return was_there ? listed == type : type == OS_UNKNOWN;
}

bool walk_invalidate(struct walk *walk, const char *path) {
    struct slice text = slice_of(path);
    enum os_type type = OS_UNKNOWN;
    while (text.length > 1 && text.data[text.length - 1] == '/') {
        text.length--;
    }
    size_t slash = text.length;
    while (slash > 0 && text.data[slash - 1] != '/') {
        slash--;
    }
    if (text.length > PATH_LONGEST || !slash || slash == text.length) {
        return false;
    }
    struct slice name = slice_skip(text, slash), folder = {text.data, slash - 1};
    path_id id = path_find_joined(&walk->paths, PATH_ROOT, slice_skip(text, 1));
    if (!known_file(walk, id)) {
        path_id real = find_real(walk, folder, name);
        id = real == NO_PATH ? id : real;
    }
    if (os_type_of(path, &type)) {
        type = OS_UNKNOWN;
    }
    struct file *file = known_file(walk, id);
    if (file) {
        file->stale = true;
        return type == OS_FILE && (file->state == FILE_READY || file->state == FILE_FAILED);
    }
    if (id == NO_PATH) {
        return is_of_no_interest(walk, text, type);
    }
    stale_below(walk, id);
    return type == OS_FILE && path_at(&walk->paths, id)->state == PATH_FILE && !is_manifest(name) &&
           !language_of(name, NULL);
}

/* ---- what the system tells ------------------------------------------------------------------- */

struct telling {
    struct walk *walk;
    bool same, lost;
    int folder; /* of the last one */
    char name[PATH_LONGEST + 2];
};

static void hear(void *payload, int number, const char *name) {
    struct telling *telling = payload;
    struct walk *walk = telling->walk;
    char path[2 * PATH_LONGEST + 4];
    const struct folder *folder = realpath_watched(&walk->realpath, number);
    telling->lost |= number < 0;
    if (!folder || (number == telling->folder && strcmp(name, telling->name) == 0)) {
        return;
    }
    telling->folder = number;
    snprintf(telling->name, sizeof telling->name, "%s", name);
    snprintf(path, sizeof path, "%s/%s", folder->path == PATH_ROOT ? "" : folder->text, name);
    telling->same = *name && walk_invalidate(walk, path) && telling->same;
}

bool walk_verify_watched(struct walk *walk, bool *told) {
    const struct realpath *realpath = &walk->realpath;
    struct telling telling = {.walk = walk, .same = true, .folder = -1};
    int code = realpath->watch < 0 || walk->workers->watch_from != walk->watched_from
                   ? UV_ENOSYS
                   : os_watch_read(realpath->watch, hear, &telling);
    *told = code == 0 && !telling.lost && !realpath->unwatched;
    return *told && telling.same;
}
