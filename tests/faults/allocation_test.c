/* Every request for memory of every call refused, one after the other: once, and from then on. No
 * crash, nothing left over, the right code, and the same session answers rightly afterwards. */
#include <stdatomic.h>

#include "application.h"
#include "unit.h"

/* Thread-safe: a session allocates on its own threads. */
struct refusing {
    _Atomic long blocks, bytes, calls;
    _Atomic long from; /* the first request that is refused; 0: none */
    bool once;
};

static void *refusing_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    struct refusing *host = context;
    long call = new_size > old_size ? ++host->calls : 0, from = host->from;
    if (call && from && (host->once ? call == from : call >= from)) {
        return NULL;
    }
    host->bytes += (long)new_size - (long)old_size;
    host->blocks += (pointer == NULL) - (new_size == 0);
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

static prologue_session *session_with(struct refusing *host) {
    prologue_allocator allocator = {refusing_resize, host};
    prologue_session_options options = {
        .size = sizeof options, .threads = 1, .allocator = &allocator};
    prologue_session *session = NULL;
    int code = prologue_session_create(&session, &options);
    require((code == 0) == (session != NULL), "a session or a code");
    require(code == 0 || code == PROLOGUE_ENOMEM, "the code of no memory");
    return session;
}

/* One call of the library. Its code, and what it answers. */
typedef int use(prologue_session *session, struct written *answer);

static int scan(prologue_session *session, struct written *answer) {
    prologue_scan_request request = application_request();
    prologue_report *report = NULL;
    int code = prologue_session_scan(session, &request, &report);
    require((code == 0) == (report != NULL), "a report or a code");
    if (report) {
        prologue_summary summary = {.size = sizeof summary};
        prologue_report_summary(report, &summary);
        require(summary.complete, "a report is complete");
        code = write_report(report, answer);
    }
    prologue_report_free(report);
    return code;
}

static bool is(prologue_slice slice, const char *text) {
    return slice.length == strlen(text) && memcmp(slice.data, text, slice.length) == 0;
}

static int answer_imports(const prologue_question *questions, prologue_answer *answers,
                          size_t count, void *payload) {
    (void)payload;
    for (size_t i = 0; i < count; i++) {
        const char *id = is(questions[i].specifier, "gone")        ? "virtual:gone"
                         : is(questions[i].specifier, "./nothing") ? "/app/src/late.js"
                                                                   : NULL;
        if (id) {
            answers[i] = (prologue_answer){PROLOGUE_ANSWER_ID, {id, strlen(id)}};
        }
    }
    return 0;
}

static int answer_sources(const prologue_wanted *wanted, prologue_source *sources, size_t count,
                          void *payload) {
    (void)payload;
    for (size_t i = 0; i < count; i++) {
        bool made_up = is(wanted[i].id, "virtual:gone");
        const char *text = made_up ? "import 'pkg'; import 'virtual:other'; import '/app/lone'"
                                   : "import './types.ts'; import 'virtual:gone'";
        sources[i] = (prologue_source){
            made_up || is(wanted[i].id, "/app/src/c.ts"), {text, strlen(text)}, NULL};
    }
    return 0;
}

/* Twice: the second one walks the same graph. */
static int scan_with_answers(prologue_session *session, struct written *answer) {
    static const char *const pattern = "*/c.ts";
    int code = 0;
    for (int i = 0; i < 2 && !code; i++) {
        prologue_scan_request request = application_request();
        prologue_report *report = NULL;
        request.on_resolve = answer_imports;
        request.on_load = answer_sources;
        request.load_patterns = &pattern;
        request.load_pattern_count = 1;
        code = prologue_session_scan(session, &request, &report);
        require((code == 0) == (report != NULL), "a report or a code");
        code = code ? code : write_report(report, answer);
        prologue_report_free(report);
    }
    return code;
}

static int inspect_files(prologue_session *session, const char *const *files, size_t count,
                         struct written *answer) {
    prologue_config config = {.size = sizeof config, .tsconfig = "/app/tsconfig.json"};
    prologue_inspect_request request = {sizeof request, files, count, PROLOGUE_READER_AUTO,
                                        &config};
    size_t failed = 0;
    int code = prologue_session_inspect(session, &request, write_down, answer, &failed);
    require(code || !failed, "every file is read");
    return code;
}

static int inspect(prologue_session *session, struct written *answer) {
    static const char *const files[] = {"/app/src/entry.tsx", "/app/src/a.ts", "/app/src/b.ts",
                                        "/app/src/page.mdx"};
    return inspect_files(session, files, 4, answer);
}

static int inspect_by_grammar(prologue_session *session, struct written *answer) {
    static const char *const file = "/app/src/zz/hard.js";
    return inspect_files(session, &file, 1, answer);
}

static int resolve(prologue_session *session, struct written *answer) {
    static const char *const specifiers[] = {"pkg",   "pkg/deep/x", "@/b", "cjs",     "./parts/one",
                                             "#in/c", "broken",     "app", "node:fs", "gone"};
    for (size_t i = 0; i < sizeof specifiers / sizeof *specifiers; i++) {
        prologue_resolve_request request = {.size = sizeof request,
                                            .root = "/app",
                                            .from = "/app/src/entry.tsx",
                                            .specifier = specifiers[i],
                                            .environment = i % 2 ? "client" : "server",
                                            .trace = i % 3 == 0};
        prologue_resolution out = {.size = sizeof out};
        int code = prologue_session_resolve(session, &request, &out);
        if (code) {
            return code;
        }
        const char *text = out.resolved ? out.resolved : out.reason ? out.reason : "";
        write_down(answer, text, strlen(text));
    }
    return 0;
}

