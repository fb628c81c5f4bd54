#include <stdio.h>

#include "tsconfig_private.h"

static const char *const members[] = {"compilerOptions", "extends",    "files", "include",
                                      "exclude",         "references", NULL};

/* A file that is being read. */
struct reading {
    struct tsconfigs *tsconfigs;
    struct tsconfig_layer *layer;
    struct json json;
};

static struct manifests *manifests_of(const struct reading *in) {
    return in->tsconfigs->packages->manifests;
}

static void complain(struct reading *in, uint32_t node, const char *message) {
    manifest_complain(manifests_of(in), in->layer->real, &in->json, node, "invalid-tsconfig",
                      message);
}

/* Whether the member is there with that type, and not null. */
static bool is_type(struct reading *in, uint32_t node, enum json_type type, const char *message) {
    if (node == JSON_NONE || json_at(&in->json, node)->type == JSON_NULL) {
        return false;
    }
    if (json_at(&in->json, node)->type != type) {
        complain(in, node, message);
        return false;
    }
    return true;
}

static void *allocate(struct reading *in, size_t count, size_t size) {
    void *items = arena_alloc(&in->tsconfigs->texts, (count + 1) * size, 8);
    if (!items) {
        tsconfig_check(in->tsconfigs, ledger_error(in->tsconfigs->ledger));
    }
    return items;
}

/* A copy with `/` for `\`, as TypeScript has it. */
static struct slice keep_text(struct reading *in, struct slice text) {
    char *copy = allocate(in, text.length, 1);
    for (size_t i = 0; copy && i < text.length; i++) {
        copy[i] = (char)(text.data[i] == '\\' ? '/' : text.data[i]);
    }
    return (struct slice){copy, copy ? text.length : 0};
}

static uint32_t count_items(const struct json *json, uint32_t list) {
    uint32_t count = 0;
    for (uint32_t node = json_at(json, list)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        count++;
    }
    return count;
}

static struct tsconfig_texts take_texts(struct reading *in, uint32_t list) {
    struct slice *items = allocate(in, count_items(&in->json, list), sizeof *items);
    uint32_t count = 0;
    for (uint32_t node = json_at(&in->json, list)->first; items && node != JSON_NONE;
         node = json_at(&in->json, node)->next) {
        if (is_type(in, node, JSON_STRING, "should be a string")) {
            items[count++] = keep_text(in, json_text(&in->json, node));
        }
    }
    return (struct tsconfig_texts){items, count};
}

/* ---- compilerOptions -------------------------------------------------------------------------- */

/* A null takes back what an extended file says. */
static bool says(struct reading *in, uint32_t node, unsigned said) {
    if (node != JSON_NONE) {
        in->layer->said |= said;
    }
    return node != JSON_NONE && json_at(&in->json, node)->type != JSON_NULL;
}

static void take_flag(struct reading *in, uint32_t node, unsigned said, bool *value) {
    if (!says(in, node, said)) {
        return;
    }
    enum json_type type = (enum json_type)json_at(&in->json, node)->type;
    if (type != JSON_TRUE && type != JSON_FALSE) {
        complain(in, node, "should be true or false");
        in->layer->said &= ~said;
        return;
    }
    *value = type == JSON_TRUE;
}

static void take_text(struct reading *in, uint32_t node, unsigned said, struct slice *text) {
    if (says(in, node, said)) {
        if (is_type(in, node, JSON_STRING, "should be a string")) {
            *text = keep_text(in, json_text(&in->json, node));
        } else {
            in->layer->said &= ~said;
        }
    }
}

static bool has_two_stars(struct slice pattern) {
    const char *star = pattern.length ? memchr(pattern.data, '*', pattern.length) : NULL;
    return star && memchr(star + 1, '*', (size_t)(pattern.data + pattern.length - star - 1));
}

static void take_paths(struct reading *in, uint32_t map) {
    if (!says(in, map, SAID_PATHS)) {
        return;
    }
    if (!is_type(in, map, JSON_OBJECT, "should be an object")) {
        in->layer->said &= ~(unsigned)SAID_PATHS;
        return;
    }
    struct tsconfig_path *paths = allocate(in, count_items(&in->json, map), sizeof *paths);
    in->layer->paths = paths;
    for (uint32_t node = json_at(&in->json, map)->first; paths && node != JSON_NONE;
         node = json_at(&in->json, node)->next) {
        if (!is_type(in, node, JSON_ARRAY, "should be an array")) {
            continue;
        }
        if (has_two_stars(json_key(&in->json, node))) {
            complain(in, node, "has more than one '*': it matches nothing");
            continue;
        }
        struct tsconfig_texts targets = take_texts(in, node);
        paths[in->layer->path_count++] = (struct tsconfig_path){
            keep_text(in, json_key(&in->json, node)), targets.items, targets.count};
    }
}

