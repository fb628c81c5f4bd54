#include "path.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct path_key {
    path_id parent;
    struct slice name;
};

static uint32_t hash_of(struct path_key key) {
    uint64_t hash = XXH3_64bits_withSeed(key.name.data, key.name.length,
                                         key.parent * UINT64_C(0x9E3779B97F4A7C15));
    return (uint32_t)(hash ^ hash >> 32);
}

enum { SLOTS_FIRST = 64, TAG_SHIFT = 29 };
#define SLOT_ROW ((UINT32_C(1) << TAG_SHIFT) - 1)

static bool matches(const struct paths *paths, path_id id, const struct path_key *key) {
    const struct path *path = path_at(paths, id);
    return path->parent == key->parent && path->length == key->name.length &&
           memcmp(path_name_of(paths, path), key->name.data, path->length) == 0;
}

/* The slot of a path, or the free one where it belongs. */
static uint32_t *slot_of(const struct paths *paths, uint32_t hash, const struct path_key *key) {
    uint32_t mask = paths->slot_count - 1, tag = hash >> TAG_SHIFT;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &paths->slots[i];
        if (*slot == 0 ||
            (*slot >> TAG_SHIFT == tag && matches(paths, (*slot & SLOT_ROW) - 1, key))) {
            return slot;
        }
    }
}

static uint32_t slot_value(uint32_t hash, path_id id) {
    return (hash >> TAG_SHIFT) << TAG_SHIFT | (id + 1);
}

/* The root has no slot. */
static void fill_slots(const struct paths *paths, uint32_t *slots, uint32_t mask) {
    for (path_id id = PATH_ROOT + 1; id < paths->rows.count; id++) {
        uint32_t hash =
            hash_of((struct path_key){path_at(paths, id)->parent, path_name(paths, id)});
        uint32_t i = hash & mask;
        while (slots[i]) {
            i = (i + 1) & mask;
        }
        slots[i] = slot_value(hash, id);
    }
}

/* Makes room for one more path. 0 or a code. */
static int reserve_slot(struct paths *paths) {
    struct ledger *ledger = paths->rows.ledger;
    uint32_t most = paths->slot_count - paths->slot_count / 4;
    if (paths->rows.count < most) {
        return 0;
    }
    uint32_t count = paths->slot_count ? paths->slot_count * 2 : SLOTS_FIRST;
    uint32_t *slots = ledger_new(ledger, PROLOGUE_SUBSYSTEM_PATHS, count * sizeof *slots);
    if (!slots) {
        return ledger_error(ledger);
    }
    fill_slots(paths, slots, count - 1);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_PATHS, paths->slots, paths->slot_count * sizeof *slots);
    paths->slots = slots;
    paths->slot_count = count;
    return 0;
}

/* Where a copy of the name stands; UINT32_MAX: no memory. */
static uint32_t keep_name(struct paths *paths, struct slice name) {
    struct ledger *ledger = paths->rows.ledger;
    uint32_t block = 1U << PATH_NAMES_SHIFT, at = paths->name_end;
    if (name.length >= block || at > UINT32_MAX - 2 * block) {
        return UINT32_MAX;
    }
    if ((size_t)(paths->name_blocks << PATH_NAMES_SHIFT) - at < name.length + 1) {
        if (ledger_grow(ledger, PROLOGUE_SUBSYSTEM_PATHS, &paths->names, &paths->name_capacity,
                        paths->name_blocks + 1, sizeof *paths->names)) {
            return UINT32_MAX;
        }
        char *names = ledger_resize(ledger, PROLOGUE_SUBSYSTEM_PATHS, NULL, 0, block);
        if (!names) {
            return UINT32_MAX;
        }
        at = paths->name_blocks << PATH_NAMES_SHIFT;
        paths->names[paths->name_blocks++] = names;
    }
    char *copy = paths->names[at >> PATH_NAMES_SHIFT] + (at & (block - 1));
    if (name.length) {
        memcpy(copy, name.data, name.length);
    }
    copy[name.length] = 0;
    paths->name_end = at + (uint32_t)name.length + 1;
    return at;
}

int paths_init(struct paths *paths, struct ledger *ledger) {
    rows_init(&paths->rows, ledger, PROLOGUE_SUBSYSTEM_PATHS, sizeof(struct path));
    paths->slots = NULL;
    paths->slot_count = 0;
    paths->names = NULL;
    paths->name_blocks = paths->name_capacity = paths->name_end = 0;
    struct path *root = rows_add(&paths->rows);
    return root && keep_name(paths, SLICE("")) == 0 ? 0 : ledger_error(ledger);
}

int paths_copy(struct paths *copy, const struct paths *paths) {
    struct ledger *ledger = paths->rows.ledger;
    *copy = (struct paths){0};
    int code = ledger_grow(ledger, PROLOGUE_SUBSYSTEM_PATHS, &copy->names, &copy->name_capacity,
                           paths->name_blocks, sizeof *copy->names);
    if (code) {
        return code;
    }
    memcpy(copy->names, paths->names, paths->name_blocks * sizeof *copy->names);
    code = rows_copy(&copy->rows, &paths->rows);
    if (code) {
        paths_free(copy);
    }
    return code;
}

void paths_free(struct paths *paths) {
    rows_free(&paths->rows);
    ledger_free(paths->rows.ledger, PROLOGUE_SUBSYSTEM_PATHS, paths->slots,
                paths->slot_count * sizeof *paths->slots);
    for (uint32_t i = 0; i < paths->name_blocks; i++) {
        ledger_free(paths->rows.ledger, PROLOGUE_SUBSYSTEM_PATHS, paths->names[i],
                    (size_t)1 << PATH_NAMES_SHIFT);
    }
    ledger_free(paths->rows.ledger, PROLOGUE_SUBSYSTEM_PATHS, paths->names,
                paths->name_capacity * sizeof *paths->names);
    paths->slots = NULL;
    paths->slot_count = paths->name_blocks = paths->name_capacity = 0;
}

