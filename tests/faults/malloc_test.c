/* The ledger against malloc: every block of the process is counted, whoever asked for it, and what the
 * ledger says is compared with it at many moments of scans of published packages. */
#include <malloc.h>
#include <stdatomic.h>

#include "prologue.h"
#include "unit.h"

/* glibc's own, below the ones that are replaced here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);
void __libc_free(void *pointer);

static _Atomic int64_t held;

static void *count(void *pointer) {
    held += (int64_t)malloc_usable_size(pointer);
    return pointer;
}

void *malloc(size_t size) {
    return count(__libc_malloc(size));
}

void *calloc(size_t number, size_t size) {
    return count(__libc_calloc(number, size));
}

void *realloc(void *pointer, size_t size) {
    size_t before = malloc_usable_size(pointer);
    void *block = __libc_realloc(pointer, size);
    if (block || !size) {
        held -= (int64_t)before;
        count(block);
    }
    return block;
}

void free(void *pointer) {
    held -= (int64_t)malloc_usable_size(pointer);
    __libc_free(pointer);
}

static prologue_session *session;
static int64_t before;
static struct {
    long calls, moments;
    int64_t worst; /* bytes that the ledger does not know of */
    uint64_t ledger;
} seen;

/* `asked`: what the ledger has charged, and malloc is still to be asked for. */
static void compare(size_t asked) {
    prologue_memory memory;
    prologue_session_memory(session, &memory);
    int64_t unknown = held - before - (int64_t)(memory.current - asked);
    if (memory.current < 1 << 19) {
        return; /* what libuv and the C library hold is a few KiB */
    }
    seen.moments++;
    if (llabs(unknown) * (int64_t)seen.ledger > llabs(seen.worst) * (int64_t)memory.current ||
        seen.moments == 1) {
        seen.worst = unknown;
        seen.ledger = memory.current;
    }
    if (llabs(unknown) * 50 > (int64_t)memory.current) {
        fail_msg("the ledger holds %llu bytes, malloc %lld more",
                 (unsigned long long)memory.current, (long long)unknown);
    }
}

static void *resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    (void)context;
    if (session && ++seen.calls % 4 == 0) {
        compare(new_size > old_size ? new_size - old_size : 0);
    }
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

static int swallow(void *payload, const char *bytes, size_t length) {
    (void)payload, (void)bytes, (void)length;
    return 0;
}

static void scan(const char *const *sources, size_t source_count) {
    static const prologue_entry entries[] = {{"rolldown/dist/index.mjs", NULL},
                                             {"@mdx-js/mdx/index.js", NULL},
                                             {"enhanced-resolve/lib/index.js", "client"},
                                             {"typescript/lib/typescript.js", NULL}};
    prologue_scan_request request = {.size = sizeof request,
                                     .root = PACKAGES,
                                     .entries = entries,
                                     .entry_count = 4,
                                     .sources = sources,
                                     .source_count = source_count};
    prologue_report *report = NULL;
    assert_int_equal(prologue_session_scan(session, &request, &report), 0);
    compare(0);
    assert_int_equal(prologue_report_write(report, PROLOGUE_REPORT_EDGES, swallow, NULL), 0);
    compare(0);
    prologue_report_free(report);
    compare(0);
}

static void agrees_with_malloc(void **state) {
    static const char *const sources[] = {"enhanced-resolve/lib", "@mdx-js/mdx/lib", "acorn/dist",
                                          "rolldown/dist", "typescript/lib"};
    static const char *const files[] = {PACKAGES "/enhanced-resolve/lib/Resolver.js",
                                        PACKAGES "/acorn/dist/acorn.mjs"};
    prologue_allocator allocator = {resize, NULL};
    prologue_session_options options = {
        .size = sizeof options, .threads = 1, .allocator = &allocator};
    prologue_inspect_request inspect = {
        .size = sizeof inspect, .files = files, .file_count = 2, .reader = PROLOGUE_READER_GRAMMAR};
    prologue_session *made = NULL;
    (void)state;
    before = held;
    assert_int_equal(prologue_session_create(&made, &options), 0);
    session = made;
    scan(sources, 5);
    scan(sources, 5);
    scan(sources, 2);
    assert_int_equal(prologue_session_inspect(session, &inspect, swallow, NULL, NULL), 0);
    session = NULL;
    prologue_session_destroy(made);
    print_message("%ld moments; worst: %lld bytes beside %llu\n", seen.moments,
                  (long long)seen.worst, (unsigned long long)seen.ledger);
    assert_true(seen.moments > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_malloc)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
