#include "report.h"

#include "order.h"
#include "sort.h"

static bool has_rule(const struct file *file, uint32_t rule) {
    struct facts facts = source_facts(file->facts);
    for (uint32_t i = 0; i < facts.directive_count; i++) {
        if (!facts.directives[i].in_function && (uint32_t)facts.directives[i].configured == rule) {
            return true;
        }
    }
    return false;
}

bool report_is_client(const struct report_body *report, const struct file *file) {
    return has_rule(file, report->walk->config.client_rule);
}

bool report_is_server(const struct report_body *report, const struct file *file) {
    return has_rule(file, report->walk->config.server_rule) && !report_is_client(report, file);
}

/* The order of an earlier report of the same walk, where it has the same modules. */
static bool take_order(struct report_body *report, const struct report_body *earlier) {
    const struct walk *walk = report->walk;
    bool same =
        earlier->walk == walk && earlier->module_count == walk->modules && !walk->host.answers;
    for (uint32_t i = 0; i < earlier->module_count && same; i++) {
        same =
            graph_at(&walk->graph, path_at(&walk->paths, earlier->modules[i])->memo - 1)->visited;
    }
    if (same) {
        memcpy(report->modules, earlier->modules, earlier->module_count * sizeof *report->modules);
        report->module_count = earlier->module_count;
    }
    return same;
}

static int gather_modules(struct report_body *report, const struct report_body *earlier) {
    struct walk *walk = report->walk;
    report->module_capacity = (uint32_t)walk->modules + 1;
    report->modules = ledger_resize(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, NULL, 0,
                                    report->module_capacity * sizeof *report->modules);
    if (!report->modules) {
        report->module_capacity = 0;
        return ledger_error(report->ledger);
    }
    if (earlier && take_order(report, earlier)) {
        return 0;
    }
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        const struct file *file = graph_at(&walk->graph, i);
        if (file->visited) {
            report->modules[report->module_count++] = file->path;
        }
    }
    return order_paths(&walk->paths, walk->root, report->modules, report->module_count);
}

static bool is_before(const void *context, const void *left, const void *right) {
    const struct walk_entry *a = left, *b = right;
    (void)context;
    return a->path != b->path ? a->path < b->path : a->environment < b->environment;
}

/* By number, so that one path's entries stand together; those given twice are dropped. */
static void group_entries(struct walk *walk) {
    struct walk_entry *entries = walk->entries;
    uint32_t kept = 0;
    sort_heap(entries, walk->entry_count, sizeof *entries, is_before, NULL);
    for (uint32_t i = 0; i < walk->entry_count; i++) {
        if (kept == 0 || is_before(NULL, &entries[kept - 1], &entries[i])) {
            entries[kept++] = entries[i];
        }
    }
    walk->entry_count = kept;
}

static uint32_t find_entry(const struct walk *walk, path_id path) {
    uint32_t low = 0, high = walk->entry_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (walk->entries[middle].path < path) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* `paths` has room for every entry. */
static int order_entries(struct report_body *report, path_id *paths) {
    const struct walk *walk = report->walk;
    uint32_t count = 0, done = 0;
    for (uint32_t i = 0; i < walk->entry_count; i++) {
        if (count == 0 || paths[count - 1] != walk->entries[i].path) {
            paths[count++] = walk->entries[i].path;
        }
    }
    int code = order_paths(&walk->paths, walk->root, paths, count);
    for (uint32_t i = 0; i < count && !code; i++) {
        for (uint32_t at = find_entry(walk, paths[i]);
             at < walk->entry_count && walk->entries[at].path == paths[i]; at++) {
            report->entries[done++] = walk->entries[at];
        }
    }
    report->entry_count = done;
    return code;
}

static int gather_entries(struct report_body *report) {
    struct walk *walk = report->walk;
    group_entries(walk);
    report->entries =
        arena_alloc(&report->arena, (walk->entry_count + (size_t)1) * sizeof *report->entries, 8);
    path_id *paths =
        arena_alloc(&report->arena, (walk->entry_count + (size_t)1) * sizeof *paths, 8);
    return report->entries && paths ? order_entries(report, paths) : ledger_error(report->ledger);
}

static void count_edges(struct report_body *report, const struct file *file) {
    prologue_stats *stats = &report->summary.stats;
    for (const struct edges *edges = file->edges; edges; edges = edges->next) {
        uint32_t environments = (uint32_t)__builtin_popcount(edges->environments & file->visited);
        for (uint32_t i = 0; i < file->facts->import_count; i++) {
            uint32_t target = edges->targets[i];
            bool unresolved = target == EDGE(EDGE_UNRESOLVED);
            stats->unresolved += unresolved ? environments : 0;
            stats->imports_resolved +=
                target != EDGE(EDGE_SKIPPED) && !unresolved ? environments : 0;
        }
    }
}

static void count_module(struct report_body *report, const struct file *file) {
    prologue_summary *summary = &report->summary;
    summary->client_count += file->has_directive && report_is_client(report, file);
    summary->server_count += file->has_directive && report_is_server(report, file);
    summary->stats.visits += (uint64_t)__builtin_popcount(file->visited);
    count_edges(report, file);
}

/* In the order of the rows, which is that of the memory. */
static void count_files(struct report_body *report) {
    const struct walk *walk = report->walk;
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        const struct file *file = graph_at(&walk->graph, i);
        report->files_needed +=
            !file->by_host && file->state == FILE_READY && (file->visited || file->source);
        if (file->visited) {
            count_module(report, file);
        }
    }
}

