#include "runner.h"

#include <stdlib.h>

enum { THREAD_STACK = 1 << 20 };

/* ---- the session's thread --------------------------------------------------------------------- */

/* Under the mutex. */
static struct task *take(struct runner *runner) {
    struct task *task = runner->first;
    runner->first = task->next;
    if (!runner->first) {
        runner->last = &runner->first;
    }
    return task;
}

/* A cancellation that came too late would stop the next call: an empty one takes it. */
static int discard(void *payload, const char *bytes, size_t length) {
    (void)payload;
    (void)bytes;
    (void)length;
    return 0;
}

static void forget_cancellation(struct runner *runner) {
    prologue_inspect_request nothing = {.size = sizeof nothing};
    prologue_session_inspect(runner->native, &nothing, discard, NULL, NULL);
}

void runner_ran(struct runner *runner, struct task *task) {
    uv_mutex_lock(&runner->mutex);
    runner->running = NULL;
    if (task->outcome) {
        runner->stats = task->outcome->stats;
        runner->exit_code = task->outcome->exit_code;
    }
    bool cancelled = task->cancelled;
    uv_mutex_unlock(&runner->mutex);
    if (cancelled) {
        forget_cancellation(runner);
    }
}

/* Under the mutex, which is not held while the task runs. */
static void run_next(struct runner *runner) {
    struct task *task = take(runner);
    runner->running = task;
    uv_mutex_unlock(&runner->mutex);
    task_run(task, runner->native);
    uv_mutex_lock(&runner->mutex);
}

static void work(struct runner *runner) {
    uv_mutex_lock(&runner->mutex);
    while (!runner->closing) {
        if (runner->first) {
            run_next(runner);
        } else {
            uv_cond_wait(&runner->changed, &runner->mutex);
        }
    }
    uv_mutex_unlock(&runner->mutex);
}

static void refuse_rest(struct runner *runner) {
    int code = runner->open_code ? runner->open_code : PROLOGUE_ECANCELLED;
    uv_mutex_lock(&runner->mutex);
    runner->closing = true;
    while (runner->first) {
        task_refuse(take(runner), code);
    }
    uv_mutex_unlock(&runner->mutex);
}

static void runner_thread(void *argument) {
    struct runner *runner = argument;
    runner->open_code = prologue_session_create(&runner->native, &runner->options);
    events_post(runner->events, &runner->opened);
    if (!runner->open_code) {
        work(runner);
    }
    refuse_rest(runner);
    if (!runner->open_code) {
        prologue_session_destroy(runner->native);
    }
    events_post(runner->events, &runner->closed);
}

/* ---- any thread ------------------------------------------------------------------------------- */

/* Under the mutex. */
static void stop_running(struct runner *runner) {
    if (runner->running) {
        runner->running->cancelled = true;
        prologue_session_cancel(runner->native);
        uv_cond_broadcast(&runner->changed); /* it may wait for an answer */
    }
}

void runner_cancel(struct runner *runner, uint32_t id) {
    struct task *found = NULL;
    uv_mutex_lock(&runner->mutex);
    if (runner->running && runner->running->id == id) {
        stop_running(runner);
    }
    for (struct task **at = &runner->first; *at && !found;) {
        if ((*at)->id == id) {
            found = *at;
            *at = found->next;
            runner->last = *at ? runner->last : at;
        } else {
            at = &(*at)->next;
        }
    }
    uv_mutex_unlock(&runner->mutex);
    if (found) {
        task_refuse(found, PROLOGUE_ECANCELLED);
    }
}

/* ---- the JavaScript thread -------------------------------------------------------------------- */

void runner_stop(struct runner *runner) {
    uv_mutex_lock(&runner->mutex);
    runner->closing = true;
    stop_running(runner);
    uv_cond_broadcast(&runner->changed);
    uv_mutex_unlock(&runner->mutex);
}

void runner_join(napi_env env, struct runner *runner) {
    uv_thread_join(&runner->thread);
    while (runner->tasks) {
        task_free(env, runner->tasks);
    }
    callback_drop(env, &runner->on_open);
    callback_drop(env, &runner->on_closed);
    *runner->link = runner->next;
    if (runner->next) {
        runner->next->link = runner->link;
    }
    runner->events = NULL;
    runner_drop(runner);
}

void runner_drop(struct runner *runner) {
    if (--runner->holders == 0) {
        uv_cond_destroy(&runner->changed);
        uv_mutex_destroy(&runner->mutex);
        pool_free(&runner->pool);
        free(runner);
    }
}

