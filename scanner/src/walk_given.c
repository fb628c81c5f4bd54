/* Modules that stand in no file: their source is the host's. Each is a file of the graph whose path nobody
 * can have on a disk, PATH_GIVEN. There is one for each environment that asks; those whose source turns out
 * to be the same become one. */
#include "language.h"
#include "walk_host.h"

/* The byte behind a given name: one more than the environment, and this where the text is no path. */
enum { TAG_ID = 0x40 };

/* What an id stands for: a name in a real folder, or nothing but itself. */
struct given {
    struct folder *folder;
    struct slice name;
    bool is_path;
};

/* Up to the query, which may hold anything. */
static size_t last_slash(struct slice id) {
    const char *query = memchr(id.data, '?', id.length);
    size_t at = query ? (size_t)(query - id.data) : id.length;
    while (at > 0 && id.data[at - 1] != '/') {
        at--;
    }
    return at;
}

static struct given given_of(struct walk *walk, struct slice id) {
    struct given itself = {realpath_folder(&walk->realpath, walk->root), id, false};
    path_id spelled;
    if (!id.length || id.data[0] != '/') {
        return itself;
    }
    size_t slash = last_slash(id);
    struct slice name = slice_skip(id, slash);
    if (!name.length || slice_equal(name, SLICE(".")) || slice_equal(name, SLICE("..")) ||
        memchr(name.data, 0, name.length)) {
        return itself;
    }
    int code = path_join(&walk->paths, PATH_ROOT, (struct slice){id.data, slash}, &spelled);
    if (code && code != PROLOGUE_EINVALID) {
        walk_fail(walk, code);
    }
    struct folder *folder = code ? NULL : realpath_folder(&walk->realpath, spelled);
    return folder ? (struct given){folder, name, true} : itself;
}

struct slice walk_id_of(const struct walk *walk, path_id id, char *text) {
    const struct path *path = path_at(&walk->paths, id);
    const char *name = path_name_of(&walk->paths, path);
    if (path->flags & PATH_GIVEN && name[path->length - 1] & TAG_ID) {
        return (struct slice){name, path_shown(path)};
    }
    return (struct slice){text, path_text(&walk->paths, id, text, PATH_LONGEST + 2)};
}

uint32_t walk_given_environment(const struct walk *walk, const struct file *file) {
    struct slice name = path_name(&walk->paths, file->path);
    return (uint32_t)(name.data[name.length - 1] & ~TAG_ID) - 1;
}

/* The path of a module in an environment; with `make` it is interned. NO_PATH: there is none, or no
 * memory. */
static path_id given_path(struct walk *walk, const struct given *given, uint32_t environment,
                          bool make) {
    char text[PATH_LONGEST + PATH_TAG];
    struct slice name = {text, given->name.length + PATH_TAG};
    memcpy(text, given->name.data, given->name.length);
    text[name.length - 2] = 0;
    text[name.length - 1] = (char)((environment + 1) | (given->is_path ? 0 : TAG_ID));
    if (!make) {
        return path_find(&walk->paths, given->folder->path, name);
    }
    path_id path = path_child(&walk->paths, given->folder->path, name);
    if (path == NO_PATH) {
        walk_fail(walk, ledger_error(walk->ledger));
    } else {
        path_at(&walk->paths, path)->flags |= PATH_GIVEN;
    }
    return path;
}

void walk_ask_source(struct walk *walk, struct file *file) {
    struct host *host = &walk->host;
    int code = ledger_grow(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &host->modules,
                           &host->module_capacity, host->module_count + 1, sizeof *host->modules);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    host->modules[host->module_count++] = file->index;
    host->answers = true;
    file->state = FILE_PENDING;
}

/* The file on the disk whose path is that of a given one without its query. */
static path_id leaf_behind(struct walk *walk, const struct file *file) {
    const struct path *path = path_at(&walk->paths, file->path);
    struct slice name = {path_name_of(&walk->paths, path), path_shown(path)};
    const char *query = memchr(name.data, '?', name.length);
    path_id real = NO_PATH;
    if (!query || query == name.data || name.data[path->length - 1] & TAG_ID) {
        return NO_PATH;
    }
    name.length = (size_t)(query - name.data);
    bool there = realpath_child(&walk->realpath, walk_folder_of(walk, file), name, false, &real) ==
                 PATH_FILE;
    return there ? real : NO_PATH;
}

static bool is_made_up(struct walk *walk, const struct waiter *edge) {
    struct facts facts = graph_facts(&walk->graph, graph_at(&walk->graph, edge->file));
    const struct fact_import *import = &facts.imports[edge->import];
    return import->text_length &&
           resolve_is_made_up(facts_text(&facts, import->text, import->text_length));
}

