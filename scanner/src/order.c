#include "order.h"

#include "sort.h"

/* The paths are hung into a tree whose top is the root: a folder above it stands below it as "..".
 * A folder sorts as its name with a slash, so that walking the tree in order gives the order of the
 * whole texts. */
struct item {
    uint64_t key; /* the first eight bytes, as a number */
    path_id path;
};

struct ordering {
    const struct paths *paths;
    path_id root;
    uint32_t *first, *next; /* by path: child and sibling, + 1 */
    struct item *stack;
    uint32_t count, capacity;
};

static bool is_above_root(const struct ordering *all, path_id id) {
    return path_is_below(all->paths, all->root, id);
}

/* The child of `above` on the way to the root. */
static path_id towards_root(const struct ordering *all, path_id above) {
    path_id at = all->root;
    while (path_at(all->paths, at)->parent != above) {
        at = path_at(all->paths, at)->parent;
    }
    return at;
}

static path_id hangs_below(const struct ordering *all, path_id id) {
    return is_above_root(all, id) ? towards_root(all, id) : path_at(all->paths, id)->parent;
}

static bool is_hung(const struct ordering *all, path_id id) {
    return all->first[id] != 0;
}

static void hang_below(struct ordering *all, path_id id, path_id parent) {
    all->next[id] = all->first[parent];
    all->first[parent] = id + 1;
}

static void hang(struct ordering *all, path_id id) {
    while (id != all->root) {
        path_id parent = hangs_below(all, id);
        bool known = is_hung(all, parent);
        hang_below(all, id, parent);
        if (known) {
            return;
        }
        id = parent;
    }
}

/* The byte at `index` of what a path is called here; 0 past the end. */
static unsigned char byte_at(const struct ordering *all, path_id id, uint32_t index) {
    bool above = is_above_root(all, id);
    struct slice name = above ? SLICE("..") : path_name(all->paths, id);
    if (index < name.length) {
        return (unsigned char)name.data[index];
    }
    return index == name.length && is_hung(all, id) ? '/' : 0;
}

static uint64_t key_of(const struct ordering *all, path_id id) {
    struct slice name = path_name(all->paths, id);
    uint64_t key = 0;
    if (is_above_root(all, id) || name.length < 8) {
        for (uint32_t i = 0; i < 8; i++) {
            key = key << 8 | byte_at(all, id, i);
        }
        return key;
    }
    for (uint32_t i = 0; i < 8; i++) {
        key = key << 8 | (unsigned char)name.data[i];
    }
    return key;
}

/* A name that the scan's host gave may hold a NUL. */
static uint32_t longest(const struct ordering *all, path_id left, path_id right) {
    uint32_t a = path_at(all->paths, left)->length, b = path_at(all->paths, right)->length;
    return a > b ? a : b;
}

/* The last one first: the stack's top is then the first in order. */
static bool is_after(const void *context, const void *left, const void *right) {
    const struct ordering *all = context;
    const struct item *a = left, *b = right;
    if (a->key != b->key) {
        return a->key > b->key;
    }
    for (uint32_t i = 8;; i++) {
        unsigned char x = byte_at(all, a->path, i), y = byte_at(all, b->path, i);
        if (x != y) {
            return x > y;
        }
        if (x == 0 && i >= longest(all, a->path, b->path)) {
            return false;
        }
    }
}

static int expand(struct ordering *all, struct ledger *ledger, path_id folder) {
    uint32_t from = all->count;
    for (uint32_t child = all->first[folder]; child; child = all->next[child - 1]) {
        int code = ledger_grow(ledger, PROLOGUE_SUBSYSTEM_REPORT, &all->stack, &all->capacity,
                               all->count + 1, sizeof *all->stack);
        if (code) {
            return code;
        }
        all->stack[all->count++] = (struct item){key_of(all, child - 1), child - 1};
    }
    sort_heap(all->stack + from, all->count - from, sizeof *all->stack, is_after, all);
    return 0;
}

static int walk_in_order(struct ordering *all, struct ledger *ledger, path_id *ids) {
    uint32_t done = 0;
    int code = expand(all, ledger, all->root);
    while (!code && all->count > 0) {
        path_id id = all->stack[--all->count].path;
        if (is_hung(all, id)) {
            code = expand(all, ledger, id);
        } else {
            ids[done++] = id;
        }
    }
    return code;
}

int order_paths(const struct paths *paths, path_id root, path_id *ids, uint32_t count) {
    struct ledger *ledger = paths->rows.ledger;
    size_t size = paths->rows.count * sizeof(uint32_t) * 2;
    struct ordering all = {.paths = paths, .root = root};
    all.first = ledger_new(ledger, PROLOGUE_SUBSYSTEM_REPORT, size);
    if (!all.first) {
        return ledger_error(ledger);
    }
    all.next = all.first + paths->rows.count;
    for (uint32_t i = 0; i < count; i++) {
        hang(&all, ids[i]);
    }
    int code = walk_in_order(&all, ledger, ids);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, all.stack, all.capacity * sizeof *all.stack);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, all.first, size);
    return code;
}
