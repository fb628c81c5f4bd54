#include "path.h"
#include "unit.h"

static path_id join(struct paths *paths, path_id base, const char *text) {
    path_id id;
    assert_int_equal(path_join(paths, base, slice_of(text), &id), 0);
    return id;
}

static void assert_path(const struct paths *paths, path_id id, const char *expected) {
    char text[PATH_LONGEST + 1];
    assert_int_equal(path_text(paths, id, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void normalises(void **state) {
    (void)state;
    static const struct {
        const char *base, *text, *result;
    } cases[] = {
        {"/", "/", "/"},
        {"/", "a/b", "/a/b"},
        {"/a/b", "../c", "/a/c"},
        {"/a/b", "./c", "/a/b/c"},
        {"/a", "/b//c/./d/", "/b/c/d"},
        {"/a", "../../..", "/"},
        {"/a", "", "/a"},
        {"/a", ".", "/a"},
        {"/a", "..b/.c/...", "/a/..b/.c/..."},
        {"/a", "b/../../c", "/c"},
    };
    struct bench bench;
    struct paths paths;
    bench_begin(&bench, 0);
    assert_int_equal(paths_init(&paths, &bench.ledger), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        path_id base = join(&paths, PATH_ROOT, cases[i].base);
        assert_path(&paths, join(&paths, base, cases[i].text), cases[i].result);
        assert_int_equal(join(&paths, base, cases[i].text),
                         join(&paths, PATH_ROOT, cases[i].result));
    }
    paths_free(&paths);
    bench_end(&bench);
}

static void refuses_what_the_system_refuses(void **state) {
    (void)state;
    struct bench bench;
    struct paths paths;
    bench_begin(&bench, 0);
    assert_int_equal(paths_init(&paths, &bench.ledger), 0);
    char *text = malloc(3 * PATH_LONGEST);
    for (size_t i = 0; i < 3 * PATH_LONGEST; i++) {
        text[i] = i % 2 ? 'a' : '/';
    }
    path_id id;
    assert_int_equal(path_join(&paths, PATH_ROOT, (struct slice){text, 3 * PATH_LONGEST}, &id),
                     PROLOGUE_EINVALID);
    assert_int_equal(path_join(&paths, PATH_ROOT, SLICE("a\0b"), &id), PROLOGUE_EINVALID);
    free(text);
    paths_free(&paths);
    bench_end(&bench);
}

static void relates(void **state) {
    (void)state;
    static const struct {
        const char *base, *path, *relative;
    } cases[] = {
        {"/a/b", "/a/b/c/d", "c/d"},       {"/a/b", "/a/b", "."},
        {"/a/b", "/a/bc", "../bc"},        {"/a/b", "/", "../.."},
        {"/a/b/c", "/a/x/y", "../../x/y"}, {"/", "/a", "a"},
    };
    struct bench bench;
    struct paths paths;
    bench_begin(&bench, 0);
    assert_int_equal(paths_init(&paths, &bench.ledger), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[PATH_LONGEST + 1];
        path_id base = join(&paths, PATH_ROOT, cases[i].base);
        path_id path = join(&paths, PATH_ROOT, cases[i].path);
        path_relative(&paths, base, path, text, sizeof text);
        assert_string_equal(text, cases[i].relative);
        assert_int_equal(path_is_below(&paths, path, base), text[0] != '.' || !text[1]);
        assert_int_equal(path_relative(&paths, base, path, text, 1), 0);
    }
    assert_true(path_in_node_modules(&paths, join(&paths, PATH_ROOT, "/a/node_modules/b/c.js")));
    assert_false(path_in_node_modules(&paths, join(&paths, PATH_ROOT, "/a/node_modules2/b/c.js")));
    paths_free(&paths);
    bench_end(&bench);
}

static void finds_only_what_was_interned(void **state) {
    (void)state;
    struct bench bench;
    struct paths paths;
    bench_begin(&bench, 0);
    assert_int_equal(paths_init(&paths, &bench.ledger), 0);
    assert_int_equal(path_find(&paths, PATH_ROOT, SLICE("a")), NO_PATH);
    path_id a = path_child(&paths, PATH_ROOT, SLICE("a"));
    assert_int_equal(path_find(&paths, PATH_ROOT, SLICE("a")), a);
    assert_int_equal(path_find(&paths, a, SLICE("a")), NO_PATH);
    assert_slice(path_name(&paths, a), "a");
    paths_free(&paths);
    bench_end(&bench);
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (size_t refused = 1;; refused++) {
        struct bench bench;
        struct paths paths;
        bench_begin(&bench, 0);
        bench.host.refuse_from = refused;
        int error = paths_init(&paths, &bench.ledger);
        for (int i = 0; i < 2000 && !error; i++) {
            char text[32];
            snprintf(text, sizeof text, "d%d/f%d", i % 7, i);
            path_id id;
            error = path_join(&paths, PATH_ROOT, slice_of(text), &id);
        }
        paths_free(&paths);
        bench_end(&bench);
        if (!error) {
            break;
        }
        assert_int_equal(error, PROLOGUE_ENOMEM);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalises),
        cmocka_unit_test(refuses_what_the_system_refuses),
        cmocka_unit_test(relates),
        cmocka_unit_test(finds_only_what_was_interned),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
