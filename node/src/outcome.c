#include "outcome.h"

#include <stdlib.h>
#include <string.h>

#include "values.h"

static int append(void *payload, const char *bytes, size_t length) {
    struct text *text = payload;
    if (text->capacity - text->length < length) {
        size_t capacity = text->length + length + text->capacity / 2;
        char *data = realloc(text->data, capacity);
        if (!data) {
            return -1;
        }
        text->data = data;
        text->capacity = capacity;
    }
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    return 0;
}

static bool note_changes(struct outcome *outcome, prologue_report *report) {
    bool ok = true;
    for (int i = 0; i < OUTCOME_CHANGES; i++) {
        enum prologue_change change = (enum prologue_change)i;
        size_t count = prologue_report_change_count(report, change);
        for (size_t j = 0; j < count && ok; j++) {
            prologue_slice path = {NULL, 0};
            ok = !prologue_report_change(report, change, j, &path) &&
                 !append(&outcome->changes[i], (const char *)&path.length, sizeof path.length) &&
                 !append(&outcome->changes[i], path.data, path.length);
        }
    }
    return ok;
}

struct outcome *outcome_new(prologue_report *report) {
    prologue_summary summary = {.size = sizeof summary};
    prologue_report_summary(report, &summary);
    struct outcome *outcome = calloc(1, sizeof *outcome);
    char *root = strdup(summary.root);
    if (!outcome || !root || uv_mutex_init(&outcome->mutex)) {
        free(outcome);
        free(root);
        return NULL;
    }
    if (uv_cond_init(&outcome->changed)) {
        uv_mutex_destroy(&outcome->mutex);
        free(outcome);
        free(root);
        return NULL;
    }
    atomic_init(&outcome->references, 1);
    outcome->stats = summary.stats;
    outcome->complete = summary.complete;
    outcome->exit_code = summary.exit_code;
    outcome->root = root;
    if (!note_changes(outcome, report)) {
        outcome_drop(outcome);
        return NULL;
    }
    return outcome;
}

struct outcome *outcome_hold(struct outcome *outcome) {
    atomic_fetch_add(&outcome->references, 1);
    return outcome;
}

void outcome_drop(struct outcome *outcome) {
    if (atomic_fetch_sub(&outcome->references, 1) != 1) {
        return;
    }
    for (int i = 0; i < OUTCOME_TEXTS; i++) {
        free(outcome->texts[i].data);
    }
    for (int i = 0; i < OUTCOME_CHANGES; i++) {
        free(outcome->changes[i].data);
    }
    uv_cond_destroy(&outcome->changed);
    uv_mutex_destroy(&outcome->mutex);
    free(outcome->root);
    free(outcome);
}

static void fit(struct text *text) {
    char *data = text->length ? realloc(text->data, text->length) : NULL;
    text->data = data ? data : text->data;
}

void outcome_write(struct outcome *outcome, prologue_report *report, unsigned flags) {
    struct text texts[OUTCOME_TEXTS] = {{0}};
    int code = prologue_report_write(report, flags | PROLOGUE_REPORT_OUTLINE, append,
                                     &texts[OUTCOME_OUTLINE]);
    if (!code) {
        code = prologue_report_write(report, flags, append, &texts[OUTCOME_WHOLE]);
    }
    fit(&texts[OUTCOME_OUTLINE]);
    fit(&texts[OUTCOME_WHOLE]);
    uv_mutex_lock(&outcome->mutex);
    memcpy(outcome->texts, texts, sizeof texts);
    outcome->error = code == PROLOGUE_EWRITE ? PROLOGUE_ENOMEM : code;
    outcome->written = true;
    uv_cond_broadcast(&outcome->changed);
    uv_mutex_unlock(&outcome->mutex);
}

int outcome_read(struct outcome *outcome, enum outcome_text which, struct text *out) {
    uv_mutex_lock(&outcome->mutex);
    while (!outcome->written) {
        uv_cond_wait(&outcome->changed, &outcome->mutex);
    }
    *out = outcome->texts[which];
    int error = outcome->error;
    uv_mutex_unlock(&outcome->mutex);
    return error;
}

static void finalize(napi_env env, void *data, void *hint) {
    struct outcome *outcome = data;
    int64_t total;
    (void)hint;
    outcome->shown = false;
    napi_adjust_external_memory(env, -(int64_t)outcome->accounted, &total);
    outcome_drop(outcome);
}

bool outcome_show(napi_env env, struct outcome *outcome, napi_value *out) {
    if (napi_create_external(env, outcome_hold(outcome), finalize, NULL, out) != napi_ok) {
        outcome_drop(outcome);
        return false;
    }
    outcome->shown = true;
    return true;
}

struct outcome *outcome_of(napi_env env, napi_value value) {
    void *data;
    if (napi_get_value_external(env, value, &data) == napi_ok) {
        return data;
    }
    throw_code(env, PROLOGUE_EINVALID);
    return NULL;
}

void outcome_account(napi_env env, struct outcome *outcome) {
    int64_t total;
    if (!outcome->shown) {
        return;
    }
    for (int i = 0; i < OUTCOME_TEXTS; i++) {
        outcome->accounted += outcome->texts[i].length;
    }
    napi_adjust_external_memory(env, (int64_t)outcome->accounted, &total);
}
