#include <stdarg.h>
#include <stdio.h>

#include "sort.h"
#include "tsconfig_private.h"

#define NO_TSCONFIG UINT32_MAX

void tsconfigs_init(struct tsconfigs *tsconfigs, struct packages *packages, struct ledger *ledger) {
    *tsconfigs = (struct tsconfigs){.packages = packages, .ledger = ledger};
    rows_init(&tsconfigs->layers, ledger, PROLOGUE_SUBSYSTEM_PACKAGES,
              sizeof(struct tsconfig_layer *));
    table_init(&tsconfigs->table, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    arena_init(&tsconfigs->texts, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
}

static struct tsconfig_layer *layer_at(const struct tsconfigs *tsconfigs, uint32_t index) {
    return *(struct tsconfig_layer **)rows_at(&tsconfigs->layers, index);
}

/* NULL: no memory. */
static struct tsconfig_layer *add_layer(struct tsconfigs *tsconfigs) {
    struct tsconfig_layer *layer =
        arena_alloc(&tsconfigs->texts, sizeof *layer, _Alignof(struct tsconfig_layer));
    struct tsconfig_layer **row = layer ? rows_add(&tsconfigs->layers) : NULL;
    if (!row) {
        return NULL;
    }
    *layer = (struct tsconfig_layer){0};
    return *row = layer;
}

void tsconfigs_free(struct tsconfigs *tsconfigs) {
    for (uint32_t i = 0; i < tsconfigs->layers.count; i++) {
        struct tsconfig *config = layer_at(tsconfigs, i)->config;
        if (config) {
            ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, config->projects,
                        config->project_capacity * sizeof *config->projects);
        }
    }
    rows_free(&tsconfigs->layers);
    table_free(&tsconfigs->table);
    arena_free(&tsconfigs->texts);
}

bool tsconfig_check(struct tsconfigs *tsconfigs, int code) {
    if (code && code != PROLOGUE_EINVALID) {
        tsconfig_realpath(tsconfigs)->error = code;
    }
    return code == 0;
}

static void *allocate(struct tsconfigs *tsconfigs, size_t count, size_t size) {
    void *items = arena_alloc(&tsconfigs->texts, (count + 1) * size, 8);
    if (!items) {
        tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
    }
    return items;
}

/* ---- layers ----------------------------------------------------------------------------------- */

static bool is_layer(const void *context, uint32_t row, const void *key) {
    return layer_at(context, row)->file == *(const path_id *)key;
}

/* The layer of a file, not read yet where it is new. NO_TSCONFIG: no memory. */
static uint32_t find_layer(struct tsconfigs *tsconfigs, path_id file, path_id real) {
    struct tsconfig_layer *layer;
    uint32_t hash = file * UINT32_C(2654435761);
    if (!tsconfig_check(tsconfigs, table_reserve(&tsconfigs->table))) {
        return NO_TSCONFIG;
    }
    struct table_slot *slot = table_slot(&tsconfigs->table, hash, is_layer, tsconfigs, &file);
    if (slot->row) {
        return slot->row - 1;
    }
    layer = add_layer(tsconfigs);
    if (!layer) {
        tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
        return NO_TSCONFIG;
    }
    layer->file = file;
    layer->real = real;
    table_put(&tsconfigs->table, slot, hash, tsconfigs->layers.count - 1);
    return tsconfigs->layers.count - 1;
}

/* Layers whose bases are being read, each extended by the one before. */
struct chain {
    struct {
        uint32_t layer, next;
    } links[TSCONFIG_MAX_DEPTH];
    uint32_t count;
};

__attribute__((format(printf, 4, 5))) static void complain(struct tsconfigs *tsconfigs,
                                                           const struct tsconfig_layer *layer,
                                                           const struct tsconfig_link *extend,
                                                           const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    manifest_complain_at(tsconfigs->packages->manifests, layer->real, extend->line, extend->column,
                         "invalid-tsconfig", text);
}

/* "a.json > b.json > a.json", as seen from the folder of the first. */
static void complain_of_circle(struct tsconfigs *tsconfigs, const struct chain *chain,
                               const struct tsconfig_layer *layer,
                               const struct tsconfig_link *extend, uint32_t to) {
    char names[1024] = "", name[PATH_LONGEST + 2];
    size_t length = 0;
    uint32_t at = chain->count;
    const struct paths *paths = tsconfig_realpath(tsconfigs)->paths;
    path_id folder = path_at(paths, layer_at(tsconfigs, to)->file)->parent;
    while (at > 0 && chain->links[at - 1].layer != to) {
        at--;
    }
    for (at -= at > 0; at <= chain->count && length < sizeof names; at++) {
        uint32_t one = at < chain->count ? chain->links[at].layer : to;
        path_relative(paths, folder, layer_at(tsconfigs, one)->file, name, sizeof name);
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   length ? " > " : "", name);
    }
    complain(tsconfigs, layer, extend, "\"extends\" goes in a circle: %s", names);
}

