#define _GNU_SOURCE
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "terminal.h"
#include "test.h"

static struct output output;
static char folder[32];

static int enter_folder(void **state) {
    (void)state;
    strcpy(folder, "prologue-output-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int count_files(void) {
    DIR *list = opendir(".");
    int count = 0;
    for (struct dirent *entry; (entry = readdir(list));)
        count += entry->d_name[0] != '.' || entry->d_name[1] == 'p';
    closedir(list);
    return count;
}

static int leave_folder(void **state) {
    (void)state;
    DIR *list = opendir(".");
    for (struct dirent *entry; (entry = readdir(list));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(entry->d_name);
    closedir(list);
    return chdir("..") == 0 ? rmdir(folder) : -1;
}

static void put(const char *file, const char *text) {
    FILE *stream = fopen(file, "w");
    fputs(text, stream);
    fclose(stream);
}

static const char *get(const char *file) {
    static char text[64];
    FILE *stream = fopen(file, "r");
    if (!stream)
        return NULL;
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    return text;
}

static void test_a_file_appears_when_it_is_closed(void **state) {
    (void)state;
    put("f", "old");
    assert_true(output_open(&output, "f"));
    output_text(&output, "new");
    output_flush(&output);
    assert_string_equal(get("f"), "old");
    assert_true(output_close(&output));
    assert_string_equal(get("f"), "new");
    assert_int_equal(count_files(), 1);
}

static void test_an_abandoned_file_leaves_nothing(void **state) {
    (void)state;
    put("f", "old");
    assert_true(output_open(&output, "f"));
    output_text(&output, "new");
    output_abandon(&output);
    assert_string_equal(get("f"), "old");
    assert_int_equal(count_files(), 1);
}

static void test_a_signal_can_remove_what_is_unfinished(void **state) {
    (void)state;
    assert_true(output_open(&output, "f"));
    assert_int_equal(count_files(), 1);
    output_remove_unfinished();
    assert_int_equal(count_files(), 0);
    output_abandon(&output);
    output_remove_unfinished();
}

static void test_a_link_is_kept_and_its_target_replaced(void **state) {
    struct stat status;
    (void)state;
    put("f", "old");
    chmod("f", 0640);
    assert_int_equal(symlink("f", "link"), 0);
    assert_true(output_open(&output, "link"));
    output_text(&output, "new");
    assert_true(output_close(&output));
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_string_equal(get("f"), "new");
    assert_int_equal(stat("f", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void test_what_cannot_be_opened(void **state) {
    (void)state;
    mkdir("d", 0755);
    assert_false(output_open(&output, "d"));
    assert_int_equal(output.error, EISDIR);
    assert_false(output_open(&output, "gone/f"));
    assert_int_equal(output.error, ENOENT);
    put("f", "");
    assert_false(output_open(&output, "f/g"));
    assert_int_equal(output.error, ENOTDIR);
}

static void test_the_longest_name(void **state) {
    char name[256];
    (void)state;
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_true(output_open(&output, name));
    assert_true(output_close(&output));
    assert_non_null(get(name));
}

static void test_a_full_disk_leaves_the_old_file(void **state) {
    struct rlimit before, small;
    static char bytes[OUTPUT_BUFFER + 1];
    (void)state;
    put("f", "old");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_true(output_open(&output, "f"));
    assert_int_not_equal(output_write(&output, bytes, sizeof bytes), 0);
    assert_int_not_equal(output_write(&output, bytes, 1), 0);
    bool closed = output_close(&output);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(closed);
    assert_int_equal(output.error, EFBIG);
    assert_string_equal(get("f"), "old");
    assert_int_equal(count_files(), 1);
}

static void test_pieces_of_every_size(void **state) {
    static char bytes[3 * OUTPUT_BUFFER];
    static const size_t sizes[] = {1, 7, 4096, OUTPUT_BUFFER - 1, OUTPUT_BUFFER, sizeof bytes};
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_true(output_open(&output, "f"));
        for (size_t at = 0; at < sizeof bytes; at += sizes[i]) {
            size_t left = sizeof bytes - at;
            output_write(&output, bytes + at, left < sizes[i] ? left : sizes[i]);
        }
        output_print(&output, "%s", "end");
        assert_true(output_close(&output));
        char *all = malloc(sizeof bytes + 4);
        FILE *stream = fopen("f", "r");
        assert_int_equal(fread(all, 1, sizeof bytes + 4, stream), sizeof bytes + 3);
        assert_memory_equal(all, bytes, sizeof bytes);
        assert_memory_equal(all + sizeof bytes, "end", 3);
        fclose(stream);
        free(all);
    }
}

static void test_a_device_is_written_directly(void **state) {
    struct stat status;
    (void)state;
    assert_true(output_open(&output, "/dev/null"));
    output_text(&output, "x");
    assert_true(output_close(&output));
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

static void test_numbers_for_people(void **state) {
    struct number_text text;
    (void)state;
    assert_string_equal(terminal_count(&text, 0), "0");
    assert_string_equal(terminal_count(&text, 999), "999");
    assert_string_equal(terminal_count(&text, 1000), "1,000");
    assert_string_equal(terminal_count(&text, 1234567), "1,234,567");
    assert_string_equal(terminal_size(&text, 1023), "1023 bytes");
    assert_string_equal(terminal_size(&text, 1 << 20), "1.0 MiB");
    assert_string_equal(terminal_size(&text, (1 << 20) - 1), "1.0 MiB");
    assert_string_equal(terminal_time(&text, 0.84), "0.8 ms");
    assert_string_equal(terminal_time(&text, 12.4), "12 ms");
    assert_string_equal(terminal_time(&text, 1234), "1.23 s");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_file_appears_when_it_is_closed),
        IN_FOLDER(test_an_abandoned_file_leaves_nothing),
        IN_FOLDER(test_a_signal_can_remove_what_is_unfinished),
        IN_FOLDER(test_a_link_is_kept_and_its_target_replaced),
        IN_FOLDER(test_what_cannot_be_opened),
        IN_FOLDER(test_the_longest_name),
        IN_FOLDER(test_a_full_disk_leaves_the_old_file),
        IN_FOLDER(test_pieces_of_every_size),
        IN_FOLDER(test_a_device_is_written_directly),
        cmocka_unit_test(test_numbers_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
