/* The public header's promises: versions, errors, owners, and a sweep over every refused request
 * for memory. */
#include <stdatomic.h>
#include <unistd.h>

#include "prologue.h"
#include "unit.h"

/* Thread-safe, unlike struct host: a session allocates on its own threads. */
struct counting {
    _Atomic long blocks, calls;
    long refuse_at; /* 0: never */
    bool from_then_on;
};

static void *counting_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    struct counting *counting = context;
    if (new_size == 0) {
        counting->blocks -= pointer != NULL;
        free(pointer);
        return NULL;
    }
    if (new_size > old_size) {
        long call = ++counting->calls;
        if (call == counting->refuse_at || (counting->from_then_on && call > counting->refuse_at)) {
            return NULL;
        }
    }
    counting->blocks += pointer == NULL;
    return realloc(pointer, new_size);
}

static void write_file(const char *folder, const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char folder[64];

static int make_project(void **state) {
    (void)state;
    strcpy(folder, "/tmp/prologue-session-XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_file(folder, "a.tsx", "'use client'; import './b'; import './gone'; import 'node:fs'");
    write_file(folder, "b.ts", "import './a'; export async function f() { 'use server' }");
    write_file(folder, "c.ts", "/x/ ? `${import('./b')}` : <any>y; 'use server'");
    write_file(folder, "d.ts", "'use server'; import '@/b'");
    write_file(folder, "tsconfig.json", "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./*\"]}}}");
    write_file(folder, "package.json", "{\"name\":\"x\",\"imports\":{\"#b\":\"./b.ts\"}}");
    return 0;
}

static int remove_project(void **state) {
    (void)state;
    static const char *const names[] = {"a.tsx", "b.ts",          "c.ts",
                                        "d.ts",  "tsconfig.json", "package.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static prologue_session *create(struct counting *counting, uint32_t threads) {
    prologue_allocator allocator = {counting_resize, counting};
    prologue_session_options options = {
        .size = sizeof options, .threads = threads, .allocator = &allocator};
    prologue_session *session = NULL;
    int code = prologue_session_create(&session, &options);
    assert_true((code == 0) == (session != NULL));
    assert_true(code == 0 || code == PROLOGUE_ENOMEM);
    return session;
}

static prologue_scan_request request_of(const prologue_entry *entry) {
    return (prologue_scan_request){
        .size = sizeof(prologue_scan_request), .root = folder, .entries = entry, .entry_count = 1};
}

static int count_bytes(void *payload, const char *bytes, size_t length) {
    (void)bytes;
    *(size_t *)payload += length;
    return 0;
}

static void names_errors(void **state) {
    (void)state;
    assert_string_equal(prologue_error_name(PROLOGUE_ELIMIT), "memory-limit");
    assert_string_equal(prologue_error_name(1), "unknown");
    assert_true(strlen(prologue_error_message(PROLOGUE_ENOMEM)) > 10);
    assert_non_null(prologue_error_message(12345));
    assert_string_equal(prologue_subsystem_name(PROLOGUE_SUBSYSTEM_LEASES), "leases");
}

static void scans(void **state) {
    (void)state;
    struct counting counting = {0};
    prologue_session *session = create(&counting, 2);
    prologue_entry entry = {"c.ts", NULL};
    prologue_scan_request request = request_of(&entry);
    prologue_report *report = NULL;
    assert_int_equal(prologue_session_scan(session, &request, &report), 0);
    prologue_summary summary = {.size = sizeof summary};
    prologue_report_summary(report, &summary);
    assert_true(summary.complete);
    assert_int_equal(summary.module_count, 4);
    assert_int_equal(summary.client_count, 1);
    assert_int_equal(summary.server_count, 1);
    prologue_module module = {.size = sizeof module};
    assert_int_equal(prologue_report_module(report, 0, &module), 0);
    assert_int_equal(module.path.length, 5);
    assert_memory_equal(module.path.data, "a.tsx", 5);
    assert_true(module.client && !module.server);
    prologue_directive_use use;
    assert_int_equal(prologue_report_directive(report, 0, 0, &use), 0);
    assert_int_equal(use.position.start, 1);
    assert_int_equal(prologue_report_directive(report, 0, 1, &use), PROLOGUE_EINVALID);
    assert_int_equal(prologue_report_module(report, 4, &module), PROLOGUE_EINVALID);
    assert_string_equal(prologue_report_environment(report, 1), "client");
    assert_null(prologue_report_environment(report, 2));
    size_t written = 0, again = 0;
    assert_int_equal(prologue_report_write(report, 0, count_bytes, &written), 0);
    assert_int_equal(prologue_report_write(report, 0, count_bytes, &again), 0);
    assert_true(written > 500 && written == again);
    prologue_report_free(report);
    prologue_report_free(NULL);
    prologue_session_destroy(session);
    prologue_session_destroy(NULL);
    assert_int_equal(counting.blocks, 0);
}

static void refuses_bad_arguments(void **state) {
    (void)state;
    struct counting counting = {0};
    prologue_session *session = create(&counting, 1);
    prologue_report *report = (void *)1;
    prologue_entry entry = {"gone.ts", NULL};
    prologue_scan_request request = request_of(&entry);
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_EENTRY);
    assert_null(report);
    assert_non_null(strstr(prologue_session_detail(session), "gone.ts"));
    entry = (prologue_entry){"c.ts", "nowhere"};
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_EENVIRONMENT);
    assert_non_null(strstr(prologue_session_detail(session), "nowhere"));
    request.root = "/nonexistent";
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_EROOT);
    prologue_session_destroy(session);
    assert_int_equal(counting.blocks, 0);
}