static void count_all(struct report_body *report) {
    prologue_summary *summary = &report->summary;
    summary->stats.modules = summary->module_count = report->module_count;
    summary->diagnostic_count = report->diagnostic_count;
    for (uint32_t i = 0; i < report->diagnostic_count; i++) {
        const struct report_diagnostic *one = &report->diagnostics[i];
        size_t *count = one->severity == PROLOGUE_INFO      ? &summary->info_count
                        : one->severity == PROLOGUE_WARNING ? &summary->warning_count
                                                            : &summary->error_count;
        *count += one->count;
    }
    count_files(report);
}

static int exit_code(const prologue_summary *summary, int error) {
    return error == PROLOGUE_ECANCELLED ? 130 : error ? 3 : summary->error_count ? 1 : 0;
}

static int fill(struct report_body *report, int error, const struct report_body *earlier) {
    char text[PATH_LONGEST + 2];
    struct walk *walk = report->walk;
    size_t length = path_text(&walk->paths, walk->root, text, sizeof text);
    report->root = (char *)(uintptr_t)arena_copy(&report->arena, (struct slice){text, length});
    if (!report->root) {
        return ledger_error(report->ledger);
    }
    int code = gather_entries(report);
    if (!code) {
        code = gather_modules(report, earlier);
    }
    if (!code) {
        code = report_diagnose(report, error);
        code = error == PROLOGUE_ELIMIT ? 0 : code ? code : report->walk->realpath.error;
    }
    if (code) {
        return code;
    }
    report->summary.complete = error == 0;
    report->summary.root = report->root;
    count_all(report);
    report->summary.exit_code = exit_code(&report->summary, error);
    return 0;
}

int report_body_new(struct report_body **out, struct walk *walk, int error,
                    const struct report_body *earlier) {
    struct ledger *ledger = walk->ledger;
    struct report_body *body = ledger_new(ledger, PROLOGUE_SUBSYSTEM_REPORT, sizeof *body);
    if (!body) {
        return ledger_error(ledger);
    }
    if (uv_mutex_init(&body->mutex)) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, body, sizeof *body);
        return PROLOGUE_ETHREAD;
    }
    body->references = 1;
    body->walk = walk_keep(walk);
    body->ledger = ledger;
    body->paths = &walk->paths;
    body->graph = &walk->graph;
    body->base = walk->root;
    arena_init(&body->arena, ledger, PROLOGUE_SUBSYSTEM_REPORT);
    int code = fill(body, error, earlier);
    if (code) {
        report_body_drop(body);
        return code;
    }
    *out = body;
    return 0;
}

struct report_body *report_body_keep(struct report_body *body) {
    atomic_fetch_add_explicit(&body->references, 1, memory_order_relaxed);
    return body;
}

static void free_copies(struct report_body *body) {
    if (body->graph == &body->own_graph) {
        graph_free(&body->own_graph);
        paths_free(&body->own_paths);
    }
}

void report_body_drop(struct report_body *body) {
    if (!body || atomic_fetch_sub_explicit(&body->references, 1, memory_order_acq_rel) > 1) {
        return;
    }
    struct ledger *ledger = body->ledger;
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, body->modules,
                body->module_capacity * sizeof *body->modules);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, body->diagnostics,
                body->diagnostic_capacity * sizeof *body->diagnostics);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, body->groups,
                body->group_capacity * sizeof *body->groups);
    arena_free(&body->arena);
    free_copies(body);
    walk_drop(body->walk);
    uv_mutex_destroy(&body->mutex);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, body, sizeof *body);
}

int report_body_detach(struct report_body *body) {
    if (body->graph == &body->own_graph) {
        return 0;
    }
    int code = paths_copy(&body->own_paths, body->paths);
    if (code) {
        return code;
    }
    code = graph_copy(&body->own_graph, &body->own_paths, body->graph);
    if (code) {
        paths_free(&body->own_paths);
        return code;
    }
    uv_mutex_lock(&body->mutex);
    body->paths = &body->own_paths;
    body->graph = &body->own_graph;
    uv_mutex_unlock(&body->mutex);
    return 0;
}

