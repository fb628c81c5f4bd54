/* Files of records, whole or cut back, and dumps with those that they replace. */
#include "dump_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "folder.h"
#include "unit.h"

static int make(void **state) {
    (void)state;
    strcpy(top, "/tmp/prologue-dump-XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static int unmake(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command);
}

static void assert_holds(const char *name, const char *text) {
    char bytes[4096];
    FILE *file = fopen(at(name), "r");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_slice((struct slice){bytes, length}, text);
}

static int put(struct record_file *file, const char *text) {
    record_file_write(file, text, strlen(text));
    return record_file_end(file);
}

/* So many bytes may a file have. */
static void limit_size(rlim_t bytes) {
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_record_is_whole_or_not_there(void **state) {
    struct record_file file;
    (void)state;
    assert_int_equal(record_file_open(&file, at("records")), 0);
    assert_int_equal(put(&file, "first\n"), 0);
    limit_size(10);
    assert_int_equal(put(&file, "second\n"), UV_EFBIG);
    assert_int_equal(put(&file, "3\n"), 0);
    assert_int_equal(put(&file, "fourth\n"), UV_EFBIG);
    limit_size(RLIM_INFINITY);
    assert_int_equal(put(&file, "fifth\n"), 0);
    record_file_close(&file);
    assert_holds("records", "first\n3\nfifth\n");
}

static void test_what_cannot_be_opened(void **state) {
    struct record_file file;
    (void)state;
    assert_int_equal(record_file_open(&file, at("gone/x")), UV_ENOENT);
    assert_int_equal(record_file_open(&file, top), UV_EISDIR);
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_int_equal(record_file_open(&file, at("pipe")), UV_ENXIO);
    record_file_close(&file);
}

static int dump(const char *name, const char *text, int error) {
    struct dump_file file;
    char path[128];
    strcpy(path, at(name));
    int code = dump_file_open(&file, path);
    if (code) {
        return code;
    }
    put(&file.records, text);
    return dump_file_close(&file, error, 3);
}

static void test_dumps_are_kept(void **state) {
    (void)state;
    assert_int_equal(dump("dump", "1", 0), 0);
    assert_int_equal(dump("dump", "2", 0), 0);
    assert_int_equal(dump("dump", "half", UV_ENOSPC), UV_ENOSPC);
    assert_holds("dump", "2");
    assert_holds("dump.1", "1");
    assert_int_equal(dump("dump", "3", 0), 0);
    assert_int_equal(dump("dump", "4", 0), 0);
    assert_holds("dump", "4");
    assert_holds("dump.1", "3");
    assert_holds("dump.2", "2");
    assert_int_not_equal(access(at("dump.3"), F_OK), 0);
    assert_int_not_equal(access(at("dump.tmp"), F_OK), 0);
    assert_int_equal(dump("gone/dump", "1", 0), UV_ENOENT);
}

static void test_a_device_is_written_as_it_is(void **state) {
    struct dump_file file;
    (void)state;
    assert_int_equal(dump_file_open(&file, "/dev/null"), 0);
    assert_int_equal(put(&file.records, "x"), 0);
    assert_int_equal(dump_file_close(&file, 0, 3), 0);
    struct stat status;
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_is_whole_or_not_there),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_dumps_are_kept),
        cmocka_unit_test(test_a_device_is_written_as_it_is),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
