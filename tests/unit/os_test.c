/* The platform's files: the same expectations of every implementation of os.h. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "folder.h"
#include "os.h"

enum { FOLDER = 7 };

static struct os_files files;

static int make(void **state) {
    (void)state;
    snprintf(top, sizeof top, "/tmp/prologue-os-XXXXXX");
    assert_non_null(mkdtemp(top));
    FILE *file = fopen(at("file.js"), "w");
    assert_non_null(file);
    fputs("hello", file);
    fclose(file);
    assert_int_equal(mkdir(at("folder"), 0755), 0);
    assert_int_equal(symlink("file.js", at("link.js")), 0);
    assert_int_equal(mkfifo(at("pipe.js"), 0600), 0);
    os_files_begin(&files, false);
    return 0;
}

static int unmake(void **state) {
    static const char *const names[] = {"file.js", "link.js", "pipe.js"};
    (void)state;
    os_files_end(&files);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unlink(at(names[i]));
    }
    rmdir(at("folder"));
    return rmdir(top);
}

static int open_named(const char *name, bool follow) {
    return os_open(&files, FOLDER, top, name, follow);
}

static void test_reads_a_file(void **state) {
    char bytes[16];
    enum os_type type;
    uint64_t size;
    (void)state;
    for (int i = 0; i < 300; i++) { /* more than are kept open together */
        int handle = open_named("file.js", false);
        assert_true(handle >= 0);
        assert_int_equal(os_read(handle, bytes, sizeof bytes, 0), 5);
        assert_memory_equal(bytes, "hello", 5);
        assert_int_equal(os_read(handle, bytes, 2, 1), 2);
        assert_memory_equal(bytes, "el", 2);
        assert_int_equal(os_read(handle, bytes, 2, 5), 0);
        assert_int_equal(os_describe(handle, &type, &size), 0);
        assert_int_equal(type, OS_FILE);
        assert_int_equal(size, 5);
        os_close(&files, handle);
    }
}

static void test_tells_what_cannot_be_read(void **state) {
    char bytes[16];
    (void)state;
    assert_int_equal(open_named("gone.js", false), UV_ENOENT);
    assert_int_equal(open_named("file.js/x.js", false), UV_ENOTDIR);
    assert_int_equal(open_named("link.js", false), UV_ELOOP);
    int handle = open_named("folder", false);
    if (handle >= 0) { /* either of the two calls may tell */
        assert_int_equal(os_read(handle, bytes, sizeof bytes, 0), UV_EISDIR);
        os_close(&files, handle);
    } else {
        assert_int_equal(handle, UV_EISDIR);
    }
    handle = open_named("pipe.js", false);
    if (handle >= 0) {
        assert_int_equal(os_read(handle, bytes, sizeof bytes, 0), UV_ESPIPE);
        os_close(&files, handle);
    } else {
        assert_int_equal(handle, UV_ESPIPE);
    }
}

static void test_follows_a_link_when_asked(void **state) {
    char bytes[16];
    (void)state;
    int handle = open_named("link.js", true);
    assert_true(handle >= 0);
    assert_int_equal(os_read(handle, bytes, sizeof bytes, 0), 5);
    os_close(&files, handle);
}

struct seen {
    int count;
    enum os_type types[4];
};

static int note(void *payload, const char *name, size_t length, enum os_type type) {
    static const char *const names[] = {"file.js", "folder", "link.js", "pipe.js"};
    struct seen *seen = payload;
    assert_int_equal(strlen(name), length);
    for (int i = 0; i < 4; i++) {
        if (strcmp(names[i], name) == 0) {
            seen->types[i] = type;
            seen->count++;
        }
    }
    return 0;
}

static int refuse(void *payload, const char *name, size_t length, enum os_type type) {
    (void)payload, (void)name, (void)length, (void)type;
    return 77;
}

static void test_lists_a_folder(void **state) {
    static const enum os_type expected[] = {OS_FILE, OS_FOLDER, OS_LINK, OS_OTHER};
    struct seen seen = {0};
    (void)state;
    assert_int_equal(os_list(&files, top, note, &seen), 0);
    assert_int_equal(seen.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(seen.types[i] == expected[i] || seen.types[i] == OS_UNKNOWN);
    }
    assert_int_equal(os_list(&files, top, refuse, NULL), 77);
    assert_int_equal(os_list(&files, at("file.js"), note, &seen), UV_ENOTDIR);
    assert_int_equal(os_list(&files, at("gone"), note, &seen), UV_ENOENT);
}

static void test_reads_a_link(void **state) {
    char target[64];
    (void)state;
    assert_int_equal(os_readlink(at("link.js"), target, sizeof target), 7);
    assert_memory_equal(target, "file.js", 7);
    assert_int_equal(os_readlink(at("file.js"), target, sizeof target), UV_EINVAL);
    assert_int_equal(os_readlink(at("gone"), target, sizeof target), UV_ENOENT);
    assert_int_equal(os_readlink(at("link.js"), target, 4), UV_ENAMETOOLONG);
}

