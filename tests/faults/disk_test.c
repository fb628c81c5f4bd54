/* Every call of the system fails, one after the other: once, and from then on. A report that differs
 * says why, and the same session is right again afterwards. */
#include "application.h"
#include "unit.h"

static struct {
    long calls, from; /* `from`: the first call that fails; 0: none */
    int64_t answer;   /* a libuv error, or how many bytes a read gives */
    bool once;
    const char *only; /* calls of this kind; NULL: all */
    char failed[256]; /* the last call that did */
} faulty;

static int64_t answer_wrongly(const char *call, const char *path) {
    if ((faulty.only && strcmp(call, faulty.only) != 0) || !faulty.from) {
        return 0;
    }
    long nth = ++faulty.calls;
    bool fails = faulty.once ? nth == faulty.from : nth >= faulty.from;
    if (fails) {
        snprintf(faulty.failed, sizeof faulty.failed, "%s %s", call, path ? path : "");
    }
    return fails ? faulty.answer : 0;
}

static struct written answer, expected;
static prologue_session *session;

static int scan(struct written *text) {
    prologue_scan_request request = application_request();
    prologue_report *report = NULL;
    text->length = 0;
    int code = prologue_session_scan(session, &request, &report);
    if (report) {
        require(write_report(report, text) == 0, "a report is written");
    }
    prologue_report_free(report);
    return code;
}

/* The modules and what they import. */
static bool is_same_graph(void) {
    const char *end = strstr(expected.text, "\"diagnostics\"");
    return strncmp(answer.text, expected.text, (size_t)(end - expected.text)) == 0;
}

/* Files that are gone, or shorter than they were, are a state in which the disk may well be. */
static bool is_trouble(void) {
    return faulty.answer < 0 && faulty.answer != UV_ENOENT;
}

/* Whether there is a diagnostic that was not there before. */
static bool is_told(void) {
    static const char begin[] = "{\"severity\"";
    char one[2048];
    for (const char *at = answer.text; (at = strstr(at, begin)) != NULL; at++) {
        snprintf(one, sizeof one, "%.*s", (int)strcspn(at, "}"), at);
        if (!strstr(expected.text, one)) {
            return true;
        }
    }
    return false;
}

static void check(int code, long nth) {
    bool start = code == PROLOGUE_EROOT || code == PROLOGUE_EENTRY || code == PROLOGUE_ESOURCE;
    if (code != 0 && !start) {
        fail_msg("%s %ld: %s", faulty.only ? faulty.only : "call", nth, prologue_error_name(code));
    }
    if (code == 0 && is_trouble() && !is_same_graph() && !is_told()) {
        fail_msg("%s %ld (%s) gives %d, and nothing is said of it:\n%s",
                 faulty.only ? faulty.only : "call", nth, faulty.failed, (int)faulty.answer,
                 answer.text);
    }
}

/* What the session holds does not grow with the number of scans, whatever became of them; a compiled
 * query comes when a file first needs it. */
static void check_growth(long more) {
    static long scans;
    static uint64_t most;
    prologue_memory memory;
    prologue_session_memory(session, &memory);
    uint64_t current = memory.current - memory.subsystems[PROLOGUE_SUBSYSTEM_GRAMMAR].current;
    scans += more;
    if (!most) {
        most = current + current / 20;
    } else if (current > most) {
        fail_msg("after %ld scans %llu bytes are held, %llu at first", scans,
                 (unsigned long long)current, (unsigned long long)(most - most / 21));
    }
}

/* Returns how many calls there are. */
static long sweep(const char *only, int64_t wrong, bool once) {
    long nth = 0;
    do {
        faulty.calls = 0;
        faulty.from = ++nth;
        faulty.once = once;
        faulty.answer = wrong;
        faulty.only = only;
        check(scan(&answer), nth);
    } while (faulty.calls >= nth);
    faulty.from = 0;
    assert_int_equal(scan(&answer), 0);
    assert_string_equal(answer.text, expected.text);
    check_growth(nth);
    return nth - 1;
}

static int open_session(void **state) {
    (void)state;
    prologue_session_options options = {.size = sizeof options, .threads = 1};
    application_install(true);
    memory_fault = answer_wrongly;
    assert_int_equal(prologue_session_create(&session, &options), 0);
    assert_int_equal(scan(&expected), 0);
    return 0;
}

static int close_session(void **state) {
    (void)state;
    prologue_session_destroy(session);
    return 0;
}

static void every_call_fails(void **state) {
    (void)state;
    static const int errors[] = {UV_EIO, UV_EMFILE, UV_EACCES, UV_EAGAIN, UV_EINTR};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        for (int once = 0; once < 2; once++) {
            assert_true(sweep(NULL, errors[i], once) > (once ? 50 : 5));
        }
    }
}

static void every_file_vanishes(void **state) {
    (void)state;
    assert_true(sweep("open", UV_ENOENT, true) > 20);
    assert_true(sweep("read", -116 /* ESTALE, which libuv does not name */, true) > 20);
}

/* A file that is cut off while it is read. */
static void every_read_is_short(void **state) {
    (void)state;
    assert_true(sweep("read", 1, true) > 20);
    sweep("read", 7, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_fails),
        cmocka_unit_test(every_file_vanishes),
        cmocka_unit_test(every_read_is_short),
    };
    return cmocka_run_group_tests(tests, open_session, close_session);
}