/* What one entry of `extends` names; NO_TSCONFIG where that is nothing. */
static uint32_t find_base(struct tsconfigs *tsconfigs, const struct tsconfig_layer *layer,
                          const struct tsconfig_link *extend) {
    path_id file, real;
    path_id folder = path_at(tsconfig_realpath(tsconfigs)->paths, layer->file)->parent;
    if (tsconfig_find_extended(tsconfigs, folder, extend->text, &file, &real)) {
        return find_layer(tsconfigs, file, real);
    }
    complain(tsconfigs, layer, extend, "\"extends\" names '%.*s', a file that does not exist",
             (int)extend->text.length, extend->text.data);
    return NO_TSCONFIG;
}

static void push_link(struct tsconfigs *tsconfigs, struct chain *chain, uint32_t index) {
    struct tsconfig_layer *layer = layer_at(tsconfigs, index);
    layer->state = LAYER_OPEN;
    tsconfig_read(tsconfigs, layer);
    chain->links[chain->count].layer = index;
    chain->links[chain->count++].next = 0;
}

/* The next base of the last link: read where nobody has done it, told of where it stands above. */
static void follow_base(struct tsconfigs *tsconfigs, struct chain *chain,
                        struct tsconfig_layer *layer, struct tsconfig_link *extend) {
    uint32_t base = find_base(tsconfigs, layer, extend);
    if (base == NO_TSCONFIG) {
        return;
    }
    extend->layer = base + 1;
    if (layer_at(tsconfigs, base)->state == LAYER_OPEN) {
        complain_of_circle(tsconfigs, chain, layer, extend, base);
        extend->layer = 0;
    } else if (layer_at(tsconfigs, base)->state == LAYER_NEW) {
        if (chain->count == TSCONFIG_MAX_DEPTH) {
            complain(tsconfigs, layer, extend,
                     "\"extends\" is more than 64 files deep: the rest is left out");
            extend->layer = 0;
            return;
        }
        push_link(tsconfigs, chain, base);
    }
}

/* Reads a layer and all that it extends. */
static void read_layers(struct tsconfigs *tsconfigs, uint32_t index) {
    struct chain chain = {.count = 0};
    if (layer_at(tsconfigs, index)->state == LAYER_NEW) {
        push_link(tsconfigs, &chain, index);
    }
    while (chain.count > 0 && !tsconfig_realpath(tsconfigs)->error) {
        uint32_t last = chain.count - 1;
        struct tsconfig_layer *layer = layer_at(tsconfigs, chain.links[last].layer);
        if (chain.links[last].next == layer->extend_count) {
            layer->state = LAYER_DONE;
            chain.count--;
        } else {
            follow_base(tsconfigs, &chain, layer, &layer->extends[chain.links[last].next++]);
        }
    }
}

/* ---- configs ---------------------------------------------------------------------------------- */

/* A config that is being put together from its layers, the strongest first. */
struct merge {
    struct tsconfigs *tsconfigs;
    struct tsconfig *config;
    unsigned said;
    bool check_js;
    path_id out_dirs[2];
    uint32_t out_dir_count;
};

static bool takes(struct merge *merge, const struct tsconfig_layer *layer, unsigned said) {
    bool new = layer->said &said && !(merge->said & said);
    merge->said |= layer->said & said;
    return new;
}

static path_id join(struct merge *merge, path_id base, struct slice text) {
    path_id path = NO_PATH;
    base = tsconfig_base(merge->config, base, &text);
    tsconfig_check(merge->tsconfigs,
                   path_join(tsconfig_realpath(merge->tsconfigs)->paths, base, text, &path));
    return path;
}

