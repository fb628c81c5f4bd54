#include <stdio.h>

#include "language.h"
#include "walk_host.h"

#define WALK_NO_TSCONFIG UINT32_MAX

struct folder *walk_folder_of(const struct walk *walk, const struct file *file) {
    return folder_of(&walk->realpath, path_at(&walk->paths, file->path)->parent);
}

struct importer walk_importer(struct walk *walk, const struct file *file) {
    struct folder *folder = walk_folder_of(walk, file);
    if (!file->tsconfig) {
        uint32_t owner = tsconfig_owner(&walk->tsconfigs, folder, file->path);
        graph_at(&walk->graph, file->index)->tsconfig = owner ? owner : WALK_NO_TSCONFIG;
    }
    return (struct importer){folder, file->tsconfig == WALK_NO_TSCONFIG ? 0 : file->tsconfig};
}

void walk_fail(struct walk *walk, int code) {
    if (!walk->error) {
        walk->error = code;
    }
}

bool walk_goes_on(struct walk *walk) {
    monitor_poll(walk->monitor);
    if (walk->realpath.error) {
        walk_fail(walk, walk->realpath.error);
    }
    if (walk->cancelled && atomic_load_explicit(walk->cancelled, memory_order_relaxed)) {
        walk_fail(walk, PROLOGUE_ECANCELLED);
    }
    return walk->error == 0;
}

/* ---- lists of files -------------------------------------------------------------------------- */

void walk_put_unread(struct walk *walk, struct file *file) {
    file->state = FILE_PENDING;
    int code = frontier_add(&walk->frontier, file);
    if (code) {
        walk_fail(walk, code);
    }
}

static void put_agenda(struct walk *walk, struct file *file) {
    if (!file->listed) {
        file->listed = true;
        file->next = walk->agenda;
        walk->agenda = file->index + 1;
    }
}

static struct file *take_agenda(struct walk *walk) {
    struct file *file = graph_at(&walk->graph, walk->agenda - 1);
    walk->agenda = file->next;
    file->next = 0;
    file->listed = false;
    return file;
}

/* ---- asking for files ------------------------------------------------------------------------ */

void walk_read(struct walk *walk, struct file *file) {
    if (!walk->donor || !walk_recall(walk, file)) {
        walk_put_unread(walk, file);
    }
}

/* The host is asked for files alone: what is only assumed to be one may be anything. */
static bool is_there(struct walk *walk, path_id path) {
    uint8_t state = path_at(&walk->paths, path)->state;
    return state == PATH_FILE || (state == PATH_ASSUMED && realpath_confirm(&walk->realpath, path));
}

struct file *walk_row(struct walk *walk, path_id path) {
    struct file *file = graph_file(&walk->graph, path);
    if (!file) {
        walk_fail(walk, ledger_error(walk->ledger));
    }
    return file;
}

struct file *walk_ask_for(struct walk *walk, path_id path, uint32_t environments) {
    struct file *file = walk_row(walk, path);
    if (!file) {
        return NULL;
    }
    if (file->state == FILE_NEW) {
        walk_exclude(walk, file);
    }
    if (!(environments & walk_all_environments(walk) & ~walk_excluded(walk, file))) {
        return NULL;
    }
    if (file->state == FILE_NEW) {
        unsigned dialect = DIALECT_JSX;
        bool named = walk_host_loads(walk, path);
        if (!language_of(path_name(&walk->paths, path), &dialect) && !named) {
            return NULL;
        }
        file->dialect = (uint8_t)dialect;
        if (named && is_there(walk, path)) {
            walk_ask_source(walk, file);
        } else {
            walk_read(walk, file);
        }
    } else if (file->state == FILE_PENDING) {
        walk->reads_joined++;
    }
    return file;
}

void walk_request(struct walk *walk, struct file *file, uint32_t environments) {
    environments &= ~walk_excluded(walk, file);
    if ((file->requested & environments) != environments) {
        file->requested |= environments;
        if (file->state == FILE_READY) {
            put_agenda(walk, file);
        }
    }
}

