/* A session's second scan and all that follow: the same report as a new session's, whatever was changed
 * between them, and nothing opened that needs not be. */
#include "project.h"

struct text {
    char *bytes;
    size_t length, capacity;
};

static int add_bytes(void *payload, const char *bytes, size_t length) {
    struct text *text = payload;
    if (text->length + length + 1 > text->capacity) {
        text->capacity = (text->length + length + 1) * 2;
        text->bytes = realloc(text->bytes, text->capacity);
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return 0;
}

/* The report but for its stats, to be freed. */
static char *report_text(prologue_report *report) {
    struct text text = {0};
    assert_int_equal(prologue_report_write(report, PROLOGUE_REPORT_EDGES, add_bytes, &text), 0);
    char *stats = strstr(text.bytes, "\"stats\"");
    assert_non_null(stats);
    *stats = 0;
    return text.bytes;
}

static prologue_report *scan(prologue_session *session, enum prologue_switch verify) {
    prologue_scan_request request = {.size = sizeof request,
                                     .root = root,
                                     .entries = &entry,
                                     .entry_count = 1,
                                     .verify = verify};
    prologue_report *report = NULL;
    assert_int_equal(prologue_session_scan(session, &request, &report), 0);
    return report;
}

static prologue_stats stats_of(const prologue_report *report) {
    prologue_summary summary = {.size = sizeof summary};
    prologue_report_summary(report, &summary);
    return summary.stats;
}

static void assert_changes(prologue_report *report, size_t added, size_t removed, size_t changed) {
    assert_int_equal(prologue_report_change_count(report, PROLOGUE_ADDED), added);
    assert_int_equal(prologue_report_change_count(report, PROLOGUE_REMOVED), removed);
    assert_int_equal(prologue_report_change_count(report, PROLOGUE_CHANGED), changed);
}

static void assert_change(prologue_report *report, enum prologue_change change, size_t index,
                          const char *expected) {
    prologue_slice path;
    assert_int_equal(prologue_report_change(report, change, index, &path), 0);
    assert_int_equal(path.length, strlen(expected));
    assert_memory_equal(path.data, expected, path.length);
}

/* As a session that knows nothing has it. */
static void assert_true_report(prologue_report *report) {
    prologue_session *other = create(1);
    prologue_report *expected = scan(other, PROLOGUE_AUTO);
    char *is = report_text(report), *should = report_text(expected);
    if (strcmp(is, should) != 0) {
        fprintf(stderr, "--- is\n%s\n--- should be\n%s\n", is, should);
    }
    assert_string_equal(is, should);
    free(is);
    free(should);
    prologue_report_free(expected);
    prologue_session_destroy(other);
}

static void nothing_changed(void **state) {
    (void)state;
    make_project();
    prologue_session *session = create(2);
    prologue_report *first = scan(session, PROLOGUE_AUTO);
    prologue_stats stats = stats_of(first);
    assert_int_equal(stats.files_read, 7);
    assert_int_equal(stats.cache_hits, 0);
    assert_int_equal(stats.cache_misses, 7);
    assert_changes(first, 4, 0, 0);
    assert_change(first, PROLOGUE_ADDED, 0, "node_modules/p/p.js");
    for (int i = 0; i < 3; i++) {
        prologue_report *again = scan(session, i == 1 ? PROLOGUE_NO : PROLOGUE_YES);
        stats = stats_of(again);
        assert_int_equal(stats.files_read, 0);
        assert_int_equal(stats.directories_listed, 0);
        assert_int_equal(stats.cache_hits, 7);
        assert_int_equal(stats.cache_misses, 0);
        assert_int_equal(stats.scan, i + 2);
        assert_int_equal(stats.resets, 0);
        assert_changes(again, 0, 0, 0);
        assert_true_report(again);
        prologue_report_free(again);
    }
    prologue_report_free(first);
    prologue_session_destroy(session);
}

static void one_file_changed(void **state) {
    (void)state;
    make_project();
    prologue_session *session = create(2);
    prologue_report *first = scan(session, PROLOGUE_AUTO);
    char *before = report_text(first);
    for (int told = 0; told < 2; told++) {
        put("src/a.tsx", told ? "'use client'; import './c'" : "'use client'; import './lib'");
        if (told) {
            invalidate(session, "src/a.tsx");
        }
        let_time_pass();
        prologue_report *again = scan(session, PROLOGUE_AUTO);
        prologue_stats stats = stats_of(again);
        assert_int_equal(stats.files_read, 1);
        assert_int_equal(stats.cache_misses, 1);
        assert_int_equal(stats.resets, 0);
        assert_true_report(again);
        assert_change(again, PROLOGUE_CHANGED, 0, "src/a.tsx");
        assert_int_equal(prologue_report_change_count(again, PROLOGUE_CHANGED), 1);
        prologue_report_free(again);
    }
    /* The first report stays as it was. */
    char *after = report_text(first);
    assert_string_equal(before, after);
    free(before);
    free(after);
    prologue_report_free(first);
    prologue_session_destroy(session);
}

static void the_caller_is_believed(void **state) {
    (void)state;
    make_project();
    prologue_session *session = create(1);
    prologue_report_free(scan(session, PROLOGUE_AUTO));
    put("src/b.ts", "");
    assert_int_equal(prologue_session_invalidate(session, NULL, 0), 0);
    prologue_report *believed = scan(session, PROLOGUE_NO);
    assert_int_equal(stats_of(believed).files_read, 0);
    assert_changes(believed, 0, 0, 0);
    prologue_report_free(believed);
    prologue_report *verified = scan(session, PROLOGUE_AUTO);
    assert_int_equal(stats_of(verified).files_read, 1);
    assert_int_equal(stats_of(verified).resets, 0);
    assert_changes(verified, 0, 1, 0);
    assert_change(verified, PROLOGUE_REMOVED, 0, "src/b.ts");
    prologue_report_free(verified);
    const char *relative[] = {"src/b.ts"};
    assert_int_equal(prologue_session_invalidate(session, relative, 1), PROLOGUE_EINVALID);
    prologue_session_destroy(session);
}

static void failures_keep_the_cache(void **state) {
    (void)state;
    make_project();
    prologue_session *session = create(2);
    prologue_report_free(scan(session, PROLOGUE_AUTO));
    prologue_entry gone = {"src/gone.ts", NULL};
    prologue_scan_request request = {
        .size = sizeof request, .root = root, .entries = &gone, .entry_count = 1};
    prologue_report *report = NULL;
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_EENTRY);
    prologue_session_cancel(session);
    request.entries = &entry;
    put("src/a.tsx", "'use client'; import './b'");
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_ECANCELLED);
    prologue_report_free(report);
    let_time_pass();
    prologue_report *again = scan(session, PROLOGUE_AUTO);
    assert_int_equal(stats_of(again).files_read, 1);
    assert_int_equal(stats_of(again).resets, 0);
    assert_true_report(again);
    prologue_report_free(again);
    prologue_session_destroy(session);
}

