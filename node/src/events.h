/* The way from the sessions' threads to the JavaScript thread of one environment. */
#ifndef EVENTS_H
#define EVENTS_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what it is about, so that telling needs no memory. `handle` runs on the JavaScript
 * thread, or never where the environment ends before. */
struct event {
    void (*handle)(napi_env env, struct event *event);
};

#define EVENT_OWNER(event, type, member) ((type *)(void *)((char *)(event)-offsetof(type, member)))

struct events {
    napi_env env;
    napi_threadsafe_function queue;
    uint32_t awaited; /* answers that keep the process alive */
    bool closed;
};

/* `gone` is called when nothing can arrive any more; its data is `events`. */
bool events_open(napi_env env, struct events *events, napi_finalize gone);

/* Any thread. The event must not be on its way already. */
void events_post(struct events *events, struct event *event);

/* The JavaScript thread: there is one more, one less, that somebody waits for. */
void events_await(napi_env env, struct events *events);
void events_arrived(napi_env env, struct events *events);

/* Makes a reference of a function, NULL of anything else. */
bool callback_hold(napi_env env, napi_value function, napi_ref *out);
/* Calls it where it is one; what it throws is an uncaught exception. */
void callback_call(napi_env env, napi_ref function, size_t count, const napi_value *values);
void callback_drop(napi_env env, napi_ref *function);

#endif