static bool is_before(const void *context, const void *a, const void *b) {
    (void)context;
    return *(const path_id *)a < *(const path_id *)b;
}

static void merge_files(struct merge *merge, path_id folder, const struct tsconfig_texts *texts) {
    struct tsconfig *config = merge->config;
    config->files = allocate(merge->tsconfigs, texts->count, sizeof *config->files);
    for (uint32_t i = 0; config->files && i < texts->count; i++) {
        path_id file = join(merge, folder, texts->items[i]);
        if (file != NO_PATH) {
            config->files[config->file_count++] = file;
        }
    }
    sort_heap(config->files, config->file_count, sizeof *config->files, is_before, NULL);
}

static uint32_t merge_specs(struct merge *merge, path_id folder, const struct tsconfig_texts *texts,
                            bool exclude, struct tsconfig_spec **out) {
    struct tsconfig_spec *specs = allocate(merge->tsconfigs, texts->count, sizeof *specs);
    uint32_t count = 0;
    for (uint32_t i = 0; specs && i < texts->count; i++) {
        struct slice text = texts->items[i];
        path_id base = tsconfig_base(merge->config, folder, &text);
        text = text.length || base == folder ? text : SLICE(".");
        count += tsconfig_spec(merge->tsconfigs, base, text, exclude, &specs[count]);
    }
    *out = specs;
    return count;
}

static void merge_out_dir(struct merge *merge, path_id real, struct slice text) {
    path_id folder = text.data ? join(merge, real, text) : NO_PATH;
    if (folder != NO_PATH) {
        merge->out_dirs[merge->out_dir_count++] = folder;
    }
}

/* `paths`, `baseUrl` and the folders of what is compiled are relative to the real file, the lists of
 * files to where it is spelled. */
static void merge_options(struct merge *merge, const struct tsconfig_layer *layer, path_id real) {
    struct tsconfig *config = merge->config;
    if (takes(merge, layer, SAID_BASE_URL) && layer->base_url.data) {
        config->base_url = join(merge, real, layer->base_url);
        config->has_base_url = config->base_url != NO_PATH;
    }
    if (takes(merge, layer, SAID_PATHS)) {
        config->paths = layer->paths;
        config->path_count = layer->path_count;
        config->paths_base = real;
    }
    if (takes(merge, layer, SAID_VERBATIM)) {
        config->verbatim_module_syntax = layer->verbatim;
    }
    if (takes(merge, layer, SAID_PRESERVE)) {
        config->preserve_value_imports = layer->preserve;
    }
    if (takes(merge, layer, SAID_ALLOW_JS)) {
        config->allow_js = layer->allow_js;
    }
    if (takes(merge, layer, SAID_CHECK_JS)) {
        merge->check_js = layer->check_js;
    }
    if (takes(merge, layer, SAID_OUT_DIR)) {
        merge_out_dir(merge, real, layer->out_dir);
    }
    if (takes(merge, layer, SAID_DECLARATION_DIR)) {
        merge_out_dir(merge, real, layer->declaration_dir);
    }
}

static void merge_layer(struct merge *merge, const struct tsconfig_layer *layer) {
    const struct paths *paths = tsconfig_realpath(merge->tsconfigs)->paths;
    struct tsconfig *config = merge->config;
    path_id folder = path_at(paths, layer->file)->parent;
    merge_options(merge, layer, path_at(paths, layer->real)->parent);
    if (slice_equal(path_name(paths, layer->file), SLICE("jsconfig.json")) &&
        !(merge->said & SAID_ALLOW_JS)) {
        merge->said |= SAID_ALLOW_JS;
        config->allow_js = true;
    }
    if (takes(merge, layer, SAID_FILES)) {
        merge_files(merge, folder, &layer->files);
    }
    if (takes(merge, layer, SAID_INCLUDE)) {
        config->include_count =
            merge_specs(merge, folder, &layer->include, false, &config->includes);
    }
    if (takes(merge, layer, SAID_EXCLUDE)) {
        config->exclude_count =
            merge_specs(merge, folder, &layer->exclude, true, &config->excludes);
    }
}

