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

static int append_path(struct text *text, prologue_slice path) {
    return append(text, (const char *)&path.length, sizeof path.length) ||
           append(text, path.data, path.length);
}

static bool note_changes(struct outcome *outcome, prologue_report *report) {
    bool ok = true;
    for (int i = 0; i < OUTCOME_CHANGES; i++) {
        enum prologue_change change = (enum prologue_change)i;
        size_t count = prologue_report_change_count(report, change);
        for (size_t j = 0; j < count && ok; j++) {
            prologue_slice path = {NULL, 0};
            ok = !prologue_report_change(report, change, j, &path) &&
                 !append_path(&outcome->changes[i], path);
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

static bool in_package(const char *path, const char *end) {
    static const char packages[] = "/node_modules/";
    const size_t length = sizeof packages - 1;
    while ((path = memchr(path, '/', (size_t)(end - path))) && (size_t)(end - path) >= length) {
        if (!memcmp(path++, packages, length)) {
            return true;
        }
    }
    return false;
}

/* 0: above the root or beside it; else on which side of those the path is sorted. */
static int beside_root(prologue_slice path) {
    static const char above[] = "../";
    const size_t length = sizeof above - 1;
    int order = memcmp(path.data, above, path.length < length ? path.length : length);
    return order || path.length >= length ? order : -1;
}

/* A report is sorted by path: these stand together, and mostly there are none. */
static int write_beside(prologue_report *report, struct text *out) {
    prologue_summary summary = {.size = sizeof summary};
    prologue_module module = {.size = sizeof module};
    prologue_report_summary(report, &summary);
    for (size_t i = 0; i < summary.module_count; i++) {
        int code = prologue_report_module(report, i, &module);
        if (code) {
            return code;
        }
        const char *path = module.path.data;
        int side = beside_root(module.path);
        if (side > 0) {
            return 0;
        }
        if (!side && !in_package(path, path + module.path.length) &&
            append_path(out, module.path)) {
            return PROLOGUE_ENOMEM;
        }
    }
    return 0;
}

static int write_text(prologue_report *report, unsigned flags, enum outcome_text which,
                      struct text *out) {
    if (which == OUTCOME_BESIDE) {
        return write_beside(report, out);
    }
    flags |= which == OUTCOME_OUTLINE ? PROLOGUE_REPORT_OUTLINE : 0u;
    int code = prologue_report_write(report, flags, append, out);
    return code == PROLOGUE_EWRITE ? PROLOGUE_ENOMEM : code;
}

static void publish(struct outcome *outcome, struct text text, int code) {
    uv_mutex_lock(&outcome->mutex);
    if (code) {
        outcome->error = code;
    } else {
        outcome->texts[outcome->written++] = text;
    }
    uv_cond_broadcast(&outcome->changed);
    uv_mutex_unlock(&outcome->mutex);
}

/* Each is there for JavaScript as soon as it is written. */
void outcome_write(struct outcome *outcome, prologue_report *report, unsigned flags) {
    int code = 0;
    for (int i = 0; i < OUTCOME_TEXTS && !code; i++) {
        struct text text = {0};
        code = write_text(report, flags, (enum outcome_text)i, &text);
        if (code) {
            free(text.data);
        } else {
            fit(&text);
        }
        publish(outcome, text, code);
    }
}

int outcome_read(struct outcome *outcome, enum outcome_text which, struct text *out) {
    uv_mutex_lock(&outcome->mutex);
    while (outcome->written <= (int)which && !outcome->error) {
        uv_cond_wait(&outcome->changed, &outcome->mutex);
    }
    *out = outcome->texts[which];
    int code = outcome->written > (int)which ? 0 : outcome->error;
    uv_mutex_unlock(&outcome->mutex);
    return code;
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
