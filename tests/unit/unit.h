/* What the unit tests share: cmocka, and a ledger over an allocator that counts and can refuse. */
#ifndef UNIT_H
#define UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger.h"
#include "text.h"

struct host {
    size_t blocks, bytes; /* outstanding */
    size_t calls;         /* requests for more memory */
    size_t refuse_from;   /* the first request that is refused, 1-based; 0: none */
};

static void *host_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    struct host *host = context;
    if (new_size > old_size && ++host->calls >= host->refuse_from && host->refuse_from) {
        return NULL;
    }
    host->bytes += new_size - old_size;
    if (!pointer) {
        host->blocks++;
    }
    if (new_size == 0) {
        host->blocks -= pointer != NULL;
        free(pointer);
        return NULL;
    }
    /* Always moves, so that a pointer kept across a call is found out. */
    void *block = malloc(new_size);
    if (pointer) {
        memcpy(block, pointer, old_size < new_size ? old_size : new_size);
        memset(pointer, 0xdd, old_size);
        free(pointer);
    } else {
        memset(block, 0xcd, new_size);
    }
    return block;
}

struct bench {
    struct host host;
    struct ledger ledger;
};

static inline void bench_begin(struct bench *bench, uint64_t limit) {
    memset(bench, 0, sizeof *bench);
    prologue_allocator allocator = {host_resize, &bench->host};
    ledger_init(&bench->ledger, &allocator, limit ? limit : UINT64_MAX);
}

/* Nothing is held any more, and the ledger agrees. */
static inline void bench_end(const struct bench *bench) {
    prologue_memory memory;
    ledger_read(&bench->ledger, &memory);
    assert_int_equal(bench->host.blocks, 0);
    assert_int_equal(bench->host.bytes, 0);
    assert_int_equal(memory.current, 0);
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS; i++) {
        assert_int_equal(memory.subsystems[i].current, 0);
    }
}

static inline void assert_slice(struct slice actual, const char *expected) {
    assert_int_equal(actual.length, strlen(expected));
    assert_memory_equal(actual.data, expected, actual.length);
}

#endif