static uint32_t enter_real(struct walk *walk, path_id real, const struct waiter *edge) {
    bool script = language_of(path_name(&walk->paths, real), NULL) || walk_host_loads(walk, real);
    if (script) {
        walk_enter(walk, real, edge);
    }
    return real | (script ? 0 : EDGE_LEAF);
}

/* The report tells of it. */
static uint32_t nowhere(struct walk *walk, const struct waiter *edge) {
    graph_at(&walk->graph, edge->file)->troubled = true;
    return EDGE(EDGE_UNRESOLVED);
}

/* Where an import leads whose module the host has no source of. */
static uint32_t without_source(struct walk *walk, const struct file *file,
                               const struct waiter *edge) {
    path_id real = leaf_behind(walk, file);
    if (real != NO_PATH) {
        return real | EDGE_LEAF;
    }
    return edge->answered || is_made_up(walk, edge) ? EDGE(EDGE_EXTERNAL) : nowhere(walk, edge);
}

/* The row of a given file; its source is asked for where nobody has done so. NULL: no memory. */
static struct file *ask_for(struct walk *walk, const struct given *given, uint32_t environment) {
    path_id path = given_path(walk, given, environment, true);
    if (path == NO_PATH) {
        return NULL;
    }
    if (path_at(&walk->paths, path)->state == PATH_LINK) {
        path = path_at(&walk->paths, path)->memo;
    }
    struct file *file = walk_row(walk, path);
    if (!file) {
        return NULL;
    }
    if (file->state == FILE_NEW) {
        walk_exclude(walk, file);
        if (!(walk_excluded(walk, file) >> environment & 1)) {
            walk_ask_source(walk, file);
        }
    }
    return file;
}

static void enter_given(struct walk *walk, const struct given *given, const struct waiter *edge,
                        uint32_t *target) {
    struct file *file = ask_for(walk, given, edge->environment);
    if (!file) {
        return;
    }
    graph_at(&walk->graph, edge->file)->asked = true;
    switch (file->state) {
    case FILE_GONE:
        *target = without_source(walk, file, edge);
        return;
    case FILE_PENDING:
        walk_wait(walk, file, edge);
        break;
    default:
        break;
    }
    *target = file->path | (file->state == FILE_NEW ? EDGE_LEAF : 0);
    walk_request(walk, file, UINT32_C(1) << edge->environment);
}

void walk_enter_id(struct walk *walk, struct slice id, const struct waiter *edge,
                   uint32_t *target) {
    path_id real;
    struct given given = given_of(walk, id);
    if (!given.folder || walk->error) {
        return;
    }
    if (given.is_path &&
        realpath_child(&walk->realpath, given.folder, given.name, false, &real) == PATH_FILE) {
        *target = enter_real(walk, real, edge);
    } else if (walk->host.request->on_load) {
        enter_given(walk, &given, edge, target);
    } else {
        *target = edge->answered && !given.is_path ? EDGE(EDGE_EXTERNAL) : nowhere(walk, edge);
    }
}

/* ---- what the host says ---------------------------------------------------------------------- */

static bool has_facts(struct walk *walk, const struct file *file, const struct source *facts) {
    struct source *whole = graph_whole(&walk->graph, &walk->graph, file);
    bool same = source_equal(whole, facts);
    source_drop(walk->graph.sources, whole);
    return same;
}

/* Another environment's, with the same in it. */
static path_id same_module(struct walk *walk, const struct file *file, const struct source *facts,
                           uint8_t dialect) {
    const struct path *path = path_at(&walk->paths, file->path);
    struct slice name = {path_name_of(&walk->paths, path), path_shown(path)};
    struct given given = {walk_folder_of(walk, file), name,
                          !(name.data[path->length - 1] & TAG_ID)};
    for (uint32_t i = 0; i < walk->config.environment_count; i++) {
        path_id id = given_path(walk, &given, i, false);
        if (id == NO_PATH || id == file->path || path_at(&walk->paths, id)->state != PATH_FILE) {
            continue;
        }
        const struct file *other = graph_at(&walk->graph, path_at(&walk->paths, id)->memo - 1);
        if (other->state == FILE_READY && other->dialect == dialect &&
            walk_excluded(walk, other) == walk_excluded(walk, file) &&
            has_facts(walk, other, facts)) {
            return id;
        }
    }
    return NO_PATH;
}

