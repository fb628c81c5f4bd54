#include "values.h"

#include <prologue.h>
#include <string.h>

static bool is_nothing(napi_env env, napi_value value) {
    napi_valuetype type;
    return napi_typeof(env, value, &type) == napi_ok &&
           (type == napi_undefined || type == napi_null);
}

bool value_text(napi_env env, napi_value value, struct pool *pool, const char **out) {
    size_t length = 0;
    *out = NULL;
    if (is_nothing(env, value)) {
        return true;
    }
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
        return false;
    }
    char *text = pool_take(pool, length + 1, 1);
    if (!text || napi_get_value_string_utf8(env, value, text, length + 1, &length) != napi_ok) {
        return false;
    }
    *out = text;
    return true;
}

bool value_texts(napi_env env, napi_value value, struct pool *pool, const char *const **out,
                 size_t *count) {
    uint32_t length = 0;
    bool ok = true;
    *out = NULL;
    if (is_nothing(env, value)) {
        return true;
    }
    if (napi_get_array_length(env, value, &length) != napi_ok) {
        return false;
    }
    const char **texts = pool_take(pool, (size_t)length + 1, sizeof *texts);
    for (uint32_t i = 0; i < length && texts && ok; i++) {
        napi_value item;
        ok = napi_get_element(env, value, i, &item) == napi_ok &&
             value_text(env, item, pool, &texts[i]);
    }
    *out = texts;
    if (count) {
        *count = length;
    }
    return ok && texts;
}

bool value_number(napi_env env, napi_value value, double *out) {
    bool yes = false;
    *out = 0;
    if (is_nothing(env, value)) {
        return true;
    }
    if (napi_get_value_bool(env, value, &yes) == napi_ok) {
        *out = yes;
        return true;
    }
    return napi_get_value_double(env, value, out) == napi_ok;
}

bool member(napi_env env, napi_value object, const char *name, napi_value *out) {
    return napi_get_named_property(env, object, name, out) == napi_ok;
}

bool member_text(napi_env env, napi_value object, const char *name, struct pool *pool,
                 const char **out) {
    napi_value value;
    return member(env, object, name, &value) && value_text(env, value, pool, out);
}

bool member_texts(napi_env env, napi_value object, const char *name, struct pool *pool,
                  const char *const **out, size_t *count) {
    napi_value value;
    return member(env, object, name, &value) && value_texts(env, value, pool, out, count);
}

bool member_number(napi_env env, napi_value object, const char *name, double *out) {
    napi_value value;
    return member(env, object, name, &value) && value_number(env, value, out);
}

bool member_items(napi_env env, napi_value object, const char *name, struct pool *pool,
                  size_t item_size, read_item *read, void *out_items, size_t *count) {
    napi_value array, item;
    uint32_t length = 0;
    bool ok = member(env, object, name, &array);
    if (!ok || is_nothing(env, array)) {
        return ok;
    }
    ok = napi_get_array_length(env, array, &length) == napi_ok;
    unsigned char *items = ok ? pool_take(pool, length, item_size) : NULL;
    for (uint32_t i = 0; i < length && items && ok; i++) {
        ok = napi_get_element(env, array, i, &item) == napi_ok &&
             read(env, item, pool, items + i * item_size);
    }
    memcpy(out_items, &items, sizeof items);
    *count = length;
    return ok && items;
}

bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *out) {
    size_t given = count;
    return napi_get_cb_info(env, info, &given, out, NULL, NULL) == napi_ok;
}

bool make_texts(napi_env env, const char *bytes, size_t length, napi_value *out) {
    bool ok = napi_create_array(env, out) == napi_ok;
    uint32_t index = 0;
    for (size_t at = 0, size; at < length && ok; at += size) {
        napi_value text;
        memcpy(&size, bytes + at, sizeof size);
        at += sizeof size;
        ok = napi_create_string_utf8(env, bytes + at, size, &text) == napi_ok &&
             napi_set_element(env, *out, index++, text) == napi_ok;
    }
    return ok;
}

bool put_number(napi_env env, napi_value object, const char *name, double value) {
    napi_value number;
    return napi_create_double(env, value, &number) == napi_ok &&
           napi_set_named_property(env, object, name, number) == napi_ok;
}

bool put_text(napi_env env, napi_value object, const char *name, const char *text) {
    napi_value value;
    return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok &&
           napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool make_text(napi_env env, const char *text, napi_value *out) {
    return (text ? napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, out)
                 : napi_get_undefined(env, out)) == napi_ok;
}

bool make_error(napi_env env, int code, const char *detail, napi_value out[3]) {
    return make_text(env, code ? prologue_error_name(code) : NULL, &out[0]) &&
           make_text(env, code ? prologue_error_message(code) : NULL, &out[1]) &&
           make_text(env, detail, &out[2]);
}

napi_value throw_code(napi_env env, int code) {
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (!pending) {
        napi_throw_error(env, prologue_error_name(code), prologue_error_message(code));
    }
    return NULL;
}
