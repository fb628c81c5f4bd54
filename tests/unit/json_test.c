/* Our reading of JSON, held to jansson's. */
#include "json_compare.h"
#include "unit.h"

static void agrees_with_the_library(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        " {\"a\" : [1, -2.5e10, 0, true, false, null]} ",
        "{\"a\":{\"b\":{\"c\":\"d\"}}}",
        "[\"\\u0041\\n\\t\\\"\\\\\\/\\b\\f\\r\"]",
        "[\"\\ud83d\\ude00\"]",
        "[\"\\ud83d\"]",
        "[\"\\ude00\"]",
        "[\"\\u12\"]",
        "[\"\\x\"]",
        "[\"\x01\"]",
        "[\"\x7f\"]",
        "[\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"]",
        "[\"\xff\"]",
        "[\"\xc0\x80\"]",
        "[\"\xed\xa0\x80\"]",
        "[\"\xf4\x90\x80\x80\"]",
        "[\"\xe2\x82\"]",
        "",
        " ",
        "{",
        "}",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "[01]",
        "[-]",
        "[1.]",
        "[.5]",
        "[1e]",
        "[1e+]",
        "[+1]",
        "[NaN]",
        "[tru]",
        "[nulll]",
        "[\"a]",
        "[\"a\nb\"]",
        "{} {}",
        "{}x",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"b\":2,\"a\":{\"c\":3,\"c\":[4]}}",
        "{\"a\":{\"b\":1},\"a\":5,\"\":1,\"\\u0061\":{\"d\":2,\"e\":3}}",
        ("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,"
         "\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"c\":[2],\"c\":{\"x\":3}}"),
        "// c\n{}",
        "{/**/}",
        "[1,/**/2]",
        "{\"a\":1,\"a\":2}",
        "{\"\":\"\"}",
        "[\"\"]",
        "[[[[[]]]]]",
        "[1e400]",
        "[-0]",
        "[0.0]",
        "[1E5]",
        "\xef\xbb\xbf{}",
        "[\"\\u0000\"]",
        "{\"\\u0061\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *why = json_compare(texts[i], strlen(texts[i]));
        if (why) {
            fail_msg("%s: %s", texts[i], why);
        }
    }
}

static struct json *read_json(struct bench *bench, struct json *json, const char *text,
                              unsigned flags, const char *const *wanted, int expected) {
    json_init(json, &bench->ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    assert_int_equal(json_read(json, text, strlen(text), flags, wanted), expected);
    return json;
}

static void allows_comments_and_trailing_commas(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct json json;
    read_json(&bench, &json, "// a\n{ /* b */ \"a\": [1, 2,], \"b\": { \"c\": \"//\", }, } // d",
              JSON_COMMENTS, NULL, 0);
    uint32_t b = json_get(&json, 0, SLICE("b"));
    assert_slice(json_text(&json, json_get(&json, b, SLICE("c"))), "//");
    json_free(&json);
    static const char *const wrong[] = {"{,}", "[,]", "{} /*", "[1,,]", "{\"a\":1,,}", "/", "{}/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        read_json(&bench, &json, wrong[i], JSON_COMMENTS, NULL, PROLOGUE_EINVALID);
        json_free(&json);
    }
    bench_end(&bench);
}

static void keeps_what_is_wanted_and_checks_the_rest(void **state) {
    (void)state;
    static const char *const wanted[] = {"main", NULL};
    struct bench bench;
    bench_begin(&bench, 0);
    struct json json;
    read_json(&bench, &json, "{\"big\":[{\"main\":1}],\"main\":\"x.js\"}", 0, wanted, 0);
    assert_int_equal(json_get(&json, 0, SLICE("big")), JSON_NONE);
    assert_slice(json_text(&json, json_get(&json, 0, SLICE("main"))), "x.js");
    json_free(&json);
    read_json(&bench, &json, "{\"main\":\"x.js\",\"big\":[oops]}", 0, wanted, PROLOGUE_EINVALID);
    assert_int_equal(json.error_offset, 22);
    assert_non_null(json.error);
    json_free(&json);
    bench_end(&bench);
}

static void tells_places_and_key_paths(void **state) {
    (void)state;
    static const char text[] = "{\n  \"exports\": {\n    \".\": { \"import\": [5] }\n  }\n}";
    struct bench bench;
    bench_begin(&bench, 0);
    struct json json;
    read_json(&bench, &json, text, 0, NULL, 0);
    uint32_t exports = json_get(&json, 0, SLICE("exports"));
    uint32_t import = json_get(&json, json_get(&json, exports, SLICE(".")), SLICE("import"));
    char path[100];
    json_key_path(&json, import, path, sizeof path);
    assert_non_null(strstr(path, "exports"));
    assert_non_null(strstr(path, "import"));
    char cut[8];
    json_key_path(&json, import, cut, sizeof cut);
    assert_true(strlen(cut) < sizeof cut);
    uint32_t line, column;
    json_locate(text, sizeof text - 1, json_at(&json, import)->start, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 22);
    json_free(&json);
    bench_end(&bench);
}

/* As a package's is after its data was dropped, and is when it cannot be read again. */
static void an_empty_document_has_no_members(void **state) {
    (void)state;
    struct bench bench;
    bench_begin(&bench, 0);
    struct json json;
    json_init(&json, &bench.ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    assert_int_equal(json_get(&json, 0, SLICE("main")), JSON_NONE);
    json_free(&json);
    assert_int_equal(json_get(&json, 0, SLICE("main")), JSON_NONE);
    read_json(&bench, &json, "{\"main\": \"x\"}", 0, NULL, 0);
    assert_int_not_equal(json_get(&json, 0, SLICE("main")), JSON_NONE);
    assert_int_equal(json_get(&json, JSON_NONE, SLICE("main")), JSON_NONE);
    json_free(&json);
    assert_int_equal(json_get(&json, 0, SLICE("main")), JSON_NONE);
    bench_end(&bench);
}

static void limits_depth(void **state) {
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(2 * DEEP + 1);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    text[2 * DEEP] = 0;
    struct bench bench;
    bench_begin(&bench, 0);
    struct json json;
    read_json(&bench, &json, text, 0, NULL, PROLOGUE_EINVALID);
    assert_non_null(json.error);
    json_free(&json);
    enum { ALLOWED = JSON_MAX_DEPTH - 1 };
    text[DEEP + ALLOWED] = 0;
    read_json(&bench, &json, text + DEEP - ALLOWED, 0, NULL, 0);
    json_free(&json);
    free(text);
    bench_end(&bench);
}

static void survives_every_refusal(void **state) {
    (void)state;
    static const char text[] = "{\"a\":[1,{\"b\":\"\\u0041 long enough to matter\"}],\"c\":{}}";
    for (size_t refused = 1;; refused++) {
        struct bench bench;
        bench_begin(&bench, 0);
        bench.host.refuse_from = refused;
        struct json json;
        json_init(&json, &bench.ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
        int error = json_read(&json, text, sizeof text - 1, 0, NULL);
        json_free(&json);
        bench_end(&bench);
        if (error == 0) {
            break;
        }
        assert_int_equal(error, PROLOGUE_ENOMEM);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_library),
        cmocka_unit_test(allows_comments_and_trailing_commas),
        cmocka_unit_test(keeps_what_is_wanted_and_checks_the_rest),
        cmocka_unit_test(tells_places_and_key_paths),
        cmocka_unit_test(an_empty_document_has_no_members),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