static void take_options(struct reading *in) {
    struct tsconfig_layer *layer = in->layer;
    const struct json *json = &in->json;
    uint32_t options = json_get(json, 0, SLICE("compilerOptions"));
    if (!is_type(in, options, JSON_OBJECT, "should be an object")) {
        return;
    }
    take_text(in, json_get(json, options, SLICE("baseUrl")), SAID_BASE_URL, &layer->base_url);
    take_paths(in, json_get(json, options, SLICE("paths")));
    take_text(in, json_get(json, options, SLICE("outDir")), SAID_OUT_DIR, &layer->out_dir);
    take_text(in, json_get(json, options, SLICE("declarationDir")), SAID_DECLARATION_DIR,
              &layer->declaration_dir);
    take_flag(in, json_get(json, options, SLICE("verbatimModuleSyntax")), SAID_VERBATIM,
              &layer->verbatim);
    take_flag(in, json_get(json, options, SLICE("preserveValueImports")), SAID_PRESERVE,
              &layer->preserve);
    take_flag(in, json_get(json, options, SLICE("allowJs")), SAID_ALLOW_JS, &layer->allow_js);
    take_flag(in, json_get(json, options, SLICE("checkJs")), SAID_CHECK_JS, &layer->check_js);
}

/* ---- the rest --------------------------------------------------------------------------------- */

static void take_list(struct reading *in, struct slice name, unsigned said,
                      struct tsconfig_texts *texts) {
    uint32_t list = json_get(&in->json, 0, name);
    if (is_type(in, list, JSON_ARRAY, "should be an array")) {
        in->layer->said |= said;
        *texts = take_texts(in, list);
    }
}

static bool take_link(struct reading *in, uint32_t node, struct tsconfig_link *link) {
    if (!is_type(in, node, JSON_STRING, "should be a string")) {
        return false;
    }
    *link = (struct tsconfig_link){.text = keep_text(in, json_text(&in->json, node))};
    json_locate(manifests_of(in)->buffer, manifests_of(in)->size, json_at(&in->json, node)->start,
                &link->line, &link->column);
    return true;
}

static void take_references(struct reading *in) {
    struct tsconfig_layer *layer = in->layer;
    uint32_t list = json_get(&in->json, 0, SLICE("references"));
    if (!is_type(in, list, JSON_ARRAY, "should be an array")) {
        return;
    }
    layer->references = allocate(in, count_items(&in->json, list), sizeof *layer->references);
    for (uint32_t node = json_at(&in->json, list)->first; layer->references && node != JSON_NONE;
         node = json_at(&in->json, node)->next) {
        uint32_t path = json_get(&in->json, node, SLICE("path"));
        if (path == JSON_NONE) {
            complain(in, node, "should be an object with a \"path\"");
        } else {
            layer->reference_count +=
                take_link(in, path, &layer->references[layer->reference_count]);
        }
    }
}

static void take_extends(struct reading *in) {
    struct tsconfig_layer *layer = in->layer;
    uint32_t extends = json_get(&in->json, 0, SLICE("extends"));
    if (extends == JSON_NONE) {
        return;
    }
    bool list = json_at(&in->json, extends)->type == JSON_ARRAY;
    layer->extends =
        allocate(in, list ? count_items(&in->json, extends) : 1, sizeof *layer->extends);
    uint32_t node = list ? json_at(&in->json, extends)->first : extends;
    while (layer->extends && node != JSON_NONE) {
        layer->extend_count += take_link(in, node, &layer->extends[layer->extend_count]);
        node = list ? json_at(&in->json, node)->next : JSON_NONE;
    }
}

static bool is_blank(const char *bytes, size_t size) {
    size_t at = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < size && bytes[at] && strchr(" \t\r\n", bytes[at])) {
        at++;
    }
    return at == size;
}

static void take_all(struct reading *in) {
    take_options(in);
    take_list(in, SLICE("files"), SAID_FILES, &in->layer->files);
    take_list(in, SLICE("include"), SAID_INCLUDE, &in->layer->include);
    take_list(in, SLICE("exclude"), SAID_EXCLUDE, &in->layer->exclude);
    take_references(in);
    take_extends(in);
}

void tsconfig_read(struct tsconfigs *tsconfigs, struct tsconfig_layer *layer) {
    struct reading in = {.tsconfigs = tsconfigs, .layer = layer};
    struct realpath *realpath = tsconfig_realpath(tsconfigs);
    struct manifests *manifests = manifests_of(&in);
    struct folder *folder =
        realpath_folder(realpath, path_at(realpath->paths, layer->real)->parent);
    path_id same;
    layer->broken =
        !folder || manifest_read(manifests, folder, path_name(realpath->paths, layer->real),
                                 &same) != MANIFEST_READ;
    if (layer->broken || is_blank(manifests->buffer, manifests->size)) {
        return;
    }
    json_init(&in.json, tsconfigs->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    layer->broken = !manifest_parse(manifests, layer->real, &in.json, JSON_COMMENTS, members) ||
                    !is_type(&in, 0, JSON_OBJECT, "the file should hold an object");
    if (!layer->broken) {
        take_all(&in);
    }
    json_free(&in.json);
}
