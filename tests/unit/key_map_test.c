/* Look-ups in compiled maps: the same as a plain search, at a cost that does not grow with the map. */
#include "key_map.h"

#include "unit.h"

struct maker {
    struct bench bench;
    struct json json;
    struct key_map map;
    char *text;
    size_t length, capacity;
};

static void make_begin(struct maker *maker) {
    memset(maker, 0, sizeof *maker);
    bench_begin(&maker->bench, 0);
    json_init(&maker->json, &maker->bench.ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    maker->capacity = 8 << 20;
    maker->text = malloc(maker->capacity);
    maker->text[maker->length++] = '{';
}

static void make_key(struct maker *maker, const char *format, unsigned number) {
    char key[64];
    snprintf(key, sizeof key, format, number, number);
    int wrote = snprintf(maker->text + maker->length, maker->capacity - maker->length,
                         "%s\"%s\":\"./x\"", maker->length > 1 ? "," : "", key);
    assert_true(wrote > 0 && maker->length + (size_t)wrote + 1 < maker->capacity);
    maker->length += (size_t)wrote;
}

static void make_map(struct maker *maker) {
    maker->text[maker->length++] = '}';
    assert_int_equal(json_read(&maker->json, maker->text, maker->length, 0, NULL), 0);
    key_map_init(&maker->map, &maker->json, 0);
    assert_int_equal(key_map_compile(&maker->map), 0);
}

static void make_end(struct maker *maker) {
    key_map_free(&maker->map);
    json_free(&maker->json);
    bench_end(&maker->bench);
    free(maker->text);
}

static bool matches(struct maker *maker, const char *format, unsigned number) {
    char key[64];
    struct slice star;
    snprintf(key, sizeof key, format, number, number);
    uint32_t exact = key_map_get(&maker->map, slice_of(key));
    return exact != JSON_NONE || key_map_match(&maker->map, slice_of(key), &star) != JSON_NONE;
}

/* How many slots a look-up looks at, on average over `asked` keys that are there and as many that
 * are not. */
static double cost(const char *key, const char *hit, const char *miss, unsigned count) {
    struct maker maker;
    const unsigned asked = 1000, first = 100000;
    make_begin(&maker);
    for (unsigned i = 0; i < count; i++) {
        make_key(&maker, key, first + i);
    }
    make_map(&maker);
    for (unsigned i = 0; i < asked; i++) {
        assert_true(matches(&maker, hit, first + i % count));
        assert_false(matches(&maker, miss, first + i));
    }
    double each = (double)maker.map.looked / (2 * asked);
    make_end(&maker);
    return each;
}

static void large_maps_cost_what_small_ones_do(void **state) {
    (void)state;
    static const struct {
        const char *key, *hit, *miss;
        unsigned few, many;
    } shapes[] = {
        {"./icons/icon-%u.js", "./icons/icon-%u.js", "./icons/none-%u.js", 10, 50000},
        {"./icons/icon-%u/*", "./icons/icon-%u/a.js", "./icons/none-%u/a.js", 10, 10000},
        {"./icons/*/icon-%u.js", "./icons/a/icon-%u.js", "./icons/a/none-%u.js", 10, 10000},
        {"./i-%u/*/%u.js", "./i-%u/a/%u.js", "./i-%u/a/none-%u.js", 10, 10000},
        {"./icons/icon-%u/", "./icons/icon-%u/a.js", "./icons/none-%u/a.js", 10, 10000},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        double few = cost(shapes[i].key, shapes[i].hit, shapes[i].miss, shapes[i].few);
        double many = cost(shapes[i].key, shapes[i].hit, shapes[i].miss, shapes[i].many);
        print_message("%-22s %6.2f slots of %u keys, %6.2f of %u\n", shapes[i].key, few,
                      shapes[i].few, many, shapes[i].many);
        assert_true(many <= 2 * few);
    }
}

/* ---- held to a plain search */

static bool plain_takes(struct slice pattern, struct slice key, struct slice *star) {
    const char *at = memchr(pattern.data, '*', pattern.length);
    size_t before = at ? (size_t)(at - pattern.data) : pattern.length;
    struct slice tail = slice_skip(pattern, before + (at != NULL));
    if (memchr(tail.data, '*', tail.length) || (!at && !slice_ends(pattern, SLICE("/"))) ||
        key.length < before + 1 + tail.length ||
        !slice_starts(key, (struct slice){pattern.data, before}) || !slice_ends(key, tail)) {
        return false;
    }
    *star = (struct slice){key.data + before, key.length - before - tail.length};
    return true;
}

static size_t plain_before(struct slice pattern) {
    const char *at = memchr(pattern.data, '*', pattern.length);
    return at ? (size_t)(at - pattern.data) : pattern.length;
}

static uint32_t plain_match(const struct json *json, struct slice key, struct slice *star) {
    uint32_t best = JSON_NONE;
    struct slice taken;
    for (uint32_t node = json_at(json, 0)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        struct slice pattern = json_key(json, node);
        if (!plain_takes(pattern, key, &taken)) {
            continue;
        }
        struct slice other = best == JSON_NONE ? SLICE("") : json_key(json, best);
        size_t before = plain_before(pattern), than = plain_before(other);
        if (best == JSON_NONE || before > than ||
            (before == than && pattern.length > other.length)) {
            best = node;
            *star = taken;
        }
    }
    return best;
}

static unsigned next_random(unsigned *seed) {
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void random_text(unsigned *seed, const char *letters, char *text, size_t size) {
    size_t length = next_random(seed) % size, count = strlen(letters);
    for (size_t i = 0; i < length; i++) {
        text[i] = letters[next_random(seed) % count];
    }
    text[length] = 0;
}

static void finds_what_a_plain_search_finds(void **state) {
    (void)state;
    unsigned seed = 1, found = 0;
    char text[16];
    for (int round = 0; round < 400; round++) {
        struct maker maker;
        make_begin(&maker);
        for (unsigned i = next_random(&seed) % 24; i; i--) {
            random_text(&seed, "ab/*", text, sizeof text / 2);
            make_key(&maker, text, 0);
        }
        make_map(&maker);
        for (int i = 0; i < 200; i++) {
            struct slice star = {NULL, 0}, plain_star = {NULL, 0};
            random_text(&seed, "ab/", text, sizeof text);
            struct slice key = slice_of(text);
            uint32_t node = key_map_match(&maker.map, key, &star);
            assert_int_equal(node, plain_match(&maker.json, key, &plain_star));
            assert_int_equal(key_map_get(&maker.map, key), json_get(&maker.json, 0, key));
            found += node != JSON_NONE;
            if (node != JSON_NONE) {
                assert_ptr_equal(star.data, plain_star.data);
                assert_int_equal(star.length, plain_star.length);
            }
        }
        make_end(&maker);
    }
    assert_true(found > 10000);
}

static void survives_every_refusal(void **state) {
    (void)state;
    for (size_t refuse = 1;; refuse++) {
        struct maker maker;
        make_begin(&maker);
        for (unsigned i = 0; i < 40; i++) {
            make_key(&maker, i % 2 ? "./a%u/*" : "./a%u", i);
        }
        maker.text[maker.length++] = '}';
        assert_int_equal(json_read(&maker.json, maker.text, maker.length, 0, NULL), 0);
        key_map_init(&maker.map, &maker.json, 0);
        maker.bench.host.calls = 0;
        maker.bench.host.refuse_from = refuse;
        int code = key_map_compile(&maker.map);
        maker.bench.host.refuse_from = 0;
        if (code) {
            assert_int_equal(code, PROLOGUE_ENOMEM);
            assert_int_equal(key_map_get(&maker.map, SLICE("./a0")), JSON_NONE);
            assert_int_equal(key_map_compile(&maker.map), 0);
        }
        assert_true(matches(&maker, "./a%u", 0));
        assert_true(matches(&maker, "./a%u/x", 1));
        make_end(&maker);
        if (!code) {
            assert_true(refuse > 3);
            return;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_maps_cost_what_small_ones_do),
        cmocka_unit_test(finds_what_a_plain_search_finds),
        cmocka_unit_test(survives_every_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
