#include "frontier.h"

#include "sort.h"

void frontier_init(struct frontier *frontier, struct ledger *ledger, struct graph *graph,
                   struct realpath *realpath) {
    *frontier = (struct frontier){.ledger = ledger, .graph = graph, .realpath = realpath};
}

static void heap_free(struct frontier *frontier, struct frontier_heap *heap) {
    ledger_free(frontier->ledger, PROLOGUE_SUBSYSTEM_GRAPH, heap->items,
                heap->capacity * sizeof(struct folder *));
}

void frontier_free(struct frontier *frontier) {
    heap_free(frontier, &frontier->now);
    heap_free(frontier, &frontier->later);
    ledger_free(frontier->ledger, PROLOGUE_SUBSYSTEM_GRAPH, frontier->run,
                frontier->run_capacity * sizeof *frontier->run);
}

static bool stands_before(const struct folder *a, const struct folder *b) {
    return strcmp(a->text, b->text) < 0;
}

static int heap_push(struct frontier *frontier, struct frontier_heap *heap, struct folder *folder) {
    int code = ledger_grow(frontier->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &heap->items,
                           &heap->capacity, heap->count + 1, sizeof(struct folder *));
    if (code) {
        return code;
    }
    uint32_t at = heap->count++;
    for (; at > 0 && stands_before(folder, heap->items[(at - 1) / 2]); at = (at - 1) / 2) {
        heap->items[at] = heap->items[(at - 1) / 2];
    }
    heap->items[at] = folder;
    return 0;
}

static struct folder *heap_pop(struct frontier_heap *heap) {
    struct folder *least = heap->items[0], *moving = heap->items[--heap->count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < heap->count; at = child) {
        child +=
            child + 1 < heap->count && stands_before(heap->items[child + 1], heap->items[child]);
        if (!stands_before(heap->items[child], moving)) {
            break;
        }
        heap->items[at] = heap->items[child];
    }
    heap->items[at] = moving;
    return least;
}

int frontier_add(struct frontier *frontier, struct file *file) {
    struct folder *folder =
        folder_of(frontier->realpath, path_at(frontier->graph->paths, file->path)->parent);
    bool queued = folder->unread != 0;
    file->next = folder->unread;
    folder->unread = file->index + 1;
    if (queued) {
        return 0;
    }
    bool behind = !frontier->last || stands_before(frontier->last, folder);
    return heap_push(frontier, behind ? &frontier->now : &frontier->later, folder);
}

static bool is_before(const void *context, const void *left, const void *right) {
    const struct frontier_item *a = left, *b = right;
    (void)context;
    return a->key != b->key ? a->key < b->key : a->file < b->file;
}

static uint64_t key_of(struct slice name) {
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++) {
        key = key << 8 | (i < name.length ? (unsigned char)name.data[i] : 0);
    }
    return key;
}

static int load(struct frontier *frontier, struct folder *folder) {
    const struct graph *graph = frontier->graph;
    frontier->run_at = frontier->run_count = 0;
    frontier->last = folder;
    while (folder->unread) {
        int code =
            ledger_grow(frontier->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &frontier->run,
                        &frontier->run_capacity, frontier->run_count + 1, sizeof *frontier->run);
        if (code) {
            return code;
        }
        struct file *file = graph_at(graph, folder->unread - 1);
        frontier->run[frontier->run_count++] =
            (struct frontier_item){key_of(path_name(graph->paths, file->path)), folder->unread - 1};
        folder->unread = file->next;
        file->next = 0;
    }
    sort_heap(frontier->run, frontier->run_count, sizeof *frontier->run, is_before, NULL);
    return 0;
}

struct file *frontier_take(struct frontier *frontier, int *error) {
    if (frontier->run_at == frontier->run_count) {
        if (!frontier->now.count) {
            struct frontier_heap none = frontier->now;
            frontier->now = frontier->later;
            frontier->later = none;
        }
        if (!frontier->now.count) {
            return NULL;
        }
        *error = load(frontier, heap_pop(&frontier->now));
        if (*error) {
            return NULL;
        }
    }
    return graph_at(frontier->graph, frontier->run[frontier->run_at++].file);
}
