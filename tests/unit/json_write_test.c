#include "json_write.h"
#include "unit.h"

struct sink {
    char *bytes;
    size_t length, calls;
    size_t stop_at; /* refuse from this call on; 0: never */
};

static int take(void *payload, const char *bytes, size_t length) {
    struct sink *sink = payload;
    if (++sink->calls == sink->stop_at) {
        return 1;
    }
    assert_true(length > 0);
    sink->bytes = realloc(sink->bytes, sink->length + length + 1);
    memcpy(sink->bytes + sink->length, bytes, length);
    sink->length += length;
    sink->bytes[sink->length] = 0;
    return 0;
}

static void begin(struct bench *bench, struct json_writer *writer, struct sink *sink) {
    bench_begin(bench, 0);
    memset(sink, 0, sizeof *sink);
    assert_int_equal(
        json_writer_init(writer, &bench->ledger, PROLOGUE_SUBSYSTEM_REPORT, take, sink), 0);
}

static void end(struct bench *bench, struct json_writer *writer, struct sink *sink,
                const char *expected) {
    assert_int_equal(json_writer_flush(writer), 0);
    assert_string_equal(sink->bytes, expected);
    json_writer_free(writer);
    free(sink->bytes);
    bench_end(bench);
}

static void places_commas(void **state) {
    (void)state;
    struct bench bench;
    struct json_writer writer;
    struct sink sink;
    begin(&bench, &writer, &sink);
    json_put_open(&writer, '{');
    json_put_key(&writer, "a");
    json_put_open(&writer, '[');
    json_put_unsigned(&writer, 0);
    json_put_unsigned(&writer, UINT64_MAX);
    json_put_bool(&writer, true);
    json_put_null(&writer);
    json_put_open(&writer, '[');
    json_put_close(&writer, ']');
    json_put_close(&writer, ']');
    json_put_key_string(&writer, SLICE("b\""));
    json_put_literal(&writer, "text");
    json_put_key(&writer, "c");
    json_put_open(&writer, '{');
    json_put_close(&writer, '}');
    json_put_close(&writer, '}');
    json_put_newline(&writer);
    json_put_bool(&writer, false);
    end(&bench, &writer, &sink,
        "{\"a\":[0,18446744073709551615,true,null,[]],\"b\\\"\":\"text\",\"c\":{}}\nfalse");
}

static void escapes(void **state) {
    (void)state;
    static const struct {
        struct slice text;
        const char *written;
    } cases[] = {
        {SLICE("plain"), "\"plain\""},
        {SLICE("\"\\/"), "\"\\\"\\\\/\""},
        {SLICE("\n\r\t"), "\"\\n\\r\\t\""},
        {SLICE("\0\x1f"), "\"\\u0000\\u001f\""},
        {SLICE("\xc3\xa9\xf0\x9f\x98\x80"), "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {SLICE("a\xff"
               "b"),
         "\"a\xef\xbf\xbd"
         "b\""},
        {SLICE("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {{NULL, 0}, "\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench bench;
        struct json_writer writer;
        struct sink sink;
        begin(&bench, &writer, &sink);
        json_put_string(&writer, cases[i].text);
        end(&bench, &writer, &sink, cases[i].written);
    }
}

static void writes_decimals(void **state) {
    (void)state;
    struct bench bench;
    struct json_writer writer;
    struct sink sink;
    begin(&bench, &writer, &sink);
    json_put_open(&writer, '[');
    json_put_decimal(&writer, 0, 3);
    json_put_decimal(&writer, 1.5, 3);
    json_put_decimal(&writer, 0.0625, 3);
    json_put_decimal(&writer, 12.9996, 3);
    json_put_decimal(&writer, (double)INFINITY, 3);
    json_put_close(&writer, ']');
    assert_int_equal(json_writer_flush(&writer), 0);
    double values[4];
    assert_int_equal(sscanf(sink.bytes, "[%lf,%lf,%lf,%lf,null]", &values[0], &values[1],
                            &values[2], &values[3]),
                     4);
    assert_true(values[0] == 0 && values[1] == 1.5 && values[3] == 13);
    json_writer_free(&writer);
    free(sink.bytes);
    bench_end(&bench);
}

static void hands_on_what_does_not_fit(void **state) {
    (void)state;
    enum { LENGTH = 1 << 20 };
    char *text = malloc(LENGTH);
    memset(text, 'x', LENGTH);
    struct bench bench;
    struct json_writer writer;
    struct sink sink;
    begin(&bench, &writer, &sink);
    json_put_string(&writer, (struct slice){text, LENGTH});
    assert_int_equal(json_writer_flush(&writer), 0);
    assert_int_equal(sink.length, LENGTH + 2);
    assert_memory_equal(sink.bytes + 1, text, LENGTH);
    json_writer_free(&writer);
    free(sink.bytes);
    bench_end(&bench);

    begin(&bench, &writer, &sink);
    sink.stop_at = 2;
    json_put_string(&writer, (struct slice){text, LENGTH});
    assert_int_equal(json_writer_flush(&writer), PROLOGUE_EWRITE);
    assert_int_equal(sink.calls, 2);
    json_writer_free(&writer);
    free(sink.bytes);
    bench_end(&bench);
    free(text);
}

static void needs_memory_once(void **state) {
    (void)state;
    struct bench bench;
    struct json_writer writer;
    struct sink sink = {0};
    bench_begin(&bench, 10);
    assert_int_equal(
        json_writer_init(&writer, &bench.ledger, PROLOGUE_SUBSYSTEM_REPORT, take, &sink),
        PROLOGUE_ELIMIT);
    json_put_string(&writer, SLICE("x"));
    assert_int_equal(json_writer_flush(&writer), PROLOGUE_ELIMIT);
    assert_int_equal(sink.calls, 0);
    json_writer_free(&writer);
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_commas),     cmocka_unit_test(escapes),
        cmocka_unit_test(writes_decimals),   cmocka_unit_test(hands_on_what_does_not_fit),
        cmocka_unit_test(needs_memory_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