/* ---- what the workers bring ------------------------------------------------------------------ */

/* The environments of the first configured directive, in the order of the configuration. */
uint32_t walk_switched(const struct walk *walk, const struct file *file) {
    struct facts facts = {0};
    int best = INT16_MAX;
    if (file->has_directive) {
        facts = source_facts(file->facts);
    }
    for (uint32_t i = 0; i < facts.directive_count; i++) {
        const struct fact_directive *directive = &facts.directives[i];
        if (!directive->in_function && walk->config.rules[directive->configured].environments &&
            directive->configured < best) {
            best = directive->configured;
        }
    }
    return best == INT16_MAX ? 0 : walk->config.rules[best].environments;
}

uint32_t walk_own_environments(const struct walk *walk, const struct file *file) {
    if (!file->source || !file->has_directive) {
        return 0;
    }
    uint32_t switched = walk_switched(walk, file);
    return (switched ? switched : UINT32_C(1) << walk->config.server) & ~walk_excluded(walk, file);
}

static void take_directives(struct walk *walk, struct file *file) {
    struct facts facts = source_facts(file->facts);
    for (uint32_t i = 0; i < facts.directive_count; i++) {
        file->has_directive |= !facts.directives[i].in_function;
    }
    file->requested |= walk_own_environments(walk, file);
}

/* What was wrong with a manifest is told as long as an import leads to it: who asked is not known. */
static int take_facts(struct walk *walk, struct file *file, struct source *facts) {
    walk->rebuild |= file->stale && walk->manifests.problems.count > 0 &&
                     !source_same_imports(file->facts, facts);
    file->stale = false;
    return graph_take(&walk->graph, file, facts);
}

static void drop_waiters(struct walk *walk, struct file *file) {
    struct waiter edge;
    while (walk_take_waiter(walk, file, &edge)) {
    }
}

static void ready(struct walk *walk, struct file *file, const struct read_result *result) {
    file->state = FILE_READY;
    int code = take_facts(walk, file, result->facts);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    file->opened = true;
    path_at(&walk->paths, file->path)->state = PATH_FILE;
    if (result->stamp) {
        code = graph_set_stamp(&walk->graph, file, result->stamp);
        if (code) {
            walk_fail(walk, code);
        }
    }
    walk->files_read += !result->recalled;
    walk->bytes_read += result->bytes;
    walk->grammar_files += result->grammar;
    drop_waiters(walk, file);
    take_directives(walk, file);
    if (file->requested) {
        put_agenda(walk, file);
    }
}

/* Entries and source files that are links were asked for by their own path. */
static void move_request(struct walk *walk, struct file *file, path_id real) {
    uint32_t requested = file->requested;
    bool source = file->source;
    if (real == file->path || !language_of(path_name(&walk->paths, real), NULL)) {
        return;
    }
    struct file *target = walk_ask_for(walk, real, source ? UINT32_MAX : requested);
    if (target) {
        target->source |= source;
        if (!file->waiters) {
            walk_request(walk, target, requested);
        }
    }
}

static void gone(struct walk *walk, struct file *file, const struct read_result *result) {
    struct path *path = path_at(&walk->paths, file->path);
    path_id real = file->path;
    file->state = FILE_GONE;
    path->memo = 0;
    walk->rebuild |= file->stale;
    take_facts(walk, file, NULL);
    if (result->answer == READ_LINK) {
        path->state = PATH_UNKNOWN;
        realpath_follow(&walk->realpath, file->path, &real);
        move_request(walk, file, real);
    } else {
        path->state = (uint8_t)(result->answer == READ_MISSING ? PATH_MISSING
                                : result->answer == READ_OTHER ? PATH_OTHER
                                                               : PATH_UNKNOWN);
        if (result->answer == READ_FOLDER) {
            realpath_folder(&walk->realpath, file->path);
        }
    }
    struct waiter edge;
    while (!walk->error && walk_take_waiter(walk, file, &edge)) {
        walk_follow_again(walk, &edge);
    }
}

