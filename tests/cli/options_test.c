#define _GNU_SOURCE
#include "options.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

enum { MOST_WORDS = 64 };

/* What was printed on standard error by the last line that was wrong. */
static char complaint[4096];

static void capture(int saved, int pipe_end) {
    ssize_t got = read(pipe_end, complaint, sizeof complaint - 1);
    complaint[got > 0 ? got : 0] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipe_end);
}

/* Parses the words of `line`, apart by one space. */
static enum options_result parse(struct options *options, const char *line) {
    static char text[1024];
    char *words[MOST_WORDS] = {"prologue"};
    int count = 1, ends[2], saved = dup(STDERR_FILENO);
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    enum options_result result = options_parse(options, count, words);
    assert_true(write(STDERR_FILENO, "", 1) == 1);
    capture(saved, ends[0]);
    return result;
}

static void test_scan(void **state) {
    struct options options;
    (void)state;
    assert_int_equal(parse(&options, "scan app --entry a.tsx --entry=client=b.tsx --src x --src=y "
                                     "--threads 4 --memory-limit=8MiB --json --edges "
                                     "--output r.json --quiet --color never --mode development"),
                     OPTIONS_RUN);
    assert_int_equal(options.command, COMMAND_SCAN);
    assert_string_equal(options.root, "app");
    assert_int_equal(options.entry_count, 2);
    assert_string_equal(options.entries[0].path, "a.tsx");
    assert_null(options.entries[0].environment);
    assert_string_equal(options.entries[1].path, "b.tsx");
    assert_string_equal(options.entries[1].environment, "client");
    assert_int_equal(options.source_count, 2);
    assert_string_equal(options.sources[1], "y");
    assert_int_equal(options.session.threads, 4);
    assert_int_equal(options.session.memory_limit, 8 << 20);
    assert_true(options.json && options.edges && options.quiet);
    assert_string_equal(options.output, "r.json");
    assert_int_equal(options.color, COLOR_NEVER);
    assert_int_equal(options.config.mode, PROLOGUE_DEVELOPMENT);
    options_free(&options);
}

static void test_options_stand_anywhere(void **state) {
    struct options options;
    (void)state;
    assert_int_equal(parse(&options, "scan --json app --quiet"), OPTIONS_RUN);
    assert_string_equal(options.root, "app");
    assert_true(options.json && options.quiet);
    assert_int_equal(parse(&options, "scan -- --json"), OPTIONS_RUN);
    assert_string_equal(options.root, "--json");
    assert_false(options.json);
    assert_int_equal(parse(&options, "scan"), OPTIONS_RUN);
    assert_null(options.root);
    options_free(&options);
}

static void test_an_entry_that_is_a_file_with_an_equals_sign(void **state) {
    char folder[] = "prologue-options-XXXXXX", line[128], path[64];
    struct options options;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/client=a.ts", folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    snprintf(line, sizeof line, "scan --entry client=a.ts --entry client=b.ts %s", folder);
    assert_int_equal(parse(&options, line), OPTIONS_RUN);
    assert_string_equal(options.entries[0].path, "client=a.ts");
    assert_null(options.entries[0].environment);
    assert_string_equal(options.entries[1].path, "b.ts");
    options_free(&options);
    unlink(path);
    rmdir(folder);
}

static void test_environments_are_replaced_in_place(void **state) {
    struct options options;
    (void)state;
    assert_int_equal(parse(&options, "scan --env ssr=node,module --env server=a --env ssr=b,c "
                                     "--env edge= --entry ssr=x.ts"),
                     OPTIONS_RUN);
    const prologue_config *config = &options.config;
    assert_int_equal(config->environment_count, 3);
    assert_string_equal(config->environments[0].name, "ssr");
    assert_string_equal(config->environments[0].conditions[0], "b");
    assert_string_equal(config->environments[0].conditions[1], "c");
    assert_null(config->environments[0].conditions[2]);
    assert_string_equal(config->environments[1].name, "server");
    assert_null(config->environments[2].conditions[0]);
    options_free(&options);
}

static void test_directives_add_to_the_defaults(void **state) {
    struct options options;
    (void)state;
    assert_int_equal(parse(&options, "scan"), OPTIONS_RUN);
    assert_int_equal(options.config.directive_count, 0);
    options_free(&options);
    assert_int_equal(parse(&options, "scan --env ssr=node --directive a=b=client,ssr "
                                     "--directive cache:*="),
                     OPTIONS_RUN);
    const prologue_directive *list = options.config.directives;
    assert_int_equal(options.config.directive_count, 4);
    assert_string_equal(list[0].text, "use client");
    assert_string_equal(list[1].environments[0], "server");
    assert_string_equal(list[2].text, "a=b");
    assert_string_equal(list[2].environments[1], "ssr");
    assert_string_equal(list[3].text, "cache:*");
    assert_null(list[3].environments[0]);
    options_free(&options);
}

static void test_a_directive_replaces_the_default_of_its_text(void **state) {
    char *words[] = {"prologue", "scan", "--directive", "use client=", NULL};
    struct options options;
    (void)state;
    assert_int_equal(options_parse(&options, 4, words), OPTIONS_RUN);
    assert_int_equal(options.config.directive_count, 2);
    assert_string_equal(options.config.directives[0].text, "use client");
    assert_null(options.config.directives[0].environments[0]);
    options_free(&options);
}

