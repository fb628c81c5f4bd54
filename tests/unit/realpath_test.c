/* Spellings of one file are one node: also on a volume that folds case, which this machine need not
 * have. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "realpath.h"
#include "unit.h"

static char top[64];

struct world {
    struct bench bench;
    struct paths paths;
    struct realpath realpath;
    struct os_files files;
};

static void make(const char *name, bool folder) {
    char text[128];
    snprintf(text, sizeof text, "%s/%s", top, name);
    if (folder) {
        assert_int_equal(mkdir(text, 0755), 0);
    } else {
        close(open(text, O_CREAT | O_WRONLY, 0644));
    }
}

static int build(void **state) {
    (void)state;
    char link[128];
    snprintf(top, sizeof top, "/tmp/prologue-realpath-XXXXXX");
    assert_non_null(mkdtemp(top));
    make("Src", true);
    make("Src/File.ts", false);
    make("Src/Straße.ts", false);
    snprintf(link, sizeof link, "%s/Link", top);
    return symlink("SRC", link);
}

static int clear(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static void begin(struct world *world, bool folds) {
    bench_begin(&world->bench, 0);
    assert_int_equal(paths_init(&world->paths, &world->bench.ledger), 0);
    os_files_begin(&world->files, false);
    realpath_init(&world->realpath, &world->paths, &world->files, &world->bench.ledger);
    world->realpath.folds = folds;
}

static void end(struct world *world) {
    realpath_free(&world->realpath);
    paths_free(&world->paths);
    os_files_end(&world->files);
    bench_end(&world->bench);
}

static enum path_state find(struct world *world, const char *name, path_id *real) {
    char text[128];
    path_id spelled;
    snprintf(text, sizeof text, "%s/%s", top, name);
    assert_int_equal(path_join(&world->paths, PATH_ROOT, slice_of(text), &spelled), 0);
    return realpath_any(&world->realpath, spelled, real);
}

static void is_one_node_where_case_folds(void **state) {
    (void)state;
    static const char *const spellings[] = {"Src/File.ts", "src/file.ts", "SRC/../sRC/FILE.TS",
                                            "Link/file.ts", "link/FILE.ts"};
    struct world world;
    path_id first, other;
    begin(&world, true);
    assert_int_equal(find(&world, spellings[0], &first), PATH_FILE);
    assert_slice(path_name(&world.paths, first), "File.ts");
    for (size_t i = 1; i < sizeof spellings / sizeof *spellings; i++) {
        assert_int_equal(find(&world, spellings[i], &other), PATH_FILE);
        assert_int_equal(other, first);
    }
    assert_int_equal(find(&world, "src/STRASSE.ts", &other), PATH_MISSING);
    assert_int_equal(find(&world, "src/STRAßE.TS", &other), PATH_FILE);
    assert_slice(path_name(&world.paths, other), "Straße.ts");
    end(&world);
}

static void a_script_is_not_assumed_under_another_name(void **state) {
    (void)state;
    struct world world;
    path_id real, spelled;
    begin(&world, true);
    assert_int_equal(path_join(&world.paths, PATH_ROOT, slice_of(top), &spelled), 0);
    struct folder *folder =
        realpath_folder(&world.realpath, path_child(&world.paths, spelled, SLICE("src")));
    assert_non_null(folder);
    assert_slice(path_name(&world.paths, folder->path), "Src");
    assert_int_equal(realpath_child(&world.realpath, folder, SLICE("FILE.ts"), true, &real),
                     PATH_FILE);
    assert_slice(path_name(&world.paths, real), "File.ts");
    assert_int_equal(realpath_child(&world.realpath, folder, SLICE("gone.ts"), true, &real),
                     PATH_MISSING);
    end(&world);
}

static void case_counts_elsewhere(void **state) {
    (void)state;
    struct world world;
    path_id real, spelled;
    begin(&world, false);
    assert_int_equal(path_join(&world.paths, PATH_ROOT, slice_of(top), &spelled), 0);
    realpath_probe_case(&world.realpath, spelled);
    assert_false(world.realpath.folds);
    assert_int_equal(find(&world, "Src/File.ts", &real), PATH_FILE);
    assert_int_equal(find(&world, "src/File.ts", &real), PATH_MISSING);
    end(&world);
}

static void an_adopted_listing_says_the_same(void **state) {
    (void)state;
    struct world world;
    path_id id, path;
    enum os_type type;
    begin(&world, false);
    make("Adopted", true);
    make("Adopted/folder", true);
    for (char name[] = "Adopted/module-a.ts"; name[15] <= 'l'; name[15]++) {
        make(name, false);
    }
    make("Adopted/style.css", false);
    char text[128];
    snprintf(text, sizeof text, "%s/Adopted", top);
    assert_int_equal(path_join(&world.paths, PATH_ROOT, slice_of(text), &id), 0);
    struct folder *folder = realpath_folder(&world.realpath, id);
    assert_true(realpath_list(&world.realpath, folder));
    for (char name[] = "module-a.ts"; name[7] <= 'l'; name[7]++) {
        assert_int_not_equal(path_child(&world.paths, folder->path, slice_of(name)), NO_PATH);
    }
    assert_true(listing_find_path(folder->listing, SLICE("module-a.ts"), &type, &path));
    assert_int_equal(path, NO_PATH);
    const struct listing *before = folder->listing;
    listing_adopt(&folder->listing, &world.bench.ledger, &world.paths, folder->path);
    assert_ptr_not_equal(folder->listing, before);
    assert_int_equal(listing_count(folder->listing), 14);
    for (char name[] = "module-a.ts"; name[7] <= 'l'; name[7]++) {
        assert_true(listing_find_path(folder->listing, slice_of(name), &type, &path));
        assert_int_equal(path, path_find(&world.paths, folder->path, slice_of(name)));
        assert_int_equal(type, OS_FILE);
    }
    assert_true(listing_find_path(folder->listing, SLICE("style.css"), &type, &path));
    assert_int_equal(path, NO_PATH);
    assert_true(listing_find(folder->listing, SLICE("folder"), &type));
    assert_int_equal(type, OS_FOLDER);
    assert_false(listing_find(folder->listing, SLICE("module-m.ts"), &type));
    end(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_one_node_where_case_folds),
        cmocka_unit_test(a_script_is_not_assumed_under_another_name),
        cmocka_unit_test(case_counts_elsewhere),
        cmocka_unit_test(an_adopted_listing_says_the_same),
    };
    return cmocka_run_group_tests(tests, build, clear);
}
