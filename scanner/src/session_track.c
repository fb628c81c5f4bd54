#include <stdlib.h>

#include "session.h"

/* ---- what is known of the walk --------------------------------------------------------------- */

void session_note(prologue_session *session, struct walk *walk) {
    struct figures *figures = &session->monitor.figures;
    struct workers *workers = walk->workers;
    struct window_state window = {0};
    if (session->has_workers) {
        window = window_read(&workers->window);
        figure_set(figures, FIGURE_LEASE, workers->members[0].lease.base);
        figure_set(figures, FIGURE_THREADS, workers->count);
    }
    figure_set(figures, FIGURE_SCAN, session->scans + 1);
    figure_set(figures, FIGURE_FILES_READ, walk->files_read);
    figure_set(figures, FIGURE_BYTES_READ, walk->bytes_read);
    figure_set(figures, FIGURE_READS_JOINED, walk->reads_joined);
    figure_set(figures, FIGURE_MODULES, walk->modules);
    figure_set(figures, FIGURE_PENDING, walk->graph.files.count - walk->files_read);
    figure_set(figures, FIGURE_PATHS, walk->paths.rows.count);
    figure_set(figures, FIGURE_FOLDERS, walk->realpath.folders.count);
    figure_set(figures, FIGURE_LISTINGS, walk->realpath.listed);
    figure_set(figures, FIGURE_PACKAGES, walk->packages.rows.count);
    figure_set(figures, FIGURE_FACTS, walk->files_read);
    figure_set(figures, FIGURE_WINDOW, window.limit);
    figure_set(figures, FIGURE_WINDOW_HELD, window.held);
    figure_set(figures, FIGURE_WINDOW_WAITS, window.waits);
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
    if (session->watched) {
        session_note(session, session->watched);
    }
    monitor_phase(&session->monitor, phase);
}

/* ---- its life -------------------------------------------------------------------------------- */

static const char *keep_path(prologue_session *session, const char *path) {
    char text[2 * PATH_LONGEST + 2];
    if (!path || session_absolute(path, text, sizeof text)) {
        return NULL;
    }
    size_t size = strlen(text) + 1;
    char *copy = ledger_new(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static void drop_path(prologue_session *session, const char *path) {
    if (path) {
        ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, (void *)(uintptr_t)path,
                    strlen(path) + 1);
    }
}

static bool is_wanted(const prologue_session_options *options) {
    const char *word = getenv("PROLOGUE_MEMORY_TRACKING");
    return (options->memory_trace || options->memory_dump) && !(word && strcmp(word, "off") == 0);
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

int session_track(prologue_session *session, const prologue_session_options *options) {
    struct monitor_options *wanted = &session->tracking;
    if (is_wanted(options)) {
        *wanted = (struct monitor_options){
            .trace = keep_path(session, options->memory_trace),
            .dump = keep_path(session, options->memory_dump),
            .interval_ms = options->memory_interval_ms ? options->memory_interval_ms
                                                       : PROLOGUE_DEFAULT_INTERVAL_MS,
            .attribution = options->memory_attribution,
            .threads = session->threads,
        };
        int code = set_table_aside(session);
        if (code) {
            wanted->trace = wanted->dump = NULL;
        }
    }
    return monitor_open(&session->monitor, &session->ledger, wanted);
}

void session_untrack(prologue_session *session) {
    monitor_close(&session->monitor);
    drop_path(session, session->tracking.trace);
    drop_path(session, session->tracking.dump);
    ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_REPORT, session->attribution.rows,
                session->attribution.capacity * sizeof *session->attribution.rows);
}
