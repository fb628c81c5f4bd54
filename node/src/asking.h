/* What a scan asks of JavaScript: the session's thread waits for the answers, which JavaScript gives when it
 * has them, or for the scan's end. */
#ifndef ASKING_H
#define ASKING_H

#include <node_api.h>
#include <prologue.h>
#include <stdbool.h>

#include "events.h"
#include "pool.h"

struct task;

struct asking {
    struct event asked;
    napi_ref on_ask;
    struct pool pool; /* holds the answers until the next question, or the task's end */
    /* Under the session's mutex. `count` 0: nothing is asked. */
    size_t count;
    const prologue_question *questions; /* or, where it is NULL, `wanted` */
    const prologue_wanted *wanted;
    prologue_answer *answers;
    prologue_source *sources;
    bool answered, failed;
};

/* The functions of a request, whose payload is a task. The session's thread. */
int asking_resolve(const prologue_question *questions, prologue_answer *answers, size_t count,
                   void *payload);
int asking_load(const prologue_wanted *wanted, prologue_source *sources, size_t count,
                void *payload);

/* The JavaScript thread. `on_ask` is called with true for imports, false for modules, and an array. */
bool asking_open(napi_env env, napi_value on_ask, struct asking *asking);
void asking_close(napi_env env, struct asking *asking);

/* The JavaScript thread: an answer for each, or undefined where there are none and the scan is to end. Not
 * false where nobody waits any more. */
bool asking_answer(napi_env env, struct task *task, napi_value answers);

#endif