/* The file exists, but cannot be a module. The report tells why. */
static void failed(struct walk *walk, struct file *file, const struct read_result *result) {
    file->state = FILE_FAILED;
    take_facts(walk, file, NULL);
    file->opened = result->answer == READ_CHANGED || result->answer == READ_TOO_LARGE;
    path_at(&walk->paths, file->path)->state = PATH_FILE;
    drop_waiters(walk, file);
    if (result->answer == READ_NO_MEMORY) {
        walk_fail(walk, ledger_error(walk->ledger));
    }
}

void walk_take_result(struct walk *walk, const struct read_result *result) {
    struct file *file = graph_at(&walk->graph, result->file);
    file->answer = result->answer;
    file->error = (int16_t)result->error;
    switch ((enum read_answer)result->answer) {
    case READ_DONE:
        ready(walk, file, result);
        break;
    case READ_MISSING:
    case READ_LINK:
    case READ_FOLDER:
    case READ_OTHER:
        gone(walk, file, result);
        break;
    default:
        failed(walk, file, result);
        break;
    }
}

void walk_feed(struct walk *walk) {
    struct read_request batch[WORKERS_QUEUE];
    uint32_t room = workers_room(walk->workers), count = 0;
    int error = 0;
    for (struct file *file;
         count < room && (file = frontier_take(&walk->frontier, &error)) != NULL;) {
        const struct folder *folder = walk_folder_of(walk, file);
        batch[count++] = (struct read_request){.place = {folder->path, folder->text,
                                                         path_name(&walk->paths, file->path).data,
                                                         walk->config.preserve_symlinks},
                                               .file = file->index,
                                               .dialect = file->dialect};
    }
    if (error) {
        walk_fail(walk, error);
    }
    if (count) {
        workers_ask(walk->workers, batch, count);
    }
}

void walk_drain(struct walk *walk) {
    struct read_result results[WORKERS_QUEUE];
    workers_drop(walk->workers);
    for (uint32_t count; (count = workers_collect(walk->workers, results)) > 0;) {
        for (uint32_t i = 0; i < count; i++) {
            source_drop(walk->graph.sources, results[i].facts);
        }
    }
}

static void take_recalled(struct walk *walk) {
    while (walk->recalled) {
        struct file *file = graph_at(&walk->graph, walk->recalled - 1);
        struct read_result result = {.file = file->index,
                                     .answer = READ_DONE,
                                     .recalled = true,
                                     .facts = walk_lent(walk, file)};
        walk->recalled = file->next;
        file->next = 0;
        walk_take_result(walk, &result);
    }
}

static void run(struct walk *walk) {
    struct read_result results[WORKERS_QUEUE];
    while (walk_goes_on(walk) && !walk->rebuild) {
        while (walk->agenda && walk_goes_on(walk)) {
            walk_visit(walk, take_agenda(walk));
            walk_feed(walk);
        }
        take_recalled(walk);
        walk_fit_window(walk);
        walk_feed(walk);
        uint32_t count = workers_collect(walk->workers, results);
        if (!count && !walk->agenda && !walk->recalled && !walk_hear_host(walk)) {
            break;
        }
        for (uint32_t i = 0; i < count; i++) {
            walk_take_result(walk, &results[i]);
        }
        if (walk->on_round) {
            walk->on_round(walk, walk->payload);
        }
    }
    walk_drain(walk);
}

void walk_finish(struct walk *walk) {
    if (walk->on_round) {
        walk->on_round(walk, walk->payload);
    }
    monitor_phase(walk->monitor, PHASE_READ);
    run(walk);
}

int walk_refuse(struct walk *walk, int code, const char *what) {
    snprintf(walk->detail, sizeof walk->detail, "%s", what);
    return code;
}

int walk_join(struct walk *walk, path_id base, const char *text, int refusal, path_id *out) {
    int code = path_join(&walk->paths, base, slice_of(text), out);
    return code == PROLOGUE_EINVALID ? walk_refuse(walk, refusal, text) : code;
}

