/* What a session tells of its memory: phases, traces and dumps, through the public header. */
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "folder.h"
#include "prologue.h"
#include "unit.h"

static int make(void **state) {
    (void)state;
    strcpy(top, "/tmp/prologue-monitor-XXXXXX");
    if (!mkdtemp(top) || mkdir(at("src"), 0755)) {
        return -1;
    }
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "src/m%d.ts", i);
        FILE *file = fopen(at(name), "w");
        fprintf(file, "'use client'; import './m%d'; export * from './m%d'", i + 1, i / 2);
        fclose(file);
    }
    return 0;
}

static int unmake(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command);
}

/* Another content. */
static void touch(const char *path) {
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(";", file);
    fclose(file);
}

static prologue_session *open_session(const char *trace, const char *dump) {
    prologue_session_options options = {.size = sizeof options,
                                        .threads = 2,
                                        .memory_trace = trace,
                                        .memory_interval_ms = 1,
                                        .memory_dump = dump,
                                        .memory_attribution = 1};
    prologue_session *session = NULL;
    assert_int_equal(prologue_session_create(&session, &options), 0);
    return session;
}

static int scan_with(prologue_session *session, const char *root) {
    prologue_scan_request request = {.size = sizeof request, .root = root};
    prologue_report *report = NULL;
    int code = prologue_session_scan(session, &request, &report);
    prologue_report_free(report);
    return code;
}

static prologue_tracking tracking_of(prologue_session *session) {
    prologue_tracking tracking = {.size = sizeof tracking};
    prologue_session_tracking(session, &tracking);
    return tracking;
}

static int count_lines(const char *path, const char *with) {
    char line[65536];
    int count = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        count += strstr(line, with) != NULL;
    }
    if (file) {
        fclose(file);
    }
    return count;
}

static void assert_phase(prologue_session *session, size_t index, const char *name) {
    prologue_phase phase = {.size = sizeof phase};
    assert_int_equal(prologue_session_phase(session, index, &phase), 0);
    assert_string_equal(phase.name, name);
    assert_true(phase.elapsed_ms >= 0 && phase.began_ms >= 0);
    assert_true(phase.resident > 0 && phase.memory.peak >= phase.memory.current);
}

static void test_phases_are_always_noted(void **state) {
    (void)state;
    prologue_session *session = open_session(NULL, NULL);
    prologue_phase phase = {.size = sizeof phase};
    assert_int_equal(prologue_session_phase(session, 0, &phase), PROLOGUE_EINVALID);
    assert_int_equal(scan_with(session, at("src")), 0);
    assert_phase(session, 0, "start");
    assert_phase(session, 1, "read");
    assert_phase(session, 2, "report");
    assert_int_equal(prologue_session_phase(session, 3, &phase), PROLOGUE_EINVALID);
    assert_int_equal(scan_with(session, at("src")), 0);
    assert_phase(session, 0, "start");
    touch(at("src/m3.ts"));
    assert_int_equal(scan_with(session, at("src")), 0);
    assert_phase(session, 1, "read");
    assert_phase(session, 2, "report");
    assert_int_equal(scan_with(session, at("gone")), PROLOGUE_EROOT);
    assert_phase(session, 0, "start");
    assert_int_equal(prologue_session_phase(session, 1, &phase), PROLOGUE_EINVALID);
    phase.size = 1;
    assert_int_equal(prologue_session_phase(session, 0, &phase), PROLOGUE_EINVALID);
    prologue_tracking tracking = tracking_of(session);
    assert_false(tracking.active);
    assert_string_equal(tracking.message, "");
    prologue_session_dump(session); /* nobody wants one */
    prologue_session_destroy(session);
}

static void test_scans_of_one_session_share_a_trace(void **state) {
    char trace[128];
    (void)state;
    strcpy(trace, at("trace"));
    prologue_session *session = open_session(trace, NULL);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(scan_with(session, at("src")), 0);
        assert_int_equal(count_lines(trace, "\"type\":\"trace\""), 1);
        assert_int_equal(count_lines(trace, "\"type\":\"end\""), 3 * i);
        touch(at("src/m5.ts"));
        assert_int_equal(count_lines(trace, "\"type\":\"attribution\""), i);
    }
    assert_int_equal(scan_with(session, at("gone")), PROLOGUE_EROOT);
    prologue_tracking tracking = tracking_of(session);
    assert_true(tracking.active && tracking.failures == 0);
    prologue_session_destroy(session);
    assert_true(count_lines(trace, "\"scan\":3") > 0);
    assert_int_equal(count_lines(trace, "the rest is held"), 0); /* nothing is */
}

static void wait_for(const char *path) {
    for (int i = 0; i < 2000 && access(path, F_OK); i++) {
        usleep(5000);
    }
    assert_int_equal(access(path, F_OK), 0);
}

static void test_a_dump_while_nothing_runs(void **state) {
    char dump[128];
    (void)state;
    strcpy(dump, at("idle"));
    prologue_session *session = open_session(NULL, dump);
    prologue_session_dump(session); /* kept until there is a thread to write it */
    assert_int_equal(scan_with(session, at("src")), 0);
    wait_for(dump);
    prologue_session_dump(session);
    wait_for(at("idle.1"));
    assert_int_equal(count_lines(dump, "\"reason\":\"request\""), 1);
    assert_int_equal(count_lines(dump, "\"phase\":\"idle\""), 1);
    prologue_session_destroy(session);
}

