#include "session.h"

#include <stdio.h>

enum {
    ENGINE_STACK = 2 << 20,
    /* So much of the limit, its twelfth, is kept back for the report. What is left is more than the
     * nine tenths at which a dump is written. */
    RESERVED_SHARE = 12,
};

static void engine(void *argument) {
    prologue_session *session = argument;
    uv_mutex_lock(&session->mutex);
    while (!session->stopping) {
        if (!session->job) {
            uv_cond_wait(&session->changed, &session->mutex);
            continue;
        }
        session_job *job = session->job;
        uv_mutex_unlock(&session->mutex);
        int result = job(session, session->argument);
        uv_mutex_lock(&session->mutex);
        session->job = NULL;
        session->result = result;
        session->done = true;
        uv_cond_broadcast(&session->changed);
    }
    uv_mutex_unlock(&session->mutex);
}

int session_open(prologue_session **out, const prologue_session_options *options) {
    static const prologue_session_options nothing = {.size = sizeof nothing};
    options = options ? options : &nothing;
    if (options->size != sizeof *options || options->threads > PROLOGUE_MAX_THREADS) {
        return PROLOGUE_EINVALID;
    }
    struct ledger ledger;
    ledger_init(&ledger, options->allocator,
                options->memory_limit ? options->memory_limit : PROLOGUE_DEFAULT_MEMORY_LIMIT);
    prologue_session *session = ledger_new(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof *session);
    if (!session) {
        return ledger_error(&ledger);
    }
    session->ledger = ledger;
    session->processors = uv_available_parallelism();
    session->threads = options->threads ? options->threads : session->processors;
    if (uv_mutex_init(&session->mutex) || uv_cond_init(&session->changed)) {
        ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
        return PROLOGUE_ETHREAD;
    }
    int code = session_track(session, options);
    if (code) {
        uv_cond_destroy(&session->changed);
        uv_mutex_destroy(&session->mutex);
        ledger = session->ledger;
        ledger_free(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
        return code;
    }
    trace_init(&session->trace, &session->ledger);
    session->syntax = syntax_new(&session->ledger);
    if (!session->syntax) {
        code = ledger_error(&session->ledger);
        session_close(session);
        return code;
    }
    *out = session;
    return 0;
}

static void join_engine(prologue_session *session) {
    uv_mutex_lock(&session->mutex);
    session->stopping = true;
    uv_cond_broadcast(&session->changed);
    uv_mutex_unlock(&session->mutex);
    if (session->started) {
        uv_thread_join(&session->thread);
    }
}

void session_close(prologue_session *session) {
    join_engine(session);
    if (session->asker) {
        session_drop(session, session->asker);
    }
    trace_free(&session->trace);
    syntax_free(session->syntax);
    session_untrack(session);
    uv_cond_destroy(&session->changed);
    uv_mutex_destroy(&session->mutex);
    struct ledger ledger = session->ledger;
    ledger_free(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
}

static int start_engine(prologue_session *session) {
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = ENGINE_STACK};
    if (!session->started) {
        if (uv_thread_create_ex(&session->thread, &options, engine, session)) {
            return PROLOGUE_ETHREAD;
        }
        session->started = true;
    }
    return 0;
}

int session_call(prologue_session *session, session_job *job, void *argument,
                 int (*on_wait)(prologue_session *session, void *payload), void *payload) {
    const uint64_t interval = UINT64_C(50) * 1000 * 1000;
    int code = start_engine(session);
    if (code) {
        return code;
    }
    session->detail[0] = 0;
    uv_mutex_lock(&session->mutex);
    session->argument = argument;
    session->done = false;
    session->job = job;
    uv_cond_broadcast(&session->changed);
    while (!session->done) {
        if (!on_wait) {
            uv_cond_wait(&session->changed, &session->mutex);
        } else if (uv_cond_timedwait(&session->changed, &session->mutex, interval)) {
            uv_mutex_unlock(&session->mutex);
            if (on_wait(session, payload)) {
                prologue_session_cancel(session);
            }
            uv_mutex_lock(&session->mutex);
        }
    }
    code = session->result;
    uv_mutex_unlock(&session->mutex);
    atomic_store(&session->cancelled, false);
    return code;
}

int session_absolute(const char *path, char *text, size_t size) {
    size_t length = 0;
    if (!path || path[0] != '/') {
        if (os_working_directory(text, size)) {
            return PROLOGUE_EROOT;
        }
        length = strlen(text);
    }
    int wrote =
        snprintf(text + length, size - length, "%s%s", length && path ? "/" : "", path ? path : "");
    return wrote < 0 || (size_t)wrote >= size - length ? PROLOGUE_EINVALID : 0;
}

static int fail_about(prologue_session *session, int code, const char *detail) {
    snprintf(session->detail, sizeof session->detail, "%s", detail ? detail : "");
    return code;
}

static int prepare(prologue_session *session, struct walk *walk, const prologue_config *config,
                   const char *root, uint32_t threads) {
    char text[2 * PATH_LONGEST + 2];
    const char *detail = "";
    walk->ledger = &session->ledger;
    walk->syntax = session->syntax;
    walk->cancelled = &session->cancelled;
    int code = config_init(&walk->config, &session->ledger, config, &detail);
    int init = walk_init(walk, &session->ledger, threads, session->processors, true);
    if (code || init) {
        return code ? fail_about(session, code, detail) : init;
    }
    code = session_absolute(root, text, sizeof text);
    if (code) {
        return fail_about(session, PROLOGUE_EROOT, root);
    }
    code = walk_root(walk, text);
    return code ? fail_about(session, code, walk->detail) : 0;
}

int session_walk(prologue_session *session, struct walk **out, const prologue_config *config,
                 const char *root, uint32_t threads) {
    struct walk *walk = ledger_new(&session->ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof *walk);
    if (!walk) {
        return ledger_error(&session->ledger);
    }
    int code = prepare(session, walk, config, root, threads);
    if (code) {
        session_drop(session, walk);
        return code;
    }
    *out = walk;
    return 0;
}

void session_drop(prologue_session *session, struct walk *walk) {
    walk_free(walk);
    ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_GRAPH, walk, sizeof *walk);
}

