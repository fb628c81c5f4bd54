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

bool report_is_client(const prologue_report *report, const struct file *file) {
    return has_rule(file, report->walk->config.client_rule);
}

bool report_is_server(const prologue_report *report, const struct file *file) {
    return has_rule(file, report->walk->config.server_rule) && !report_is_client(report, file);
}

static int gather_modules(prologue_report *report) {
    struct walk *walk = report->walk;
    report->modules = ledger_resize(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, NULL, 0,
                                    (walk->modules + 1) * sizeof *report->modules);
    if (!report->modules) {
        return ledger_error(report->ledger);
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
static int order_entries(prologue_report *report, path_id *paths) {
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

static int gather_entries(prologue_report *report) {
    struct walk *walk = report->walk;
    group_entries(walk);
    report->entries =
        arena_alloc(&report->arena, (walk->entry_count + (size_t)1) * sizeof *report->entries, 8);
    path_id *paths =
        arena_alloc(&report->arena, (walk->entry_count + (size_t)1) * sizeof *paths, 8);
    return report->entries && paths ? order_entries(report, paths) : ledger_error(report->ledger);
}

static void count_edges(prologue_report *report, const struct file *file) {
    prologue_stats *stats = &report->summary.stats;
    for (const struct edges *edges = file->edges; edges; edges = edges->next) {
        uint32_t environments = (uint32_t)__builtin_popcount(edges->environments);
        for (uint32_t i = 0; i < file->facts->import_count; i++) {
            uint32_t target = edges->targets[i];
            bool unresolved = target == EDGE(EDGE_UNRESOLVED);
            stats->unresolved += unresolved ? environments : 0;
            stats->imports_resolved +=
                target != EDGE(EDGE_SKIPPED) && !unresolved ? environments : 0;
        }
    }
}

static void count_all(prologue_report *report) {
    const struct walk *walk = report->walk;
    prologue_summary *summary = &report->summary;
    prologue_stats *stats = &summary->stats;
    summary->module_count = report->module_count;
    summary->diagnostic_count = report->diagnostic_count;
    for (uint32_t i = 0; i < report->module_count; i++) {
        const struct file *file = report_file(report, i);
        summary->client_count += file->has_directive && report_is_client(report, file);
        summary->server_count += file->has_directive && report_is_server(report, file);
        stats->visits += (uint64_t)__builtin_popcount(file->visited);
        count_edges(report, file);
    }
    for (uint32_t i = 0; i < report->diagnostic_count; i++) {
        const struct report_diagnostic *one = &report->diagnostics[i];
        size_t *count = one->severity == PROLOGUE_INFO      ? &summary->info_count
                        : one->severity == PROLOGUE_WARNING ? &summary->warning_count
                                                            : &summary->error_count;
        *count += one->count;
    }
    stats->modules = report->module_count;
    stats->files_read = walk->files_read;
    stats->bytes_read = walk->bytes_read;
    stats->reads_joined = walk->reads_joined;
    stats->realpath_hits = walk->realpath.hits;
    stats->realpath_misses = walk->realpath.misses;
    stats->directories_listed = walk->realpath.listed;
    stats->grammar_files = walk->grammar_files;
}

static int exit_code(const prologue_summary *summary, int error) {
    return error == PROLOGUE_ECANCELLED ? 130 : error ? 3 : summary->error_count ? 1 : 0;
}

static int fill(prologue_report *report, int error) {
    char text[PATH_LONGEST + 2];
    struct walk *walk = report->walk;
    size_t length = path_text(&walk->paths, walk->root, text, sizeof text);
    report->root = (char *)(uintptr_t)arena_copy(&report->arena, (struct slice){text, length});
    if (!report->root) {
        return ledger_error(report->ledger);
    }
    int code = gather_entries(report);
    if (!code) {
        code = gather_modules(report);
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

int report_new(prologue_report **out, struct walk *walk, int error) {
    struct ledger *ledger = walk->ledger;
    prologue_report *report = ledger_new(ledger, PROLOGUE_SUBSYSTEM_REPORT, sizeof *report);
    if (!report) {
        walk_free(walk);
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk, sizeof *walk);
        return ledger_error(ledger);
    }
    report->walk = walk;
    report->ledger = ledger;
    arena_init(&report->arena, ledger, PROLOGUE_SUBSYSTEM_REPORT);
    int code = fill(report, error);
    if (code) {
        prologue_report_free(report);
        return code;
    }
    *out = report;
    return 0;
}

void prologue_report_free(prologue_report *report) {
    if (!report) {
        return;
    }
    struct ledger *ledger = report->ledger;
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, report->modules,
                (report->walk->modules + 1) * sizeof *report->modules);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, report->diagnostics,
                report->diagnostic_capacity * sizeof *report->diagnostics);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, report->groups,
                report->group_capacity * sizeof *report->groups);
    arena_free(&report->arena);
    walk_free(report->walk);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_GRAPH, report->walk, sizeof *report->walk);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, report, sizeof *report);
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

int prologue_report_module(prologue_report *report, size_t index, prologue_module *out) {
    if (index >= report->module_count) {
        return PROLOGUE_EINVALID;
    }
    const struct file *file = report_file(report, index);
    *out = (prologue_module){.size = sizeof *out, .environments = file->visited};
    out->path.data = report->path;
    out->path.length = path_relative(&report->walk->paths, report->walk->root, file->path,
                                     report->path, sizeof report->path);
    out->client = report_is_client(report, file);
    out->server = report_is_server(report, file);
    count_directives(file, out);
    return 0;
}

int prologue_report_directive(const prologue_report *report, size_t module, size_t index,
                              prologue_directive_use *out) {
    if (module >= report->module_count) {
        return PROLOGUE_EINVALID;
    }
    struct facts facts = source_facts(report_file(report, module)->facts);
    if (index >= facts.directive_count) {
        return PROLOGUE_EINVALID;
    }
    const struct fact_directive *directive = &facts.directives[index];
    *out =
        (prologue_directive_use){.value = {facts.text + directive->text, directive->text_length},
                                 .function = {facts.text + directive->name, directive->name_length},
                                 .position = {directive->span.start, directive->span.end,
                                              directive->span.line, directive->span.column}};
    return 0;
}

int prologue_report_diagnostic(const prologue_report *report, size_t index,
                               prologue_diagnostic *out) {
    if (index >= report->diagnostic_count) {
        return PROLOGUE_EINVALID;
    }
    const struct report_diagnostic *one = &report->diagnostics[index];
    prologue_report *own = (prologue_report *)(uintptr_t)report;
    size_t length = path_relative(&report->walk->paths, report->walk->root, one->path, own->path,
                                  sizeof own->path);
    *out = (prologue_diagnostic){.size = sizeof *out,
                                 .severity = one->severity,
                                 .code = one->code,
                                 .path = {report->path, length},
                                 .line = one->line,
                                 .column = one->column,
                                 .length = one->length,
                                 .specifier = {one->specifier.data, one->specifier.length},
                                 .message = {one->message.data, one->message.length},
                                 .count = one->count,
                                 .first_party = one->first_party};
    if (one->environment >= 0) {
        out->environment = report->walk->config.environments[one->environment].name.data;
    }
    return 0;
}

const char *prologue_report_environment(const prologue_report *report, size_t index) {
    return index < report->walk->config.environment_count
               ? report->walk->config.environments[index].name.data
               : NULL;
}
