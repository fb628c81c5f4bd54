/* The functions that node/lib calls. They take what it has checked; nobody else calls them. */
#include <stdlib.h>

#include "runner.h"
#include "stats.h"

struct addon { /* of one environment: the main thread's, or a Worker's */
    struct events events;
    struct runner *sessions;
};

/* ---- the environment -------------------------------------------------------------------------- */

/* Runs before the queue of events is closed: hooks run backwards. */
static void end_environment(void *argument) {
    struct addon *addon = argument;
    napi_env env = addon->events.env;
    addon->events.closed = true;
    for (struct runner *runner = addon->sessions; runner; runner = runner->next) {
        runner_stop(runner);
    }
    while (addon->sessions) {
        runner_join(env, addon->sessions);
    }
}

static void free_addon(napi_env env, void *data, void *hint) {
    struct addon *addon = data;
    (void)env;
    (void)hint;
    free(addon);
}

static struct addon *addon_of(napi_env env) {
    void *data = NULL;
    napi_get_instance_data(env, &data);
    return data;
}

static void release_handle(napi_env env, void *data, void *hint) {
    struct runner *runner = data;
    (void)env;
    (void)hint;
    if (runner->events) {
        runner_stop(runner);
    }
    runner_drop(runner);
}

static struct runner *runner_of(napi_env env, napi_value value) {
    void *data = NULL;
    struct runner *runner = NULL;
    if (napi_get_value_external(env, value, &data) == napi_ok) {
        runner = data;
    }
    if (!runner || !runner->events) {
        throw_code(env, PROLOGUE_EINVALID);
        return NULL;
    }
    return runner;
}

/* ---- sessions --------------------------------------------------------------------------------- */

/* start(options, onOpen) -> handle */
static napi_value start(napi_env env, napi_callback_info info) {
    struct addon *addon = addon_of(env);
    struct runner *runner;
    napi_value given[2], handle;
    if (!arguments(env, info, 2, given) ||
        !(runner = runner_start(env, &addon->events, &addon->sessions, given[0], given[1]))) {
        return NULL;
    }
    if (napi_create_external(env, runner, release_handle, NULL, &handle) != napi_ok) {
        release_handle(env, runner, NULL);
        return throw_code(env, PROLOGUE_ENOMEM);
    }
    return handle;
}

/* scan(handle, request, onDone, onProgress, onAsk) -> the number that cancel() and answer() take */
static napi_value scan(napi_env env, napi_callback_info info) {
    napi_value given[5], id;
    struct runner *runner;
    if (!arguments(env, info, 5, given) || !(runner = runner_of(env, given[0]))) {
        return NULL;
    }
    struct task *task = task_new(env, given[1], given[2], given[3], given[4]);
    if (!task) {
        return NULL;
    }
    runner_submit(env, runner, task);
    return napi_create_uint32(env, task->id, &id) == napi_ok ? id : NULL;
}

/* invalidate(handle, paths): in its turn among the scans */
static napi_value invalidate(napi_env env, napi_callback_info info) {
    napi_value given[2];
    struct runner *runner;
    struct task *task;
    if (arguments(env, info, 2, given) && (runner = runner_of(env, given[0])) &&
        (task = task_new_invalidation(env, given[1]))) {
        runner_submit(env, runner, task);
    }
    return NULL;
}

/* cancel(handle, number): of a scan that has ended, nothing happens */
static napi_value cancel(napi_env env, napi_callback_info info) {
    napi_value given[2];
    struct runner *runner;
    uint32_t id;
    if (arguments(env, info, 2, given) && (runner = runner_of(env, given[0])) &&
        napi_get_value_uint32(env, given[1], &id) == napi_ok) {
        runner_cancel(runner, id);
    }
    return NULL;
}

/* answer(handle, number, answers): of a scan that waits for none, nothing happens */
static napi_value answer(napi_env env, napi_callback_info info) {
    napi_value given[3];
    struct runner *runner;
    uint32_t id;
    if (!arguments(env, info, 3, given) || !(runner = runner_of(env, given[0])) ||
        napi_get_value_uint32(env, given[1], &id) != napi_ok) {
        return NULL;
    }
    struct task *task = runner->tasks;
    while (task && task->id != id) {
        task = task->next_open;
    }
    return !task || asking_answer(env, task, given[2]) ? NULL : throw_code(env, PROLOGUE_EINVALID);
}

/* stats(handle) -> those of the last scan */
static napi_value stats(napi_env env, napi_callback_info info) {
    napi_value given[1], out;
    struct runner *runner;
    if (!arguments(env, info, 1, given) || !(runner = runner_of(env, given[0]))) {
        return NULL;
    }
    uv_mutex_lock(&runner->mutex);
    prologue_stats last = runner->stats;
    int exit_code = runner->exit_code;
    uv_mutex_unlock(&runner->mutex);
    return make_stats(env, &last, exit_code, &out) ? out : throw_code(env, PROLOGUE_ENOMEM);
}

