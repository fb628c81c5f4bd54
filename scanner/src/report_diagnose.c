#include <stdio.h>
#include <uv.h>

#include "notes.h"
#include "report.h"
#include "sort.h"

/* The package that a file belongs to, for counting. */
static path_id package_of(struct report_body *report, path_id path) {
    struct walk *walk = report->walk;
    path_id parent = path_at(&walk->paths, path)->parent;
    if (path_at(&walk->paths, parent)->state != PATH_FOLDER) {
        return parent;
    }
    path_id package = package_folder_around(&walk->packages, folder_of(&walk->realpath, parent));
    return package == NO_PATH ? walk->root : package;
}

static int find_group(struct report_body *report, path_id package, const char *code,
                      const void *reason, struct report_group **out) {
    for (uint32_t i = report->group_count; i-- > 0;) { /* the newest are the likeliest */
        struct report_group *group = &report->groups[i];
        if (group->package == package && strcmp(group->code, code) == 0 &&
            group->reason == reason) {
            *out = group;
            return 0;
        }
    }
    int error =
        ledger_grow(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, &report->groups,
                    &report->group_capacity, report->group_count + 1, sizeof *report->groups);
    if (!error) {
        *out = &report->groups[report->group_count++];
        **out = (struct report_group){package, code, reason, 0, 0};
    }
    return error;
}

/* Keeps a diagnostic, or counts it where enough of its kind are kept. Its texts are copied. */
static int add(struct report_body *report, const struct report_diagnostic *one,
               const void *reason) {
    struct report_group *group;
    int code = find_group(report, package_of(report, one->path), one->code, reason, &group);
    if (code) {
        return code;
    }
    uint32_t times = one->count ? one->count : 1;
    uint32_t most = reason == resolve_plug_n_play ? 1 : REPORT_DIAGNOSTICS_EACH;
    if (group->count++ >= most) {
        report->diagnostics[group->last].count += times;
        return 0;
    }
    code = ledger_grow(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, &report->diagnostics,
                       &report->diagnostic_capacity, report->diagnostic_count + 1,
                       sizeof *report->diagnostics);
    const char *message = code ? NULL : arena_copy(&report->arena, one->message);
    const char *specifier = message ? arena_copy(&report->arena, one->specifier) : NULL;
    if (!specifier) {
        return code ? code : ledger_error(report->ledger);
    }
    struct report_diagnostic *kept = &report->diagnostics[report->diagnostic_count];
    *kept = *one;
    kept->message.data = message;
    kept->specifier.data = specifier;
    kept->count = times;
    kept->first_party = !path_in_node_modules(&report->walk->paths, one->path);
    group->last = report->diagnostic_count++;
    return 0;
}

static int add_note(struct report_body *report, const struct file *file, const struct facts *facts,
                    const struct fact_note *note) {
    struct note_text text;
    note_describe(note, facts, &report->walk->config.directives, &text);
    struct report_diagnostic one = {.path = file->path,
                                    .line = note->span.line,
                                    .column = note->span.column,
                                    .length = note->span.end - note->span.start,
                                    .environment = -1,
                                    .severity = text.severity,
                                    .code = text.code,
                                    .message = slice_of(text.message)};
    return add(report, &one, NULL);
}

/* One for the whole project: it counts the imports. */
static int add_plug_n_play(struct report_body *report, const struct trace *trace) {
    struct report_diagnostic one = {.path = trace->subject,
                                    .environment = -1,
                                    .severity = PROLOGUE_ERROR_DIAGNOSTIC,
                                    .code = "plug-n-play",
                                    .message = slice_of(resolve_plug_n_play)};
    return add(report, &one, resolve_plug_n_play);
}

static int add_unresolved(struct report_body *report, const struct file *file,
                          const struct facts *facts, const struct fact_import *import,
                          uint32_t environment, struct trace *trace) {
    struct walk *walk = report->walk;
    struct slice specifier = facts_text(facts, import->text, import->text_length);
    bool require = import->kind == FACT_REQUIRE;
    trace_clear(trace);
    walk_ease(walk);
    struct answer answer =
        resolve(&walk->resolver, walk_importer(walk, file), specifier, environment, require, trace);
    char message[TRACE_LONGEST + 200];
    if (trace->subject != NO_PATH) {
        return add_plug_n_play(report, trace);
    }
    snprintf(message, sizeof message, "'%.*s' does not resolve: %s", (int)specifier.length,
             specifier.data, trace->reason ? trace->reason : "nothing matches");
    struct report_diagnostic one = {
        .path = file->path,
        .line = import->span.line,
        .column = import->span.column,
        .length = import->span.end - import->span.start,
        .environment = (int32_t)environment,
        .severity = require && import->flags & FACT_IN_TRY ? PROLOGUE_INFO : PROLOGUE_WARNING,
        .code = answer.code ? answer.code : "unresolved-import",
        .specifier = specifier,
        .message = slice_of(message)};
    return add(report, &one, trace->format);
}

