#include "asking.h"

#include "runner.h"
#include "values.h"

static const char *const kinds[] = {"import", "export", "dynamic", "require", "glob"};

/* ---- the session's thread --------------------------------------------------------------------- */

/* `question` is copied into the task's; not zero where there is no answer. */
static int ask(struct task *task, const struct asking *question) {
    struct runner *runner = task->runner;
    struct asking *asking = &task->asking;
    pool_free(&asking->pool);
    uv_mutex_lock(&runner->mutex);
    asking->questions = question->questions;
    asking->wanted = question->wanted;
    asking->answers = question->answers;
    asking->sources = question->sources;
    asking->count = question->count;
    asking->answered = asking->failed = false;
    bool stopped = runner->closing || task->cancelled;
    if (!stopped) {
        events_post(runner->events, &asking->asked);
    }
    while (!asking->answered && !stopped) {
        uv_cond_wait(&runner->changed, &runner->mutex);
        stopped = runner->closing || task->cancelled;
    }
    bool failed = !asking->answered || asking->failed;
    asking->count = 0;
    uv_mutex_unlock(&runner->mutex);
    return failed;
}

int asking_resolve(const prologue_question *questions, prologue_answer *answers, size_t count,
                   void *payload) {
    struct asking question = {.questions = questions, .answers = answers, .count = count};
    return ask(payload, &question);
}

int asking_load(const prologue_wanted *wanted, prologue_source *sources, size_t count,
                void *payload) {
    struct asking question = {.wanted = wanted, .sources = sources, .count = count};
    return ask(payload, &question);
}

/* ---- the JavaScript thread -------------------------------------------------------------------- */

static bool put_slice(napi_env env, napi_value object, const char *name, prologue_slice text) {
    napi_value value;
    return napi_create_string_utf8(env, text.data, text.length, &value) == napi_ok &&
           napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool put_bool(napi_env env, napi_value object, const char *name, bool yes) {
    napi_value value;
    return napi_get_boolean(env, yes, &value) == napi_ok &&
           napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool make_question(napi_env env, const prologue_question *question, napi_value *out) {
    return napi_create_object(env, out) == napi_ok &&
           put_slice(env, *out, "specifier", question->specifier) &&
           put_slice(env, *out, "importer", question->importer) &&
           put_text(env, *out, "environment", question->environment) &&
           put_text(env, *out, "kind", kinds[question->kind]) &&
           put_bool(env, *out, "unresolved", question->unresolved);
}

/* Without an environment: a file, for all of them. */
static bool make_wanted(napi_env env, const prologue_wanted *wanted, napi_value *out) {
    return napi_create_object(env, out) == napi_ok && put_slice(env, *out, "id", wanted->id) &&
           (!wanted->environment || put_text(env, *out, "environment", wanted->environment));
}

/* Under the mutex: the session's thread may give up waiting. */
static bool make_batch(napi_env env, const struct asking *asking, napi_value out[2]) {
    bool ok = napi_get_boolean(env, asking->questions != NULL, &out[0]) == napi_ok &&
              napi_create_array_with_length(env, asking->count, &out[1]) == napi_ok;
    for (size_t i = 0; i < asking->count && ok; i++) {
        napi_value item;
        ok = (asking->questions ? make_question(env, &asking->questions[i], &item)
                                : make_wanted(env, &asking->wanted[i], &item)) &&
             napi_set_element(env, out[1], (uint32_t)i, item) == napi_ok;
    }
    return ok;
}

static void tell_asked(napi_env env, struct event *event) {
    struct task *task = EVENT_OWNER(event, struct task, asking.asked);
    struct runner *runner = task->runner;
    napi_value values[2];
    uv_mutex_lock(&runner->mutex);
    bool wanted = task->asking.count && make_batch(env, &task->asking, values);
    if (task->asking.count && !wanted) {
        task->asking.answered = task->asking.failed = true;
        uv_cond_broadcast(&runner->changed);
    }
    uv_mutex_unlock(&runner->mutex);
    if (wanted) {
        callback_call(env, task->asking.on_ask, 2, values);
    }
}

bool asking_open(napi_env env, napi_value on_ask, struct asking *asking) {
    asking->asked.handle = tell_asked;
    return callback_hold(env, on_ask, &asking->on_ask);
}

void asking_close(napi_env env, struct asking *asking) {
    callback_drop(env, &asking->on_ask);
    pool_free(&asking->pool);
}

static bool read_slice(napi_env env, napi_value value, struct pool *pool, prologue_slice *out) {
    size_t length = 0;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
        return false;
    }
    char *text = pool_take(pool, length + 1, 1);
    *out = (prologue_slice){text, length};
    return text && napi_get_value_string_utf8(env, value, text, length + 1, &length) == napi_ok;
}

/* undefined: no answer; false: native resolution first; null: external; a text: an id */
static bool read_answer(napi_env env, napi_value value, struct pool *pool, prologue_answer *out) {
    napi_valuetype type;
    if (napi_typeof(env, value, &type) != napi_ok) {
        return false;
    }
    out->kind = type == napi_null      ? PROLOGUE_ANSWER_EXTERNAL
                : type == napi_string  ? PROLOGUE_ANSWER_ID
                : type == napi_boolean ? PROLOGUE_NATIVE_FIRST
                                       : PROLOGUE_NO_ANSWER;
    return type != napi_string || read_slice(env, value, pool, &out->id);
}

/* undefined: not found; {code, language} */
static bool read_source(napi_env env, napi_value value, struct pool *pool, prologue_source *out) {
    napi_valuetype type;
    napi_value code;
    if (napi_typeof(env, value, &type) != napi_ok || type != napi_object) {
        return type == napi_undefined;
    }
    out->found = 1;
    return member(env, value, "code", &code) && read_slice(env, code, pool, &out->text) &&
           member_text(env, value, "language", pool, &out->language);
}

static bool read_answers(napi_env env, struct asking *asking, napi_value answers) {
    bool ok = true;
    for (size_t i = 0; i < asking->count && ok; i++) {
        napi_value item;
        ok = napi_get_element(env, answers, (uint32_t)i, &item) == napi_ok &&
             (asking->questions ? read_answer(env, item, &asking->pool, &asking->answers[i])
                                : read_source(env, item, &asking->pool, &asking->sources[i]));
    }
    return ok;
}

bool asking_answer(napi_env env, struct task *task, napi_value answers) {
    struct runner *runner = task->runner;
    struct asking *asking = &task->asking;
    napi_valuetype type = napi_undefined;
    bool ok = napi_typeof(env, answers, &type) == napi_ok;
    uv_mutex_lock(&runner->mutex);
    if (asking->count) {
        ok = ok && (type == napi_undefined || read_answers(env, asking, answers));
        asking->failed = !ok || type == napi_undefined;
        asking->answered = true;
        uv_cond_broadcast(&runner->changed);
    }
    uv_mutex_unlock(&runner->mutex);
    return ok;
}