static void test_tells_types(void **state) {
    enum os_type type;
    (void)state;
    assert_int_equal(os_type_of(at("link.js"), &type), 0);
    assert_int_equal(type, OS_LINK);
    assert_int_equal(os_type_of(at("folder"), &type), 0);
    assert_int_equal(type, OS_FOLDER);
    assert_int_equal(os_type_of(at("pipe.js"), &type), 0);
    assert_int_equal(type, OS_OTHER);
    assert_int_equal(os_type_of(at("gone"), &type), UV_ENOENT);
    assert_int_equal(os_probe(&files, at("folder"), &type), 0);
    assert_int_equal(type, OS_FOLDER);
    assert_int_equal(os_probe(&files, at("link.js"), &type), 0);
    assert_int_equal(type, OS_LINK);
    assert_int_equal(os_probe(&files, at("file.js"), &type), 0);
    assert_int_equal(type, OS_FILE);
    assert_int_equal(os_probe(NULL, at("pipe.js"), &type), 0);
    assert_int_equal(type, OS_OTHER);
    assert_int_equal(os_probe(&files, at("gone"), &type), UV_ENOENT);
    assert_int_equal(os_probe(&files, at("file.js/x"), &type), UV_ENOTDIR);
}

static void test_writes(void **state) {
    char bytes[16];
    (void)state;
    int handle = os_create(at("made"));
    assert_true(handle >= 0);
    assert_int_equal(os_write(handle, "hello", 5, 0), 5);
    assert_int_equal(os_write(handle, "p!", 2, 3), 2);
    assert_int_equal(os_truncate(handle, 4), 0);
    os_release(handle);
    assert_int_equal(os_rename(at("made"), at("moved")), 0);
    assert_int_equal(os_rename(at("made"), at("moved")), UV_ENOENT);
    handle = open_named("moved", false);
    assert_int_equal(os_read(handle, bytes, sizeof bytes, 0), 4);
    assert_memory_equal(bytes, "help", 4);
    os_close(&files, handle);
    assert_int_equal(os_remove(at("moved")), 0);
    assert_int_equal(os_remove(at("moved")), UV_ENOENT);
    assert_int_equal(os_create(at("gone/x")), UV_ENOENT);
    assert_int_equal(os_create(at("folder")), UV_EISDIR);
    handle = os_create("/dev/null");
    assert_int_equal(os_write(handle, "x", 1, 7), 1);
    os_release(handle);
}

static void test_stamps_change(void **state) {
    (void)state;
    uint64_t before, now, folder, other;
    int handle = open_named("file.js", false);
    assert_true(handle >= 0);
    usleep(60 * 1000); /* longer ago than clocks differ */
    assert_int_equal(os_stamp(handle, &before), 0);
    assert_int_equal(os_stamp_of(&files, 1, top, "file.js", &now), 0);
    assert_true(os_stamp_holds(before, now));
    assert_int_equal(os_stamp_of(&files, 1, top, "", &folder), 0);
    assert_int_equal(os_stamp_of(&files, 1, top, "link.js", &other), 0);
    assert_false(os_stamp_holds(before, folder));
    assert_false(os_stamp_holds(before, other));
    assert_int_equal(chmod(at("file.js"), 0600), 0);
    assert_int_equal(os_stamp(handle, &now), 0);
    assert_false(os_stamp_holds(before, now));
    assert_true(now & OS_STAMP_RECENT);
    assert_false(os_stamp_holds(now, now));
    assert_int_equal(os_stamp_of(&files, 1, top, "none.js", &now), UV_ENOENT);
    os_close(&files, handle);
}

struct told {
    int count, folder;
    char names[256];
};

static void note_told(void *payload, int folder, const char *name) {
    struct told *told = payload;
    size_t length = strlen(told->names);
    told->count++;
    told->folder = folder;
    snprintf(told->names + length, sizeof told->names - length, "%s ", name);
}

static void test_watches_a_folder(void **state) {
    (void)state;
    struct told told = {0};
    int watch = os_watch_open(&files);
    if (watch == UV_ENOSYS) { /* nothing else may be said then */
        assert_int_equal(os_watch_folder(0, top), UV_ENOSYS);
        assert_int_equal(os_watch_read(0, note_told, &told), UV_ENOSYS);
        return;
    }
    assert_true(watch >= 0);
    int folder = os_watch_folder(watch, top);
    assert_true(folder >= 0);
    assert_int_equal(os_watch_folder(watch, top), folder);
    assert_true(os_watch_folder(watch, at("none")) < 0);
    assert_int_equal(os_watch_read(watch, note_told, &told), 0);
    assert_int_equal(told.count, 0);
    assert_int_equal(chmod(at("file.js"), 0644), 0);
    assert_int_equal(rename(at("folder"), at("renamed")), 0);
    assert_int_equal(rename(at("renamed"), at("folder")), 0);
    assert_int_equal(os_watch_read(watch, note_told, &told), 0);
    assert_string_equal(told.names, "file.js folder renamed renamed folder ");
    assert_int_equal(told.folder, folder);
    os_watch_close(&files, watch);
}

static void test_knows_the_resident_set(void **state) {
    (void)state;
    assert_in_range(os_resident_set(), 64 << 10, UINT32_MAX);
}

static void test_knows_where_it_is(void **state) {
    char here[4096], small[1];
    (void)state;
    assert_int_equal(os_working_directory(here, sizeof here), 0);
    assert_int_equal(here[0], '/');
    assert_int_not_equal(os_working_directory(small, sizeof small), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_file),
        cmocka_unit_test(test_tells_what_cannot_be_read),
        cmocka_unit_test(test_follows_a_link_when_asked),
        cmocka_unit_test(test_lists_a_folder),
        cmocka_unit_test(test_reads_a_link),
        cmocka_unit_test(test_tells_types),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_stamps_change),
        cmocka_unit_test(test_watches_a_folder),
        cmocka_unit_test(test_knows_the_resident_set),
        cmocka_unit_test(test_knows_where_it_is),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
