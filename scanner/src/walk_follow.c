/* Along the imports of one file: where each leads, and who waits until it is known that it does. */
#include "language.h"
#include "sort.h"
#include "walk_host.h"

/* With so many edges waiting, a target is asked about rather than waited for: a package's only
 * module may be read after everything that imports it. */
enum { WALK_WAITERS_MOST = 1 << 16 };

/* ---- waiting --------------------------------------------------------------------------------- */

static bool has_waiters_left(const struct walk *walk) {
    return walk->free_waiters || walk->waiters.count < WALK_WAITERS_MOST;
}

void walk_wait(struct walk *walk, struct file *target, const struct waiter *edge) {
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

bool walk_take_waiter(struct walk *walk, struct file *file, struct waiter *out) {
    uint32_t index = file->waiters;
    if (!index) {
        return false;
    }
    struct waiter *waiter = rows_at(&walk->waiters, index - 1);
    *out = *waiter;
    file->waiters = waiter->next;
    waiter->next = walk->free_waiters;
    walk->free_waiters = index;
    return true;
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
        return answer->path | (answer->plain ? EDGE_PLAIN : 0);
    case RESOLVE_LEAF:
        return answer->path | EDGE_LEAF | (answer->plain ? EDGE_PLAIN : 0);
    case RESOLVE_EXTERNAL:
        return EDGE(EDGE_EXTERNAL);
    case RESOLVE_IGNORED:
        return EDGE(EDGE_IGNORED);
    default:
        return EDGE(EDGE_UNRESOLVED);
    }
}

void walk_enter(struct walk *walk, path_id path, const struct waiter *edge) {
    struct file *target = walk_ask_for(walk, path, UINT32_C(1) << edge->environment);
    if (!target) {
        return;
    }
    if (target->state == FILE_PENDING && path_at(&walk->paths, path)->state == PATH_ASSUMED &&
        (has_waiters_left(walk) || !realpath_confirm(&walk->realpath, path))) {
        walk_wait(walk, target, edge);
    }
    walk_request(walk, target, UINT32_C(1) << edge->environment);
}

static void add_found(void *payload, path_id path) {
    struct walk *walk = payload;
    struct glob_found *all = &walk->globbed;
    int code = ledger_grow(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &all->paths, &all->capacity,
                           all->count + 1, sizeof *all->paths);
    if (code) {
        walk_fail(walk, code);
        return;
    }
    all->paths[all->count++] = path;
}

static bool is_lower(const void *context, const void *left, const void *right) {
    (void)context;
    return *(const path_id *)left < *(const path_id *)right;
}

/* Each once. */
static void sort_found(struct glob_found *all) {
    uint32_t kept = 0;
    sort_heap(all->paths, all->count, sizeof *all->paths, is_lower, NULL);
    for (uint32_t i = 0; i < all->count; i++) {
        if (kept == 0 || all->paths[kept - 1] != all->paths[i]) {
            all->paths[kept++] = all->paths[i];
        }
    }
    all->count = kept;
}

static void enter_glob(struct walk *walk, const struct waiter *edge, uint32_t target) {
    const struct glob_targets *targets = graph_glob(&walk->graph, target);
    for (uint32_t i = 0; i < targets->count && !targets->leaf && !walk->error; i++) {
        path_id path = targets->paths[i];
        if (language_of(path_name(&walk->paths, path), NULL) || walk_host_loads(walk, path)) {
            walk_enter(walk, targets->paths[i], edge);
        }
    }
}

static void follow_glob(struct walk *walk, struct file *file, const struct facts *facts,
                        const struct waiter *edge, uint32_t *target) {
    walk->globbed.count = 0;
    walk_glob(walk, file, facts, edge->import, edge->environment, add_found, walk);
    sort_found(&walk->globbed);
    *target = graph_add_glob(&walk->graph, walk->globbed.paths, walk->globbed.count,
                             walk_glob_is_leaf(facts, &facts->imports[edge->import]));
    if (!edge_is_glob(*target)) {
        walk_fail(walk, ledger_error(walk->ledger));
        return;
    }
    enter_glob(walk, edge, *target);
}