static void note_progress(struct walk *walk, void *payload) {
    prologue_session *session = payload;
    atomic_store_explicit(&session->files_read, walk->files_read, memory_order_relaxed);
    atomic_store_explicit(&session->bytes_read, walk->bytes_read, memory_order_relaxed);
    atomic_store_explicit(&session->modules, walk->modules, memory_order_relaxed);
    atomic_store_explicit(&session->pending, walk->graph.files.count - walk->files_read,
                          memory_order_relaxed);
    if (monitor_is_ticking(&session->monitor)) {
        session_note(session, walk);
    }
}

static void end_phases(prologue_session *session) {
    session_phase(session, PHASE_IDLE);
    session_watch(session, NULL);
}

int session_scan(prologue_session *session, void *argument) {
    struct scan_call *call = argument;
    struct walk *walk = NULL;
    uint64_t began = uv_hrtime();
    session_phase(session, PHASE_START);
    int code =
        session_walk(session, &walk, call->request->config, call->request->root, session->threads);
    if (code) {
        end_phases(session);
        return code;
    }
    session_watch(session, walk);
    walk->on_round = note_progress;
    walk->payload = session;
    ledger_reserve(&session->ledger, session->ledger.limit / RESERVED_SHARE);
    code = walk_run(walk, call->request);
    bool partial = code == PROLOGUE_ELIMIT || code == PROLOGUE_ECANCELLED;
    if (code && !partial) {
        end_phases(session);
        ledger_reserve(&session->ledger, 0);
        fail_about(session, code, walk->detail);
        session_drop(session, walk);
        return code;
    }
    uint32_t threads = walk->workers.count;
    monitor_poll(walk->monitor);
    if (code == PROLOGUE_ELIMIT) {
        walk_stop(walk);
    }
    session_phase(session, PHASE_REPORT);
    monitor_attribute(&session->monitor);
    ledger_reserve(&session->ledger, 0);
    int failed = report_new(&call->report, walk, code);
    if (failed) {
        session_watch(session, NULL);
        session_phase(session, PHASE_IDLE);
        return failed;
    }
    call->report->monitor = &session->monitor;
    end_phases(session);
    walk_stop(walk);
    prologue_stats *stats = &call->report->summary.stats;
    stats->scan = ++session->scans;
    stats->threads = threads;
    stats->cache_misses = stats->files_read;
    stats->elapsed_ms = (double)(uv_hrtime() - began) / 1e6;
    ledger_read(&session->ledger, &stats->memory);
    return code;
}