/* What nobody said. */
static void merge_defaults(struct merge *merge) {
    static const struct slice everything = {"**/*", 4}, here = {".", 1};
    struct tsconfig *config = merge->config;
    if (!(merge->said & (SAID_FILES | SAID_INCLUDE))) {
        const struct tsconfig_texts all = {&everything, 1};
        config->include_count = merge_specs(merge, config->folder, &all, false, &config->includes);
    }
    if (!(merge->said & SAID_EXCLUDE)) {
        config->excludes = allocate(merge->tsconfigs, 2, sizeof *config->excludes);
        for (uint32_t i = 0; config->excludes && i < merge->out_dir_count; i++) {
            config->exclude_count += tsconfig_spec(merge->tsconfigs, merge->out_dirs[i], here, true,
                                                   &config->excludes[config->exclude_count]);
        }
    }
    if (!(merge->said & SAID_ALLOW_JS)) {
        config->allow_js = merge->check_js;
    }
    if (config->has_base_url) {
        config->paths_base = config->base_url;
    }
}

/* Depth first, the last base before the others: it is the stronger one. */
static bool merge_all(struct merge *merge, uint32_t index) {
    struct tsconfigs *tsconfigs = merge->tsconfigs;
    uint32_t *stack = NULL, count = 0, capacity = 0, number = ++tsconfigs->merges;
    int code = ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &stack, &capacity, 1,
                           sizeof *stack);
    if (!code) {
        stack[count++] = index;
    }
    while (count > 0 && !code) {
        struct tsconfig_layer *layer = layer_at(tsconfigs, stack[--count]);
        if (layer->merged == number) {
            continue;
        }
        layer->merged = number;
        merge_layer(merge, layer);
        code = ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &stack, &capacity,
                           count + layer->extend_count, sizeof *stack);
        for (uint32_t i = 0; i < layer->extend_count && !code; i++) {
            if (layer->extends[i].layer) {
                stack[count++] = layer->extends[i].layer - 1;
            }
        }
    }
    ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, stack, capacity * sizeof *stack);
    merge_defaults(merge);
    return tsconfig_check(tsconfigs, code);
}

/* The config of a file; its layer's index, or NO_TSCONFIG where there is no memory, or the file is
 * no config and an empty one will not do. */
static uint32_t load(struct tsconfigs *tsconfigs, path_id file, path_id real, bool or_empty) {
    uint32_t index = find_layer(tsconfigs, file, real);
    if (index == NO_TSCONFIG) {
        return NO_TSCONFIG;
    }
    struct tsconfig_layer *layer = layer_at(tsconfigs, index);
    read_layers(tsconfigs, index);
    if ((layer->broken && !or_empty) || tsconfig_realpath(tsconfigs)->error) {
        return NO_TSCONFIG;
    }
    if (!layer->config) {
        struct tsconfig *config = allocate(tsconfigs, 1, sizeof *config);
        struct merge merge = {.tsconfigs = tsconfigs, .config = config};
        if (!config) {
            return NO_TSCONFIG;
        }
        *config =
            (struct tsconfig){.file = file,
                              .folder = path_at(tsconfig_realpath(tsconfigs)->paths, file)->parent,
                              .index = index};
        layer->config = config;
        merge_all(&merge, index);
    }
    return index;
}

struct tsconfig *tsconfig_at(const struct tsconfigs *tsconfigs, uint32_t owner) {
    return owner ? layer_at(tsconfigs, owner - 1)->config : NULL;
}

int tsconfigs_fix(struct tsconfigs *tsconfigs, path_id spelled) {
    path_id real = NO_PATH;
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    if (realpath_any(realpath, spelled, &real) != PATH_FILE) {
        return realpath->error ? realpath->error : PROLOGUE_ETSCONFIG;
    }
    struct folder *folder = realpath_folder(realpath, path_at(realpath->paths, spelled)->parent);
    path_id file =
        folder ? path_child(realpath->paths, folder->path, path_name(realpath->paths, spelled))
               : NO_PATH;
    uint32_t index = file == NO_PATH ? NO_TSCONFIG : load(tsconfigs, file, real, true);
    tsconfigs->fixed = index == NO_TSCONFIG ? 0 : index + 1;
    return realpath->error;
}

/* ---- projects --------------------------------------------------------------------------------- */