static int cancel_at_once(const prologue_progress *progress, void *payload) {
    (void)progress;
    (void)payload;
    return 1;
}

static void cancels(void **state) {
    (void)state;
    struct counting counting = {0};
    prologue_session *session = create(&counting, 2);
    prologue_entry entry = {"c.ts", NULL};
    prologue_scan_request request = request_of(&entry);
    request.on_progress = cancel_at_once;
    prologue_report *report = NULL;
    prologue_session_cancel(session);
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_ECANCELLED);
    prologue_summary summary = {.size = sizeof summary};
    prologue_report_summary(report, &summary);
    assert_false(summary.complete);
    assert_int_equal(summary.exit_code, 130);
    prologue_report_free(report);
    request.on_progress = NULL;
    assert_int_equal(prologue_session_scan(session, &request, &report), 0);
    prologue_report_free(report);
    prologue_session_destroy(session);
    assert_int_equal(counting.blocks, 0);
}

static void assert_refused(const char *call, long nth, int code) {
    if (code != 0 && code != PROLOGUE_ENOMEM) {
        fail_msg("%s with request %ld refused: %s", call, nth, prologue_error_name(code));
    }
}

/* One session, scanned and written, with the nth request for memory refused, or all from then on.
 * Returns whether every step went well. */
static bool scan_refused(long nth, bool from_then_on) {
    struct counting counting = {.refuse_at = nth, .from_then_on = from_then_on};
    prologue_session *session = create(&counting, 1);
    bool all = session != NULL;
    if (session) {
        prologue_entry entry = {"c.ts", NULL};
        prologue_scan_request request = request_of(&entry);
        prologue_report *report = NULL;
        size_t written = 0;
        int code = prologue_session_scan(session, &request, &report);
        assert_refused("a scan", nth, code);
        all = code == 0;
        if (report) {
            code = prologue_report_write(report, PROLOGUE_REPORT_EDGES, count_bytes, &written);
            assert_refused("writing", nth, code);
            all = all && code == 0;
        }
        prologue_report_free(report);
        prologue_session_destroy(session);
    }
    assert_int_equal(counting.blocks, 0);
    return all && counting.calls < nth;
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (int from_then_on = 0; from_then_on < 2; from_then_on++) {
        long nth = 1;
        while (!scan_refused(nth, from_then_on)) {
            nth++;
            assert_true(nth < 100000);
        }
        assert_true(nth > 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_errors),           cmocka_unit_test(scans),
        cmocka_unit_test(refuses_bad_arguments),  cmocka_unit_test(cancels),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, make_project, remove_project);
}
