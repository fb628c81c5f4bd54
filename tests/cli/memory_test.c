/* Whatever stands in a file: it is read, printed, written as JSON and drawn, or refused; never more. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "test.h"

enum { ROUNDS = 4000 };

static const char *const lines[] = {
    "{\"type\":\"trace\",\"version\":1,\"tool\":\"prologue 0.1.0\",\"limit\":1048576}",
    "{\"type\":\"begin\",\"ms\":1,\"phase\":\"start\",\"resident\":5,\"ledger\":{\"total\":7,"
    "\"peak\":"
    "9,\"subsystems\":{\"facts\":3,\"graph\":4}},\"filesRead\":2,\"scan\":1,\"trackingMs\":0.5}",
    "{\"type\":\"tick\",\"ms\":2.5,\"phase\":\"start\",\"resident\":900000,\"ledger\":{\"total\":"
    "800000,\"peak\":800001,\"subsystems\":{\"facts\":799999,\"graph\":1}},\"window\":{\"threads\":"
    "2,"
    "\"why\":[\"small\"]}}",
    "{\"type\":\"end\",\"ms\":9,\"phase\":\"start\",\"resident\":5,\"ledger\":{\"total\":7,"
    "\"peak\":"
    "900000,\"subsystems\":{\"facts\":3,\"graph\":4}}}",
    "{\"type\":\"attribution\",\"ms\":9,\"phase\":\"report\",\"resident\":5,\"ledger\":{\"total\":"
    "7,"
    "\"peak\":900000,\"subsystems\":{}},\"attribution\":{\"packages\":[{\"path\":\"a\",\"files\":1,"
    "\"bytes\":5},{\"path\":null,\"bytes\":7}],\"folders\":[]}}",
    "{\"type\":\"dump\",\"version\":1,\"limit\":5,\"ms\":9,\"phase\":\"read\",\"resident\":5,"
    "\"ledger\":{\"total\":7,\"peak\":9,\"subsystems\":{\"facts\":7}},\"reason\":\"limit\","
    "\"inFlight\":[{\"path\":\"/a\",\"bytes\":5}],\"recentFiles\":[],\"graph\":{\"packages\":[{"
    "\"path\":\".\",\"modules\":3,\"files\":4}],\"barrels\":[{\"path\":\"b\",\"exports\":9}]}}",
};

enum { LINES = sizeof lines / sizeof *lines };

static char name[] = "/tmp/prologue-memory-XXXXXX";
static uint32_t seed = 1;

static uint32_t any(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

static int make(void **state) {
    (void)state;
    int descriptor = mkstemp(name);
    complain_never();
    return descriptor < 0 ? -1 : close(descriptor);
}

static int unmake(void **state) {
    (void)state;
    return unlink(name);
}

static void put(const char *bytes, size_t length) {
    int descriptor = open(name, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), length);
    assert_int_equal(ftruncate(descriptor, (off_t)length), 0); /* not first: that is slow */
    close(descriptor);
}

/* Some of the lines, in any order, with bytes changed, moved and left out. */
static size_t mutate(char *text, size_t size) {
    static const char odd[] = "{}[]\",:0123456789-.eE\\\n ntfu\x80\xff";
    size_t length = 0;
    for (uint32_t i = 1 + any(8); i > 0; i--) {
        const char *line = any(4) ? lines[LINES - 1 - any(LINES)] : lines[0];
        length += (size_t)snprintf(text + length, size - length, "%s\n", line);
    }
    for (uint32_t i = any(4); i > 0; i--) {
        size_t at = any((uint32_t)length);
        if (any(3)) {
            text[at] = odd[any(sizeof odd - 1)];
        } else {
            size_t from = any((uint32_t)length), count = any(40);
            size_t most = length - (at > from ? at : from);
            memmove(text + at, text + from, count < most ? count : most);
        }
    }
    return any(5) ? length : any((uint32_t)length);
}

static void use(const struct memory_file *files, size_t count) {
    static struct output output;
    struct terminal terminal;
    assert_true(output_open(&output, "/dev/null"));
    terminal_init(&terminal, &output, COLOR_NEVER);
    memory_print(&terminal, MEMORY_SUMMARY, files, count);
    memory_print(&terminal, MEMORY_JUMPS, files, count);
    assert_true(memory_write(&output, MEMORY_SUMMARY, files, count));
    assert_true(memory_write(&output, MEMORY_JUMPS, files, count));
    memory_plot(&output, files, count);
    if (count == 2) {
        memory_print(&terminal, MEMORY_DIFF, files, count);
        assert_true(memory_write(&output, MEMORY_DIFF, files, count));
    }
    assert_true(output_close(&output));
}

static void test_what_is_written_is_read(void **state) {
    static struct memory_file file;
    char text[4096];
    size_t length = 0;
    (void)state;
    for (size_t i = 0; i < LINES - 1; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", lines[i]);
    put(text, length);
    assert_true(memory_read(&file, name));
    assert_int_equal(file.ticks, 1);
    assert_int_equal(file.peak.bytes, 900000);
    assert_int_equal(file.part_peaks[0].bytes, 799999);
    assert_int_equal(file.phases[0].jump, 900000 - 7);
    use(&file, 1);
    memory_free(&file);
}

static void test_whatever_stands_there(void **state) {
    static struct memory_file files[2];
    char text[16384];
    size_t read = 0, count = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        put(text, mutate(text, sizeof text));
        if (!memory_read(&files[count], name)) {
            memory_free(&files[count]);
            continue;
        }
        read++;
        if (++count == 2) {
            use(files, 1);
            use(files, 2);
            memory_free(&files[0]);
            memory_free(&files[1]);
            count = 0;
        }
    }
    if (count == 1)
        memory_free(&files[0]);
    assert_in_range(read, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_whatever_stands_there),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