static bool add_project(struct tsconfigs *tsconfigs, struct tsconfig *config, uint32_t index) {
    int code =
        ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &config->projects,
                    &config->project_capacity, config->project_count + 1, sizeof *config->projects);
    if (!code) {
        config->projects[config->project_count++] = index + 1;
    }
    return tsconfig_check(tsconfigs, code);
}

static uint32_t load_project(struct tsconfigs *tsconfigs, const struct tsconfig_layer *layer,
                             const struct tsconfig_link *reference) {
    path_id file, real;
    if (tsconfig_find_project(tsconfigs, layer->config->folder, reference->text, &file, &real)) {
        return load(tsconfigs, file, real, false);
    }
    complain(tsconfigs, layer, reference, "\"references\" names '%.*s', where no tsconfig.json is",
             (int)reference->text.length, reference->text.data);
    return NO_TSCONFIG;
}

/* Adds what one config references, as far as nobody else in this search did. */
static void gather_from(struct tsconfigs *tsconfigs, struct tsconfig *config, uint32_t from) {
    const struct tsconfig_layer *layer = layer_at(tsconfigs, from);
    for (uint32_t i = 0; i < layer->reference_count; i++) {
        uint32_t index = load_project(tsconfigs, layer, &layer->references[i]);
        if (index != NO_TSCONFIG && layer_at(tsconfigs, index)->gathered != config->index + 1) {
            layer_at(tsconfigs, index)->gathered = config->index + 1;
            add_project(tsconfigs, config, index);
        }
    }
}

/* All that one config references, in TypeScript's order: its own references before those of the
 * first, those before the ones of the second. */
static void gather(struct tsconfigs *tsconfigs, struct tsconfig *config) {
    uint32_t *stack = NULL, count = 0, capacity = 0, next = config->index;
    int code = 0;
    config->has_projects = true;
    layer_at(tsconfigs, config->index)->gathered = config->index + 1;
    for (bool more = true; more && !code; more = count > 0, next = more ? stack[--count] : next) {
        uint32_t first = config->project_count;
        gather_from(tsconfigs, config, next);
        uint32_t found = config->project_count - first;
        code = ledger_grow(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, &stack, &capacity,
                           count + found + 1, sizeof *stack);
        for (uint32_t i = config->project_count; i > first && !code; i--) {
            stack[count++] = config->projects[i - 1] - 1;
        }
    }
    ledger_free(tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES, stack, capacity * sizeof *stack);
    tsconfig_check(tsconfigs, code);
}

/* ---- the config of a file --------------------------------------------------------------------- */

/* The config of that name in one folder, index + 1; 0 where there is none. */
static uint32_t config_in(struct tsconfigs *tsconfigs, struct folder *folder, struct slice name) {
    enum os_type type;
    path_id file, real = NO_PATH;
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    if (realpath->error || (folder->listing && !listing_find(folder->listing, name, &type))) {
        return 0;
    }
    file = path_child(realpath->paths, folder->path, name);
    if (file == NO_PATH) {
        tsconfig_check(tsconfigs, ledger_error(tsconfigs->ledger));
        return 0;
    }
    if (realpath_follow(realpath, file, &real) != PATH_FILE) {
        return 0;
    }
    uint32_t index = load(tsconfigs, file, real, false);
    return index == NO_TSCONFIG ? 0 : index + 1;
}

/* The nearest config at or above a folder, index + 1; NO_TSCONFIG. */
static uint32_t nearest(struct tsconfigs *tsconfigs, struct folder *folder) {
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    struct folder *stop = folder;
    uint32_t found = stop->tsconfig;
    while (!found && !realpath->error) {
        found = config_in(tsconfigs, stop, SLICE("tsconfig.json"));
        found = found ? found : config_in(tsconfigs, stop, SLICE("jsconfig.json"));
        if (!found) {
            stop = stop->path == PATH_ROOT ? NULL : realpath_parent(realpath, stop);
            found = stop ? stop->tsconfig : NO_TSCONFIG;
        }
    }
    for (struct folder *at = folder; found && at;
         at = at == stop || at->path == PATH_ROOT ? NULL : realpath_parent(realpath, at)) {
        at->tsconfig = found;
    }
    return found ? found : NO_TSCONFIG;
}

