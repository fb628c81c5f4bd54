/* A session's second scan and all that follow: the same report as a new session's, whatever was changed
 * between them, and nothing opened that needs not be. */
#include <sys/stat.h>
#include <unistd.h>

#include "prologue.h"
#include "unit.h"

static char root[4096];

static void path_of(char *path, size_t size, const char *name) {
    snprintf(path, size, "%s%s%s", root, *name ? "/" : "", name);
}

static void make_folders(const char *path) {
    char text[8192];
    snprintf(text, sizeof text, "%s", path);
    for (char *at = text + strlen(root) + 1; *at; at++) {
        if (*at == '/') {
            *at = 0;
            mkdir(text, 0777);
            *at = '/';
        }
    }
}

static void put(const char *name, const char *text) {
    char path[8192];
    path_of(path, sizeof path, name);
    make_folders(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void take(const char *name) {
    char path[8192];
    path_of(path, sizeof path, name);
    unlink(path);
}

/* Not among the files of others, whose comings and goings are changes too. */
static int make_root(void **state) {
    (void)state;
    char name[] = "again-XXXXXX";
    assert_non_null(mkdtemp(name));
    assert_non_null(realpath(name, root));
    return 0;
}

static int remove_root(void **state) {
    (void)state;
    char command[8192];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

/* Longer than the kernel's tick: what was written before it is told from what is written after it. */
static void let_time_pass(void) {
    usleep(12 * 1000);
}

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

static prologue_session *create(uint32_t threads) {
    prologue_session_options options = {.size = sizeof options, .threads = threads};
    prologue_session *session = NULL;
    assert_int_equal(prologue_session_create(&session, &options), 0);
    return session;
}

static const prologue_entry entry = {"src/main.tsx", NULL};

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

static void invalidate(prologue_session *session, const char *name) {
    char path[8192];
    const char *paths[] = {path};
    path_of(path, sizeof path, name);
    assert_int_equal(prologue_session_invalidate(session, paths, 1), 0);
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

static void make_project(void) {
    put("package.json", "{\"name\":\"app\",\"imports\":{\"#lib\":\"./src/lib.ts\"}}");
    put("src/main.tsx", "import './a'; import './b'; import '#lib'; import 'p'");
    put("src/a.tsx", "'use client'; import './c'; export const a = 1");
    put("src/b.ts", "'use server'; import './missing'");
    put("src/c.ts", "export const c = import.meta.glob('./pages/*.tsx')");
    put("src/lib.ts", "import data from './data.json'");
    put("src/data.json", "{}");
    put("src/pages/one.tsx", "'use client'");
    put("node_modules/p/package.json", "{\"name\":\"p\",\"exports\":\"./p.js\"}");
    put("node_modules/p/p.js", "'use client'");
    let_time_pass();
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

/* ---- at random ------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t any(uint32_t limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

static const char *const files[] = {"src/a.tsx",         "src/b.ts",     "src/c.ts",
                                    "src/c/index.ts",    "src/c.js",     "src/d.mjs",
                                    "src/lib.ts",        "lib/lib.ts",   "src/pages/one.tsx",
                                    "src/pages/two.tsx", "src/x/y/z.ts", "src/main.tsx"};
static const char *const specifiers[] = {
    "./a",   "./b", "./c", "./c.js",      "./d.mjs", "#lib",    "p",
    "p/sub", "@/c", "@/z", "./pages/one", "./none",  "./x/y/z", "./style.css"};
static const char *const packages[] = {
    "{\"name\":\"p\",\"exports\":{\".\":\"./p.js\",\"./sub\":{\"node\":\"./s.js\"}}}",
    "{\"name\":\"p\",\"main\":\"s\"}", "{\"name\":\"p\",\"browser\":{\"./p.js\":\"./s.js\"}}",
    "{\"name\": broken"};
static const char *const tsconfigs[] = {
    "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./src/*\"]}}}",
    "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./lib/*\",\"./src/x/y/*\"]}}}",
    "{\"compilerOptions\":{\"verbatimModuleSyntax\":true}}", "[]"};

static void random_text(char *text, size_t size) {
    static const char *const heads[] = {"", "'use client';", "'use server';", "// no\n"};
    size_t length = (size_t)snprintf(text, size, "%s", heads[any(4)]);
    for (uint32_t i = any(5); i > 0; i--) {
        length += (size_t)snprintf(text + length, size - length, "import '%s';",
                                   specifiers[any(sizeof specifiers / sizeof *specifiers)]);
    }
    if (any(6) == 0) {
        snprintf(text + length, size - length, "import.meta.glob('./pages/*.tsx');");
    }
}

static void told(prologue_session *session, const char *name, bool tell) {
    if (tell) {
        invalidate(session, name);
    }
}

static void change_link(prologue_session *session, bool tell) {
    char path[8192];
    path_of(path, sizeof path, "src/linked.ts");
    unlink(path);
    if (any(3)) {
        assert_int_equal(symlink(any(2) ? "b.ts" : "../lib/lib.ts", path), 0);
    }
    told(session, "src/linked.ts", tell);
}

static void rename_folder(prologue_session *session, bool tell) {
    char from[8192], to[8192];
    bool there = any(2);
    path_of(from, sizeof from, there ? "src/x" : "src/w");
    path_of(to, sizeof to, there ? "src/w" : "src/x");
    if (access(to, F_OK) != 0 && rename(from, to) == 0) {
        told(session, "src/x", tell);
        told(session, "src/w", tell);
    }
}

static void change(prologue_session *session, bool tell) {
    char text[512];
    const char *name = files[any(sizeof files / sizeof *files)];
    switch (any(10)) {
    case 0:
        if (strcmp(name, entry.path) != 0) {
            take(name);
            told(session, name, tell);
        }
        return;
    case 1:
        name = "node_modules/p/package.json";
        put(name, packages[any(4)]);
        told(session, name, tell);
        return;
    case 2:
        name = "tsconfig.json";
        if (any(4)) {
            put(name, tsconfigs[any(4)]);
        } else {
            take(name);
        }
        told(session, name, tell);
        return;
    case 3:
        change_link(session, tell);
        return;
    case 4:
        rename_folder(session, tell);
        return;
    case 5:
        name = any(2) ? "src/style.css" : "node_modules/p/s.js";
        if (any(2)) {
            put(name, "'use client'");
        } else {
            take(name);
        }
        told(session, name, tell);
        return;
    default:
        random_text(text, sizeof text);
        put(name, text);
        told(session, name, tell);
    }
}

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
        WITH_ROOT(changes_that_are_told),
        WITH_ROOT(changes_that_are_found),
        WITH_ROOT(changes_that_are_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
