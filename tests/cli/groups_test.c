#include "groups.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static prologue_slice slice(const char *text) {
    return (prologue_slice){text, strlen(text)};
}

static void assert_slice(prologue_slice got, const char *wanted) {
    if (got.length != strlen(wanted) || memcmp(got.data, wanted, got.length) != 0)
        fail_msg("'%.*s' is not '%s'", (int)got.length, got.data, wanted);
}

static void test_packages(void **state) {
    static const struct {
        const char *path, *package;
    } cases[] = {
        {"node_modules/a/b.js", "a"},
        {"node_modules/@s/a/b.js", "@s/a"},
        {"node_modules/a/node_modules/b/c.js", "b"},
        {"node_modules/.pnpm/@s+a@1/node_modules/@s/a/x.js", "@s/a"},
        {"../node_modules/a/x.js", "a"},
        {"node_modules/a.js", "a.js"},
        {"src/a.js", ""},
        {"my_node_modules/a/b.js", ""},
        {"node_modules_old/a/b.js", ""},
        {"a", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_slice(groups_package(slice(cases[i].path)), cases[i].package);
}

static void test_folders(void **state) {
    static const struct {
        const char *path, *folder;
    } cases[] = {
        {"a.js", "./"},
        {"src/a.js", "src/"},
        {"src/app/a.js", "src/app/"},
        {"src/app/deep/a.js", "src/app/"},
        {"../../packages/ui/src/a.js", "../../packages/ui/"},
        {"../a.js", "../"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_slice(groups_folder(slice(cases[i].path)), cases[i].folder);
}

static void test_many_groups(void **state) {
    struct groups groups = {.count = 0};
    char name[16];
    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "p%d", i);
            struct group *group = groups_find(&groups, slice(name));
            assert_non_null(group);
            group->client += (uint64_t)i;
        }
    assert_int_equal(groups.count, 5000);
    groups_find(&groups, slice("z/"))->first_party = true;
    groups_find(&groups, slice("a/"))->first_party = true;
    groups_sort(&groups);
    assert_slice(groups.list[0].name, "a/");
    assert_slice(groups.list[1].name, "z/");
    assert_slice(groups.list[2].name, "p4999");
    assert_int_equal(groups.list[2].client, 2 * 4999);
    assert_slice(groups.list[5001].name, "p0");
    groups_free(&groups);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packages),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_many_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
