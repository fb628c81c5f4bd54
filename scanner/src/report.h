/* The graph -> a sorted, stable report. Knows nothing of threads. */
#ifndef REPORT_H
#define REPORT_H

#include <uv.h>

#include "walk.h"

enum { REPORT_DIAGNOSTICS_EACH = 20 }; /* for each package, code and reason */

struct report_diagnostic {
    path_id path;
    uint32_t line, column, length;
    int32_t environment; /* -1: none */
    enum prologue_severity severity;
    const char *code;
    struct slice specifier, message;
    uint32_t count;
    bool first_party;
};

/* How often the same went wrong in the same package. */
struct report_group {
    path_id package;
    const char *code;
    const void *reason;
    uint32_t count;
    uint32_t last; /* index of the last diagnostic that was kept */
};

/* What one walk came to. Reports of scans between which nothing changed share it. It reads the walk's
 * own tables until the walk is walked again, and copies of them from then on. */
struct report_body {
    _Atomic uint32_t references;
    uv_mutex_t mutex;  /* over `paths` and `graph`, which may be read on any thread */
    struct walk *walk; /* keeps a reference; only its configuration may be used later */
    struct ledger *ledger;
    const struct paths *paths;
    const struct graph *graph;
    struct paths own_paths; /* the copies, once they are made */
    struct graph own_graph;
    path_id base; /* the root */
    struct arena arena;
    struct walk_entry *entries; /* in order */
    uint32_t entry_count;
    path_id *modules; /* in order */
    uint32_t module_count, module_capacity;
    struct report_diagnostic *diagnostics;
    uint32_t diagnostic_count, diagnostic_capacity;
    struct report_group *groups;
    uint32_t group_count, group_capacity;
    char *root;
    uint64_t files_needed; /* visited, or looked at for a directive */
    prologue_summary summary;
};

/* report_changes.c: what an earlier report says otherwise of the directive files. */
struct report_changes {
    uint32_t *modules[PROLOGUE_CHANGED + 1]; /* indices in the body; of the earlier one: removed */
    uint32_t counts[PROLOGUE_CHANGED + 1], capacities[PROLOGUE_CHANGED + 1];
    struct report_body *earlier; /* keeps a reference where it tells of what was removed */
};

struct prologue_report {
    struct report_body *body;
    struct ledger *ledger;
    struct report_changes changes;
    struct monitor *monitor; /* told when it is written; may be NULL */
    prologue_summary summary;
    char path[PATH_LONGEST + 2]; /* of the module that was asked for last */
};

/* `error` is what ended the walk early, or 0. `earlier` (may be NULL) is the walk's last body: where the
 * modules are the same their order is taken from it. 0 or a code; one reference, the caller's. */
int report_body_new(struct report_body **out, struct walk *walk, int error,
                    const struct report_body *earlier);
struct report_body *report_body_keep(struct report_body *body);
void report_body_drop(struct report_body *body); /* NULL is allowed */
/* Makes the copies, so that the walk may change. 0 or a code. */
int report_body_detach(struct report_body *body);

/* Keeps a reference to the body. */
int report_new(prologue_report **out, struct report_body *body);

/* `earlier` NULL: everything is added. 0 or a code. */
int report_compare(prologue_report *report, struct report_body *earlier);
void report_changes_free(struct report_changes *changes, struct ledger *ledger);

/* report_diagnose.c: fills the diagnostics. `ended` is what ended the walk early, or 0. 0 or a
 * code; with no memory left, those that fit are there. */
int report_diagnose(struct report_body *report, int ended);

static inline const struct file *report_file(const struct report_body *body, size_t module) {
    return graph_at(body->graph, path_at(body->paths, body->modules[module])->memo - 1);
}

/* The targets in an environment that the file was visited in; those of an earlier scan do not count. */
static inline const struct edges *report_edges(const struct file *file, uint32_t environment) {
    return file->visited >> environment & 1 ? graph_edges(file, environment) : NULL;
}

/* In clientFiles, in serverFiles. */
bool report_is_client(const struct report_body *body, const struct file *file);
bool report_is_server(const struct report_body *body, const struct file *file);

#endif