/* Whoever waits for a module goes to the one that it is the same as. */
static void join_module(struct walk *walk, struct file *file, path_id same) {
    struct path *path = path_at(&walk->paths, file->path);
    struct waiter edge;
    file->state = FILE_GONE;
    path->state = PATH_LINK;
    path->memo = same;
    while (!walk->error && walk_take_waiter(walk, file, &edge)) {
        uint32_t *target = walk_target_of(walk, &edge);
        struct file *other = graph_file(&walk->graph, same);
        if (target) {
            *target = same;
            walk_request(walk, other, UINT32_C(1) << edge.environment);
        }
    }
}

static void leave_module(struct walk *walk, struct file *file) {
    struct waiter edge;
    file->state = FILE_GONE;
    while (!walk->error && walk_take_waiter(walk, file, &edge)) {
        uint32_t *target = walk_target_of(walk, &edge);
        if (target) {
            *target = without_source(walk, file, &edge);
        }
    }
}

/* "tsx", or by the id: its end, then what stands before the query. */
static uint8_t dialect_of(struct slice id, const char *language) {
    char name[16];
    unsigned dialect = DIALECT_JSX;
    const char *query = memchr(id.data, '?', id.length);
    if (language && strlen(language) < sizeof name - 2) {
        name[0] = 'x';
        name[1] = '.';
        memcpy(name + 2, language, strlen(language) + 1);
        language_of(slice_of(name), &dialect);
    } else if (!language_of(id, &dialect) && query) {
        language_of((struct slice){id.data, (size_t)(query - id.data)}, &dialect);
    }
    return (uint8_t)dialect;
}

/* A file that a pattern names, of which the host has no source. */
static void leave_named(struct walk *walk, struct file *file) {
    unsigned dialect = 0;
    bool script = language_of(path_name(&walk->paths, file->path), &dialect);
    file->by_host = false;
    file->dialect = dialect & 15;
    if (file->kept) {
        file->kept = false;
        file->state = FILE_READY;
        uint32_t requested = file->requested | walk_own_environments(walk, file);
        file->requested = 0;
        walk_request(walk, file, requested);
    } else if (!script) {
        file->state = FILE_GONE;
    } else if (file->stale) {
        walk_read_again(walk, file);
    } else {
        walk_read(walk, file);
    }
}

static void take_text(struct walk *walk, struct file *file, struct read_result *result) {
    if (file->kept || file->stale) { /* what was known of it is others' to forget */
        int code = graph_drop_edges(&walk->graph, file);
        if (code) {
            walk_fail(walk, code);
        }
        file->stale = true;
        file->kept = file->has_directive = file->troubled = false;
    }
    walk_take_result(walk, result);
}

void walk_take_source(struct walk *walk, struct file *file, struct slice id,
                      const prologue_source *source) {
    bool given = walk_is_given(walk, file);
    if (!source->found) {
        (given ? leave_module : leave_named)(walk, file);
        return;
    }
    struct read_result result = {.file = file->index, .recalled = true};
    uint8_t dialect = dialect_of(id, source->language);
    workers_read_text(walk->workers, (struct slice){source->text.data, source->text.length},
                      dialect, &result);
    path_id same = given && result.answer == READ_DONE
                       ? same_module(walk, file, result.facts, dialect)
                       : NO_PATH;
    if (same != NO_PATH) {
        source_drop(walk->graph.sources, result.facts);
        join_module(walk, file, same);
        return;
    }
    file->dialect = dialect & 15;
    file->by_host = true;
    take_text(walk, file, &result);
}

void walk_renew_given(struct walk *walk, struct file *file) {
    struct path *path = path_at(&walk->paths, file->path);
    int code = graph_drop_edges(&walk->graph, file);
    if (code) {
        walk_fail(walk, code);
    }
    path->state = PATH_UNKNOWN;
    path->memo = file->index + 1;
    file->state = FILE_NEW;
    file->has_directive = file->troubled = false;
    file->stale = 0;
}

void walk_renew_named(struct walk *walk, struct file *file) {
    bool leaf = file->state == FILE_GONE && !language_of(path_name(&walk->paths, file->path), NULL);
    if (file->state != FILE_READY && file->state != FILE_FAILED && !leaf) {
        return;
    }
    file->kept = file->state == FILE_READY && !file->by_host && !file->stale;
    file->stale = !file->kept && !leaf;
    file->state = FILE_NEW;
    if (file->source) {
        walk_ask_source(walk, file);
    }
}

void walk_restore_named(struct file *file) {
    if (file->kept && file->state == FILE_NEW) {
        file->kept = false;
        file->state = FILE_READY;
    }
}