/* close(handle, onClosed) */
static napi_value close_session(napi_env env, napi_callback_info info) {
    napi_value given[2];
    struct runner *runner;
    if (arguments(env, info, 2, given) && (runner = runner_of(env, given[0]))) {
        runner_close(env, runner, given[1]);
    }
    return NULL;
}

/* ---- what a scan left ------------------------------------------------------------------------- */

/* text(outcome, whole) -> the report as JSON */
static napi_value text(napi_env env, napi_callback_info info) {
    napi_value given[2], out;
    struct outcome *outcome;
    struct text found;
    bool whole = false;
    if (!arguments(env, info, 2, given) || !(outcome = outcome_of(env, given[0]))) {
        return NULL;
    }
    napi_get_value_bool(env, given[1], &whole);
    int code = outcome_read(outcome, whole ? OUTCOME_WHOLE : OUTCOME_OUTLINE, &found);
    if (code) {
        return throw_code(env, code);
    }
    if (napi_create_string_utf8(env, found.data, found.length, &out) != napi_ok) {
        return throw_code(env, PROLOGUE_ENOMEM);
    }
    return out;
}

/* beside(outcome) -> paths of modules that are neither below the root nor in a package */
static napi_value beside(napi_env env, napi_callback_info info) {
    napi_value given[1], out;
    struct outcome *outcome;
    struct text found;
    if (!arguments(env, info, 1, given) || !(outcome = outcome_of(env, given[0]))) {
        return NULL;
    }
    int code = outcome_read(outcome, OUTCOME_BESIDE, &found);
    if (code) {
        return throw_code(env, code);
    }
    return make_texts(env, found.data, found.length, &out) ? out : throw_code(env, PROLOGUE_ENOMEM);
}

/* changes(outcome) -> {added, removed, changed} */
static napi_value changes(napi_env env, napi_callback_info info) {
    static const char *const names[] = {"added", "removed", "changed"};
    napi_value given[1], out, paths;
    struct outcome *outcome;
    if (!arguments(env, info, 1, given) || !(outcome = outcome_of(env, given[0]))) {
        return NULL;
    }
    bool ok = napi_create_object(env, &out) == napi_ok;
    for (int i = 0; i < OUTCOME_CHANGES && ok; i++) {
        ok = make_texts(env, outcome->changes[i].data, outcome->changes[i].length, &paths) &&
             napi_set_named_property(env, out, names[i], paths) == napi_ok;
    }
    return ok ? out : throw_code(env, PROLOGUE_ENOMEM);
}

/* summary(outcome) -> {root, complete, stats} */
static napi_value summary(napi_env env, napi_callback_info info) {
    napi_value given[1], out, complete, numbers;
    struct outcome *outcome;
    if (!arguments(env, info, 1, given) || !(outcome = outcome_of(env, given[0]))) {
        return NULL;
    }
    bool ok = napi_create_object(env, &out) == napi_ok &&
              put_text(env, out, "root", outcome->root) &&
              napi_get_boolean(env, outcome->complete, &complete) == napi_ok &&
              napi_set_named_property(env, out, "complete", complete) == napi_ok &&
              make_stats(env, &outcome->stats, outcome->exit_code, &numbers) &&
              napi_set_named_property(env, out, "stats", numbers) == napi_ok;
    return ok ? out : throw_code(env, PROLOGUE_ENOMEM);
}

/* ---- the module ------------------------------------------------------------------------------- */

static bool open_environment(napi_env env) {
    struct addon *addon = calloc(1, sizeof *addon);
    if (!addon) {
        return false;
    }
    if (!events_open(env, &addon->events, free_addon)) {
        free(addon);
        return false;
    }
    return napi_set_instance_data(env, addon, NULL, NULL) == napi_ok &&
           napi_add_env_cleanup_hook(env, end_environment, addon) == napi_ok;
}

NAPI_MODULE_EXPORT int32_t NODE_API_MODULE_GET_API_VERSION(void);

NAPI_MODULE_INIT() {
    const struct {
        const char *name;
        napi_callback function;
    } functions[] = {
        {"start", start},   {"scan", scan},       {"invalidate", invalidate}, {"cancel", cancel},
        {"answer", answer}, {"stats", stats},     {"close", close_session},   {"text", text},
        {"beside", beside}, {"changes", changes}, {"summary", summary},
    };
    bool ok = open_environment(env) && put_text(env, exports, "version", PROLOGUE_VERSION);
    for (size_t i = 0; i < sizeof functions / sizeof *functions && ok; i++) {
        napi_value function;
        ok = napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function,
                                  NULL, &function) == napi_ok &&
             napi_set_named_property(env, exports, functions[i].name, function) == napi_ok;
    }
    return ok ? exports : throw_code(env, PROLOGUE_ENOMEM);
}
