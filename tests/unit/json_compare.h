/* One text read by our JSON and by jansson. Shared by the unit test and the fuzzer. */
#ifndef JSON_COMPARE_H
#define JSON_COMPARE_H

/* Both have these names; ours are OURS_… here. */
#define JSON_NULL OURS_NULL
#define JSON_FALSE OURS_FALSE
#define JSON_TRUE OURS_TRUE
#define JSON_STRING OURS_STRING
#define JSON_ARRAY OURS_ARRAY
#define JSON_OBJECT OURS_OBJECT
#include "json.h"
#undef JSON_NULL
#undef JSON_FALSE
#undef JSON_TRUE
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT

#include <jansson.h>

/* What jansson refuses although RFC 8259's grammar does not, and we read: bytes that are no UTF-8,
 * half a surrogate pair, numbers that no double holds. */
static bool refused_for_taste(const json_error_t *error) {
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
    case json_error_numeric_overflow:
        return true;
    default:
        return strstr(error->text, "Unicode") != NULL;
    }
}

static const char *compare_value(const struct json *json, uint32_t node, const json_t *theirs);

static const char *compare_array(const struct json *json, uint32_t node, const json_t *theirs) {
    uint32_t item = json_at(json, node)->first;
    for (size_t i = 0; i < json_array_size(theirs); i++) {
        if (item == JSON_NONE) {
            return "an item is missing";
        }
        const char *why = compare_value(json, item, json_array_get(theirs, i));
        if (why) {
            return why;
        }
        item = json_at(json, item)->next;
    }
    return item == JSON_NONE ? NULL : "an item too many";
}

/* Both keep the order of the keys, and of a key that stands twice the last value. */
static const char *compare_object(const struct json *json, uint32_t node, json_t *theirs) {
    const char *key;
    size_t length;
    json_t *value;
    uint32_t ours = json_at(json, node)->first;
    json_object_keylen_foreach(theirs, key, length, value) {
        if (ours == JSON_NONE || !slice_equal(json_key(json, ours), (struct slice){key, length})) {
            return "a member is missing, or in another place";
        }
        const char *why = compare_value(json, ours, value);
        if (why) {
            return why;
        }
        ours = json_at(json, ours)->next;
    }
    return ours == JSON_NONE ? NULL : "a member too many";
}

/* Recursion is bounded by JSON_MAX_DEPTH: both readers have accepted the text. */
static const char *compare_value(const struct json *json, uint32_t node, const json_t *theirs) {
    const bool same_type[] = {
        [OURS_NULL] = json_is_null(theirs),     [OURS_FALSE] = json_is_false(theirs),
        [OURS_TRUE] = json_is_true(theirs),     [JSON_NUMBER] = json_is_number(theirs),
        [OURS_STRING] = json_is_string(theirs), [OURS_ARRAY] = json_is_array(theirs),
        [OURS_OBJECT] = json_is_object(theirs),
    };
    uint32_t type = json_at(json, node)->type;
    if (!same_type[type]) {
        return "another type";
    }
    if (type == OURS_STRING) {
        struct slice text = {json_string_value(theirs), json_string_length(theirs)};
        return slice_equal(json_text(json, node), text) ? NULL : "another text";
    }
    if (type == OURS_ARRAY) {
        return compare_array(json, node, theirs);
    }
    return type == OURS_OBJECT ? compare_object(json, node, (json_t *)theirs) : NULL;
}

/* NULL where the two agree, else what differs. */
static const char *json_compare(const char *bytes, size_t size) {
    struct ledger ledger;
    struct json json;
    json_error_t error;
    ledger_init(&ledger, NULL, UINT64_MAX);
    json_init(&json, &ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    int code = json_read(&json, bytes, size, 0, NULL);
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* ours skips it */
    json_t *theirs =
        json_loadb(bytes + mark, size - mark, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    const char *why = NULL;
    if (theirs && code) {
        /* jansson takes a NUL byte behind the value for the end. */
        bool nul = json.error_offset < size && bytes[json.error_offset] == 0;
        why = nul || strstr(json.error, "deep") ? NULL : json.error;
    } else if (!theirs && !code) {
        why = refused_for_taste(&error) ? NULL : "read, although it is no JSON";
    } else if (theirs) {
        why = compare_value(&json, 0, theirs);
    }
    json_decref(theirs);
    json_free(&json);
    return why;
}

#endif
