#include <stdio.h>

#include "language.h"
#include "walk_private.h"

#define WALK_NO_TSCONFIG UINT32_MAX

/* With so many edges waiting, a target is asked about rather than waited for: a package's only
 * module may be read after everything that imports it. */
enum { WALK_WAITERS_MOST = 4096 };

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

static void put_unread(struct walk *walk, struct file *file) {
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

static uint32_t all_environments(const struct walk *walk) {
    return UINT32_MAX >> (PROLOGUE_MAX_ENVIRONMENTS - walk->config.environment_count);
}

bool walk_excludes(const struct walk *walk, path_id id) {
    return (all_environments(walk) & ~walk_exclusions(walk, id)) == 0;
}

struct file *walk_ask_for(struct walk *walk, path_id path, uint32_t environments) {
    struct file *file = graph_file(&walk->graph, path);
    if (!file) {
        walk_fail(walk, ledger_error(walk->ledger));
        return NULL;
    }
    if (file->state == FILE_NEW) {
        file->excluded = walk_exclusions(walk, path);
    }
    if (!(environments & all_environments(walk) & ~file->excluded)) {
        return NULL;
    }
    if (file->state == FILE_NEW) {
        unsigned dialect = 0;
        if (!language_of(path_name(&walk->paths, path), &dialect)) {
            return NULL;
        }
        file->dialect = (uint8_t)dialect;
        put_unread(walk, file);
    } else if (file->state == FILE_PENDING) {
        walk->reads_joined++;
    }
    return file;
}

void walk_request(struct walk *walk, struct file *file, uint32_t environments) {
    environments &= ~file->excluded;
    if ((file->requested & environments) != environments) {
        file->requested |= environments;
        if (file->state == FILE_READY) {
            put_agenda(walk, file);
        }
    }
}

static bool has_waiters_left(const struct walk *walk) {
    return walk->free_waiters || walk->waiters.count < WALK_WAITERS_MOST;
}

static void add_waiter(struct walk *walk, struct file *target, const struct waiter *edge) {
    uint32_t index = walk->free_waiters;
    struct waiter *waiter;
    if (index) {
        waiter = rows_at(&walk->waiters, index - 1);
        walk->free_waiters = waiter->next;
    } else {
        waiter = rows_add(&walk->waiters);
        index = walk->waiters.count;
        if (!waiter) {
            walk_fail(walk, ledger_error(walk->ledger));
            return;
        }
    }
    *waiter = *edge;
    waiter->next = target->waiters;
    target->waiters = index;
}

static void drop_waiters(struct walk *walk, struct file *file) {
    while (file->waiters) {
        uint32_t index = file->waiters;
        struct waiter *waiter = rows_at(&walk->waiters, index - 1);
        file->waiters = waiter->next;
        waiter->next = walk->free_waiters;
        walk->free_waiters = index;
    }
}

/* ---- following imports ----------------------------------------------------------------------- */

bool walk_follows(struct walk *walk, const struct file *file, const struct fact_import *import) {
    unsigned flags = import->flags & (FACT_TYPE_STATEMENT | FACT_TYPE_NAMES | FACT_UNUSED);
    if (!flags) {
        return true;
    }
    if (flags & FACT_TYPE_STATEMENT || import->kind == FACT_EXPORT) {
        return false;
    }
    const struct tsconfig *tsconfig =
        tsconfig_at(&walk->tsconfigs, walk_importer(walk, file).tsconfig);
    bool verbatim = walk->config.no_elide || (tsconfig && tsconfig->verbatim_module_syntax);
    bool preserve = tsconfig && tsconfig->preserve_value_imports;
    return verbatim || (preserve && !(flags & FACT_TYPE_NAMES));
}

static uint32_t edge_of(const struct answer *answer) {
    switch (answer->outcome) {
    case RESOLVE_MODULE:
    case RESOLVE_LEAF:
        return answer->path | (answer->plain ? EDGE_PLAIN : 0);
    case RESOLVE_EXTERNAL:
        return EDGE(EDGE_EXTERNAL);
    case RESOLVE_IGNORED:
        return EDGE(EDGE_IGNORED);
    default:
        return EDGE(EDGE_UNRESOLVED);
    }
}

static void enter(struct walk *walk, path_id path, const struct waiter *edge) {
    struct file *target = walk_ask_for(walk, path, UINT32_C(1) << edge->environment);
    if (!target) {
        return;
    }
    if (target->state == FILE_PENDING && path_at(&walk->paths, path)->state == PATH_ASSUMED &&
        (has_waiters_left(walk) || !realpath_confirm(&walk->realpath, path))) {
        add_waiter(walk, target, edge);
    }
    walk_request(walk, target, UINT32_C(1) << edge->environment);
}

struct glob_entering {
    struct walk *walk;
    struct waiter edge;
    bool leaf;
};

static void enter_found(void *payload, path_id path) {
    struct glob_entering *entering = payload;
    if (!entering->leaf && language_of(path_name(&entering->walk->paths, path), NULL)) {
        enter(entering->walk, path, &entering->edge);
    }
}

/* Asks where one import leads and goes there. Also asked again, for edges that waited in vain. */
static void follow(struct walk *walk, struct file *file, const struct facts *facts,
                   const struct waiter *edge, uint32_t *target) {
    const struct fact_import *import = &facts->imports[edge->import];
    if (import->kind == FACT_GLOB) {
        struct glob_entering entering = {walk, *edge, walk_glob_is_leaf(facts, import)};
        *target = EDGE(EDGE_GLOB);
        walk_glob(walk, file, facts, edge->import, edge->environment, enter_found, &entering);
        return;
    }
    struct answer answer = resolve(&walk->resolver, walk_importer(walk, file),
                                   facts_text(facts, import->text, import->text_length),
                                   edge->environment, import->kind == FACT_REQUIRE, NULL);
    *target = edge_of(&answer);
    file->troubled |= answer.outcome == RESOLVE_FAILED;
    if (answer.outcome == RESOLVE_MODULE) {
        enter(walk, answer.path, edge);
    }
}

/* The answer that another environment has already got, where it holds in this one too. */
static uint32_t known_target(struct walk *walk, const struct edges *others, uint32_t import,
                             uint32_t environment) {
    for (; others; others = others->next) {
        uint32_t target = others->targets[import];
        if (!edge_is_path(target) || !(target & EDGE_PLAIN)) {
            continue;
        }
        path_id path = edge_path(target);
        uint8_t state = path_at(&walk->paths, path)->state;
        path_id parent = path_at(&walk->paths, path)->parent;
        if ((state == PATH_FILE || state == PATH_ASSUMED) &&
            !resolve_has_map(&walk->resolver, folder_of(&walk->realpath, parent), environment)) {
            return target;
        }
    }
    return EDGE(EDGE_SKIPPED);
}

static bool is_module(const struct walk *walk, path_id path) {
    return path_at(&walk->paths, path)->memo || language_of(path_name(&walk->paths, path), NULL);
}

static void visit(struct walk *walk, struct file *file, uint32_t environment) {
    file->visited |= UINT32_C(1) << environment;
    walk->visits++;
    if (!file->facts || !file->facts->import_count) {
        return;
    }
    struct facts facts = graph_facts(&walk->graph, file);
    struct edges *edges = graph_add_edges(&walk->graph, file, environment);
    if (!edges) {
        walk_fail(walk, ledger_error(walk->ledger));
        return;
    }
    struct waiter edge = {.file = file->index, .environment = environment};
    bool map =
        edges->next && resolve_has_map(&walk->resolver, walk_folder_of(walk, file), environment);
    for (uint32_t i = 0; i < facts.import_count && !walk->error; i++) {
        if (!walk_follows(walk, file, &facts.imports[i])) {
            continue;
        }
        edge.import = i;
        uint32_t known = map ? EDGE(EDGE_SKIPPED) : known_target(walk, edges->next, i, environment);
        if (known == EDGE(EDGE_SKIPPED)) {
            follow(walk, file, &facts, &edge, &edges->targets[i]);
            continue;
        }
        edges->targets[i] = known;
        if (is_module(walk, edge_path(known))) {
            enter(walk, edge_path(known), &edge);
        }
    }
    graph_join_edges(&walk->graph, file);
}

static void visit_all(struct walk *walk, struct file *file) {
    uint32_t wanted = file->switched && file->requested ? file->switched : file->requested;
    wanted &= ~file->excluded;
    for (uint32_t left; (left = wanted & ~file->visited) && !walk->error;) {
        walk->modules += file->visited == 0;
        visit(walk, file, (uint32_t)__builtin_ctz(left));
    }
}

/* ---- what the workers bring ------------------------------------------------------------------ */

/* The environments of the first configured directive, in the order of the configuration. */
static void take_directives(struct walk *walk, struct file *file) {
    struct facts facts = source_facts(file->facts);
    int best = INT16_MAX;
    for (uint32_t i = 0; i < facts.directive_count; i++) {
        const struct fact_directive *directive = &facts.directives[i];
        if (directive->in_function) {
            continue;
        }
        file->has_directive = true;
        if (walk->config.rules[directive->configured].environments &&
            directive->configured < best) {
            best = directive->configured;
        }
    }
    file->switched = best == INT16_MAX ? 0 : walk->config.rules[best].environments;
    if (file->source && file->has_directive) {
        uint32_t own = file->switched ? file->switched : UINT32_C(1) << walk->config.server;
        file->requested |= own & ~file->excluded;
    }
}

static void ready(struct walk *walk, struct file *file, const struct read_result *result) {
    file->state = FILE_READY;
    int code = graph_take(&walk->graph, file, result->facts);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    file->opened = true;
    path_at(&walk->paths, file->path)->state = PATH_FILE;
    walk->files_read++;
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
    while (file->waiters && !walk->error) {
        uint32_t index = file->waiters;
        struct waiter *waiter = rows_at(&walk->waiters, index - 1), edge = *waiter;
        file->waiters = waiter->next;
        waiter->next = walk->free_waiters;
        walk->free_waiters = index;
        struct file *importer = graph_at(&walk->graph, edge.file);
        struct facts facts = graph_facts(&walk->graph, importer);
        struct edges *edges = graph_own_edges(&walk->graph, importer, edge.environment);
        if (!edges) {
            walk_fail(walk, ledger_error(walk->ledger));
            return;
        }
        follow(walk, importer, &facts, &edge, &edges->targets[edge.import]);
    }
}

/* The file exists, but cannot be a module. The report tells why. */
static void failed(struct walk *walk, struct file *file, const struct read_result *result) {
    file->state = FILE_FAILED;
    file->opened = result->answer == READ_CHANGED || result->answer == READ_TOO_LARGE;
    path_at(&walk->paths, file->path)->state = PATH_FILE;
    drop_waiters(walk, file);
    if (result->answer == READ_NO_MEMORY) {
        walk_fail(walk, ledger_error(walk->ledger));
    }
}

static void take_result(struct walk *walk, const struct read_result *result) {
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
    uint32_t room = workers_room(&walk->workers), count = 0;
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
        workers_ask(&walk->workers, batch, count);
    }
}