static void take_answer(struct walk *walk, struct file *file, const struct facts *facts,
                        const struct waiter *edge, const struct answer *answer, uint32_t *target) {
    const struct fact_import *import = &facts->imports[edge->import];
    struct slice specifier = facts_text(facts, import->text, import->text_length);
    if (answer->outcome == RESOLVE_FAILED || answer->made_up) {
        file->troubled |= answer->outcome == RESOLVE_FAILED;
        walk_ask_host(walk, file, facts, edge, target, true);
    } else if (answer->outcome == RESOLVE_MODULE) {
        walk_enter(walk, answer->path, edge);
    } else if (answer->outcome == RESOLVE_LEAF && !memchr(specifier.data, '?', specifier.length) &&
               walk_host_loads(walk, answer->path)) {
        *target &= ~EDGE_LEAF;
        walk_enter(walk, answer->path, edge);
    }
}

/* Nobody opens what is excluded, so nobody finds out whether it is there. */
static bool is_unopened(const struct walk *walk, path_id path, uint32_t environment) {
    return path_at(&walk->paths, path)->state == PATH_ASSUMED &&
           walk_exclusions(walk, path) >> environment & 1;
}

/* True where that was found out just now: the import leads elsewhere, if anywhere. */
static bool leads_to_nothing(struct walk *walk, const struct answer *answer, uint32_t environment) {
    path_id real;
    if (answer->outcome != RESOLVE_MODULE || !is_unopened(walk, answer->path, environment) ||
        realpath_confirm(&walk->realpath, answer->path)) {
        return false;
    }
    struct path *path = path_at(&walk->paths, answer->path);
    path->state = PATH_UNKNOWN;
    if (realpath_any(&walk->realpath, answer->path, &real) == PATH_MISSING) {
        path_at(&walk->paths, answer->path)->state = PATH_MISSING;
    }
    return walk_goes_on(walk);
}

/* Asks where one import leads and goes there. Also asked again, for edges that waited in vain. */
static void follow(struct walk *walk, struct file *file, const struct facts *facts,
                   const struct waiter *edge, uint32_t *target) {
    struct fact_import *import = &facts->imports[edge->import];
    walk_ease(walk);
    if (import->kind == FACT_GLOB) {
        follow_glob(walk, file, facts, edge, target);
        return;
    }
    struct slice specifier = facts_text(facts, import->text, import->text_length);
    if (edge->asked == HOST_UNASKED && walk_host_resolves(walk, specifier, edge->environment) &&
        walk_ask_host(walk, file, facts, edge, target, false)) {
        return;
    }
    struct answer answer;
    do {
        answer = resolve(&walk->resolver, walk_importer(walk, file), specifier, edge->environment,
                         import->kind == FACT_REQUIRE, NULL);
    } while (leads_to_nothing(walk, &answer, edge->environment));
    if (walk->realpath.error) { /* no answer: something could not be asked */
        return;
    }
    *target = edge_of(&answer);
    take_answer(walk, file, facts, edge, &answer, target);
    import->derived = answer.spelled && edge_is_path(*target) && edge_path(*target) == answer.path;
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
            !is_unopened(walk, path, environment) &&
            !resolve_has_map(&walk->resolver, folder_of(&walk->realpath, parent), environment)) {
            return target;
        }
    }
    return EDGE(EDGE_SKIPPED);
}

static void enter_target(struct walk *walk, uint32_t target, const struct waiter *edge) {
    if (edge_is_glob(target)) {
        enter_glob(walk, edge, target);
    } else if (edge_is_path(target) && !(target & EDGE_LEAF)) {
        walk_enter(walk, edge_path(target), edge);
    }
}