/* Each imports all others, by specifiers of different lengths. */
static void put_ring(uint32_t count) {
    static const char *const spellings[] = {"./", "../ring/", "./../ring/"};
    char text[2048], name[64];
    for (uint32_t i = 0; i < count; i++) {
        size_t length = (size_t)snprintf(text, sizeof text, "import type { T } from './types';");
        for (uint32_t j = 0; j < count; j++) {
            const char *extension = (i + j) % 2 ? "" : ".ts";
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "export * from '%s%.*s%u%s';",
                                 spellings[(i + j) % 3], (int)j, "abcdefghijklmnop", j, extension);
        }
        snprintf(name, sizeof name, "src/ring/%.*s%u.ts", (int)i, "abcdefghijklmnop", i);
        put(name, text);
    }
}

static void files_are_lent(void **state) {
    (void)state;
    make_project();
    put_ring(9);
    let_time_pass();
    prologue_session *session = create(2);
    prologue_report *first = scan(session, PROLOGUE_AUTO);
    char *before = report_text(first);
    assert_true_report(first);
    put("src/ring/new.ts", "'use client'; export * from './0'");
    let_time_pass();
    prologue_report *again = scan(session, PROLOGUE_AUTO);
    assert_int_equal(stats_of(again).files_read, 1);
    assert_int_equal(stats_of(again).resets, 0);
    assert_changes(again, 1, 0, 0);
    assert_true_report(again);
    char *after = report_text(first);
    assert_string_equal(before, after);
    free(before);
    free(after);
    prologue_report_free(first);
    prologue_report_free(again);
    prologue_session_destroy(session);
}

