/* One scan of a session: the walk of the last one is walked again, or lends its files to a new one, or
 * there is none. */
#include "session.h"

enum {
    /* So much of the limit, its twelfth, is kept back for the report. What is left is more than the
     * nine tenths at which a dump is written. */
    RESERVED_SHARE = 12,
    OUTGROWN = 2, /* a walk that knows so many times the paths that it began with is made anew */
};

enum plan {
    PLAN_NEW,   /* nothing is known */
    PLAN_FILES, /* what stands in files is known */
    PLAN_GRAPH, /* where imports lead, too */
};

/* What one scan came to. */
struct outcome {
    struct walk *walk;
    int code; /* 0, LIMIT or CANCELLED where there is a body */
    struct report_body *body;
};

static void forget_walk(struct session_cache *cache) {
    report_body_drop(cache->body);
    walk_drop(cache->walk);
    cache->body = NULL;
    cache->walk = NULL;
    cache->broken = false;
}

void session_forget(prologue_session *session) {
    forget_walk(&session->cache);
}

/* Makes room: what is kept of the last scan goes. */
static void reset(prologue_session *session, enum prologue_reset reason) {
    struct session_cache *cache = &session->cache;
    if (cache->walk) {
        forget_walk(cache);
        cache->resets++;
        cache->reset_reasons |= (uint32_t)reason;
    }
    atomic_store_explicit(&session->ledger.refused, false, memory_order_relaxed);
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

/* ---- a new walk ------------------------------------------------------------------------------ */

/* Nothing more is read: what the readers hold, and what they could have again, is for the report. */
static void make_room(prologue_session *session, struct walk *walk) {
    walk_stop(walk);
    session_stop_workers(session);
    realpath_drop_listings(&walk->realpath);
    packages_drop(&walk->packages);
}

/* With the memory that was kept back for it. A walk that came to its end, and whose report does not fit,
 * is not complete. */
static int make_body(prologue_session *session, struct outcome *outcome,
                     const struct report_body *earlier) {
    monitor_poll(outcome->walk->monitor);
    session_phase(session, PHASE_REPORT);
    if (outcome->code == PROLOGUE_ELIMIT) {
        make_room(session, outcome->walk);
    } else if (session->cache.off) {
        workers_end(&session->workers);
    }
    monitor_attribute(&session->monitor);
    ledger_reserve(&session->ledger, 0);
    int code = report_body_new(&outcome->body, outcome->walk, outcome->code, earlier);
    if (code == PROLOGUE_ELIMIT && !outcome->code) {
        make_room(session, outcome->walk);
        outcome->code = code;
        code = report_body_new(&outcome->body, outcome->walk, code, NULL);
    }
    return code;
}

static int ask_host(void *payload, int (*call)(void *argument), void *argument) {
    return session_ask(payload, call, argument);
}

static void meet_host(prologue_session *session, struct walk *walk,
                      const prologue_scan_request *request) {
    if (request->on_resolve || request->on_load) {
        walk->host.request = request;
        walk->host.run = ask_host;
        walk->host.payload = session;
    }
}

static int scan_anew(prologue_session *session, const prologue_scan_request *request,
                     const struct walk *donor, struct outcome *outcome) {
    if (!session->cache.walk) {
        slab_trim(&session->sources);
    }
    int code =
        session_walk(session, &outcome->walk, request->config, request->root, session->threads);
    if (code) {
        return code;
    }
    struct walk *walk = outcome->walk;
    session_watch(session, walk);
    walk->on_round = note_progress;
    walk->payload = session;
    walk->donor = donor;
    meet_host(session, walk, request);
    ledger_reserve(&session->ledger, session->ledger.limit / RESERVED_SHARE);
    outcome->code = walk_run(walk, request);
    walk_leave_host(walk);
    if (outcome->code && outcome->code != PROLOGUE_ELIMIT && outcome->code != PROLOGUE_ECANCELLED) {
        ledger_reserve(&session->ledger, 0);
        return session_fail(session, outcome->code, walk->detail);
    }
    return make_body(session, outcome, NULL);
}

/* ---- the same walk --------------------------------------------------------------------------- */

/* PROLOGUE_EINVALID: the graph cannot be used any more. */
static int scan_again(prologue_session *session, const prologue_scan_request *request,
                      struct outcome *outcome) {
    struct session_cache *cache = &session->cache;
    struct walk *walk = cache->walk;
    outcome->walk = walk_keep(walk);
    if (!walk_is_stale(walk)) {
        walk_count_anew(walk);
        outcome->body = report_body_keep(cache->body);
        return 0;
    }
    if (report_body_detach(cache->body)) {
        return PROLOGUE_EINVALID;
    }
    cache->broken = true; /* until it has come to its end */
    session_watch(session, walk);
    ledger_reserve(&session->ledger, session->ledger.limit / RESERVED_SHARE);
    meet_host(session, walk, request);
    outcome->code = walk_again(walk);
    walk_leave_host(walk);
    if (walk->rebuild || (outcome->code && outcome->code != PROLOGUE_ECANCELLED)) {
        ledger_reserve(&session->ledger, 0);
        return PROLOGUE_EINVALID;
    }
    return make_body(session, outcome, cache->body);
}

/* ---- which of them --------------------------------------------------------------------------- */

static bool has_outgrown(const struct session_cache *cache) {
    const struct walk *walk = cache->walk;
    return walk->paths.rows.count > cache->paths * OUTGROWN ||
           walk->graph.stale > walk->realpath.ledger->limit / 16;
}

/* Whether the graph still holds. What the system tells is not told again, so it counts also where
 * everything is looked at. */
static bool verify(const struct session_cache *cache, enum prologue_switch wanted) {
    bool told;
    if (wanted == PROLOGUE_NO) {
        return true;
    }
    bool same = walk_verify_watched(cache->walk, &told) || !told;
    bool known = wanted == PROLOGUE_AUTO && (told || cache->told);
    return (known || walk_verify(cache->walk)) && same;
}

static enum plan plan_of(prologue_session *session, const prologue_scan_request *request) {
    struct session_cache *cache = &session->cache;
    if (!cache->walk || cache->facts_key != session_key_of_facts(request->config)) {
        return PLAN_NEW;
    }
    session_use(session, cache->walk);
    cache->broken |= !verify(cache, request->verify);
    return !cache->broken && cache->body && !has_outgrown(cache) &&
                   cache->key == session_key_of_request(request)
               ? PLAN_GRAPH
               : PLAN_FILES;
}

static void drop_outcome(prologue_session *session, struct outcome *outcome) {
    session_watch(session, NULL);
    report_body_drop(outcome->body);
    walk_drop(outcome->walk);
    *outcome = (struct outcome){0};
}

static bool has_run_out(int code, const struct outcome *outcome) {
    return code == PROLOGUE_ELIMIT || outcome->code == PROLOGUE_ELIMIT;
}

/* What is kept gives way where a scan does not fit beside it. */
static int carry_out(prologue_session *session, const prologue_scan_request *request,
                     enum plan plan, struct outcome *outcome) {
    const struct session_cache *cache = &session->cache;
    int code = plan == PLAN_GRAPH ? scan_again(session, request, outcome) : PROLOGUE_EINVALID;
    if (code == PROLOGUE_EINVALID) {
        drop_outcome(session, outcome);
        code = scan_anew(session, request, plan == PLAN_NEW ? NULL : cache->walk, outcome);
    }
    if (!cache->walk || !has_run_out(code, outcome)) {
        return code;
    }
    drop_outcome(session, outcome);
    reset(session, PROLOGUE_RESET_MEMORY);
    return scan_anew(session, request, NULL, outcome);
}

/* The walk is kept; one that was cancelled, only where nothing better is there. Whether it took the
 * place of another. */
static bool keep(prologue_session *session, const prologue_scan_request *request,
                 const struct outcome *outcome) {
    struct session_cache *cache = &session->cache;
    bool complete = outcome->code == 0, replaced = false;
    if (cache->off) {
        walk_stop(outcome->walk);
        return false;
    }
    if (outcome->code == PROLOGUE_ELIMIT) {
        reset(session, PROLOGUE_RESET_MEMORY);
        return false;
    }
    if (!complete && cache->walk) {
        return false;
    }
    if (cache->walk != outcome->walk) {
        replaced = cache->walk != NULL;
        walk_drop(cache->walk);
        cache->walk = walk_keep(outcome->walk);
        cache->paths = outcome->walk->paths.rows.count;
    }
    cache->facts_key = session_key_of_facts(request->config);
    cache->key = session_key_of_request(request);
    cache->broken = !complete;
    if (complete) {
        report_body_drop(cache->body);
        cache->body = report_body_keep(outcome->body);
        cache->told = false;
    }
    return replaced;
}

static void fill_stats(prologue_session *session, const struct outcome *outcome,
                       prologue_stats *stats) {
    const struct walk *walk = outcome->walk;
    uint64_t needed = outcome->body->files_needed;
    stats->files_read = walk->files_read;
    stats->bytes_read = walk->bytes_read;
    stats->reads_joined = walk->reads_joined;
    stats->realpath_hits = walk->realpath.hits;
    stats->realpath_misses = walk->realpath.misses;
    stats->directories_listed = walk->realpath.listed;
    stats->grammar_files = walk->grammar_files;
    stats->cache_misses = walk->files_read;
    stats->cache_hits = needed > walk->files_read ? needed - walk->files_read : 0;
    stats->scan = ++session->scans;
    stats->resets = session->cache.resets;
    stats->reset_reasons = session->cache.reset_reasons;
}

static int make_report(prologue_session *session, const struct outcome *outcome,
                       prologue_report **out) {
    const struct session_cache *cache = &session->cache;
    prologue_report *report;
    int code = report_new(&report, outcome->body);
    if (code) {
        return code;
    }
    report->monitor = &session->monitor;
    fill_stats(session, outcome, &report->summary.stats);
    bool same_root =
        cache->body && slice_equal(slice_of(cache->body->root), slice_of(outcome->body->root));
    if (!cache->off && !outcome->code) {
        code = report_compare(report, same_root ? cache->body : NULL);
    }
    if (code) {
        prologue_report_free(report);
        return code;
    }
    *out = report;
    return 0;
}

int session_scan(prologue_session *session, void *argument) {
    struct scan_call *call = argument;
    struct outcome outcome = {0};
    uint64_t began = uv_hrtime();
    session_phase(session, PHASE_START);
    atomic_store_explicit(&session->ledger.refused, false, memory_order_relaxed);
    enum plan plan = plan_of(session, call->request);
    if (plan != PLAN_GRAPH) {
        walk_drop(session->asker);
        session->asker = NULL;
    }
    bool replaced = false;
    int code = carry_out(session, call->request, plan, &outcome);
    if (!code) {
        code = make_report(session, &outcome, &call->report);
    }
    if (!code) {
        replaced = keep(session, call->request, &outcome);
        code = outcome.code;
    }
    uint32_t threads = session->has_workers ? session->workers.count : 0;
    if (session->cache.off) {
        session_stop_workers(session);
    } else if (session->has_workers) {
        workers_rest(&session->workers);
    }
    session_phase(session, PHASE_IDLE);
    drop_outcome(session, &outcome);
    if (replaced) { /* no report of the new walk is out yet */
        graph_pack(&session->cache.walk->graph);
    }
    if (!session->cache.walk) {
        slab_trim(&session->sources);
    }
    if (replaced || plan == PLAN_FILES) { /* two walks were held */
        os_give_back();
    }
    if (call->report) {
        prologue_stats *stats = &call->report->summary.stats;
        stats->threads = threads;
        stats->elapsed_ms = (double)(uv_hrtime() - began) / 1e6;
        ledger_read(&session->ledger, &stats->memory);
    }
    return code;
}

int session_invalidate(prologue_session *session, const char *const *paths, size_t count) {
    struct session_cache *cache = &session->cache;
    for (size_t i = 0; i < count; i++) {
        if (!paths[i] || paths[i][0] != '/') {
            return session_fail(session, PROLOGUE_EINVALID, paths[i]);
        }
        if (cache->walk && !walk_invalidate(cache->walk, paths[i])) {
            cache->broken = true;
        }
    }
    walk_drop(session->asker);
    session->asker = NULL;
    cache->told = true;
    return 0;
}