void walk_drain(struct walk *walk) {
    struct read_result results[WORKERS_QUEUE];
    workers_drop(&walk->workers);
    for (uint32_t count; (count = workers_collect(&walk->workers, results)) > 0;) {
        for (uint32_t i = 0; i < count; i++) {
            source_free(&walk->graph.sources, results[i].facts);
        }
    }
}

static void run(struct walk *walk) {
    struct read_result results[WORKERS_QUEUE];
    while (walk_goes_on(walk)) {
        while (walk->agenda && walk_goes_on(walk)) {
            visit_all(walk, take_agenda(walk));
            walk_feed(walk);
        }
        walk_feed(walk);
        uint32_t count = workers_collect(&walk->workers, results);
        if (!count && !walk->agenda) {
            break;
        }
        for (uint32_t i = 0; i < count; i++) {
            take_result(walk, &results[i]);
        }
        if (walk->on_round) {
            walk->on_round(walk, walk->payload);
        }
    }
    walk_drain(walk);
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
    if (walk->on_round) {
        walk->on_round(walk, walk->payload);
    }
    monitor_phase(walk->monitor, PHASE_READ);
    run(walk);
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

int walk_init(struct walk *walk, struct ledger *ledger, uint32_t threads, uint32_t processors,
              bool own_thread) {
    walk->ledger = ledger;
    realpath_init(&walk->realpath, &walk->paths, NULL, ledger);
    manifests_init(&walk->manifests, &walk->realpath, ledger);
    packages_init(&walk->packages, &walk->manifests, ledger);
    tsconfigs_init(&walk->tsconfigs, &walk->packages, ledger);
    resolver_init(&walk->resolver, ledger, &walk->realpath, &walk->packages, &walk->tsconfigs);
    graph_init(&walk->graph, ledger, &walk->paths);
    frontier_init(&walk->frontier, ledger, &walk->graph, &walk->realpath);
    rows_init(&walk->waiters, ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof(struct waiter));
    apply_config(walk);
    int code = paths_init(&walk->paths, ledger);
    if (code) {
        return code;
    }
    code = workers_init(&walk->workers, ledger, &walk->config.directives, walk->syntax, threads,
                        processors);
    if (code) {
        return code;
    }
    walk->workers_ready = true;
    walk->workers.cancelled = walk->cancelled;
    walk->workers.sources = &walk->graph.sources;
    walk->realpath.files = &walk->workers.members[0].files;
    os_files_begin(walk->realpath.files, own_thread);
    return 0;
}

void walk_stop(struct walk *walk) {
    if (walk->workers_ready) {
        os_files_end(walk->realpath.files);
        walk->realpath.files = NULL;
        workers_free(&walk->workers);
        walk->workers_ready = false;
    }
}

void walk_free(struct walk *walk) {
    walk_stop(walk);
    frontier_free(&walk->frontier);
    graph_free(&walk->graph);
    resolver_free(&walk->resolver);
    tsconfigs_free(&walk->tsconfigs);
    packages_free(&walk->packages);
    manifests_free(&walk->manifests);
    realpath_free(&walk->realpath);
    paths_free(&walk->paths);
    rows_free(&walk->waiters);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk->entries,
                walk->entry_capacity * sizeof *walk->entries);
    config_free(&walk->config);
}
