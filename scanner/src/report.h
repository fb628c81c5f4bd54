/* The graph -> a sorted, stable report. Knows nothing of threads. */
#ifndef REPORT_H
#define REPORT_H

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

struct prologue_report {
    struct walk *walk; /* owned */
    struct ledger *ledger;
    struct arena arena;
    struct walk_entry *entries; /* in order */
    uint32_t entry_count;
    path_id *modules; /* in order */
    uint32_t module_count;
    struct report_diagnostic *diagnostics;
    uint32_t diagnostic_count, diagnostic_capacity;
    struct report_group *groups;
    uint32_t group_count, group_capacity;
    char *root;
    struct monitor *monitor; /* told when it is written; may be NULL */
    prologue_summary summary;
    char path[PATH_LONGEST + 2]; /* of the module that was asked for last */
};

/* Takes the walk over, also where it fails. `error` is what ended the walk early, or 0. */
int report_new(prologue_report **out, struct walk *walk, int error);

/* report_diagnose.c: fills the diagnostics. `ended` is what ended the walk early, or 0. 0 or a
 * code; with no memory left, those that fit are there. */
int report_diagnose(prologue_report *report, int ended);

static inline const struct file *report_file(const prologue_report *report, size_t module) {
    const struct walk *walk = report->walk;
    return graph_at(&walk->graph, path_at(&walk->paths, report->modules[module])->memo - 1);
}

/* In clientFiles, in serverFiles. */
bool report_is_client(const prologue_report *report, const struct file *file);
bool report_is_server(const prologue_report *report, const struct file *file);

#endif