int report_new(prologue_report **out, struct report_body *body) {
    prologue_report *report = ledger_new(body->ledger, PROLOGUE_SUBSYSTEM_REPORT, sizeof *report);
    if (!report) {
        return ledger_error(body->ledger);
    }
    report->body = report_body_keep(body);
    report->ledger = body->ledger;
    report->summary = body->summary;
    *out = report;
    return 0;
}

void prologue_report_free(prologue_report *report) {
    if (!report) {
        return;
    }
    report_changes_free(&report->changes, report->ledger);
    report_body_drop(report->body);
    ledger_free(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, report, sizeof *report);
}

void prologue_report_summary(const prologue_report *report, prologue_summary *out) {
    size_t size = out->size;
    *out = report->summary;
    out->size = size;
}

static void count_directives(const struct file *file, prologue_module *out) {
    struct facts facts = source_facts(file->facts);
    for (uint32_t i = 0; i < facts.directive_count; i++) {
        if (facts.directives[i].in_function) {
            out->function_directive_count++;
        } else {
            out->directive_count++;
        }
    }
}

/* With the body's mutex held. */
static prologue_slice spell(prologue_report *report, path_id path) {
    const struct report_body *body = report->body;
    size_t length = path_relative(body->paths, body->base, path, report->path, sizeof report->path);
    return (prologue_slice){report->path, length};
}

int prologue_report_module(prologue_report *report, size_t index, prologue_module *out) {
    struct report_body *body = report->body;
    if (index >= body->module_count) {
        return PROLOGUE_EINVALID;
    }
    uv_mutex_lock(&body->mutex);
    const struct file *file = report_file(body, index);
    *out = (prologue_module){.size = sizeof *out,
                             .environments = file->visited,
                             .path = spell(report, file->path),
                             .client = report_is_client(body, file),
                             .server = report_is_server(body, file)};
    count_directives(file, out);
    uv_mutex_unlock(&body->mutex);
    return 0;
}

static prologue_slice text_of(const struct facts *facts, uint32_t text, uint32_t length) {
    return (prologue_slice){facts->text + text, length};
}

int prologue_report_directive(const prologue_report *report, size_t module, size_t index,
                              prologue_directive_use *out) {
    struct report_body *body = report->body;
    if (module >= body->module_count) {
        return PROLOGUE_EINVALID;
    }
    uv_mutex_lock(&body->mutex);
    struct facts facts = source_facts(report_file(body, module)->facts);
    uv_mutex_unlock(&body->mutex);
    if (index >= facts.directive_count) {
        return PROLOGUE_EINVALID;
    }
    const struct fact_directive *directive = &facts.directives[index];
    *out = (prologue_directive_use){
        .value = text_of(&facts, directive->text, directive->text_length),
        .function = text_of(&facts, directive->name, directive->name_length),
        .position = {directive->span.start, directive->span.end, directive->span.line,
                     directive->span.column}};
    return 0;
}

int prologue_report_diagnostic(const prologue_report *report, size_t index,
                               prologue_diagnostic *out) {
    struct report_body *body = report->body;
    if (index >= body->diagnostic_count) {
        return PROLOGUE_EINVALID;
    }
    const struct report_diagnostic *one = &body->diagnostics[index];
    uv_mutex_lock(&body->mutex);
    *out = (prologue_diagnostic){.size = sizeof *out,
                                 .severity = one->severity,
                                 .code = one->code,
                                 .path = spell((prologue_report *)(uintptr_t)report, one->path),
                                 .line = one->line,
                                 .column = one->column,
                                 .length = one->length,
                                 .specifier = {one->specifier.data, one->specifier.length},
                                 .message = {one->message.data, one->message.length},
                                 .count = one->count,
                                 .first_party = one->first_party};
    uv_mutex_unlock(&body->mutex);
    if (one->environment >= 0) {
        out->environment = body->walk->config.environments[one->environment].name.data;
    }
    return 0;
}

const char *prologue_report_environment(const prologue_report *report, size_t index) {
    const struct config *config = &report->body->walk->config;
    return index < config->environment_count ? config->environments[index].name.data : NULL;
}

const char *prologue_reset_name(enum prologue_reset reset) {
    switch (reset) {
#define XX(bit, name, text)                                                                        \
    case PROLOGUE_RESET_##name:                                                                    \
        return text;
        PROLOGUE_RESET_MAP(XX)
#undef XX
    }
    return "unknown";
}
