/* One call of a session, a scan or an invalidation: what is asked, who wants to know, and the answer. */
#ifndef TASK_H
#define TASK_H

#include <node_api.h>
#include <prologue.h>
#include <stdbool.h>

#include "asking.h"
#include "events.h"
#include "outcome.h"
#include "request.h"

struct runner;

struct task {
    struct task *next; /* in the session's queue */
    struct task *next_open, **link;
    struct runner *runner;
    uint32_t id;
    struct event progressed;
    struct event done;    /* the answer is there, and somebody may be told */
    struct event settled; /* nothing more comes: the task is freed */
    napi_ref on_done, on_progress;
    struct asking asking;
    bool invalidates;
    struct request request; /* of a scan */
    struct pool pool;       /* of an invalidation, which nobody waits for, holds `paths` */
    const char *const *paths;
    size_t path_count;

    bool cancelled, progress_posted; /* under the session's mutex, as is `progress` */
    prologue_progress progress;

    int code;
    char *detail; /* NULL: none */
    struct outcome *outcome;
};

/* The JavaScript thread. NULL: an exception is pending. `on_done` is called once with the name of the
 * error or undefined, its message, what it is about, and an outcome where there is one. */
struct task *task_new(napi_env env, napi_value request, napi_value on_done, napi_value on_progress,
                      napi_value on_ask);
struct task *task_new_invalidation(napi_env env, napi_value paths);
void task_free(napi_env env, struct task *task);

/* The session's thread. Tells when it is done, and when it is settled. */
void task_run(struct task *task, prologue_session *native);
/* The same where it is not run. */
void task_refuse(struct task *task, int code);

#endif
