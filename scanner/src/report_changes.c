/* Which directive files are not what they were in an earlier report. Both are in the same order: one
 * pass over the two. */
#include "report.h"

struct side {
    struct report_body *body;
    uint32_t at; /* the next directive file; module_count: none is left */
    struct slice path;
    char text[PATH_LONGEST + 2];
};

static void find_next(struct side *side) {
    const struct report_body *body = side->body;
    for (; body && side->at < body->module_count; side->at++) {
        const struct file *file = report_file(body, side->at);
        if (file->has_directive && (report_is_client(body, file) || report_is_server(body, file))) {
            side->path =
                (struct slice){side->text, path_relative(body->paths, body->base, file->path,
                                                         side->text, sizeof side->text)};
            return;
        }
    }
}

static bool is_left(const struct side *side) {
    return side->body && side->at < side->body->module_count;
}

static void go_on(struct side *side) {
    side->at++;
    find_next(side);
}

static int add(prologue_report *report, enum prologue_change change, uint32_t module) {
    struct report_changes *changes = &report->changes;
    int code = ledger_grow(report->ledger, PROLOGUE_SUBSYSTEM_REPORT, &changes->modules[change],
                           &changes->capacities[change], changes->counts[change] + 1,
                           sizeof *changes->modules[change]);
    if (!code) {
        changes->modules[change][changes->counts[change]++] = module;
    }
    return code;
}

/* The earlier one may be read on another thread meanwhile. */
static bool same_facts(struct report_body *before, const struct file *old, struct report_body *now,
                       const struct file *new) {
    uv_mutex_lock(&before->mutex);
    uv_mutex_lock(&now->mutex);
    bool same = graph_same_facts(before->graph, old, now->graph, new);
    uv_mutex_unlock(&now->mutex);
    uv_mutex_unlock(&before->mutex);
    return same;
}

static bool is_changed(const struct side *before, const struct side *now) {
    const struct file *old = report_file(before->body, before->at);
    const struct file *new = report_file(now->body, now->at);
    uint64_t stamps = graph_stamp(before->body->graph, old) ^ graph_stamp(now->body->graph, new);
    return old->visited != new->visited || (stamps & ~(uint64_t)OS_STAMP_RECENT) ||
           !same_facts(before->body, old, now->body, new);
}

static int compare(prologue_report *report, struct side *before, struct side *now) {
    int code = 0;
    while (!code && (is_left(before) || is_left(now))) {
        int order = !is_left(before) ? 1
                    : !is_left(now)  ? -1
                                     : slice_compare(before->path, now->path);
        if (order < 0) {
            code = add(report, PROLOGUE_REMOVED, before->at);
        } else if (order > 0) {
            code = add(report, PROLOGUE_ADDED, now->at);
        } else if (is_changed(before, now)) {
            code = add(report, PROLOGUE_CHANGED, now->at);
        }
        if (order <= 0) {
            go_on(before);
        }
        if (order >= 0) {
            go_on(now);
        }
    }
    return code;
}

int report_compare(prologue_report *report, struct report_body *earlier) {
    struct side before = {.body = earlier}, now = {.body = report->body};
    if (earlier == report->body) {
        return 0;
    }
    find_next(&before);
    find_next(&now);
    int code = compare(report, &before, &now);
    if (report->changes.counts[PROLOGUE_REMOVED]) {
        report->changes.earlier = report_body_keep(earlier);
    }
    return code;
}

void report_changes_free(struct report_changes *changes, struct ledger *ledger) {
    for (int i = PROLOGUE_ADDED; i <= PROLOGUE_CHANGED; i++) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, changes->modules[i],
                    changes->capacities[i] * sizeof *changes->modules[i]);
    }
    report_body_drop(changes->earlier);
}

size_t prologue_report_change_count(const prologue_report *report, enum prologue_change change) {
    return change >= PROLOGUE_ADDED && change <= PROLOGUE_CHANGED ? report->changes.counts[change]
                                                                  : 0;
}

int prologue_report_change(prologue_report *report, enum prologue_change change, size_t index,
                           prologue_slice *path) {
    if (index >= prologue_report_change_count(report, change)) {
        return PROLOGUE_EINVALID;
    }
    struct report_body *body = change == PROLOGUE_REMOVED ? report->changes.earlier : report->body;
    uv_mutex_lock(&body->mutex);
    path_id id = body->modules[report->changes.modules[change][index]];
    path->data = report->path;
    path->length = path_relative(body->paths, body->base, id, report->path, sizeof report->path);
    uv_mutex_unlock(&body->mutex);
    return 0;
}
