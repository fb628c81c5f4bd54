/* JavaScript values to C and back. Readers are false where the value is of another kind or memory is
 * out; what they read lives in the pool. `undefined` and `null` read as NULL, 0 and false. */
#ifndef VALUES_H
#define VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

bool value_text(napi_env env, napi_value value, struct pool *pool, const char **out);
/* NULL-terminated; `count` may be NULL. */
bool value_texts(napi_env env, napi_value value, struct pool *pool, const char *const **out,
                 size_t *count);
bool value_number(napi_env env, napi_value value, double *out);

bool member(napi_env env, napi_value object, const char *name, napi_value *out);
bool member_text(napi_env env, napi_value object, const char *name, struct pool *pool,
                 const char **out);
bool member_texts(napi_env env, napi_value object, const char *name, struct pool *pool,
                  const char *const **out, size_t *count);
bool member_number(napi_env env, napi_value object, const char *name, double *out);

/* An array of objects: as many zeroed items as it has, each read by `read`. */
typedef bool read_item(napi_env env, napi_value value, struct pool *pool, void *item);
bool member_items(napi_env env, napi_value object, const char *name, struct pool *pool,
                  size_t item_size, read_item *read, void *out_items, size_t *count);

/* The arguments of a call, `undefined` where fewer were given. */
bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *out);

/* An array of the texts in `bytes`, each of which stands after its length, a size_t. */
bool make_texts(napi_env env, const char *bytes, size_t length, napi_value *out);

bool put_number(napi_env env, napi_value object, const char *name, double value);
bool put_text(napi_env env, napi_value object, const char *name, const char *text);

/* What a callback is told: the name of an error, its message, its detail; each undefined where there
 * is none. */
bool make_error(napi_env env, int code, const char *detail, napi_value out[3]);

/* Throws a PrologueError's makings: an Error with `code`. NULL. */
napi_value throw_code(napi_env env, int code);

#endif