static void tell_opened(napi_env env, struct event *event) {
    struct runner *runner = EVENT_OWNER(event, struct runner, opened);
    napi_value values[3];
    events_arrived(env, runner->events);
    if (make_error(env, runner->open_code, NULL, values)) {
        callback_call(env, runner->on_open, 3, values);
    }
    callback_drop(env, &runner->on_open);
}

static void tell_closed(napi_env env, struct event *event) {
    struct runner *runner = EVENT_OWNER(event, struct runner, closed);
    napi_ref on_closed = runner->on_closed;
    runner->on_closed = NULL;
    if (on_closed) {
        events_arrived(env, runner->events);
    }
    runner_join(env, runner);
    callback_call(env, on_closed, 0, NULL);
    callback_drop(env, &on_closed);
}

static bool start_thread(struct runner *runner) {
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = THREAD_STACK};
    if (uv_mutex_init(&runner->mutex)) {
        return false;
    }
    if (uv_cond_init(&runner->changed)) {
        uv_mutex_destroy(&runner->mutex);
        return false;
    }
    if (uv_thread_create_ex(&runner->thread, &options, runner_thread, runner)) {
        uv_cond_destroy(&runner->changed);
        uv_mutex_destroy(&runner->mutex);
        return false;
    }
    return true;
}

static bool read_options(napi_env env, napi_value value, struct runner *runner) {
    prologue_session_options *out = &runner->options;
    double threads, limit, no_cache, interval, attribution;
    bool ok = member_number(env, value, "threads", &threads) &&
              member_number(env, value, "memoryLimit", &limit) &&
              member_number(env, value, "noCache", &no_cache) &&
              member_text(env, value, "memoryTrace", &runner->pool, &out->memory_trace) &&
              member_number(env, value, "memoryInterval", &interval) &&
              member_text(env, value, "memoryDump", &runner->pool, &out->memory_dump) &&
              member_number(env, value, "memoryAttribution", &attribution);
    if (ok) {
        out->size = sizeof *out;
        out->threads = (uint32_t)threads;
        out->memory_limit = (uint64_t)limit;
        out->cache = no_cache != 0 ? PROLOGUE_NO : PROLOGUE_AUTO;
        out->memory_interval_ms = (uint32_t)interval;
        out->memory_attribution = attribution != 0;
    }
    return ok;
}

static int start(napi_env env, struct runner *runner, napi_value options, napi_value on_open) {
    if (!read_options(env, options, runner) || !callback_hold(env, on_open, &runner->on_open)) {
        return PROLOGUE_EINVALID;
    }
    return start_thread(runner) ? 0 : PROLOGUE_ETHREAD;
}

struct runner *runner_start(napi_env env, struct events *events, struct runner **list,
                            napi_value options, napi_value on_open) {
    struct runner *runner = calloc(1, sizeof *runner);
    if (!runner) {
        throw_code(env, PROLOGUE_ENOMEM);
        return NULL;
    }
    runner->events = events;
    runner->holders = 2;
    runner->last = &runner->first;
    runner->opened.handle = tell_opened;
    runner->closed.handle = tell_closed;
    int code = start(env, runner, options, on_open);
    if (code) {
        throw_code(env, code);
        callback_drop(env, &runner->on_open);
        pool_free(&runner->pool);
        free(runner);
        return NULL;
    }
    runner->next = *list;
    runner->link = list;
    if (*list) {
        (*list)->link = &runner->next;
    }
    *list = runner;
    events_await(env, events);
    return runner;
}

void runner_submit(napi_env env, struct runner *runner, struct task *task) {
    task->runner = runner;
    task->id = ++runner->last_id;
    task->next_open = runner->tasks;
    task->link = &runner->tasks;
    if (runner->tasks) {
        runner->tasks->link = &task->next_open;
    }
    runner->tasks = task;
    if (!task->invalidates) {
        events_await(env, runner->events);
    }
    uv_mutex_lock(&runner->mutex);
    bool closing = runner->closing;
    if (!closing) {
        *runner->last = task;
        runner->last = &task->next;
        uv_cond_broadcast(&runner->changed);
    }
    uv_mutex_unlock(&runner->mutex);
    if (closing) {
        task_refuse(task, PROLOGUE_ECANCELLED);
    }
}

void runner_close(napi_env env, struct runner *runner, napi_value on_closed) {
    if (callback_hold(env, on_closed, &runner->on_closed) && runner->on_closed) {
        events_await(env, runner->events);
    }
    runner_stop(runner);
}