/* The next config upwards: the other one in the same folder, or the nearest above it. */
static uint32_t above(struct tsconfigs *tsconfigs, struct tsconfig *config) {
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    struct folder *folder = realpath_folder(realpath, config->folder);
    if (config->above || !folder) {
        return config->above ? config->above : NO_TSCONFIG;
    }
    bool first = slice_equal(path_name(realpath->paths, config->file), SLICE("tsconfig.json"));
    uint32_t found = first ? config_in(tsconfigs, folder, SLICE("jsconfig.json")) : 0;
    struct folder *parent = config->folder == PATH_ROOT ? NULL : realpath_parent(realpath, folder);
    if (!found) {
        found = parent ? nearest(tsconfigs, parent) : NO_TSCONFIG;
    }
    return config->above = found;
}

/* The config itself or one that it references, whichever takes the file; 0. */
static uint32_t owner_among(struct tsconfigs *tsconfigs, struct tsconfig *config, path_id file,
                            bool loose) {
    const struct paths *paths = tsconfig_realpath(tsconfigs)->paths;
    if (!config->has_projects) {
        gather(tsconfigs, config);
    }
    for (uint32_t i = 0; i < config->project_count; i++) {
        const struct tsconfig *project = tsconfig_at(tsconfigs, config->projects[i]);
        if (tsconfig_takes(paths, project, file, loose)) {
            return config->projects[i];
        }
    }
    return tsconfig_takes(paths, config, file, loose) ? config->index + 1 : 0;
}

uint32_t tsconfig_owner(struct tsconfigs *tsconfigs, struct folder *folder, path_id file) {
    if (folder->in_node_modules) {
        return 0;
    }
    uint32_t first = tsconfigs->fixed ? tsconfigs->fixed : nearest(tsconfigs, folder);
    for (int loose = 0; loose < 2; loose++) {
        for (uint32_t at = first; at != NO_TSCONFIG;) {
            struct tsconfig *config = tsconfig_at(tsconfigs, at);
            uint32_t owner = owner_among(tsconfigs, config, file, loose);
            if (owner) {
                return owner;
            }
            at = tsconfigs->fixed ? NO_TSCONFIG : above(tsconfigs, config);
        }
    }
    return first == NO_TSCONFIG ? 0 : first;
}

/* ---- paths ------------------------------------------------------------------------------------ */

static bool pattern_takes(struct slice pattern, struct slice text, struct slice *star) {
    const char *at = pattern.length ? memchr(pattern.data, '*', pattern.length) : NULL;
    if (!at) {
        *star = (struct slice){NULL, 0};
        return slice_equal(pattern, text);
    }
    size_t before = (size_t)(at - pattern.data);
    struct slice tail = slice_skip(pattern, before + 1);
    if (text.length + 1 < pattern.length ||
        !slice_starts(text, (struct slice){pattern.data, before}) || !slice_ends(text, tail)) {
        return false;
    }
    *star = (struct slice){text.data + before, text.length - before - tail.length};
    return true;
}

path_id tsconfig_base(const struct tsconfig *tsconfig, path_id base, struct slice *text) {
    if (!slice_starts(*text, SLICE("${configDir}"))) {
        return base;
    }
    *text = slice_skip(*text, strlen("${configDir}"));
    while (text->length && *text->data == '/') {
        *text = slice_skip(*text, 1);
    }
    return tsconfig->folder;
}

/* An exact entry is better than any pattern, then the longest part before the `*`. */
static size_t rank(struct slice pattern) {
    const char *at = pattern.length ? memchr(pattern.data, '*', pattern.length) : NULL;
    return at ? (size_t)(at - pattern.data) : SIZE_MAX;
}

const struct tsconfig_path *tsconfig_match(const struct tsconfig *tsconfig, struct slice specifier,
                                           struct slice *star) {
    const struct tsconfig_path *best = NULL;
    for (uint32_t i = 0; i < tsconfig->path_count; i++) {
        struct slice one;
        const struct tsconfig_path *path = &tsconfig->paths[i];
        if (pattern_takes(path->pattern, specifier, &one) &&
            (!best || rank(path->pattern) > rank(best->pattern))) {
            best = path;
            *star = one;
        }
    }
    return best;
}