/* Where the imports lead is known from an earlier scan. */
static void revisit(struct walk *walk, struct file *file, const struct edges *edges,
                    uint32_t environment) {
    struct waiter edge = {.file = file->index, .environment = (uint8_t)environment};
    for (uint32_t i = 0; i < file->facts->import_count && !walk->error; i++) {
        edge.import = i;
        enter_target(walk, edges->targets[i], &edge);
    }
}

static bool is_for_host(const struct walk *walk, const struct facts *facts, uint32_t import,
                        uint32_t environment) {
    const struct fact_import *fact = &facts->imports[import];
    return walk->host.request &&
           walk_host_resolves(walk, facts_text(facts, fact->text, fact->text_length), environment);
}

static void visit(struct walk *walk, struct file *file, uint32_t environment) {
    file->visited |= UINT32_C(1) << environment;
    walk->visits++;
    if (!file->facts || !file->facts->import_count) {
        return;
    }
    struct edges *edges = graph_edges(file, environment);
    if (edges) {
        revisit(walk, file, edges, environment);
        return;
    }
    struct source *lent = walk_spell_lent(walk, file);
    struct facts facts = graph_imports(&walk->graph, file);
    edges = file->facts ? graph_add_edges(&walk->graph, file, environment) : NULL;
    if (!edges) {
        walk_fail(walk, ledger_error(walk->ledger));
        walk_share_lent(walk, file, lent);
        return;
    }
    bool first = !edges->next, spelled = walk->host.request != NULL;
    if (spelled) {
        graph_spell(&walk->graph, file, &facts);
    }
    struct waiter edge = {.file = file->index, .environment = (uint8_t)environment};
    bool map =
        edges->next && resolve_has_map(&walk->resolver, walk_folder_of(walk, file), environment);
    for (uint32_t i = 0; i < facts.import_count && !walk->error; i++) {
        if (!walk_follows(walk, file, &facts.imports[i])) {
            continue;
        }
        edge.import = i;
        bool anew = map || is_for_host(walk, &facts, i, environment);
        uint32_t known =
            anew ? EDGE(EDGE_SKIPPED) : known_target(walk, edges->next, i, environment);
        if (known == EDGE(EDGE_SKIPPED)) {
            if (!spelled) {
                graph_spell(&walk->graph, file, &facts);
                spelled = true;
            }
            follow(walk, file, &facts, &edge, &edges->targets[i]);
            continue;
        }
        edges->targets[i] = known;
        enter_target(walk, known, &edge);
    }
    if (!walk->again) { /* edges of before are read by reports */
        graph_join_edges(&walk->graph, file);
    }
    if (first && !walk->error) {
        graph_derive(&walk->graph, file, &facts);
    }
    walk_share_lent(walk, file, lent);
}

void walk_visit(struct walk *walk, struct file *file) {
    uint32_t switched = walk_switched(walk, file);
    uint32_t wanted = switched && file->requested ? switched : file->requested;
    wanted &= ~walk_excluded(walk, file);
    for (uint32_t left; (left = wanted & ~file->visited) && !walk->error;) {
        walk->modules += file->visited == 0;
        visit(walk, file, (uint32_t)__builtin_ctz(left));
    }
}

uint32_t *walk_target_of(struct walk *walk, const struct waiter *edge) {
    struct file *file = graph_at(&walk->graph, edge->file);
    int code = graph_restore(&walk->graph, file);
    struct edges *edges = code ? NULL : graph_own_edges(&walk->graph, file, edge->environment);
    if (!edges) {
        walk_fail(walk, code ? code : ledger_error(walk->ledger));
        return NULL;
    }
    return &edges->targets[edge->import];
}

void walk_follow_again(struct walk *walk, const struct waiter *edge) {
    struct file *importer = graph_at(&walk->graph, edge->file);
    uint32_t *target = walk_target_of(walk, edge);
    if (target) {
        struct facts facts = graph_facts(&walk->graph, importer);
        follow(walk, importer, &facts, edge, target);
    }
}