static int diagnose_import(struct report_body *report, const struct file *file,
                           const struct facts *facts, uint32_t import, struct trace *trace) {
    int code = 0;
    for (uint32_t i = 0; i < report->walk->config.environment_count && !code; i++) {
        const struct edges *edges = report_edges(file, i);
        if (edges && edges->targets[import] == EDGE(EDGE_UNRESOLVED)) {
            code = add_unresolved(report, file, facts, &facts->imports[import], i, trace);
        }
    }
    return code;
}

static int diagnose_module(struct report_body *report, const struct file *file,
                           struct trace *trace) {
    struct facts facts = graph_facts(report->graph, file);
    int code = 0;
    uint32_t note = 0, import = 0;
    while (!code && (note < facts.note_count || import < facts.import_count)) {
        bool note_next = note < facts.note_count &&
                         (import == facts.import_count ||
                          facts.notes[note].span.start <= facts.imports[import].span.start);
        code = note_next ? add_note(report, file, &facts, &facts.notes[note++])
                         : diagnose_import(report, file, &facts, import++, trace);
    }
    return code;
}

static const char *failure_of(const struct file *file, const char **code, char *text, size_t size) {
    switch ((enum read_answer)file->answer) {
    case READ_CHANGED:
        *code = "file-changed";
        return "the file changed while it was read";
    case READ_TOO_LARGE:
        *code = "file-too-large";
        return "the file is larger than 4 GiB";
    case READ_NO_MEMORY:
        *code = "memory-limit";
        return "the file does not fit the memory that is left";
    case READ_OTHER:
        *code = "not-a-file";
        return "a FIFO, socket or device stands where a module should";
    default:
        *code = "unreadable-file";
        snprintf(text, size, "the file cannot be read: ");
        uv_strerror_r(file->error, text + strlen(text), size - strlen(text));
        return text;
    }
}

static int compare(const struct report_body *report, const struct report_diagnostic *a,
                   const struct report_diagnostic *b) {
    char x[PATH_LONGEST + 2], y[PATH_LONGEST + 2];
    if (a->path != b->path) {
        const struct walk *walk = report->walk;
        struct slice left = {x, path_relative(&walk->paths, walk->root, a->path, x, sizeof x)};
        struct slice right = {y, path_relative(&walk->paths, walk->root, b->path, y, sizeof y)};
        int order = slice_compare(left, right);
        if (order) { /* else they are one module of several environments */
            return order;
        }
    }
    if (a->line != b->line || a->column != b->column) {
        return a->line != b->line ? (a->line > b->line) - (a->line < b->line)
                                  : (a->column > b->column) - (a->column < b->column);
    }
    int order = strcmp(a->code, b->code);
    order = order ? order : (a->environment > b->environment) - (a->environment < b->environment);
    order = order ? order : slice_compare(a->specifier, b->specifier);
    return order ? order : slice_compare(a->message, b->message);
}

static bool is_before(const void *context, const void *a, const void *b) {
    return compare(context, a, b) < 0;
}

static void sort(const struct report_body *report, struct report_diagnostic *items,
                 uint32_t count) {
    _Static_assert(sizeof *items <= SORT_LARGEST_ITEM, "moved as a whole");
    sort_heap(items, count, sizeof *items, is_before, report);
}

/* Diagnostics in the order in which the walk met them, which is not the same every time: sorted
 * before they are counted. */
struct unsorted {
    struct report_diagnostic *items;
    uint32_t count, capacity;
};

static int put(struct report_body *report, struct unsorted *all,
               const struct report_diagnostic *one) {
    int code = ledger_grow(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, &all->items, &all->capacity,
                           all->count + 1, sizeof *all->items);
    const char *message = code ? NULL : arena_copy(&report->arena, one->message);
    if (!message) {
        return code ? code : ledger_error(report->ledger);
    }
    all->items[all->count] = *one;
    all->items[all->count++].message.data = message;
    return 0;
}

