#include "arena.h"

/* A chunk is an eighth of what is held already: so much may be unused. */
enum { CHUNK_SMALLEST = 4 << 10, CHUNK_LARGEST = 256 << 10, CHUNK_SHARE = 8 };

void arena_init(struct arena *arena, struct ledger *ledger, enum prologue_subsystem subsystem) {
    *arena = (struct arena){.ledger = ledger, .subsystem = subsystem};
}

void arena_free(struct arena *arena) {
    while (arena->chunks) {
        struct arena_chunk *older = arena->chunks->older;
        ledger_free(arena->ledger, arena->subsystem, arena->chunks, arena->chunks->size);
        arena->chunks = older;
    }
    arena_init(arena, arena->ledger, arena->subsystem);
}

static char *align_up(char *pointer, size_t alignment) {
    return pointer + (-(uintptr_t)pointer & (alignment - 1));
}

static size_t chunk_size(const struct arena *arena) {
    size_t size = arena->held / CHUNK_SHARE;
    size = size < CHUNK_SMALLEST ? CHUNK_SMALLEST : size;
    return size < CHUNK_LARGEST ? size : CHUNK_LARGEST;
}

static bool arena_refill(struct arena *arena, size_t size) {
    size_t usual = chunk_size(arena), payload = size + 16 > usual ? size + 16 : usual;
    size_t total = sizeof(struct arena_chunk) + payload;
    struct arena_chunk *chunk = ledger_resize(arena->ledger, arena->subsystem, NULL, 0, total);
    if (!chunk) {
        return false;
    }
    chunk->older = arena->chunks;
    chunk->size = total;
    arena->chunks = chunk;
    arena->next = chunk->bytes;
    arena->end = chunk->bytes + payload;
    arena->held += total;
    return true;
}

void *arena_alloc(struct arena *arena, size_t size, size_t alignment) {
    char *start = arena->next ? align_up(arena->next, alignment) : NULL;
    if (!start || start > arena->end || size > (size_t)(arena->end - start)) {
        if (!arena_refill(arena, size)) {
            return NULL;
        }
        start = align_up(arena->next, alignment);
    }
    arena->next = start + size;
    return start;
}

void arena_undo(struct arena *arena, void *last) {
    arena->next = last;
}

void arena_drop(struct arena *arena, struct arena_chunk *newer) {
    struct arena_chunk *gone = newer->older;
    newer->older = gone->older;
    arena->held -= gone->size;
    ledger_free(arena->ledger, arena->subsystem, gone, gone->size);
}

const char *arena_copy(struct arena *arena, struct slice text) {
    char *copy = arena_alloc(arena, text.length + 1, 1);
    if (copy) {
        if (text.length) {
            memcpy(copy, text.data, text.length);
        }
        copy[text.length] = 0;
    }
    return copy;
}
