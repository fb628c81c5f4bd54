#include <stdlib.h>

#include "session.h"

/* ---- what is known of the walk --------------------------------------------------------------- */

/* Files that are asked for and not read yet. */
static uint64_t unread_files(const struct walk *walk) {
    const struct frontier *frontier = &walk->frontier;
    bool none =
        !walk->workers || (!walk->workers->outstanding && !frontier->now.count &&
                           !frontier->later.count && frontier->run_at == frontier->run_count);
    return none ? 0 : walk->graph.files.count - walk->files_read;
}

void session_note(prologue_session *session, struct walk *walk) {
    struct figures *figures = &session->monitor.figures;
    struct workers *workers = walk->workers;
    struct window_state window = {0};
    uint64_t unread = unread_files(walk);
    if (session->has_workers && workers) {
        window = window_read(&workers->window);
        figure_set(figures, FIGURE_LEASE, workers->members[0].lease.base);
        figure_set(figures, FIGURE_THREADS, workers->count);
    }
    figure_set(figures, FIGURE_FILES_READ, walk->files_read);
    figure_set(figures, FIGURE_BYTES_READ, walk->bytes_read);
    figure_set(figures, FIGURE_READS_JOINED, walk->reads_joined);
    figure_set(figures, FIGURE_MODULES, walk->modules);
    figure_set(figures, FIGURE_PENDING, unread);
    figure_set(figures, FIGURE_PATHS, walk->paths.rows.count);
    figure_set(figures, FIGURE_FOLDERS, walk->realpath.folders.count);
    figure_set(figures, FIGURE_LISTINGS, walk->realpath.listed);
    figure_set(figures, FIGURE_PACKAGES, walk->packages.rows.count);
    figure_set(figures, FIGURE_FACTS, walk->graph.files.count - unread);
    figure_set(figures, FIGURE_WINDOW, window.limit);
    figure_set(figures, FIGURE_WINDOW_HELD, window.held);
    figure_set(figures, FIGURE_WINDOW_WAITS, window.waits);
    figure_set(figures, FIGURE_WINDOW_SHRUNK, walk->pressure.window_shrunk);
    figure_set(figures, FIGURE_LISTINGS_DROPPED, walk->pressure.listings_dropped);
    figure_set(figures, FIGURE_PACKAGES_DROPPED, walk->pressure.packages_dropped);
    figure_set(figures, FIGURE_WINDOW_WHOLE, session->ledger.limit / 2);
    figure_set(figures, FIGURE_LEASE_WHOLE, LEASE_LARGEST_BASE);
    figure_set(figures, FIGURE_THREADS_ASKED, session->threads);
}

static void put_source(void *payload, struct json_writer *json, enum monitor_part part) {
    prologue_session *session = payload;
    if (part == MONITOR_GRAPH) {
        attribution_put_graph(&session->attribution, json, session->watched);
    } else {
        attribution_put_bytes(&session->attribution, json, session->watched);
    }
}

static void note_source(void *payload) {
    prologue_session *session = payload;
    session_note(session, session->watched);
}

void session_watch(prologue_session *session, struct walk *walk) {
    struct monitor_source source = {note_source, put_source, session};
    session->watched = walk;
    if (walk) {
        walk->monitor = &session->monitor;
        walk->workers->recent = monitor_recent(&session->monitor);
        monitor_watch(&session->monitor, source);
    } else {
        monitor_watch(&session->monitor, (struct monitor_source){0});
    }
}

void session_phase(prologue_session *session, enum phase phase) {
    struct figures *figures = &session->monitor.figures;
    if (phase == PHASE_START) {
        figure_set(figures, FIGURE_SCAN, session->scans + 1);
        figure_set(figures, FIGURE_FILES_READ, 0);
        figure_set(figures, FIGURE_BYTES_READ, 0);
        figure_set(figures, FIGURE_READS_JOINED, 0);
    }
    if (session->watched) {
        session_note(session, session->watched);
    }
    monitor_phase(&session->monitor, phase);
}

/* ---- its life -------------------------------------------------------------------------------- */

/* 0 or a code; `*out` stays NULL where there is no path. */
static int keep_path(prologue_session *session, const char *path, const char **out) {
    char text[2 * PATH_LONGEST + 2];
    if (!path) {
        return 0;
    }
    int code = session_absolute(path, text, sizeof text);
    if (code) {
        return code;
    }
    size_t size = strlen(text) + 1;
    char *copy = ledger_new(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, size);
    if (!copy) {
        return ledger_error(&session->ledger);
    }
    *out = memcpy(copy, text, size);
    return 0;
}

static void drop_path(prologue_session *session, const char **path) {
    if (*path) {
        ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, (void *)(uintptr_t)*path,
                    strlen(*path) + 1);
        *path = NULL;
    }
}

static void drop_all(prologue_session *session) {
    drop_path(session, &session->tracking.trace);
    drop_path(session, &session->tracking.dump);
    ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, session->attribution.rows,
                session->attribution.capacity * sizeof *session->attribution.rows);
    session->attribution = (struct attribution){0};
}

static bool is_told(const char *word) {
    const char *told = getenv("PROLOGUE_MEMORY_TRACKING");
    return told && strcmp(told, word) == 0;
}

static bool is_wanted(const prologue_session_options *options) {
    return (options->memory_trace || options->memory_dump) && !is_told("off");
}

static int set_table_aside(prologue_session *session) {
    size_t size = attribution_size(session->ledger.limit);
    void *rows = ledger_resize(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, NULL, 0, size);
    if (!rows) {
        return ledger_error(&session->ledger);
    }
    attribution_init(&session->attribution, rows, size);
    return 0;
}

static int set_aside(prologue_session *session, const prologue_session_options *options) {
    uint32_t interval = options->memory_interval_ms;
    session->tracking = (struct monitor_options){
        .interval_ms = interval ? interval : PROLOGUE_DEFAULT_INTERVAL_MS,
        .attribution = options->memory_attribution,
        .always = is_told("always"),
        .threads = session->threads,
    };
    int code = keep_path(session, options->memory_trace, &session->tracking.trace);
    if (!code) {
        code = keep_path(session, options->memory_dump, &session->tracking.dump);
    }
    bool needs_table = session->tracking.dump || session->tracking.attribution;
    return code || !needs_table ? code : set_table_aside(session);
}

int session_track(prologue_session *session, const prologue_session_options *options) {
    int failed = is_wanted(options) ? set_aside(session, options) : 0;
    if (failed) {
        drop_all(session);
    }
    int code = monitor_open(&session->monitor, &session->ledger, &session->tracking);
    if (!code && failed) {
        monitor_refuse(&session->monitor, failed);
    }
    if (code || !session->monitor.tracker) {
        drop_all(session);
    }
    return code;
}

void session_untrack(prologue_session *session) {
    monitor_close(&session->monitor);
    drop_all(session);
}
