/* What a scan left: numbers at once, and the report as JSON text, which the session's thread writes
 * while JavaScript goes on. Owned by whoever holds a reference. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <node_api.h>
#include <prologue.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

enum outcome_text {                  /* in the order in which they are written */
                    OUTCOME_OUTLINE, /* the report without its modules */
                    OUTCOME_BESIDE, /* the modules that are neither below the root nor in a package: paths, each of
                        which a NUL ends */
                    OUTCOME_WHOLE,
                    OUTCOME_TEXTS
};

enum { OUTCOME_CHANGES = PROLOGUE_CHANGED + 1 };

struct text {
    char *data;
    size_t length, capacity;
};

struct outcome {
    atomic_uint references;
    bool shown;       /* JavaScript has it; the JavaScript thread's */
    size_t accounted; /* what the garbage collector was told of; likewise */
    prologue_stats stats;
    int complete, exit_code;
    char *root;
    struct text changes[OUTCOME_CHANGES]; /* paths, each after its length, a size_t */
    uv_mutex_t mutex;
    uv_cond_t changed;
    int written; /* how many texts there are; under `mutex`, as is what follows */
    int error;   /* why there are no others */
    struct text texts[OUTCOME_TEXTS];
};

/* Of a report that stays the caller's. NULL: no memory. */
struct outcome *outcome_new(prologue_report *report);
/* Any thread. */
struct outcome *outcome_hold(struct outcome *outcome);
void outcome_drop(struct outcome *outcome);

/* The session's thread. `flags` as for prologue_report_write(). */
void outcome_write(struct outcome *outcome, prologue_report *report, unsigned flags);

/* Waits until the text is written. 0 or a code; `*out` is borrowed. */
int outcome_read(struct outcome *outcome, enum outcome_text which, struct text *out);

/* The JavaScript thread: a value that holds a reference of its own. */
bool outcome_show(napi_env env, struct outcome *outcome, napi_value *out);
/* NULL, and an exception, where it is no such value. */
struct outcome *outcome_of(napi_env env, napi_value value);
/* Tells the garbage collector how large the texts are, once they are written. */
void outcome_account(napi_env env, struct outcome *outcome);

#endif