static void test_inspect_and_resolve(void **state) {
    struct options options;
    (void)state;
    assert_int_equal(parse(&options, "inspect a --reader lexer b --directive x=anything"),
                     OPTIONS_RUN);
    assert_int_equal(options.file_count, 2);
    assert_string_equal(options.files[1], "b");
    assert_int_equal(options.reader, PROLOGUE_READER_LEXER);
    options_free(&options);
    assert_int_equal(parse(&options, "inspect --files-from -"), OPTIONS_RUN);
    assert_string_equal(options.files_from, "-");
    options_free(&options);
    assert_int_equal(parse(&options, "resolve x --from a --env client --kind glob --trace"),
                     OPTIONS_RUN);
    assert_string_equal(options.environment, "client");
    assert_int_equal(options.config.environment_count, 0);
    assert_int_equal(options.kind, PROLOGUE_KIND_GLOB);
    assert_true(options.trace);
    options_free(&options);
    assert_int_equal(parse(&options, "resolve --batch --env ssr=node"), OPTIONS_RUN);
    assert_string_equal(options.environment, "ssr");
    assert_int_equal(options.config.environment_count, 1);
    options_free(&options);
}

static void test_wrong_usage_is_named(void **state) {
    static const struct {
        const char *line, *wanted;
    } cases[] = {
        {"", "prologue: COMMAND is missing"},
        {"skan", "unknown command 'skan'; did you mean scan?"},
        {"--vresion", "unknown option '--vresion'; did you mean --version?"},
        {"scan --entri", "prologue scan: unknown option --entri; did you mean --entry?\n"},
        {"scan --entri=x", "unknown option --entri; did you mean --entry?\n"},
        {"scan --thread 2", "unknown option --thread; did you mean --threads?"},
        {"scan --trace", "unknown option --trace; it is one of `prologue resolve`"},
        {"scan --zzzz", "unknown option --zzzz\n"},
        {"scan -x", "unknown option -x\n"},
        {"scan --threads abc", "--threads: 'abc' is not a number between 1 and 256\n"},
        {"scan --memory-limit 5Q", "--memory-limit: '5Q' is not a size"},
        {"scan --env x", "--env: 'x' has no '='"},
        {"scan --env a.b=x", "--env: 'a.b' is not a name"},
        {"scan --env a=x,,y", "--env: 'a=x,,y' holds an empty condition"},
        {"scan --mode x", "--mode: 'x' is not production or development\n"},
        {"scan --color x", "--color: 'x' is not auto, always or never\n"},
        {"scan --entry", "--entry: [ENV=]FILE is missing\n"},
        {"scan --entry=", "--entry: [ENV=]FILE is empty\n"},
        {"scan --entry client=", "--entry: 'client=' names no file\n"},
        {"scan --entry clinet=a", "no environment is named 'clinet'; did you mean client?\n"},
        {"scan --directive x", "--directive: 'x' is not TEXT=ENV[,ENV] or TEXT="},
        {"scan --directive x=ssr", "--directive: no environment is named 'ssr'\n"},
        {"scan --alias x", "--alias: 'x' is not FROM=TO\n"},
        {"scan --alias client==x", "--alias: 'client==x' is not ENV=FROM=TO\n"},
        {"scan --external sever=x",
         "--external: no environment is named 'sever'; did you mean server?\n"},
        {"scan --exclude server=", "--exclude: 'server=' names no pattern\n"},
        {"scan --main-fields main", "--main-fields: 'main' is not ENV=VALUE\n"},
        {"scan --main-fields edge=main",
         "no environment is named 'edge'; define it with --env edge=CONDITION,...\n"},
        {"scan --browser-maps client=perhaps",
         "--browser-maps: 'perhaps' is not auto, no or yes\n"},
        {"scan --json=1", "--json takes no value\n"},
        {"scan a b", "one ROOT at most: 'a', and then 'b'\n"},
        {"scan --edges", "--edges needs --json\n"},
        {"inspect", "no FILE, and no --files-from\n"},
        {"inspect a --files-from b", "both 'a' and --files-from"},
        {"inspect --reader x a", "--reader: 'x' is not auto, lexer or grammar\n"},
        {"resolve", "no SPECIFIER, and no --batch\n"},
        {"resolve x", "--from: FILE is missing\n"},
        {"resolve x --from a --kind y", "--kind: 'y' is not import, export"},
        {"resolve x --batch", "'x' with --batch"},
        {"resolve x --from a --env y", "--env: no environment is named 'y'\n"},
    };
    struct options options;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&options, cases[i].line), OPTIONS_BAD);
        if (!strstr(complaint, cases[i].wanted))
            fail_msg("'%s' said: %s", cases[i].line, complaint);
        assert_non_null(strstr(complaint, "--help`"));
        options_free(&options);
    }
}

static void test_too_many(void **state) {
    static char names[40][16];
    char *words[96] = {"prologue", "scan"};
    struct options options;
    (void)state;
    for (int i = 0; i < 31; i++) {
        snprintf(names[i], sizeof names[i], "e%d=", i);
        words[2 + 2 * i] = "--env";
        words[3 + 2 * i] = names[i];
    }
    assert_int_equal(options_parse(&options, 2 + 60, words), OPTIONS_RUN);
    options_free(&options);
    assert_int_equal(options_parse(&options, 2 + 62, words), OPTIONS_BAD);
    options_free(&options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_options_stand_anywhere),
        cmocka_unit_test(test_an_entry_that_is_a_file_with_an_equals_sign),
        cmocka_unit_test(test_environments_are_replaced_in_place),
        cmocka_unit_test(test_directives_add_to_the_defaults),
        cmocka_unit_test(test_a_directive_replaces_the_default_of_its_text),
        cmocka_unit_test(test_inspect_and_resolve),
        cmocka_unit_test(test_wrong_usage_is_named),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
