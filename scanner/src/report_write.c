#include "json_write.h"
#include "notes.h"
#include "order.h"
#include "report.h"

static const char *const kind_names[] = {"import", "export", "dynamic", "require", "glob"};

struct writing {
    const struct report_body *report;
    const prologue_summary *summary;
    struct json_writer *json;
    char text[PATH_LONGEST + 2];
    path_id folder; /* the one whose path `text` begins with, up to `prefix` */
    size_t prefix;
};

/* Consecutive modules mostly share their folder: only the name is written anew. */
static struct slice path_of(struct writing *out, path_id id) {
    const struct report_body *report = out->report;
    const struct path *path = path_at(report->paths, id);
    size_t name = path_shown(path);
    if (path->parent == out->folder && out->prefix + name < sizeof out->text) {
        memcpy(out->text + out->prefix, path_name_of(report->paths, path), name);
        return (struct slice){out->text, out->prefix + name};
    }
    size_t length = path_relative(report->paths, report->base, id, out->text, sizeof out->text);
    bool named = length >= name && !path_is_below(report->paths, report->base, id);
    out->folder = named ? path->parent : NO_PATH;
    out->prefix = length - name;
    return (struct slice){out->text, length};
}

static void put_path(struct writing *out, const char *key, path_id id) {
    json_put_key(out->json, key);
    json_put_string(out->json, path_of(out, id));
}

static void put_number(struct json_writer *json, const char *key, uint64_t value) {
    json_put_key(json, key);
    json_put_unsigned(json, value);
}

static void put_text(struct json_writer *json, const char *key, struct slice text) {
    json_put_key(json, key);
    json_put_string(json, text);
}

static void put_span(struct json_writer *json, const struct fact_span *span) {
    put_number(json, "start", span->start);
    put_number(json, "end", span->end);
    put_number(json, "line", span->line);
    put_number(json, "column", span->column);
}

static void put_environments(struct writing *out) {
    const struct config *config = &out->report->walk->config;
    json_put_key(out->json, "environments");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < config->environment_count; i++) {
        const struct resolve_environment *environment = &config->environments[i];
        json_put_open(out->json, '{');
        put_text(out->json, "name", environment->name);
        json_put_key(out->json, "conditions");
        json_put_open(out->json, '[');
        for (uint32_t j = 0; j < environment->condition_count; j++) {
            json_put_string(out->json, environment->conditions[j]);
        }
        json_put_close(out->json, ']');
        json_put_close(out->json, '}');
    }
    json_put_close(out->json, ']');
}

static void put_entries(struct writing *out) {
    const struct config *config = &out->report->walk->config;
    json_put_key(out->json, "entries");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < out->report->entry_count; i++) {
        const struct walk_entry *entry = &out->report->entries[i];
        json_put_open(out->json, '{');
        put_path(out, "path", entry->path);
        put_text(out->json, "environment", config->environments[entry->environment].name);
        json_put_close(out->json, '}');
    }
    json_put_close(out->json, ']');
}

static void put_files(struct writing *out, const char *key, size_t left,
                      bool (*belongs)(const struct report_body *, const struct file *)) {
    json_put_key(out->json, key);
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < out->report->module_count && left; i++) {
        const struct file *file = report_file(out->report, i);
        if (file->has_directive && belongs(out->report, file)) {
            json_put_string(out->json, path_of(out, file->path));
            left--;
        }
    }
    json_put_close(out->json, ']');
}

static void put_directives(struct writing *out, const struct facts *facts, bool in_function) {
    json_put_key(out->json, in_function ? "functionDirectives" : "directives");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        const struct fact_directive *directive = &facts->directives[i];
        if (directive->in_function != in_function) {
            continue;
        }
        json_put_open(out->json, '{');
        put_text(out->json, "value", facts_text(facts, directive->text, directive->text_length));
        if (in_function) {
            put_text(out->json, "function",
                     facts_text(facts, directive->name, directive->name_length));
        }
        put_span(out->json, &directive->span);
        json_put_close(out->json, '}');
    }
    json_put_close(out->json, ']');
}

static void put_glob(struct writing *out, uint32_t target) {
    const struct report_body *report = out->report;
    const struct glob_targets *targets = graph_glob(report->graph, target);
    size_t size = targets->count * sizeof(path_id);
    path_id *paths = ledger_resize(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, NULL, 0, size + 1);
    int code = paths ? 0 : ledger_error(report->ledger);
    if (!code) {
        memcpy(paths, targets->paths, size);
        code = order_paths(report->paths, report->base, paths, targets->count);
    }
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < targets->count && !code; i++) {
        json_put_string(out->json, path_of(out, paths[i]));
    }
    json_put_close(out->json, ']');
    ledger_free(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, paths, size + 1);
    out->json->error = out->json->error ? out->json->error : code;
}

