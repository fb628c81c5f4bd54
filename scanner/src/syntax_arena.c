#define _POSIX_C_SOURCE 200809L

#include "syntax_arena.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

#define CHUNK_SIZE ((size_t)64 << 10)
#define UNIT ((size_t)16)
#define SMALL_LIMIT ((size_t)1024)
#define SHARED_LIMIT ((size_t)16 << 10) /* larger blocks have a chunk of their own */
#define SMALL_CLASSES (SMALL_LIMIT / UNIT)
#define OWN_CHUNK UINT32_MAX

struct block_header {
    uint64_t size; /* what the block can hold */
    uint32_t class;
    uint32_t offset; /* in its chunk */
};

static struct syntax_arena_chunk *chunk_of(struct block_header *header) {
    return (struct syntax_arena_chunk *)((char *)header - header->offset);
}

static _Thread_local struct syntax_arena *current_arena;
static pthread_once_t install_once = PTHREAD_ONCE_INIT;

void syntax_arena_init(struct syntax_arena *arena, struct ledger *ledger, size_t cap) {
    memset(arena, 0, sizeof *arena);
    arena->ledger = ledger;
    arena->cap = cap;
}

static void chunk_drop(struct syntax_arena *arena, struct syntax_arena_chunk *chunk) {
    arena->held -= chunk->size;
    ledger_resize(arena->ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, chunk, chunk->size, 0);
}

void syntax_arena_drop(struct syntax_arena *arena) {
    while (arena->chunks) {
        struct syntax_arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        chunk_drop(arena, chunk);
    }
    arena->free_start = arena->free_end = NULL;
    memset(arena->reusable, 0, sizeof arena->reusable);
}

static struct syntax_arena_chunk *chunk_new(struct syntax_arena *arena, size_t size) {
    if (size > arena->cap || arena->held > arena->cap - size)
        longjmp(arena->escape, 1);
    struct syntax_arena_chunk *chunk =
        ledger_resize(arena->ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, NULL, 0, size);
    if (!chunk)
        longjmp(arena->escape, 1);
    *chunk = (struct syntax_arena_chunk){.next = arena->chunks, .size = size};
    if (arena->chunks)
        arena->chunks->previous = chunk;
    arena->chunks = chunk;
    arena->held += size;
    return chunk;
}

static size_t class_size(uint32_t class) {
    if (class < SMALL_CLASSES)
        return (class + 1) * UNIT;
    return SMALL_LIMIT << (class - SMALL_CLASSES + 1);
}

static uint32_t class_of(size_t size) {
    if (size <= SMALL_LIMIT)
        return (uint32_t)((size - 1) / UNIT);
    uint32_t class = SMALL_CLASSES;
    while (class_size(class) < size)
        class ++;
    return class;
}

static void *take_own_chunk(struct syntax_arena *arena, size_t size) {
    size_t head = sizeof(struct syntax_arena_chunk) + sizeof(struct block_header);
    if (size > SIZE_MAX - head)
        longjmp(arena->escape, 1);
    struct block_header *header = (struct block_header *)(chunk_new(arena, head + size) + 1);
    *header = (struct block_header){.size = size, .class = OWN_CHUNK};
    arena->chunks->live = 1;
    return header + 1;
}

void *syntax_arena_take(struct syntax_arena *arena, size_t size) {
    if (size == 0)
        size = 1;
    if (size > SHARED_LIMIT)
        return take_own_chunk(arena, size);
    uint32_t class = class_of(size);
    void *block = arena->reusable[class];
    if (block) {
        memcpy(&arena->reusable[class], block, sizeof(void *));
        chunk_of((struct block_header *)block - 1)->live++;
        return block;
    }
    size_t need = class_size(class) + sizeof(struct block_header);
    if ((size_t)(arena->free_end - arena->free_start) < need) {
        struct syntax_arena_chunk *chunk = chunk_new(arena, CHUNK_SIZE);
        arena->free_start = (char *)(chunk + 1);
        arena->free_end = (char *)chunk + CHUNK_SIZE;
    }
    struct block_header *header = (struct block_header *)arena->free_start;
    arena->free_start += need;
    struct syntax_arena_chunk *chunk =
        (struct syntax_arena_chunk *)(void *)(arena->free_end - CHUNK_SIZE);
    uint32_t offset = (uint32_t)((char *)header - (char *)chunk);
    *header = (struct block_header){class_size(class), class, offset};
    chunk->live++;
    return header + 1;
}

static void unlink_chunk(struct syntax_arena *arena, struct syntax_arena_chunk *chunk) {
    if (chunk->next)
        chunk->next->previous = chunk->previous;
    if (chunk->previous)
        chunk->previous->next = chunk->next;
    else
        arena->chunks = chunk->next;
    chunk_drop(arena, chunk);
}

void syntax_arena_give(struct syntax_arena *arena, void *block) {
    if (!block)
        return;
    struct block_header *header = (struct block_header *)block - 1;
    if (header->class == OWN_CHUNK) {
        unlink_chunk(arena, (struct syntax_arena_chunk *)header - 1);
        return;
    }
    uint32_t class = header->class;
    chunk_of(header)->live--;
    memcpy(block, &arena->reusable[class], sizeof(void *));
    arena->reusable[class] = block;
}

void syntax_arena_trim(struct syntax_arena *arena) {
    struct syntax_arena_chunk *next;
    for (struct syntax_arena_chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        if (!chunk->live)
            unlink_chunk(arena, chunk);
    }
    arena->free_start = arena->free_end = NULL;
    memset(arena->reusable, 0, sizeof arena->reusable);
}

void *syntax_arena_resize(struct syntax_arena *arena, void *block, size_t size) {
    if (!block)
        return syntax_arena_take(arena, size);
    uint64_t held = ((struct block_header *)block - 1)->size;
    if (size <= held)
        return block;
    void *grown = syntax_arena_take(arena, size);
    memcpy(grown, block, held);
    syntax_arena_give(arena, block);
    return grown;
}

void *syntax_arena_grow(struct syntax_arena *arena, void *items, size_t *capacity, size_t need,
                        size_t item_size) {
    if (need <= *capacity)
        return items;
    size_t wanted = *capacity + *capacity / 2 + 16;
    if (wanted < need)
        wanted = need;
    items = syntax_arena_resize(arena, items, wanted * item_size);
    *capacity = wanted;
    return items;
}

static void *hook_malloc(size_t size) {
    return current_arena ? syntax_arena_take(current_arena, size) : malloc(size);
}

static void *hook_calloc(size_t count, size_t size) {
    if (!current_arena)
        return calloc(count, size);
    if (size && count > SIZE_MAX / size)
        longjmp(current_arena->escape, 1);
    void *block = syntax_arena_take(current_arena, count * size);
    return memset(block, 0, count * size);
}

static void *hook_realloc(void *block, size_t size) {
    return current_arena ? syntax_arena_resize(current_arena, block, size) : realloc(block, size);
}

static void hook_free(void *block) {
    if (current_arena)
        syntax_arena_give(current_arena, block);
    else
        free(block);
}

static void install(void) {
    ts_set_allocator(hook_malloc, hook_calloc, hook_realloc, hook_free);
}

void syntax_arena_enter(struct syntax_arena *arena) {
    pthread_once(&install_once, install);
    current_arena = arena;
}
