#include "request.h"

#include "asking.h"

static bool read_environment(napi_env env, napi_value value, struct pool *pool, void *item) {
    prologue_environment *out = item;
    double maps = 0;
    bool ok = member_text(env, value, "name", pool, &out->name) &&
              member_texts(env, value, "conditions", pool, &out->conditions, NULL) &&
              member_texts(env, value, "mainFields", pool, &out->main_fields, NULL) &&
              member_number(env, value, "browserMaps", &maps);
    out->browser_maps = (enum prologue_switch)maps;
    return ok && out->name;
}

static bool read_directive(napi_env env, napi_value value, struct pool *pool, void *item) {
    prologue_directive *out = item;
    return member_text(env, value, "text", pool, &out->text) && out->text &&
           member_texts(env, value, "environments", pool, &out->environments, NULL);
}

static bool read_alias(napi_env env, napi_value value, struct pool *pool, void *item) {
    prologue_alias *out = item;
    return member_text(env, value, "from", pool, &out->from) && out->from &&
           member_text(env, value, "to", pool, &out->to) && out->to &&
           member_text(env, value, "environment", pool, &out->environment);
}

static bool read_pattern(napi_env env, napi_value value, struct pool *pool, void *item) {
    prologue_pattern *out = item;
    return member_text(env, value, "pattern", pool, &out->text) && out->text &&
           member_text(env, value, "environment", pool, &out->environment);
}

static bool read_entry(napi_env env, napi_value value, struct pool *pool, void *item) {
    prologue_entry *out = item;
    return member_text(env, value, "path", pool, &out->path) && out->path &&
           member_text(env, value, "environment", pool, &out->environment);
}

static bool read_config(napi_env env, napi_value value, struct pool *pool, prologue_config *out) {
    double development = 0, preserve = 0, no_elide = 0;
    bool ok = member_items(env, value, "environments", pool, sizeof *out->environments,
                           read_environment, &out->environments, &out->environment_count) &&
              member_items(env, value, "directives", pool, sizeof *out->directives, read_directive,
                           &out->directives, &out->directive_count) &&
              member_items(env, value, "aliases", pool, sizeof *out->aliases, read_alias,
                           &out->aliases, &out->alias_count) &&
              member_items(env, value, "externals", pool, sizeof *out->externals, read_pattern,
                           &out->externals, &out->external_count) &&
              member_items(env, value, "excludes", pool, sizeof *out->excludes, read_pattern,
                           &out->excludes, &out->exclude_count) &&
              member_text(env, value, "tsconfig", pool, &out->tsconfig) &&
              member_number(env, value, "development", &development) &&
              member_number(env, value, "preserveSymlinks", &preserve) &&
              member_number(env, value, "noElide", &no_elide);
    out->size = sizeof *out;
    out->mode = development != 0 ? PROLOGUE_DEVELOPMENT : PROLOGUE_PRODUCTION;
    out->preserve_symlinks = preserve != 0;
    out->no_elide = no_elide != 0;
    return ok;
}

bool request_read(napi_env env, napi_value value, struct request *out) {
    prologue_scan_request *scan = &out->scan;
    double edges = 0, verify = 0, resolves = 0, loads = 0;
    scan->size = sizeof *scan;
    scan->config = &out->config;
    bool ok =
        member_text(env, value, "root", &out->pool, &scan->root) &&
        member_items(env, value, "entries", &out->pool, sizeof *scan->entries, read_entry,
                     &scan->entries, &scan->entry_count) &&
        member_texts(env, value, "sources", &out->pool, &scan->sources, &scan->source_count) &&
        member_number(env, value, "edges", &edges) &&
        member_number(env, value, "verify", &verify) &&
        member_number(env, value, "resolves", &resolves) &&
        member_number(env, value, "loads", &loads) &&
        member_items(env, value, "resolvePatterns", &out->pool, sizeof *scan->resolve_patterns,
                     read_pattern, &scan->resolve_patterns, &scan->resolve_pattern_count) &&
        member_texts(env, value, "loadPatterns", &out->pool, &scan->load_patterns,
                     &scan->load_pattern_count) &&
        read_config(env, value, &out->pool, &out->config);
    scan->verify = (enum prologue_switch)verify;
    scan->on_resolve = resolves != 0 ? asking_resolve : NULL;
    scan->on_load = loads != 0 ? asking_load : NULL;
    out->flags = edges != 0 ? PROLOGUE_REPORT_EDGES : 0;
    return ok;
}

void request_free(struct request *request) {
    pool_free(&request->pool);
}