static void put_external(struct writing *out, struct slice specifier) {
    char text[PATH_LONGEST + 16] = "external:";
    size_t length = specifier.length < PATH_LONGEST ? specifier.length : PATH_LONGEST;
    memcpy(text + 9, specifier.data, length);
    json_put_string(out->json, (struct slice){text, 9 + length});
}

static void put_target(struct writing *out, const struct facts *facts, uint32_t import,
                       uint32_t target) {
    const struct fact_import *fact = &facts->imports[import];
    if (edge_is_glob(target)) {
        put_glob(out, target);
        return;
    }
    switch ((int32_t)target) {
    case EDGE_UNRESOLVED:
        json_put_null(out->json);
        break;
    case EDGE_EXTERNAL:
        put_external(out, facts_text(facts, fact->text, fact->text_length));
        break;
    case EDGE_IGNORED:
        json_put_literal(out->json, "ignored");
        break;
    default:
        json_put_string(out->json, path_of(out, edge_path(target)));
        break;
    }
}

static void put_import(struct writing *out, const struct file *file, const struct facts *facts,
                       uint32_t import) {
    const struct fact_import *fact = &facts->imports[import];
    const struct config *config = &out->report->walk->config;
    json_put_open(out->json, '{');
    put_text(out->json, "specifier", facts_text(facts, fact->text, fact->text_length));
    json_put_key(out->json, "kind");
    json_put_literal(out->json, kind_names[fact->kind]);
    put_span(out->json, &fact->span);
    json_put_key(out->json, "resolved");
    json_put_open(out->json, '{');
    for (uint32_t i = 0; i < config->environment_count; i++) {
        const struct edges *edges = report_edges(file, i);
        if (edges && edges->targets[import] != EDGE(EDGE_SKIPPED)) {
            json_put_key_string(out->json, config->environments[i].name);
            put_target(out, facts, import, edges->targets[import]);
        }
    }
    json_put_close(out->json, '}');
    json_put_close(out->json, '}');
}

/* A type, or an import that is elided, leads nowhere in any environment. */
static bool is_followed(const struct file *file, uint32_t import) {
    for (uint32_t left = file->visited; left; left &= left - 1) {
        const struct edges *edges = graph_edges(file, (uint32_t)__builtin_ctz(left));
        if (edges && edges->targets[import] != EDGE(EDGE_SKIPPED)) {
            return true;
        }
    }
    return false;
}

static void put_imports(struct writing *out, const struct file *file, const struct facts *facts) {
    json_put_key(out->json, "imports");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < facts->import_count; i++) {
        if (is_followed(file, i)) {
            put_import(out, file, facts, i);
        }
    }
    json_put_close(out->json, ']');
}

static void put_names(struct writing *out, uint32_t mask) {
    const struct config *config = &out->report->walk->config;
    json_put_key(out->json, "environments");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < config->environment_count; i++) {
        if (mask >> i & 1) {
            json_put_string(out->json, config->environments[i].name);
        }
    }
    json_put_close(out->json, ']');
}

static void put_module(struct writing *out, const struct file *file, unsigned flags) {
    struct facts facts = source_facts(file->facts);
    json_put_open(out->json, '{');
    put_path(out, "path", file->path);
    put_names(out, file->visited);
    if (facts.directive_count) {
        put_directives(out, &facts, false);
        put_directives(out, &facts, true);
    } else {
        json_put_raw(out->json, SLICE(",\"directives\":[],\"functionDirectives\":[]"));
    }
    if (flags & PROLOGUE_REPORT_EDGES) {
        facts = graph_facts(out->report->graph, file);
        put_imports(out, file, &facts);
    }
    json_put_close(out->json, '}');
    json_put_raw(out->json, SLICE("\n"));
}

static void put_modules(struct writing *out, unsigned flags) {
    json_put_key(out->json, "modules");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < out->report->module_count && !out->json->error; i++) {
        put_module(out, report_file(out->report, i), flags);
    }
    json_put_close(out->json, ']');
}

