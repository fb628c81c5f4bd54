#include "attribution.h"

#include "sort.h"

enum { LEAST_ROWS = 64, MOST_ROWS = 1 << 13 };

size_t attribution_size(uint64_t limit) {
    size_t rows = LEAST_ROWS;
    while (rows < MOST_ROWS && rows * 2 * sizeof(struct attribution_row) <= limit / 512) {
        rows *= 2;
    }
    return rows * sizeof(struct attribution_row);
}

static void clear(struct attribution *attribution) {
    for (uint32_t i = 0; i < attribution->capacity; i++) {
        attribution->rows[i].owner = NO_PATH;
    }
    attribution->count = 0;
    attribution->others = (struct attribution_row){.owner = NO_PATH};
}

void attribution_init(struct attribution *attribution, void *rows, size_t size) {
    attribution->rows = rows;
    attribution->capacity = (uint32_t)(size / sizeof *attribution->rows);
}

static struct attribution_row *row_of(struct attribution *attribution, path_id owner) {
    uint32_t mask = attribution->capacity - 1;
    for (uint32_t i = owner * UINT32_C(0x9E3779B1) >> 7 & mask;; i = (i + 1) & mask) {
        struct attribution_row *row = &attribution->rows[i];
        if (row->owner == owner) {
            return row;
        }
        if (row->owner == NO_PATH) {
            if (attribution->count >= attribution->capacity / 4 * 3) {
                return &attribution->others;
            }
            attribution->count++;
            *row = (struct attribution_row){.owner = owner};
            return row;
        }
    }
}

/* ---- who owns a path ------------------------------------------------------------------------- */

typedef path_id owner_of(const struct walk *walk, path_id path);

/* The folder in node_modules that it stands in; else the scan's root, or the file system's. */
static path_id package_of(const struct walk *walk, path_id path) {
    const struct paths *paths = &walk->paths;
    path_id below = NO_PATH, outside = PATH_ROOT;
    while (path != PATH_ROOT) {
        path_id parent = path_at(paths, path)->parent;
        if (path == walk->root) {
            outside = path;
        }
        if (slice_equal(path_name(paths, parent), SLICE("node_modules"))) {
            bool scope = *path_name(paths, path).data == '@';
            return scope && below != NO_PATH ? below : path;
        }
        below = path;
        path = parent;
    }
    return outside;
}

static path_id folder_above(const struct walk *walk, path_id path) {
    return path_at(&walk->paths, path)->parent;
}

/* ---- adding up ------------------------------------------------------------------------------- */

static uint64_t graph_bytes(const struct file *file) {
    uint64_t bytes = sizeof *file;
    for (const struct edges *edges = file->edges; edges; edges = edges->next) {
        bytes += sizeof *edges + file->facts->import_count * sizeof *edges->targets;
    }
    return bytes;
}

static void add_files(struct attribution *attribution, const struct walk *walk, owner_of *owner) {
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        const struct file *file = graph_at(&walk->graph, i);
        struct attribution_row *row = row_of(attribution, owner(walk, file->path));
        row->files++;
        row->modules += file->visited != 0;
        row->graph += graph_bytes(file);
        row->facts += file->facts ? file->facts->size : 0;
    }
}

static void add_paths(struct attribution *attribution, const struct walk *walk, owner_of *owner) {
    for (path_id id = 1; id < walk->paths.rows.count; id++) {
        struct attribution_row *row = row_of(attribution, owner(walk, id));
        row->paths += sizeof(struct path) + path_at(&walk->paths, id)->length + (size_t)1;
    }
}

static uint64_t package_bytes(const struct package *package) {
    return sizeof package + sizeof *package + package->json.capacity * sizeof(struct json_node) +
           package->json.texts_capacity + key_map_size(&package->exports) +
           key_map_size(&package->imports) + key_map_size(&package->browser_map);
}

static void add_packages(struct attribution *attribution, const struct walk *walk,
                         owner_of *owner) {
    for (uint32_t i = 0; i < walk->packages.rows.count; i++) {
        const struct package *package = *(struct package **)rows_at(&walk->packages.rows, i);
        if (package->file != NO_PATH) {
            row_of(attribution, owner(walk, package->file))->packages += package_bytes(package);
        }
    }
}

static uint64_t bytes_of(const struct attribution_row *row) {
    return row->facts + row->graph + row->paths + row->packages;
}

static bool has_more_bytes(const void *context, const void *left, const void *right) {
    const struct attribution_row *a = left, *b = right;
    (void)context;
    return bytes_of(a) != bytes_of(b) ? bytes_of(a) > bytes_of(b) : a->owner < b->owner;
}

static bool has_more_modules(const void *context, const void *left, const void *right) {
    const struct attribution_row *a = left, *b = right;
    (void)context;
    return a->modules != b->modules ? a->modules > b->modules : a->owner < b->owner;
}