/* A parse that has no memory is no failure: the lexer's facts stand, and are said to be uncertain. */
static bool is_same(const struct written *answer, const struct written *expected) {
    return strcmp(answer->text, expected->text) == 0 || strstr(answer->text, "not-certain") ||
           strstr(answer->text, "\"unsure\":true");
}

static struct written answer, expected;

/* Whether the request was one that is made. */
static bool refuse(use *call, long nth, bool once) {
    struct refusing host = {.once = once};
    prologue_session *session = session_with(&host);
    host.from = host.calls + nth;
    answer.length = 0;
    int code = call(session, &answer);
    bool reached = host.calls >= host.from;
    if (code != 0 && code != PROLOGUE_ENOMEM) {
        fail_msg("request %ld refused: %s", nth, prologue_error_name(code));
    }
    if (code == 0 && !is_same(&answer, &expected)) {
        size_t at = 0;
        while (answer.text[at] && answer.text[at] == expected.text[at]) {
            at++;
        }
        at -= at < 200 ? at : 200;
        fail_msg("request %ld refused, and the answer is\n%s\ninstead of\n%s", nth,
                 answer.text + at, expected.text + at);
    }
    host.from = 0;
    answer.length = 0;
    code = call(session, &answer);
    if (code != 0 || strcmp(answer.text, expected.text) != 0) {
        fail_msg("after request %ld was refused: %s\n%s", nth, prologue_error_name(code),
                 answer.text);
    }
    prologue_session_destroy(session);
    if (host.blocks || host.bytes) {
        fail_msg("request %ld refused: %ld blocks are left over", nth, (long)host.blocks);
    }
    return reached;
}

static void sweep(use *call, bool grammar) {
    application_install(grammar);
    struct refusing host = {0};
    prologue_session *session = session_with(&host);
    expected.length = 0;
    assert_int_equal(call(session, &expected), 0);
    prologue_session_destroy(session);
    for (int once = grammar; once < 2; once++) {
        long nth = 1;
        while (refuse(call, nth, once)) {
            nth++;
        }
        print_message("%ld requests refused %s\n", nth - 1, once ? "once" : "from there on");
        assert_true(nth > 20);
    }
}

/* A scan with so little memory: done, or a partial report that says so. */
static int scan_within(uint64_t limit) {
    struct refusing host = {0};
    prologue_allocator allocator = {refusing_resize, &host};
    prologue_session_options options = {
        .size = sizeof options, .threads = 2, .memory_limit = limit, .allocator = &allocator};
    prologue_scan_request request = application_request();
    prologue_report *report = NULL;
    prologue_session *session = NULL;
    int code = prologue_session_create(&session, &options);
    if (!code) {
        answer.length = 0;
        code = prologue_session_scan(session, &request, &report);
    }
    if (report) {
        prologue_summary summary = {.size = sizeof summary};
        prologue_report_summary(report, &summary);
        assert_true(summary.complete == (code == 0));
        assert_true(summary.stats.memory.peak <= limit);
        assert_int_equal(summary.exit_code, code ? 3 : 0);
        int written = write_report(report, &answer);
        assert_true(written == 0 || written == PROLOGUE_ELIMIT);
    }
    prologue_report_free(report);
    prologue_session_destroy(session);
    assert_int_equal(host.blocks, 0);
    return code;
}

static void keeps_limits(void **state) {
    struct refusing host = {0};
    prologue_session *session = session_with(&host);
    uint64_t enough = 0;
    (void)state;
    application_install(false);
    expected.length = 0;
    assert_int_equal(scan(session, &expected), 0);
    prologue_session_destroy(session);
    for (uint64_t limit = 4 << 10; limit < 2 << 20; limit += limit / 64 + 1) {
        int code = scan_within(limit);
        assert_true(code == 0 || code == PROLOGUE_ELIMIT);
        assert_true(code == 0 || !enough); /* more memory is never worse */
        if (code == 0) {
            enough = enough ? enough : limit;
            assert_string_equal(answer.text, expected.text);
        }
    }
    print_message("%lu bytes are enough\n", (unsigned long)enough);
    assert_true(enough > 0);
}

static void creates(void **state) {
    (void)state;
    prologue_session *session = NULL;
    for (long nth = 1; !session; nth++) {
        struct refusing host = {.from = nth};
        session = session_with(&host);
        assert_true(session || host.blocks == 0);
        prologue_session_destroy(session);
        assert_int_equal(host.blocks, 0);
    }
}

static void scans(void **state) {
    (void)state;
    sweep(scan, false);
    assert_non_null(strstr(expected.text, "\"src/late.js\""));
}

static void scans_with_answers(void **state) {
    (void)state;
    sweep(scan_with_answers, false);
    assert_non_null(strstr(expected.text, "{\"path\":\"virtual:gone\""));
}

static void inspects(void **state) {
    (void)state;
    sweep(inspect, false);
}

static void inspects_by_grammar(void **state) {
    (void)state;
    sweep(inspect_by_grammar, true);
    assert_non_null(strstr(expected.text, "\"reader\":\"grammar\""));
}

static void resolves(void **state) {
    (void)state;
    sweep(resolve, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creates),  cmocka_unit_test(keeps_limits),
        cmocka_unit_test(scans),    cmocka_unit_test(scans_with_answers),
        cmocka_unit_test(inspects), cmocka_unit_test(inspects_by_grammar),
        cmocka_unit_test(resolves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