/* ---- at random ------------------------------------------------------------------------------- */

/* What is not told is found: as the system tells it, or by looking at everything. */
static void random_changes(bool tell, enum prologue_switch verify, uint64_t seed, int rounds) {
    random_state = seed;
    make_project();
    put("node_modules/p/s.js", "'use client'; import './p.js'");
    let_time_pass();
    prologue_session *session = create(2);
    prologue_report *kept = NULL;
    char *kept_text = NULL;
    for (int i = 0; i < rounds; i++) {
        for (uint32_t n = any(4); n > 0; n--) {
            change(session, tell);
        }
        prologue_report *report = scan(session, verify);
        assert_int_equal(stats_of(report).resets, 0);
        assert_true_report(report);
        if (kept) {
            char *now = report_text(kept);
            assert_string_equal(now, kept_text);
            free(now);
        }
        if (any(3) == 0) {
            prologue_report_free(kept);
            free(kept_text);
            kept = report;
            kept_text = report_text(report);
        } else {
            prologue_report_free(report);
        }
    }
    prologue_report_free(kept);
    free(kept_text);
    prologue_session_destroy(session);
}

static prologue_session *create_within(uint64_t limit) {
    prologue_session_options options = {
        .size = sizeof options, .threads = 1, .memory_limit = limit};
    prologue_session *session = NULL;
    int code = prologue_session_create(&session, &options);
    assert_true(code == 0 || code == PROLOGUE_ELIMIT);
    return session;
}

/* Whether the report is complete. */
static bool scan_fits(prologue_session *session) {
    prologue_scan_request request = {
        .size = sizeof request, .root = root, .entries = &entry, .entry_count = 1};
    prologue_report *report = NULL;
    int code = session ? prologue_session_scan(session, &request, &report) : PROLOGUE_ELIMIT;
    assert_true(code == 0 || code == PROLOGUE_ELIMIT);
    prologue_report_free(report);
    return code == 0;
}

static bool new_session_fits(uint64_t limit) {
    prologue_session *session = create_within(limit);
    bool fits = scan_fits(session);
    prologue_session_destroy(session);
    return fits;
}

/* Where a new session's scan fits, a session's next one does: what it keeps gives way. */
static void what_is_kept_gives_way(void **state) {
    (void)state;
    size_t fitted = 0;
    make_project();
    for (uint64_t limit = 400 << 10; limit < 2 << 20; limit += limit / 96) {
        prologue_session *session = create_within(limit);
        for (int i = 0; i < 5 && session; i++) {
            put("src/a.tsx", i % 2 ? "'use client'; import './c'" : "'use client'; import './lib'");
            put("package.json", i % 3 ? "{\"imports\":{\"#lib\":\"./src/c.ts\"}}" : "{}");
            invalidate(session, "src/a.tsx");
            if (i > 2) {
                invalidate(session, "package.json");
            }
            bool fits = scan_fits(session);
            fitted += fits && i > 0;
            if (!fits && new_session_fits(limit)) {
                fail_msg("scan %d does not fit %lu bytes", i, (unsigned long)limit);
            }
        }
        prologue_session_destroy(session);
    }
    assert_true(fitted > 100);
}

/* ---- near the limit, with an application of some size ---------------------------------------- */

enum { MANY = 1200 };

static void make_many(void) {
    char name[64], text[128];
    put("src/main.tsx", "import './m0'");
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "src/m%d.ts", i);
        snprintf(text, sizeof text, "%simport './m%d'; import 'p%d'",
                 i % 20 ? "" : "'use client'; ", (i + 1) % MANY, i);
        put(name, text);
    }
    put("small/src/main.tsx", "'use client'");
    let_time_pass();
}