static void put_diagnostic(struct writing *out, const struct report_diagnostic *one) {
    struct json_writer *json = out->json;
    json_put_open(json, '{');
    json_put_key(json, "severity");
    json_put_literal(json, severity_name(one->severity));
    json_put_key(json, "code");
    json_put_literal(json, one->code);
    put_path(out, "path", one->path);
    if (one->line) {
        put_number(json, "line", one->line);
        put_number(json, "column", one->column);
    }
    if (one->environment >= 0) {
        put_text(json, "environment",
                 out->report->walk->config.environments[one->environment].name);
    }
    if (one->specifier.length) {
        put_text(json, "specifier", one->specifier);
    }
    put_text(json, "message", one->message);
    put_number(json, "count", one->count);
    json_put_close(json, '}');
}

static void put_diagnostics(struct writing *out) {
    json_put_key(out->json, "diagnostics");
    json_put_open(out->json, '[');
    for (uint32_t i = 0; i < out->report->diagnostic_count; i++) {
        put_diagnostic(out, &out->report->diagnostics[i]);
    }
    json_put_close(out->json, ']');
}

static void put_memory(struct json_writer *json, const prologue_memory *memory) {
    json_put_key(json, "memory");
    json_put_open(json, '{');
    put_number(json, "limit", memory->limit);
    put_number(json, "current", memory->current);
    put_number(json, "peak", memory->peak);
    json_put_key(json, "subsystems");
    json_put_open(json, '{');
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS; i++) {
        json_put_key(json, prologue_subsystem_name((enum prologue_subsystem)i));
        json_put_open(json, '{');
        put_number(json, "current", memory->subsystems[i].current);
        put_number(json, "peak", memory->subsystems[i].peak);
        json_put_close(json, '}');
    }
    json_put_close(json, '}');
    json_put_close(json, '}');
}

static void put_reset_reasons(struct json_writer *json, uint32_t reasons) {
    json_put_key(json, "resetReasons");
    json_put_open(json, '[');
    for (uint32_t i = 0; reasons >> i; i++) {
        const char *name = prologue_reset_name((enum prologue_reset)(1U << i));
        if (reasons >> i & 1) {
            json_put_string(json, slice_of(name));
        }
    }
    json_put_close(json, ']');
}

static void put_stats(struct writing *out) {
    const prologue_summary *summary = out->summary;
    const prologue_stats *stats = &summary->stats;
    struct json_writer *json = out->json;
    uint64_t asked = stats->cache_hits + stats->cache_misses;
    json_put_key(json, "stats");
    json_put_open(json, '{');
#define XX(member, name) put_number(json, name, stats->member);
    PROLOGUE_COUNTER_MAP(XX)
#undef XX
    json_put_key(json, "hitRate");
    json_put_decimal(json, asked ? (double)stats->cache_hits / (double)asked : 0, 4);
    put_number(json, "scan", stats->scan);
    put_number(json, "resets", stats->resets);
    put_reset_reasons(json, stats->reset_reasons);
    put_number(json, "exitCode", (uint64_t)summary->exit_code);
    put_number(json, "threads", stats->threads);
    json_put_key(json, "elapsedMs");
    json_put_decimal(json, stats->elapsed_ms, 3);
    put_memory(json, &stats->memory);
    json_put_close(json, '}');
}

static void put_report(struct writing *out, unsigned flags) {
    const prologue_summary *summary = out->summary;
    struct json_writer *json = out->json;
    json_put_open(json, '{');
    put_number(json, "version", 1);
    json_put_key(json, "tool");
    json_put_literal(json, "prologue " PROLOGUE_VERSION);
    put_text(json, "root", slice_of(summary->root));
    json_put_key(json, "complete");
    json_put_bool(json, summary->complete);
    put_environments(out);
    put_entries(out);
    put_files(out, "clientFiles", summary->client_count, report_is_client);
    put_files(out, "serverFiles", summary->server_count, report_is_server);
    if (!(flags & PROLOGUE_REPORT_OUTLINE)) {
        put_modules(out, flags);
    }
    put_diagnostics(out);
    put_stats(out);
    json_put_close(json, '}');
    json_put_newline(json);
}

int prologue_report_write(prologue_report *report, unsigned flags, prologue_write write,
                          void *payload) {
    struct json_writer json;
    struct report_body *body = report->body;
    struct writing out = {
        .report = body, .summary = &report->summary, .json = &json, .folder = NO_PATH};
    monitor_enter(report->monitor, PHASE_WRITE);
    int code = json_writer_init(&json, report->ledger, PROLOGUE_SUBSYSTEM_REPORT, write, payload);
    if (!code) {
        uv_mutex_lock(&body->mutex);
        put_report(&out, flags);
        uv_mutex_unlock(&body->mutex);
        code = json_writer_flush(&json);
    }
    json_writer_free(&json);
    monitor_leave(report->monitor, PHASE_WRITE);
    return code;
}