/* The rows in use to the front, in order. What is past the top is added to the others. */
static uint32_t order(struct attribution *attribution,
                      bool (*before)(const void *, const void *, const void *)) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < attribution->capacity; i++) {
        if (attribution->rows[i].owner != NO_PATH) {
            attribution->rows[used++] = attribution->rows[i];
        }
    }
    sort_heap(attribution->rows, used, sizeof *attribution->rows, before, NULL);
    for (uint32_t i = ATTRIBUTION_TOP; i < used; i++) {
        const struct attribution_row *row = &attribution->rows[i];
        attribution->others.files += row->files;
        attribution->others.modules += row->modules;
        attribution->others.facts += row->facts;
        attribution->others.graph += row->graph;
        attribution->others.paths += row->paths;
        attribution->others.packages += row->packages;
    }
    return used < ATTRIBUTION_TOP ? used : ATTRIBUTION_TOP;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_number(struct json_writer *json, const char *key, uint64_t value) {
    json_put_key(json, key);
    json_put_unsigned(json, value);
}

static void put_path(struct json_writer *json, const struct walk *walk, path_id path) {
    char text[2 * PATH_LONGEST + 2];
    size_t length = path_relative(&walk->paths, walk->root, path, text, sizeof text);
    json_put_key(json, "path");
    json_put_string(json, (struct slice){text, length});
}

static void put_bytes(struct json_writer *json, const struct attribution_row *row) {
    put_number(json, "files", row->files);
    put_number(json, "bytes", bytes_of(row));
    put_number(json, "facts", row->facts);
    put_number(json, "graph", row->graph);
    put_number(json, "paths", row->paths);
    put_number(json, prologue_subsystem_name(PROLOGUE_SUBSYSTEM_PACKAGES), row->packages);
}

static void put_modules(struct json_writer *json, const struct attribution_row *row) {
    put_number(json, "files", row->files);
    put_number(json, "modules", row->modules);
}

static void put_rows(struct attribution *attribution, struct json_writer *json,
                     const struct walk *walk, const char *key, uint32_t count,
                     void (*put)(struct json_writer *, const struct attribution_row *)) {
    json_put_key(json, key);
    json_put_open(json, '[');
    for (uint32_t i = 0; i < count; i++) {
        json_put_open(json, '{');
        put_path(json, walk, attribution->rows[i].owner);
        put(json, &attribution->rows[i]);
        json_put_close(json, '}');
    }
    if (attribution->others.files || bytes_of(&attribution->others)) {
        json_put_open(json, '{');
        json_put_key(json, "path");
        json_put_null(json);
        put(json, &attribution->others);
        json_put_close(json, '}');
    }
    json_put_close(json, ']');
}

static void put_owners(struct attribution *attribution, struct json_writer *json,
                       const struct walk *walk, const char *key, owner_of *owner) {
    clear(attribution);
    add_files(attribution, walk, owner);
    add_paths(attribution, walk, owner);
    add_packages(attribution, walk, owner);
    put_rows(attribution, json, walk, key, order(attribution, has_more_bytes), put_bytes);
}

void attribution_put_bytes(struct attribution *attribution, struct json_writer *json,
                           const struct walk *walk) {
    json_put_key(json, "attribution");
    json_put_open(json, '{');
    put_owners(attribution, json, walk, "packages", package_of);
    put_owners(attribution, json, walk, "folders", folder_above);
    json_put_close(json, '}');
}

/* ---- barrels --------------------------------------------------------------------------------- */

struct barrel {
    uint32_t file, exports;
};

/* Puts one among the widest, in order, where it belongs there. Returns how many there are. */
static uint32_t insert(struct barrel *widest, uint32_t count, struct barrel one) {
    uint32_t at = count;
    while (at > 0 && widest[at - 1].exports < one.exports) {
        at--;
    }
    if (at == ATTRIBUTION_BARRELS) {
        return count;
    }
    count += count < ATTRIBUTION_BARRELS;
    memmove(widest + at + 1, widest + at, (count - 1 - at) * sizeof *widest);
    widest[at] = one;
    return count;
}

static void put_barrels(struct json_writer *json, const struct walk *walk) {
    struct barrel widest[ATTRIBUTION_BARRELS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < walk->graph.files.count; i++) {
        const struct file *file = graph_at(&walk->graph, i);
        uint32_t exports = source_count(file->facts, FACT_EXPORT);
        if (exports > 1) {
            count = insert(widest, count, (struct barrel){i, exports});
        }
    }
    json_put_key(json, "barrels");
    json_put_open(json, '[');
    for (uint32_t i = 0; i < count; i++) {
        const struct file *file = graph_at(&walk->graph, widest[i].file);
        json_put_open(json, '{');
        put_path(json, walk, file->path);
        put_number(json, "exports", widest[i].exports);
        put_number(json, "imports", file->facts->import_count - widest[i].exports);
        json_put_close(json, '}');
    }
    json_put_close(json, ']');
}

void attribution_put_graph(struct attribution *attribution, struct json_writer *json,
                           const struct walk *walk) {
    clear(attribution);
    add_files(attribution, walk, package_of);
    put_rows(attribution, json, walk, "packages", order(attribution, has_more_modules),
             put_modules);
    put_barrels(json, walk);
}
