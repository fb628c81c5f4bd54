/* One session, scan after scan, with edits, faults and cancellations in between: what it holds after all of
 * them is what it held after the first hundred, and no descriptor is left open.
 *   soak_test [SCANS] */
#include <dirent.h>
#include <uv.h>

#include "os.h"
#include "project.h"

enum { SETTLED = 100, SHORT = 250, MODULES = 4000 };

static int scans_wanted = SHORT;

/* Of every thread: each of a session's has a table of its own. */
static int open_descriptors(void) {
    char path[512];
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; tasks && (task = readdir(tasks)) != NULL;) {
        snprintf(path, sizeof path, "/proc/self/task/%s/fd", task->d_name);
        DIR *descriptors = task->d_name[0] == '.' ? NULL : opendir(path);
        while (descriptors && readdir(descriptors)) {
            count++;
        }
        if (descriptors) {
            closedir(descriptors);
        }
    }
    if (tasks) {
        closedir(tasks);
    }
    return count;
}

struct state {
    uint64_t held;     /* by the ledger */
    uint64_t resident; /* of the process */
    int descriptors;
};

/* The session's threads close what they had open a moment after a scan. */
static int settled_descriptors(void) {
    int least = open_descriptors();
    for (int i = 0; i < 50; i++) {
        usleep(2000);
        int now = open_descriptors();
        least = now < least ? now : least;
    }
    return least;
}

static struct state state_of(const prologue_session *session) {
    prologue_memory memory;
    struct state state = {.descriptors = settled_descriptors(), .resident = os_resident_set()};
    prologue_session_memory(session, &memory);
    state.held = memory.current;
    return state;
}

struct canceller {
    prologue_session *session;
    uint32_t microseconds;
};

static void cancel_soon(void *argument) {
    const struct canceller *canceller = argument;
    usleep(canceller->microseconds);
    prologue_session_cancel(canceller->session);
}

static prologue_scan_request request_of(const prologue_entry *begin) {
    return (prologue_scan_request){
        .size = sizeof(prologue_scan_request), .root = root, .entries = begin, .entry_count = 1};
}

static void scan_and_free(prologue_session *session, const prologue_scan_request *request,
                          int other) {
    prologue_report *report = NULL;
    int code = prologue_session_scan(session, request, &report);
    assert_true(code == 0 || code == other);
    prologue_report_free(report);
}

static void scan_cancelled(prologue_session *session) {
    struct canceller canceller = {session, any(1500)};
    prologue_scan_request request = request_of(&entry);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, cancel_soon, &canceller), 0);
    scan_and_free(session, &request, PROLOGUE_ECANCELLED);
    assert_int_equal(uv_thread_join(&thread), 0);
    scan_and_free(session, &request,
                  PROLOGUE_ECANCELLED); /* it may have come too late for the first */
}

static void scan_once(prologue_session *session) {
    static const prologue_entry none = {"src/none.tsx", NULL};
    prologue_scan_request request = request_of(&entry), vain = request_of(&none);
    bool tell = any(2);
    for (uint32_t n = any(3); n > 0; n--) {
        change(session, tell);
    }
    switch (any(8)) {
    case 0:
        scan_cancelled(session);
        return;
    case 1:
        scan_and_free(session, &vain, PROLOGUE_EENTRY);
        return;
    case 2:
        request.verify = PROLOGUE_YES;
        break;
    default:
        break;
    }
    scan_and_free(session, &request, 0);
}

/* An application of some size around what is changed. */
static void make_application(int modules) {
    char name[64], text[160];
    make_project();
    for (int i = 0; i < modules; i++) {
        snprintf(name, sizeof name, "src/features/part%02d/module%04d.ts", i % 40, i);
        snprintf(text, sizeof text, "%simport '../part%02d/module%04d'; import '../../c'",
                 i % 20 ? "" : "'use client'; ", (i + 1) % 40, (i + 1) % modules);
        put(name, text);
    }
}

static void stays_as_it_is(void **state) {
    (void)state;
    random_state = 7;
    make_application(MODULES);
    prologue_session *session = create(2);
    struct state settled = {0}, end;
    for (int i = 0; i < scans_wanted; i++) {
        scan_once(session);
        if (i == SETTLED) {
            settled = state_of(session);
        }
    }
    end = state_of(session);
    printf("%d scans: held %llu then %llu bytes, resident %llu then %llu, descriptors %d then %d\n",
           scans_wanted, (unsigned long long)settled.held, (unsigned long long)end.held,
           (unsigned long long)settled.resident, (unsigned long long)end.resident,
           settled.descriptors, end.descriptors);
    assert_true(end.descriptors <= settled.descriptors);
    assert_true(end.held <= settled.held + settled.held / 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(end.resident <= settled.resident + settled.resident / 20);
#endif
    prologue_session_destroy(session);
}

static uint64_t held_after_scan(prologue_session *session) {
    prologue_scan_request request = request_of(&entry);
    scan_and_free(session, &request, 0);
    return state_of(session).held;
}

/* Every walk is made anew here, beside the old one: first nothing differs in what is kept of a file, then
 * something does in all of them, for what each imports is gone or there again. */
static void rebuilt_walks_hold_no_more(void **state) {
    (void)state;
    make_application(MODULES / 4);
    prologue_session *session = create(2);
    uint64_t first = held_after_scan(session);
    for (int i = 0; i < 6; i++) {
        put("package.json", i % 2 ? "{\"name\":\"app\"}" : "{\"name\":\"other\"}");
        invalidate(session, "package.json");
        assert_in_range(held_after_scan(session), first / 2, first + first / 20);
    }
    for (int i = 0; i < 6; i++) {
        take("src/c.ts");
        invalidate(session, "src/c.ts");
        held_after_scan(session);
        put("src/c.ts", "export const c = import.meta.glob('./pages/*.tsx')");
        invalidate(session, "src/c.ts");
        assert_in_range(held_after_scan(session), first / 2, first + first / 20);
    }
    prologue_session_destroy(session);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stays_as_it_is, make_root, remove_root),
        cmocka_unit_test_setup_teardown(rebuilt_walks_hold_no_more, make_root, remove_root),
    };
    scans_wanted = count > 1 ? atoi(arguments[1]) : scans_wanted;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