struct asking {
    prologue_session *session;
    atomic_bool done;
};

static void ask(void *argument) {
    struct asking *asking = argument;
    while (!atomic_load(&asking->done)) {
        prologue_session_dump(asking->session);
        usleep(200);
    }
}

static void test_dumps_from_other_threads(void **state) {
    char dump[128];
    struct asking asking = {0};
    uv_thread_t threads[3];
    (void)state;
    strcpy(dump, at("asked"));
    asking.session = open_session(at("asked-trace"), dump);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(uv_thread_create(&threads[i], ask, &asking), 0);
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(scan_with(asking.session, at("src")), 0);
    }
    atomic_store(&asking.done, true);
    for (int i = 0; i < 3; i++) {
        uv_thread_join(&threads[i]);
    }
    wait_for(dump);
    assert_true(tracking_of(asking.session).failures == 0);
    prologue_session_destroy(asking.session);
    assert_int_equal(count_lines(dump, "\"type\":\"dump\""), 1);
    assert_int_not_equal(access(at("asked.5"), F_OK), 0);
    assert_int_not_equal(access(at("asked.tmp"), F_OK), 0);
}

static void test_what_goes_wrong_is_told(void **state) {
    (void)state;
    prologue_session *session = open_session(at("gone/trace"), NULL);
    assert_int_equal(scan_with(session, at("src")), 0);
    prologue_tracking tracking = tracking_of(session);
    assert_int_equal(tracking.failures, 1);
    assert_non_null(strstr(tracking.message, "gone/trace: no such file or directory"));
    prologue_session_destroy(session);
    setenv("PROLOGUE_MEMORY_TRACKING", "off", 1);
    session = open_session(at("off-trace"), at("off-dump"));
    unsetenv("PROLOGUE_MEMORY_TRACKING");
    prologue_session_dump(session);
    assert_int_equal(scan_with(session, at("src")), 0);
    assert_phase(session, 1, "read");
    tracking = tracking_of(session);
    assert_false(tracking.active || tracking.failures);
    assert_string_equal(tracking.message, "");
    prologue_session_destroy(session);
    assert_int_not_equal(access(at("off-trace"), F_OK), 0);
    assert_int_not_equal(access(at("off-dump"), F_OK), 0);
}

static atomic_uint slowness; /* microseconds for each write to a file */

/* In place of the C library's. */
ssize_t pwrite(int handle, const void *bytes, size_t size, off_t at) {
    usleep(atomic_load(&slowness));
    return syscall(SYS_pwrite64, handle, bytes, size, at);
}

/* The thread that writes takes no processor time here: what the scan waits for it counts. */
static void test_a_slow_disk_blows_the_fuse(void **state) {
    (void)state;
    prologue_session *session = open_session(at("slow-trace"), NULL);
    atomic_store(&slowness, 30 * 1000);
    assert_int_equal(scan_with(session, at("src")), 0);
    atomic_store(&slowness, 0);
    prologue_tracking tracking = tracking_of(session);
    assert_false(tracking.active);
    assert_int_equal(tracking.failures, 0);
    assert_non_null(strstr(tracking.message, "switched itself off: it took"));
    assert_int_equal(scan_with(session, at("src")), 0);
    prologue_session_destroy(session);
}

/* Refuses its n-th request for memory, then no more. */
static void *refusing_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    _Atomic long *left = context;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return new_size > old_size && atomic_fetch_sub(left, 1) == 1 ? NULL
                                                                 : realloc(pointer, new_size);
}

/* Where tracking cannot have its memory, the session does without. */
static void test_no_memory_to_track_with(void **state) {
    char trace[128], dump[128];
    int told = 0;
    (void)state;
    strcpy(trace, at("poor-trace"));
    strcpy(dump, at("poor-dump"));
    for (long refused = 1; refused < 12; refused++) {
        _Atomic long left = refused;
        prologue_allocator allocator = {refusing_resize, &left};
        prologue_session_options options = {.size = sizeof options,
                                            .threads = 1,
                                            .allocator = &allocator,
                                            .memory_trace = trace,
                                            .memory_dump = dump};
        prologue_session *session = NULL;
        int code = prologue_session_create(&session, &options);
        if (code) {
            assert_int_equal(code, PROLOGUE_ENOMEM);
            continue;
        }
        told += tracking_of(session).message[0] != 0;
        prologue_session_destroy(session);
    }
    assert_true(told >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases_are_always_noted),
        cmocka_unit_test(test_scans_of_one_session_share_a_trace),
        cmocka_unit_test(test_a_dump_while_nothing_runs),
        cmocka_unit_test(test_dumps_from_other_threads),
        cmocka_unit_test(test_what_goes_wrong_is_told),
        cmocka_unit_test(test_a_slow_disk_blows_the_fuse),
        cmocka_unit_test(test_no_memory_to_track_with),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