static int put_failures(struct report_body *report, struct unsorted *all) {
    struct walk *walk = report->walk;
    char text[160];
    int error = 0;
    for (uint32_t i = 0; i < walk->graph.files.count && !error; i++) {
        const struct file *file = graph_at(&walk->graph, i);
        bool other = file->state == FILE_GONE && file->answer == READ_OTHER;
        if ((file->state != FILE_FAILED && !other) || file->error == UV_ECANCELED ||
            !(file->requested || file->source)) {
            continue;
        }
        struct report_diagnostic one = {.path = file->path,
                                        .environment = -1,
                                        .severity =
                                            other ? PROLOGUE_WARNING : PROLOGUE_ERROR_DIAGNOSTIC};
        one.message = slice_of(failure_of(file, &one.code, text, sizeof text));
        error = put(report, all, &one);
    }
    return error;
}

static int put_problems(struct report_body *report, struct unsorted *all) {
    const struct rows *problems = &report->walk->manifests.problems;
    int error = 0;
    for (uint32_t i = 0; i < problems->count && !error; i++) {
        const struct problem *problem = rows_at(problems, i);
        struct report_diagnostic one = {.path = problem->file,
                                        .line = problem->line,
                                        .column = problem->column,
                                        .environment = -1,
                                        .severity = problem->error ? PROLOGUE_ERROR_DIAGNOSTIC
                                                                   : PROLOGUE_WARNING,
                                        .code = problem->code,
                                        .message = slice_of(problem->message),
                                        .count = problem->count};
        error = put(report, all, &one);
    }
    return error;
}

static int diagnose_files(struct report_body *report) {
    struct unsorted all = {0};
    int code = put_failures(report, &all);
    if (!code) {
        code = put_problems(report, &all);
    }
    sort(report, all.items, code ? 0 : all.count);
    for (uint32_t i = 0; i < all.count && !code; i++) {
        code = add(report, &all.items[i], NULL);
    }
    ledger_free(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, all.items,
                all.capacity * sizeof *all.items);
    return code;
}

static bool is_worth_telling(const struct file *file) {
    return file->visited && file->facts &&
           (file->troubled || (file->facts->rare && source_facts(file->facts).note_count));
}

static uint32_t count_worth_telling(const struct report_body *report) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->graph->files.count; i++) {
        count += is_worth_telling(graph_at(report->graph, i));
    }
    return count;
}

static int diagnose_modules(struct report_body *report) {
    struct trace trace;
    int code = 0;
    uint32_t left = count_worth_telling(report);
    trace_init(&trace, report->ledger);
    for (uint32_t i = 0; i < report->module_count && left && !code; i++) {
        const struct file *file = report_file(report, i);
        if (is_worth_telling(file)) {
            left--;
            code = diagnose_module(report, file, &trace);
        }
    }
    trace_free(&trace);
    return code;
}

/* Who holds most, where the memory ran out. */
static int add_limit(struct report_body *report) {
    prologue_memory memory;
    char message[200];
    int most = 0;
    ledger_read(report->ledger, &memory);
    for (int i = 1; i < PROLOGUE_SUBSYSTEMS; i++) {
        most = memory.subsystems[i].peak > memory.subsystems[most].peak ? i : most;
    }
    snprintf(
        message, sizeof message,
        "the memory limit of %llu bytes was reached: the report is not complete; %s took most, "
        "%llu bytes",
        (unsigned long long)memory.limit, prologue_subsystem_name((enum prologue_subsystem)most),
        (unsigned long long)memory.subsystems[most].peak);
    struct report_diagnostic one = {.path = report->walk->root,
                                    .environment = -1,
                                    .severity = PROLOGUE_ERROR_DIAGNOSTIC,
                                    .code = "memory-limit",
                                    .message = slice_of(message)};
    return add(report, &one, NULL);
}

int report_diagnose(struct report_body *report, int ended) {
    int code = ended == PROLOGUE_ELIMIT ? add_limit(report) : 0;
    if (!code) {
        code = diagnose_modules(report);
    }
    if (!code) {
        code = diagnose_files(report);
    }
    sort(report, report->diagnostics, report->diagnostic_count);
    return code;
}