static int scan_of(prologue_session *session, const char *folder, const char *directive,
                   prologue_stats *stats) {
    char path[8192];
    const prologue_directive directives[] = {{directive, NULL}};
    const prologue_config config = {
        .size = sizeof config, .directives = directives, .directive_count = 1};
    path_of(path, sizeof path, folder);
    prologue_scan_request request = {.size = sizeof request,
                                     .root = path,
                                     .entries = &entry,
                                     .entry_count = 1,
                                     .config = directive ? &config : NULL};
    prologue_report *report = NULL;
    int code = prologue_session_scan(session, &request, &report);
    assert_true(code == 0 || code == PROLOGUE_ELIMIT);
    assert_non_null(report);
    *stats = stats_of(report);
    prologue_report_free(report);
    return code;
}

static uint64_t facts_held(const prologue_session *session) {
    prologue_memory memory;
    prologue_session_memory(session, &memory);
    return memory.subsystems[PROLOGUE_SUBSYSTEM_FACTS].current;
}

/* The least limit of some at which one scan fits. */
static uint64_t least_limit(void) {
    uint64_t limit = 256 << 10;
    while (!new_session_fits(limit)) {
        limit += limit / 16;
        assert_true(limit < 64 << 20);
    }
    return limit;
}

/* Other directives ask for other facts: nothing of what is kept can be used, and it is in the way. */
static void what_is_of_no_use_gives_way(void **state) {
    (void)state;
    make_many();
    prologue_stats stats;
    prologue_session *session = create_within(least_limit() * 17 / 16);
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(scan_of(session, ".", i % 2 ? "use foo" : NULL, &stats), 0);
        assert_int_equal(stats.resets, i);
        assert_int_equal(stats.reset_reasons, i ? PROLOGUE_RESET_MEMORY : 0);
    }
    prologue_session_destroy(session);
}

/* A scan that did not fit leaves nothing behind that the next ones would have to do without. */
static void what_did_not_fit_is_given_back(void **state) {
    (void)state;
    make_many();
    prologue_stats stats, first;
    prologue_session *session = create_within(least_limit() * 3 / 4);
    uint64_t empty = facts_held(session);
    assert_int_equal(scan_of(session, "small", NULL, &first), 0);
    uint64_t small = facts_held(session);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(scan_of(session, ".", NULL, &stats), PROLOGUE_ELIMIT);
        assert_true(stats.files_read > MANY / 10);
        assert_int_equal(scan_of(session, "small", NULL, &stats), 0);
        assert_true(stats.resets <= (uint64_t)i + 1);
        assert_in_range(facts_held(session), empty, small + (4 << 10));
    }
    prologue_session_destroy(session);
}

static int rounds_of_test(void) {
    const char *rounds = getenv("PROLOGUE_ROUNDS");
    return rounds ? atoi(rounds) : 150;
}

static void changes_that_are_told(void **state) {
    (void)state;
    random_changes(true, PROLOGUE_NO, 1, rounds_of_test());
}

static void changes_that_are_found(void **state) {
    (void)state;
    random_changes(false, PROLOGUE_AUTO, 2, rounds_of_test());
}

static void changes_that_are_looked_for(void **state) {
    (void)state;
    random_changes(false, PROLOGUE_YES, 3, rounds_of_test());
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_ROOT(nothing_changed),
        WITH_ROOT(one_file_changed),
        WITH_ROOT(the_caller_is_believed),
        WITH_ROOT(failures_keep_the_cache),
        WITH_ROOT(files_are_lent),
        WITH_ROOT(what_is_kept_gives_way),
        WITH_ROOT(what_is_of_no_use_gives_way),
        WITH_ROOT(what_did_not_fit_is_given_back),
        WITH_ROOT(changes_that_are_told),
        WITH_ROOT(changes_that_are_found),
        WITH_ROOT(changes_that_are_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
