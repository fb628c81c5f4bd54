/* What a scan asks of whoever asked for it: imports that native resolution cannot answer, and the source of
 * modules that stand in no file. */
#include "project.h"

#include <pthread.h>

struct text {
    char bytes[1 << 18];
    size_t length;
};

static int add_bytes(void *payload, const char *bytes, size_t length) {
    struct text *text = payload;
    assert_true(text->length + length < sizeof text->bytes);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return 0;
}

/* What a plugin would say: a rule for each specifier, and a module for each id. */
struct rule {
    const char *specifier, *environment; /* NULL: in every one */
    enum prologue_answer_kind kind;
    const char *id; /* relative to the root where it begins with "./" */
};

struct module {
    const char *id, *environment;
    const char *source, *language;
};

struct plugin {
    const struct rule *rules;
    const struct module *modules;
    uint32_t resolve_calls, load_calls, questions, loads;
    uint32_t fail_at;                  /* of all calls; 0: never */
    char asked[4096], importers[8192]; /* "specifier environment kind;" */
    char wanted[4096];
    pthread_t thread;
    char text[4096];
};

static bool is(prologue_slice slice, const char *text) {
    return slice.length == strlen(text) && memcmp(slice.data, text, slice.length) == 0;
}

static const char *absolute(char *text, size_t size, const char *id) {
    snprintf(text, size, "%s%s", id[0] == '.' ? root : "", id[0] == '.' ? id + 1 : id);
    return text;
}

static void append(char *list, size_t size, prologue_slice text, const char *rest) {
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%.*s%s;", (int)text.length, text.data, rest);
}

static bool fails(const struct plugin *plugin) {
    assert_true(pthread_equal(plugin->thread, pthread_self()));
    return plugin->fail_at && plugin->resolve_calls + plugin->load_calls == plugin->fail_at;
}

static int on_resolve(const prologue_question *questions, prologue_answer *answers, size_t count,
                      void *payload) {
    static char ids[64][4200];
    struct plugin *plugin = payload;
    plugin->resolve_calls++;
    for (size_t i = 0; i < count; i++) {
        char rest[64];
        snprintf(rest, sizeof rest, " %s %d", questions[i].environment, (int)questions[i].kind);
        append(plugin->asked, sizeof plugin->asked, questions[i].specifier, rest);
        append(plugin->importers, sizeof plugin->importers, questions[i].importer, "");
        assert_int_equal(answers[i].kind, PROLOGUE_NO_ANSWER);
        for (const struct rule *rule = plugin->rules; rule && rule->specifier; rule++) {
            if (is(questions[i].specifier, rule->specifier) &&
                (!rule->environment || strcmp(rule->environment, questions[i].environment) == 0)) {
                answers[i].kind = rule->kind;
                const char *id = absolute(ids[i % 64], sizeof ids[0], rule->id ? rule->id : "");
                answers[i].id = (prologue_slice){id, strlen(id)};
            }
        }
    }
    plugin->questions += (uint32_t)count;
    return fails(plugin);
}

static int on_load(const prologue_wanted *wanted, prologue_source *sources, size_t count,
                   void *payload) {
    struct plugin *plugin = payload;
    char text[8192];
    plugin->load_calls++;
    for (size_t i = 0; i < count; i++) {
        char rest[64];
        snprintf(rest, sizeof rest, " %s", wanted[i].environment ? wanted[i].environment : "all");
        append(plugin->wanted, sizeof plugin->wanted, wanted[i].id, rest);
        for (const struct module *module = plugin->modules; module && module->id; module++) {
            if (is(wanted[i].id, absolute(text, sizeof text, module->id)) &&
                (!module->environment ||
                 (wanted[i].environment &&
                  strcmp(module->environment, wanted[i].environment) == 0))) {
                sources[i] = (prologue_source){
                    1, {module->source, strlen(module->source)}, module->language};
            }
        }
    }
    plugin->loads += (uint32_t)count;
    return fails(plugin);
}

static prologue_scan_request request_of(struct plugin *plugin) {
    uint32_t fail_at = plugin->fail_at;
    *plugin = (struct plugin){.rules = plugin->rules,
                              .modules = plugin->modules,
                              .fail_at = fail_at,
                              .thread = pthread_self()};
    return (prologue_scan_request){.size = sizeof(prologue_scan_request),
                                   .root = root,
                                   .entries = &entry,
                                   .entry_count = 1,
                                   .on_resolve = plugin->rules ? on_resolve : NULL,
                                   .on_load = plugin->modules ? on_load : NULL,
                                   .payload = plugin};
}

