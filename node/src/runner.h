/* A session and the thread that it is used from: calls block, so each session has a thread of its
 * own, which takes its tasks one after the other. */
#ifndef RUNNER_H
#define RUNNER_H

#include <node_api.h>
#include <prologue.h>
#include <stdbool.h>
#include <uv.h>

#include "events.h"
#include "task.h"

struct runner {
    struct runner *next, **link; /* of the environment; the JavaScript thread's */
    struct events *events;       /* NULL: the environment is gone */
    unsigned holders;            /* JavaScript's handle and the thread; the JavaScript thread's */
    struct task *tasks;          /* every one that is not yet answered; the JavaScript thread's */
    uint32_t last_id;
    napi_ref on_open, on_closed;
    struct event opened, closed;

    uv_thread_t thread;
    struct pool pool; /* holds what `options` points to */
    prologue_session_options options;
    prologue_session *native; /* the session's thread; to cancel `running`, any */
    int open_code;

    uv_mutex_t mutex;
    uv_cond_t changed;
    struct task *first, **last; /* the queue */
    struct task *running;
    bool closing;
    prologue_stats stats; /* of the last scan */
    int exit_code;
};

/* The JavaScript thread. `list` is where the environment keeps its sessions. NULL: an exception is
 * pending. `on_open` is called with what prologue_session_create() returned. */
struct runner *runner_start(napi_env env, struct events *events, struct runner **list,
                            napi_value options, napi_value on_open);

/* The JavaScript thread. Appends a task, which is the session's from then on. */
void runner_submit(napi_env env, struct runner *runner, struct task *task);

/* The session's thread: the scan has returned, and can be stopped no more. */
void runner_ran(struct runner *runner, struct task *task);

/* Any thread. Takes the task out of the queue, or stops it. */
void runner_cancel(struct runner *runner, uint32_t id);

/* The JavaScript thread. Cancels what runs and what waits, and ends the thread, which is joined when it
 * has told so; `on_closed` is called then. Once. */
void runner_close(napi_env env, struct runner *runner, napi_value on_closed);

/* The JavaScript thread. The same where nobody waits; where the environment ends, runner_join() does. */
void runner_stop(struct runner *runner);
void runner_join(napi_env env, struct runner *runner);

/* The JavaScript thread. */
void runner_drop(struct runner *runner);

#endif