int walk_run(struct walk *walk, const prologue_scan_request *scan) {
    int code = walk_start(walk, scan);
    if (code && code != PROLOGUE_ECANCELLED && code != PROLOGUE_ELIMIT && code != PROLOGUE_ENOMEM) {
        walk_drain(walk);
        return code;
    }
    if (code) {
        walk_fail(walk, code);
    }
    walk_finish(walk);
    walk_leave_donor(walk);
    return walk->error;
}

int walk_root(struct walk *walk, const char *root) {
    path_id spelled;
    int code = walk_join(walk, PATH_ROOT, root, PROLOGUE_EROOT, &spelled);
    if (code) {
        return code;
    }
    realpath_probe_case(&walk->realpath, spelled);
    struct folder *folder = realpath_folder(&walk->realpath, spelled);
    if (!folder || !realpath_list(&walk->realpath, folder)) {
        return walk->realpath.error ? walk->realpath.error
                                    : walk_refuse(walk, PROLOGUE_EROOT, root);
    }
    walk->root = walk->resolver.root = folder->path;
    if (!walk->config.tsconfig) {
        return 0;
    }
    code = walk_join(walk, walk->root, walk->config.tsconfig, PROLOGUE_ETSCONFIG, &spelled);
    if (code) {
        return code;
    }
    code = tsconfigs_fix(&walk->tsconfigs, spelled);
    return code == PROLOGUE_ETSCONFIG ? walk_refuse(walk, code, walk->config.tsconfig) : code;
}

static void apply_config(struct walk *walk) {
    struct resolver *resolver = &walk->resolver;
    const struct config *config = &walk->config;
    walk->realpath.preserve = config->preserve_symlinks;
    walk->packages.members = config->members;
    resolver->environments = config->environments;
    resolver->environment_count = config->environment_count;
    resolver->aliases = config->aliases;
    resolver->alias_count = config->alias_count;
    resolver->externals = config->externals;
    resolver->external_count = config->external_count;
}

int walk_init(struct walk *walk, struct ledger *ledger, struct workers *workers) {
    realpath_init(&walk->realpath, &walk->paths, &workers->members[0].files, ledger);
    manifests_init(&walk->manifests, &walk->realpath, ledger);
    packages_init(&walk->packages, &walk->manifests, ledger);
    tsconfigs_init(&walk->tsconfigs, &walk->packages, ledger);
    resolver_init(&walk->resolver, ledger, &walk->realpath, &walk->packages, &walk->tsconfigs);
    graph_init(&walk->graph, ledger, &walk->paths, workers->sources);
    frontier_init(&walk->frontier, ledger, &walk->graph, &walk->realpath);
    rows_init(&walk->waiters, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct waiter));
    apply_config(walk);
    walk->realpath.stamps = workers->stamps;
    walk->realpath.watch = workers->watch;
    walk->realpath.unwatched = walk->config.preserve_symlinks;
    walk->watched_from = workers->watch_from;
    walk->workers = workers;
    return paths_init(&walk->paths, ledger);
}

void walk_stop(struct walk *walk) {
    walk->realpath.files = NULL;
    walk->workers = NULL;
}

struct walk *walk_keep(struct walk *walk) {
    atomic_fetch_add_explicit(&walk->references, 1, memory_order_relaxed);
    return walk;
}

static void walk_free(struct walk *walk) {
    walk_leave_host(walk);
    frontier_free(&walk->frontier);
    graph_free(&walk->graph);
    resolver_free(&walk->resolver);
    tsconfigs_free(&walk->tsconfigs);
    packages_free(&walk->packages);
    manifests_free(&walk->manifests);
    realpath_free(&walk->realpath);
    paths_free(&walk->paths);
    rows_free(&walk->waiters);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk->globbed.paths,
                walk->globbed.capacity * sizeof *walk->globbed.paths);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk->entries,
                walk->entry_capacity * sizeof *walk->entries);
    config_free(&walk->config);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk, sizeof *walk);
}

void walk_drop(struct walk *walk) {
    if (walk && atomic_fetch_sub_explicit(&walk->references, 1, memory_order_acq_rel) == 1) {
        walk_free(walk);
    }
}