static const char *text_of(prologue_report *report) {
    static struct text text;
    text.length = 0;
    assert_int_equal(prologue_report_write(report, PROLOGUE_REPORT_EDGES, add_bytes, &text), 0);
    char *stats = strstr(text.bytes, "\"stats\"");
    assert_non_null(stats);
    *stats = 0;
    return text.bytes;
}

static void scan_with(prologue_session *session, struct plugin *plugin, prologue_report **report) {
    prologue_scan_request request = request_of(plugin);
    assert_int_equal(prologue_session_scan(session, &request, report), 0);
}

static void assert_holds(const char *text, const char *part) {
    if (!strstr(text, part)) {
        fail_msg("%s\nis not in\n%s", part, text);
    }
}

static void assert_lacks(const char *text, const char *part) {
    if (strstr(text, part)) {
        fail_msg("%s\nis in\n%s", part, text);
    }
}

static const struct rule rules[] = {
    {"virtual:routes", NULL, PROLOGUE_ANSWER_ID, "virtual:routes"},
    {"generated", NULL, PROLOGUE_ANSWER_ID, "./src/c.ts"},
    {"outside", NULL, PROLOGUE_ANSWER_EXTERNAL, NULL},
    {"./style", NULL, PROLOGUE_ANSWER_ID, "./src/data.json"},
    {"part", NULL, PROLOGUE_ANSWER_ID, "./src/App.vue?vue&type=script&lang.ts"},
    {"known", NULL, PROLOGUE_ANSWER_ID, "known"},
    {NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};

static const struct module modules[] = {
    {"virtual:routes", NULL, "import '/src/none'; import './src/a'; import 'generated'", NULL},
    {"./src/App.vue?vue&type=script&lang.ts", NULL,
     "import { T } from './b'; import { v } from './a'; let x: T = v", NULL},
    {NULL, NULL, NULL, NULL}};

static void make_app(void) {
    make_project();
    put("src/main.tsx", "import 'virtual:routes'; import 'outside'; import './style';\n"
                        "import 'part'; import 'unknown';\n"
                        "require('known')");
    put("src/App.vue", "<script/>");
}

/* Every kind of answer, and what is asked. */
static void answers_are_followed(void **state) {
    (void)state;
    make_app();
    prologue_session *session = create(2);
    struct plugin plugin = {.rules = rules, .modules = modules};
    for (int i = 0; i < 3; i++) {
        prologue_report *report = NULL;
        scan_with(session, &plugin, &report);
        const char *text = text_of(report);
        assert_holds(plugin.asked, "virtual:routes server 0;");
        assert_holds(plugin.asked, "known server 3;");
        assert_holds(plugin.asked, "unknown server 0;");
        assert_holds(plugin.asked, "generated server 0;");
        assert_lacks(plugin.asked, "./src/a");
        assert_holds(plugin.importers, "virtual:routes;");
        assert_holds(plugin.wanted, "virtual:routes server;");
        assert_holds(plugin.wanted, "known server;");
        assert_holds(plugin.wanted, "unknown server;");
        assert_holds(text, "\"clientFiles\":[\"src/a.tsx\",");
        assert_holds(text, "{\"path\":\"virtual:routes\",\"environments\":[\"server\"]");
        assert_holds(text, "\"resolved\":{\"server\":\"virtual:routes\"}");
        assert_holds(text, "\"resolved\":{\"server\":\"external:outside\"}");
        assert_holds(text, "\"resolved\":{\"server\":\"external:known\"}");
        assert_holds(text, "\"resolved\":{\"server\":\"src/data.json\"}");
        assert_holds(text, "{\"path\":\"src/App.vue?vue&type=script&lang.ts\"");
        assert_holds(text, "{\"path\":\"src/c.ts\"");
        assert_holds(text, "'unknown' does not resolve");
        assert_lacks(text, "'generated' does not resolve");
        assert_lacks(text, "'outside' does not resolve");
        prologue_report_free(report);
    }
    prologue_session_destroy(session);
}

/* Without anything to ask about nothing is asked. */
static void what_resolves_is_not_asked_about(void **state) {
    (void)state;
    make_project();
    put("src/b.ts", "'use server'; import 'node:fs'; import 'https://x.y/z.js'");
    prologue_session *session = create(2);
    struct plugin plugin = {.rules = rules, .modules = modules};
    for (int i = 0; i < 2; i++) {
        prologue_report *report = NULL;
        scan_with(session, &plugin, &report);
        assert_int_equal(plugin.resolve_calls + plugin.load_calls, 0);
        prologue_report_free(report);
    }
    prologue_session_destroy(session);
}

/* A module is one for each environment, unless it is the same. */
static void modules_of_environments(void **state) {
    (void)state;
    make_project();
    put("src/main.tsx", "import 'virtual:same'; import 'virtual:other'; import './a'");
    put("src/a.tsx", "'use client'; import 'virtual:same'; import 'virtual:other'");
    static const struct module own[] = {
        {"virtual:same", NULL, "import '/x'", NULL},
        {"virtual:other", "server", "'use server'; import './src/lib'", NULL},
        {"virtual:other", "client", "import './src/pages/one'", NULL},
        {NULL, NULL, NULL, NULL}};
    struct plugin plugin = {.modules = own};
    char first[32768] = "";
    for (uint32_t threads = 1; threads <= 4; threads++) {
        prologue_session *session = create(threads);
        for (int i = 0; i < 3; i++) {
            prologue_report *report = NULL;
            scan_with(session, &plugin, &report);
            assert_int_equal(plugin.loads, 4 + 2 + 1); /* /x twice, and ./missing */
            const char *text = text_of(report);
            assert_holds(text,
                         "{\"path\":\"virtual:same\",\"environments\":[\"server\",\"client\"]");
            assert_holds(text, "{\"path\":\"virtual:other\",\"environments\":[\"server\"]");
            assert_holds(text, "{\"path\":\"virtual:other\",\"environments\":[\"client\"]");
            assert_holds(text, "\"serverFiles\":[\"src/b.ts\",\"virtual:other\"]");
            assert_holds(text, "\"src/lib.ts\"");
            if (!*first) {
                snprintf(first, sizeof first, "%s", text);
            }
            assert_string_equal(text, first);
            prologue_report_free(report);
        }
        prologue_session_destroy(session);
    }
}

/* What a pattern names is asked first; without an answer it goes the usual way. */
static void patterns_are_asked_first(void **state) {
    (void)state;
    make_project();
    put("src/App.vue", "<script/>");
    put("src/main.tsx", "import './a'; import './App.vue'; import './b.ts'; import '#lib'");
    static const struct rule own[] = {{"#lib", NULL, PROLOGUE_ANSWER_ID, "./src/c.ts"},
                                      {NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};
    static const struct module sources[] = {
        {"./src/App.vue", NULL, "import X from './pages/one'; X()", "ts"},
        {"./src/b.ts", NULL, "'use client'", NULL},
        {NULL, NULL, NULL, NULL}};
    static const prologue_pattern specifiers_of[] = {{"#*", NULL}, {"./a", "server"}};
    static const char *const paths_of[] = {"*.vue", "*/src/b.ts"};
    struct plugin plugin = {.rules = own, .modules = sources};
    prologue_session *session = create(2);
    for (int i = 0; i < 3; i++) {
        prologue_scan_request request = request_of(&plugin);
        prologue_report *report = NULL;
        request.resolve_patterns = specifiers_of;
        request.load_patterns = paths_of;
        request.resolve_pattern_count = request.load_pattern_count = 2;
        assert_int_equal(prologue_session_scan(session, &request, &report), 0);
        const char *text = text_of(report);
        assert_holds(plugin.asked, "#lib server 0;");
        assert_holds(plugin.asked, "./a server 0;");
        assert_int_equal(plugin.loads, 2);
        assert_holds(text, "\"clientFiles\":[\"src/a.tsx\",\"src/b.ts\",\"src/pages/one.tsx\"]");
        assert_holds(text, "{\"path\":\"src/App.vue\",\"environments\":[\"server\"]");
        assert_holds(text, "\"specifier\":\"./App.vue\"");
        prologue_report_free(report);
    }
    prologue_session_destroy(session);
}

/* Also where a walk begins: what a pattern names and the host has no source of is read from the disk. */
static void entries_and_sources_are_loaded(void **state) {
    (void)state;
    static const struct rule none[] = {{NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};
    static const struct module sources[] = {
        {"./src/main.tsx", NULL, "import './lib'; import './pages/one'", NULL},
        {"./src/pages/one.tsx", NULL, "export {}", NULL},
        {"./src/c.ts", NULL, "'use server'; import 'p'", NULL},
        {NULL, NULL, NULL, NULL}};
    static const char *const all = "*";
    make_project();
    struct plugin plugin = {.rules = none, .modules = sources};
    prologue_session *session = create(2);
    for (int i = 0; i < 3; i++) {
        prologue_scan_request request = request_of(&plugin);
        prologue_report *report = NULL;
        request.load_patterns = &all;
        request.load_pattern_count = 1;
        assert_int_equal(prologue_session_scan(session, &request, &report), 0);
        const char *text = text_of(report);
        assert_holds(text, "\"entries\":[{\"path\":\"src/main.tsx\",\"environment\":\"server\"}]");
        assert_holds(text, "\"clientFiles\":[\"node_modules/p/p.js\",\"src/a.tsx\"]");
        assert_holds(text, "\"serverFiles\":[\"src/b.ts\",\"src/c.ts\"]");
        assert_holds(text, "{\"path\":\"src/pages/one.tsx\",\"environments\":[\"server\"]");
        prologue_report_free(report);
    }
    prologue_session_destroy(session);
}

/* A call that fails ends the scan with what is known; the session is as good as before. */
static void a_failing_call_cancels(void **state) {
    (void)state;
    make_app();
    prologue_session *session = create(2);
    struct plugin plugin = {.rules = rules, .modules = modules};
    prologue_report *report = NULL;
    for (uint32_t at = 1; at < 6; at++) {
        plugin.fail_at = at;
        prologue_scan_request request = request_of(&plugin);
        int code = prologue_session_scan(session, &request, &report);
        bool failed = plugin.resolve_calls + plugin.load_calls >= at;
        assert_int_equal(code, failed ? PROLOGUE_ECANCELLED : 0);
        prologue_summary summary = {.size = sizeof summary};
        prologue_report_summary(report, &summary);
        assert_int_equal(summary.complete, !failed);
        prologue_report_free(report);
    }
    plugin.fail_at = 0;
    scan_with(session, &plugin, &report);
    assert_holds(text_of(report), "{\"path\":\"virtual:routes\"");
    prologue_report_free(report);
    prologue_session_destroy(session);
}

static void ids_are_any_text(void **state) {
    (void)state;
    static char longest[4096], longer[4200];
    memset(longest, 'x', 4093);
    memset(longer, 'x', 4199);
    make_project();
    put("src/main.tsx", "import 'a'; import 'b'; import 'c'; import 'd'; import 'e'; import 'f'");
    static const struct rule own[] = {{"a", NULL, PROLOGUE_ANSWER_ID, ""},
                                      {"b", NULL, PROLOGUE_ANSWER_ID, "/"},
                                      {"c", NULL, PROLOGUE_ANSWER_ID, "/no/such/folder/x.js"},
                                      {"d", NULL, PROLOGUE_ANSWER_ID, longest},
                                      {"e", NULL, PROLOGUE_ANSWER_ID, "./src/a.tsx"},
                                      {"f", NULL, PROLOGUE_ANSWER_ID, "./src/nothing.ts"},
                                      {NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};
    static const struct rule worse[] = {{"a", NULL, PROLOGUE_ANSWER_ID, longer},
                                        {NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};
    static const struct module sources[] = {{"", NULL, "import './src/lib'", NULL},
                                            {"/", NULL, "'use client'", NULL},
                                            {"/no/such/folder/x.js", NULL, "'use client'", NULL},
                                            {longest, NULL, "'use client'", NULL},
                                            {NULL, NULL, NULL, NULL}};
    struct plugin plugin = {.rules = own, .modules = sources};
    prologue_session *session = create(2);
    prologue_report *report = NULL;
    scan_with(session, &plugin, &report);
    const char *text = text_of(report);
    assert_holds(text, "{\"path\":\"\",\"environments\":[\"server\"]");
    assert_holds(text, "{\"path\":\"/\",\"environments\":[\"client\"]");
    assert_holds(text, "\"clientFiles\":[\"/\",\"/no/such/folder/x.js\",\"src/a.tsx\"");
    assert_holds(text, "xxxxxx\"],\"serverFiles\"");
    prologue_report_free(report);
    plugin.rules = worse;
    prologue_scan_request request = request_of(&plugin);
    assert_int_equal(prologue_session_scan(session, &request, &report), PROLOGUE_EINVALID);
    assert_null(report);
    assert_string_equal(prologue_session_detail(session),
                        "an id that is longer than a path can be");
    prologue_session_destroy(session);
}

/* More than one call takes, in both directions. */
static void many_questions(void **state) {
    (void)state;
    static char source[16384];
    size_t length = 0;
    make_project();
    for (int i = 0; i < 600; i++) {
        length += (size_t)snprintf(source + length, sizeof source - length, "import 'w%d';\n", i);
    }
    put("src/main.tsx", source);
    prologue_session *session = create(2);
    static const struct rule none[] = {{NULL, NULL, PROLOGUE_NO_ANSWER, NULL}};
    static const struct module sources[] = {{"w599", NULL, "import './src/lib'", NULL},
                                            {NULL, NULL, NULL, NULL}};
    struct plugin plugin = {.rules = none, .modules = sources};
    prologue_report *report = NULL;
    scan_with(session, &plugin, &report);
    assert_int_equal(plugin.questions, 601); /* and ./missing */
    assert_int_equal(plugin.resolve_calls, 3);
    assert_int_equal(plugin.loads, 601);
    assert_holds(text_of(report), "{\"path\":\"w599\"");
    prologue_report_free(report);
    prologue_session_destroy(session);
}

/* Files, and what the host says, change at random: the report is a new session's. */
static void random_answers(void **state) {
    (void)state;
    static const struct rule tables[][4] = {{{"./none", NULL, PROLOGUE_ANSWER_ID, "virtual:x"},
                                             {"p/sub", "server", PROLOGUE_ANSWER_ID, "./src/b.ts"}},
                                            {{"./none", "client", PROLOGUE_ANSWER_ID, "./src/c.ts"},
                                             {"@/z", NULL, PROLOGUE_ANSWER_EXTERNAL, NULL}},
                                            {{"./none", NULL, PROLOGUE_ANSWER_ID, "virtual:y"},
                                             {"@/c", NULL, PROLOGUE_ANSWER_ID, "virtual:x"}},
                                            {{NULL, NULL, PROLOGUE_NO_ANSWER, NULL}}};
    static const struct module texts[][4] = {
        {{"virtual:x", NULL, "import './src/c'; import 'virtual:y'", NULL},
         {"virtual:y", NULL, "'use client'; import './src/lib'; import 'virtual:x'", NULL}},
        {{"virtual:x", "server", "'use server'; import 'p'", NULL},
         {"virtual:x", "client", "import '#lib'", NULL},
         {"./src/c.ts", NULL, "'use client'; import './a'", "mdx"}},
        {{"./src/lib.ts", NULL, "import './c'; import 'virtual:x'", NULL}}};
    static const char *const loads[] = {"*", "*/src/c*", "*/lib.ts", "*.css"};
    static const prologue_pattern resolves[] = {{"./*", NULL}, {"p*", "client"}};
    static const prologue_pattern excluded = {"**/x", NULL};
    const char *rounds = getenv("PROLOGUE_ROUNDS");
    make_project();
    prologue_session *session = create(2);
    for (int i = 0; i < (rounds ? atoi(rounds) : 150); i++) {
        struct plugin plugin = {.rules = tables[any(4)], .modules = texts[any(3)]};
        struct plugin other = plugin;
        prologue_report *report = NULL, *expected = NULL;
        for (uint32_t n = any(3); n > 0; n--) {
            change(session, false);
        }
        let_time_pass();
        prologue_config config = {
            .size = sizeof config, .excludes = &excluded, .exclude_count = any(2)};
        prologue_scan_request request = request_of(&plugin), anew_request = request_of(&other);
        anew_request.load_patterns = request.load_patterns = &loads[any(4)];
        anew_request.load_pattern_count = request.load_pattern_count = any(2);
        anew_request.resolve_patterns = request.resolve_patterns = resolves;
        anew_request.resolve_pattern_count = request.resolve_pattern_count = any(3);
        anew_request.config = request.config = &config;
        assert_int_equal(prologue_session_scan(session, &request, &report), 0);
        char *text = strdup(text_of(report));
        prologue_session *anew = create(1);
        assert_int_equal(prologue_session_scan(anew, &anew_request, &expected), 0);
        assert_string_equal(text, text_of(expected));
        free(text);
        prologue_report_free(expected);
        prologue_report_free(report);
        prologue_session_destroy(anew);
    }
    prologue_session_destroy(session);
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_ROOT(answers_are_followed),
        WITH_ROOT(what_resolves_is_not_asked_about),
        WITH_ROOT(modules_of_environments),
        WITH_ROOT(patterns_are_asked_first),
        WITH_ROOT(entries_and_sources_are_loaded),
        WITH_ROOT(a_failing_call_cancels),
        WITH_ROOT(ids_are_any_text),
        WITH_ROOT(many_questions),
        WITH_ROOT(random_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
