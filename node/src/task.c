#include "task.h"

#include <stdlib.h>
#include <string.h>

#include "runner.h"

/* ---- the session's thread --------------------------------------------------------------------- */

static int note_progress(const prologue_progress *progress, void *payload) {
    struct task *task = payload;
    struct runner *runner = task->runner;
    uv_mutex_lock(&runner->mutex);
    bool posted = task->progress_posted;
    task->progress = *progress;
    task->progress_posted = true;
    uv_mutex_unlock(&runner->mutex);
    if (!posted) {
        events_post(runner->events, &task->progressed);
    }
    return 0;
}

static int scan(struct task *task, prologue_session *native, prologue_report **report) {
    struct request *request = &task->request;
    request->scan.on_progress = task->on_progress ? note_progress : NULL;
    request->scan.payload = task;
    int code = prologue_session_scan(native, &request->scan, report);
    const char *detail = prologue_session_detail(native);
    if (code && *detail) {
        task->detail = strdup(detail);
    }
    if (*report) {
        task->outcome = outcome_new(*report);
        code = task->outcome ? code : PROLOGUE_ENOMEM;
    }
    return code;
}

/* The answer does not wait for the texts: after a small change they take longer than the scan. */
static void run_scan(struct task *task, prologue_session *native) {
    struct events *events = task->runner->events;
    prologue_report *report = NULL;
    task->code = scan(task, native, &report);
    runner_ran(task->runner, task);
    events_post(events, &task->done);
    if (task->outcome) {
        outcome_write(task->outcome, report, task->request.flags);
    }
    prologue_report_free(report);
    events_post(events, &task->settled);
}

static void invalidate(struct task *task, prologue_session *native) {
    prologue_session_invalidate(native, task->paths, task->path_count);
    runner_ran(task->runner, task);
    events_post(task->runner->events, &task->settled);
}

void task_run(struct task *task, prologue_session *native) {
    (task->invalidates ? invalidate : run_scan)(task, native);
}

void task_refuse(struct task *task, int code) {
    task->code = code;
    if (!task->invalidates) {
        events_post(task->runner->events, &task->done);
    }
    events_post(task->runner->events, &task->settled);
}

/* ---- the JavaScript thread -------------------------------------------------------------------- */

static void tell_progress(napi_env env, struct event *event) {
    struct task *task = EVENT_OWNER(event, struct task, progressed);
    struct runner *runner = task->runner;
    uv_mutex_lock(&runner->mutex);
    prologue_progress progress = task->progress;
    task->progress_posted = false;
    uv_mutex_unlock(&runner->mutex);
    napi_value value;
    if (napi_create_object(env, &value) == napi_ok &&
        put_number(env, value, "filesRead", (double)progress.files_read) &&
        put_number(env, value, "bytesRead", (double)progress.bytes_read) &&
        put_number(env, value, "modules", (double)progress.modules) &&
        put_number(env, value, "pending", (double)progress.pending) &&
        put_number(env, value, "elapsedMs", progress.elapsed_ms)) {
        callback_call(env, task->on_progress, 1, &value);
    }
}

static void tell_done(napi_env env, struct event *event) {
    struct task *task = EVENT_OWNER(event, struct task, done);
    napi_value values[4];
    bool shown = task->outcome && outcome_show(env, task->outcome, &values[3]);
    events_arrived(env, task->runner->events);
    if (make_error(env, task->code, task->detail, values) &&
        (shown || napi_get_undefined(env, &values[3]) == napi_ok)) {
        callback_call(env, task->on_done, 4, values);
    }
}

static void settle(napi_env env, struct event *event) {
    struct task *task = EVENT_OWNER(event, struct task, settled);
    if (task->outcome) {
        outcome_account(env, task->outcome);
    }
    task_free(env, task);
}

static struct task *make(napi_env env) {
    struct task *task = calloc(1, sizeof *task);
    if (!task) {
        throw_code(env, PROLOGUE_ENOMEM);
        return NULL;
    }
    task->progressed.handle = tell_progress;
    task->done.handle = tell_done;
    task->settled.handle = settle;
    return task;
}

struct task *task_new_invalidation(napi_env env, napi_value paths) {
    struct task *task = make(env);
    if (!task) {
        return NULL;
    }
    task->invalidates = true;
    if (!value_texts(env, paths, &task->pool, &task->paths, &task->path_count)) {
        throw_code(env, PROLOGUE_EINVALID);
        task_free(env, task);
        return NULL;
    }
    return task;
}

struct task *task_new(napi_env env, napi_value request, napi_value on_done, napi_value on_progress,
                      napi_value on_ask) {
    struct task *task = make(env);
    if (!task) {
        return NULL;
    }
    if (!request_read(env, request, &task->request) ||
        !callback_hold(env, on_done, &task->on_done) ||
        !callback_hold(env, on_progress, &task->on_progress) ||
        !asking_open(env, on_ask, &task->asking)) {
        throw_code(env, PROLOGUE_EINVALID);
        task_free(env, task);
        return NULL;
    }
    return task;
}

void task_free(napi_env env, struct task *task) {
    if (task->link) {
        *task->link = task->next_open;
        if (task->next_open) {
            task->next_open->link = task->link;
        }
    }
    callback_drop(env, &task->on_done);
    callback_drop(env, &task->on_progress);
    asking_close(env, &task->asking);
    request_free(&task->request);
    pool_free(&task->pool);
    if (task->outcome) {
        outcome_drop(task->outcome);
    }
    free(task->detail);
    free(task);
}