path_id path_find(const struct paths *paths, path_id parent, struct slice name) {
    if (paths->slot_count == 0) {
        return NO_PATH;
    }
    struct path_key key = {parent, name};
    uint32_t slot = *slot_of(paths, hash_of(key), &key);
    return slot ? (slot & SLOT_ROW) - 1 : NO_PATH;
}

path_id path_child(struct paths *paths, path_id parent, struct slice name) {
    if (reserve_slot(paths)) {
        return NO_PATH;
    }
    struct path_key key = {parent, name};
    uint32_t hash = hash_of(key), *slot = slot_of(paths, hash, &key);
    if (*slot) {
        return (*slot & SLOT_ROW) - 1;
    }
    uint32_t copy = paths->rows.count < PATH_MOST ? keep_name(paths, name) : UINT32_MAX;
    struct path *path = copy != UINT32_MAX ? rows_add(&paths->rows) : NULL;
    if (!path) {
        return NO_PATH;
    }
    path->name = copy;
    path->parent = parent;
    path->length = (uint16_t)name.length;
    *slot = slot_value(hash, paths->rows.count - 1);
    return paths->rows.count - 1;
}

path_id path_find_joined(const struct paths *paths, path_id base, struct slice text) {
    while (text.length && base != NO_PATH) {
        const char *slash = memchr(text.data, '/', text.length);
        struct slice component = {text.data, slash ? (size_t)(slash - text.data) : text.length};
        text = slice_skip(text, component.length + (slash != NULL));
        if (component.length == 1 && component.data[0] == '.') {
            continue;
        }
        bool up = component.length == 2 && component.data[0] == '.' && component.data[1] == '.';
        base = up ? path_at(paths, base)->parent : path_find(paths, base, component);
    }
    return base;
}

static struct slice next_component(struct slice *text) {
    while (text->length && *text->data == '/') {
        *text = slice_skip(*text, 1);
    }
    const char *slash = text->length ? memchr(text->data, '/', text->length) : NULL;
    struct slice component = {text->data, slash ? (size_t)(slash - text->data) : text->length};
    *text = slice_skip(*text, component.length);
    return component;
}

int path_join(struct paths *paths, path_id base, struct slice text, path_id *out) {
    if (text.length > PATH_LONGEST || (text.length && memchr(text.data, 0, text.length))) {
        return PROLOGUE_EINVALID;
    }
    path_id at = text.length && *text.data == '/' ? PATH_ROOT : base;
    for (;;) {
        struct slice component = next_component(&text);
        if (component.length == 0) {
            *out = at;
            return 0;
        }
        if (slice_equal(component, SLICE("."))) {
            continue;
        }
        if (slice_equal(component, SLICE(".."))) {
            at = path_at(paths, at)->parent;
            continue;
        }
        at = path_child(paths, at, component);
        if (at == NO_PATH) {
            return ledger_error(paths->rows.ledger);
        }
    }
}

static size_t text_length(const struct paths *paths, path_id id, path_id top) {
    size_t length = 0;
    for (; id != top; id = path_at(paths, id)->parent) {
        length += path_shown(path_at(paths, id)) + 1;
    }
    return length;
}

/* Writes the names below `top`, ending at `end`; the first one has a slash where `leading`. */
static void write_backwards(const struct paths *paths, path_id id, path_id top, bool leading,
                            char *end) {
    while (id != top) {
        const struct path *path = path_at(paths, id);
        end -= path_shown(path);
        memcpy(end, path_name_of(paths, path), path_shown(path));
        id = path->parent;
        if (leading || id != top) {
            *--end = '/';
        }
    }
}

size_t path_text(const struct paths *paths, path_id id, char *text, size_t size) {
    size_t length = text_length(paths, id, PATH_ROOT);
    if (length + 2 > size) {
        return 0;
    }
    write_backwards(paths, id, PATH_ROOT, true, text + length);
    if (length == 0) {
        text[length++] = '/';
    }
    text[length] = 0;
    return length;
}

/* A folder is interned before what stands in it: its number is the smaller one. */
bool path_is_below(const struct paths *paths, path_id id, path_id folder) {
    while (id > folder) {
        id = path_at(paths, id)->parent;
    }
    return id == folder;
}

bool path_in_node_modules(const struct paths *paths, path_id id) {
    while (id != PATH_ROOT) {
        id = path_at(paths, id)->parent;
        if (slice_equal(path_name(paths, id), SLICE("node_modules"))) {
            return true;
        }
    }
    return false;
}

size_t path_relative(const struct paths *paths, path_id base, path_id id, char *text, size_t size) {
    size_t ups = 0;
    for (; !path_is_below(paths, id, base); ups++) {
        base = path_at(paths, base)->parent;
    }
    size_t below = text_length(paths, id, base);
    if (ups * 3 + below + 2 > size) {
        return 0;
    }
    char *at = text;
    for (size_t i = 0; i < ups; i++) {
        memcpy(at, i ? "/.." : "..", i ? 3 : 2);
        at += i ? 3 : 2;
    }
    if (below) {
        below -= ups == 0;
        write_backwards(paths, id, base, ups > 0, at + below);
        at += below;
    } else if (ups == 0) {
        *at++ = '.';
    }
    *at = 0;
    return (size_t)(at - text);
}
