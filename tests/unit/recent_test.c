/* Files in flight and files read last, as a dump tells of them. */
#include "recent.h"

#include "unit.h"

struct text {
    char bytes[64 << 10];
    size_t length;
};

static int take(void *payload, const char *bytes, size_t length) {
    struct text *text = payload;
    assert_true(text->length + length < sizeof text->bytes);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return 0;
}

static const char *written(struct ledger *ledger, struct recent *recent) {
    static struct text text;
    struct json_writer json;
    text.length = 0;
    assert_int_equal(json_writer_init(&json, ledger, PROLOGUE_SUBSYSTEM_REPORT, take, &text), 0);
    json_put_open(&json, '{');
    recent_put(&json, recent);
    json_put_close(&json, '}');
    json_writer_flush(&json);
    json_writer_free(&json);
    return text.bytes;
}

static int count_of(const char *text, const char *what) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) {
        count++;
    }
    return count;
}

static void test_the_largest_first(void **state) {
    struct bench bench;
    (void)state;
    bench_begin(&bench, 0);
    struct recent *recent = recent_new(&bench.ledger, 3);
    assert_string_equal(written(&bench.ledger, recent), "{\"inFlight\":[],\"recentFiles\":[]}");
    recent_begin(recent, 0, "/a", "small");
    recent_sized(recent, 0, 10);
    recent_begin(recent, 1, "/a", "large");
    recent_sized(recent, 1, 500);
    recent_begin(recent, 2, "/a", "alike");
    recent_sized(recent, 2, 10);
    const char *text = written(&bench.ledger, recent);
    const char *large = strstr(text, "/a/large"), *small = strstr(text, "/a/small"),
               *alike = strstr(text, "/a/alike"), *last = strstr(text, "recentFiles");
    assert_true(large && small && alike && large < small && small < alike && alike < last);
    recent_end(recent, 1);
    text = written(&bench.ledger, recent);
    assert_true(strstr(text, "/a/large") > strstr(text, "recentFiles"));
    recent_free(recent, &bench.ledger);
    bench_end(&bench);
}

static void test_the_last_hundred(void **state) {
    struct bench bench;
    char name[32];
    (void)state;
    bench_begin(&bench, 0);
    struct recent *recent = recent_new(&bench.ledger, 1);
    for (int i = 0; i < 250; i++) {
        snprintf(name, sizeof name, "file%d.js", i);
        recent_begin(recent, 0, "/a", name);
        recent_end(recent, 0);
    }
    const char *text = written(&bench.ledger, recent);
    assert_int_equal(count_of(text, "\"path\""), 100);
    assert_non_null(strstr(text, "\"recentFiles\":[{\"path\":\"/a/file249.js\""));
    assert_non_null(strstr(text, "/a/file150.js"));
    assert_null(strstr(text, "/a/file149.js"));
    recent_free(recent, &bench.ledger);
    bench_end(&bench);
}

/* Of a long path the end is kept, from the start of a character on. */
static void test_long_paths(void **state) {
    struct bench bench;
    char folder[601], name[301];
    (void)state;
    bench_begin(&bench, 0);
    struct recent *recent = recent_new(&bench.ledger, 2);
    for (int i = 0; i < 300; i++) {
        memcpy(folder + 2 * i, "\xC3\xA9", 2);
    }
    folder[600] = 0;
    memset(name, 'x', 300);
    name[300] = 0;
    recent_begin(recent, 0, folder, "end.js");
    recent_begin(recent, 1, folder, name);
    recent_begin(recent, 7, folder, name); /* no such reader */
    recent_begin(NULL, 0, folder, name);
    const char *text = written(&bench.ledger, recent);
    assert_non_null(strstr(text, "\"path\":\"\xC3\xA9"));
    assert_non_null(strstr(text, "/end.js\""));
    assert_null(strstr(text, "\xEF\xBF\xBD"));
    assert_int_equal(count_of(text, "x"), RECENT_PATH - 1);
    recent_free(recent, &bench.ledger);
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_largest_first),
        cmocka_unit_test(test_the_last_hundred),
        cmocka_unit_test(test_long_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
