/* Files that are written anew, cut off, replaced, removed, and made links and folders of while they are
 * scanned. Every scan ends and answers something valid; the one after the last change is right. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prologue.h"
#include "unit.h"

enum { FILES = 40, SCANS = 120, THREADS = 4 };

static char root[] = "/tmp/prologue-changes-XXXXXX";
static atomic_bool done;

static void name_of(char *path, size_t size, unsigned i, const char *suffix) {
    snprintf(path, size, "%s/m%u.ts%s", root, i, suffix);
}

static void write_text(const char *path, unsigned i, unsigned lines) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0644);
    if (descriptor < 0) {
        return; /* it is a folder just now, a FIFO, or a link in a circle */
    }
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    fprintf(file, "'use client'; import './m%u'; export * from './m%u.ts';\n", (i + 1) % FILES,
            (i * 7) % FILES);
    for (unsigned line = 0; line < lines; line++) {
        fputs("/* a line of text */ f(a / b, `${x}`);\n", file);
    }
    fclose(file);
}

static void clear(const char *path) {
    if (unlink(path) && rmdir(path) && errno != ENOENT) {
        fail_msg("%s cannot be removed", path);
    }
}

static void change(unsigned kind, unsigned i) {
    char path[512], other[512];
    name_of(path, sizeof path, i, "");
    name_of(other, sizeof other, i, ".new");
    switch (kind % 7) {
    case 0:
        write_text(path, i, kind % 50);
        break;
    case 1:
        if (truncate(path, kind % 60)) {
            return;
        }
        break;
    case 2:
        write_text(other, i, kind % 5000);
        if (rename(other, path)) {
            clear(other);
        }
        break;
    case 3:
        clear(path);
        break;
    case 4:
        clear(path);
        snprintf(other, sizeof other, "m%u.ts", (i * 3 + 1) % FILES);
        if (symlink(other, path)) {
            return;
        }
        break;
    case 5:
        clear(path);
        if (mkdir(path, 0755)) {
            return;
        }
        break;
    default:
        clear(path);
        if (mkfifo(path, 0644)) {
            return;
        }
        break;
    }
}

/* The same changes every time; which of them a scan sees is chance. */
static void *keep_changing(void *argument) {
    unsigned seed = 1;
    (void)argument;
    while (!atomic_load(&done)) {
        seed = seed * 1103515245 + 12345;
        change(seed >> 8 & 0xFFFF, (seed >> 24) % FILES);
    }
    return NULL;
}

static void settle(void) {
    char path[512];
    for (unsigned i = 0; i < FILES; i++) {
        name_of(path, sizeof path, i, "");
        clear(path);
        write_text(path, i, i);
        name_of(path, sizeof path, i, ".new");
        clear(path);
    }
}

struct text {
    char bytes[256 << 10];
    size_t length;
};

static int gather(void *payload, const char *bytes, size_t length) {
    struct text *text = payload;
    assert_true(length < sizeof text->bytes - text->length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return 0;
}

static void scan(prologue_session *session, struct text *text, prologue_summary *summary) {
    const char *source = ".";
    prologue_scan_request request = {
        .size = sizeof request, .root = root, .sources = &source, .source_count = 1};
    prologue_report *report = NULL;
    text->length = 0;
    int code = prologue_session_scan(session, &request, &report);
    if (code) {
        fail_msg("%s", prologue_error_name(code));
    }
    summary->size = sizeof *summary;
    prologue_report_summary(report, summary);
    assert_int_equal(prologue_report_write(report, PROLOGUE_REPORT_EDGES, gather, text), 0);
    prologue_report_free(report);
    assert_true(summary->module_count <= FILES);
    char *stats = strstr(text->bytes, "\"stats\"");
    assert_non_null(stats);
    *stats = 0;
}

static void survives_changes(void **state) {
    static struct text text, expected;
    prologue_session_options options = {.size = sizeof options, .threads = THREADS};
    prologue_session *session, *fresh;
    prologue_summary summary;
    pthread_t thread;
    (void)state;
    settle();
    assert_int_equal(prologue_session_create(&session, &options), 0);
    assert_int_equal(pthread_create(&thread, NULL, keep_changing, NULL), 0);
    for (int i = 0; i < SCANS; i++) {
        scan(session, &text, &summary);
    }
    atomic_store(&done, true);
    pthread_join(thread, NULL);
    settle();
    scan(session, &text, &summary);
    assert_int_equal(summary.module_count, FILES);
    assert_int_equal(summary.client_count, FILES);
    assert_int_equal(prologue_session_create(&fresh, &options), 0);
    scan(fresh, &expected, &summary);
    assert_string_equal(text.bytes, expected.bytes);
    prologue_session_destroy(fresh);
    prologue_session_destroy(session);
}

static int begin(void **state) {
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int end(void **state) {
    char path[512];
    (void)state;
    for (unsigned i = 0; i < FILES; i++) {
        name_of(path, sizeof path, i, "");
        clear(path);
    }
    return rmdir(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(survives_changes)};
    return cmocka_run_group_tests(tests, begin, end);
}
