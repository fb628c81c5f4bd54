#include "events.h"

static void deliver(napi_env env, napi_value function, void *context, void *data) {
    const struct events *events = context;
    struct event *event = data;
    (void)function;
    if (env && !events->closed) {
        event->handle(env, event);
    }
}

bool events_open(napi_env env, struct events *events, napi_finalize gone) {
    napi_value name;
    events->env = env;
    return napi_create_string_latin1(env, "prologue", NAPI_AUTO_LENGTH, &name) == napi_ok &&
           napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, events, gone, events,
                                           deliver, &events->queue) == napi_ok &&
           napi_unref_threadsafe_function(env, events->queue) == napi_ok;
}

void events_post(struct events *events, struct event *event) {
    napi_call_threadsafe_function(events->queue, event, napi_tsfn_nonblocking);
}

void events_await(napi_env env, struct events *events) {
    if (events->awaited++ == 0) {
        napi_ref_threadsafe_function(env, events->queue);
    }
}

void events_arrived(napi_env env, struct events *events) {
    if (--events->awaited == 0) {
        napi_unref_threadsafe_function(env, events->queue);
    }
}

bool callback_hold(napi_env env, napi_value function, napi_ref *out) {
    napi_valuetype type;
    *out = NULL;
    if (napi_typeof(env, function, &type) != napi_ok) {
        return false;
    }
    return type != napi_function || napi_create_reference(env, function, 1, out) == napi_ok;
}

void callback_call(napi_env env, napi_ref function, size_t count, const napi_value *values) {
    napi_value callee, receiver;
    if (function && napi_get_reference_value(env, function, &callee) == napi_ok &&
        napi_get_undefined(env, &receiver) == napi_ok) {
        napi_call_function(env, receiver, callee, count, values, NULL);
    }
}

void callback_drop(napi_env env, napi_ref *function) {
    if (*function) {
        napi_delete_reference(env, *function);
        *function = NULL;
    }
}
