#include "session.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t mix(uint64_t key, const char *text) {
    return XXH3_64bits_withSeed(text ? text : "", text ? strlen(text) + 1 : 0, key);
}

static uint64_t mix_all(uint64_t key, const char *const *texts, size_t count) {
    for (size_t i = 0; texts && i < count && texts[i]; i++) {
        key = mix(key, texts[i]);
    }
    return mix(key, "|");
}

static uint64_t mix_patterns(uint64_t key, const prologue_pattern *patterns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        key = mix(mix(key, patterns[i].text), patterns[i].environment);
    }
    return mix(key, "|");
}

uint64_t session_key(const prologue_config *config, const char *root) {
    uint64_t key = mix(1, root);
    if (!config) {
        return key;
    }
    for (size_t i = 0; i < config->environment_count; i++) {
        const prologue_environment *one = &config->environments[i];
        char maps[] = {(char)('a' + (one->conditions != NULL) * 8 + (one->main_fields != NULL) * 4 +
                              (int)one->browser_maps),
                       0};
        key = mix_all(mix(mix(key, one->name), maps), one->conditions, SIZE_MAX);
        key = mix_all(key, one->main_fields, SIZE_MAX);
    }
    for (size_t i = 0; i < config->alias_count; i++) {
        const prologue_alias *one = &config->aliases[i];
        key = mix(mix(mix(key, one->from), one->to), one->environment);
    }
    key = mix_patterns(key, config->externals, config->external_count);
    key = mix_patterns(key, config->excludes, config->exclude_count);
    for (size_t i = 0; i < config->directive_count; i++) {
        key = mix_all(mix(key, config->directives[i].text), config->directives[i].environments,
                      SIZE_MAX);
    }
    char flags[] = {(char)('a' + (config->no_elide != 0)),
                    (char)('a' + (config->preserve_symlinks != 0)), (char)('a' + (int)config->mode),
                    0};
    return mix(mix(key, config->tsconfig), flags);
}

uint64_t session_key_of_facts(const prologue_config *config) {
    uint64_t key = 1;
    for (size_t i = 0; config && i < config->directive_count; i++) {
        key = mix(key, config->directives[i].text);
    }
    return key;
}

uint64_t session_key_of_request(const prologue_scan_request *request) {
    uint64_t key = session_key(request->config, request->root);
    for (size_t i = 0; i < request->entry_count; i++) {
        key = mix(mix(key, request->entries[i].path), request->entries[i].environment);
    }
    key = mix_all(mix(key, "|"), request->sources, request->source_count);
    char host[] = {(char)('a' + (request->on_resolve != NULL) + 2 * (request->on_load != NULL)), 0};
    key = mix_patterns(mix(key, host), request->resolve_patterns, request->resolve_pattern_count);
    return mix_all(key, request->load_patterns, request->load_pattern_count);
}
