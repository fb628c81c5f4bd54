#define _GNU_SOURCE
#include "tracker.h"

#include <stdio.h>
#include <time.h>

#include "dump_file.h"

enum { STACK_SIZE = 256 << 10 };

static const uint64_t MS = 1000 * 1000, WAIT_GRACE = 100 * 1000 * 1000; /* ns */

/* What the thread itself costs. */
static uint64_t own_time(void) {
#if defined(CLOCK_THREAD_CPUTIME_ID)
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0) {
        return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    }
#endif
    return uv_hrtime();
}

/* ---- when it goes wrong, with the mutex held ------------------------------------------------- */

static void switch_off(struct tracker *tracker) {
    tracker->off = tracker->parting = true;
    tracker->event_count = 0;
    tracker->call = CALL_NONE;
    atomic_store(&tracker->monitor->requested, false);
    uv_cond_broadcast(&tracker->served);
}

static void failed(struct tracker *tracker, const char *path, int error) {
    char *message = tracker->monitor->message, reason[80];
    bool off = fuse_fail(&tracker->fuse);
    uv_strerror_r(error, reason, sizeof reason);
    snprintf(message, MONITOR_MESSAGE, "%s%.300s: %.79s (%u failures)",
             off ? "memory tracking switched itself off: " : "", path, reason,
             tracker->fuse.failures);
    if (off) {
        switch_off(tracker);
    }
}

static void spend(struct tracker *tracker, uint64_t spent) {
    struct monitor *monitor = tracker->monitor;
    if (tracker->options.always) {
        tracker->fuse.spent += spent;
        return;
    }
    bool scanning = atomic_load(&monitor->phase) != PHASE_IDLE;
    uint64_t elapsed = monitor->scanned + (scanning ? uv_hrtime() - monitor->scan_began : 0);
    if (!tracker->off && fuse_spend(&tracker->fuse, spent, elapsed)) {
        snprintf(monitor->message, MONITOR_MESSAGE,
                 "memory tracking switched itself off: it took %.1f of %.1f ms",
                 (double)tracker->fuse.spent / 1e6, (double)elapsed / 1e6);
        switch_off(tracker);
    }
}

/* ---- the trace, without the mutex ------------------------------------------------------------ */

static void put_number(struct json_writer *json, const char *key, uint64_t value) {
    json_put_key(json, key);
    json_put_unsigned(json, value);
}

static void put_text(struct json_writer *json, const char *key, const char *text) {
    json_put_key(json, key);
    json_put_string(json, slice_of(text));
}

static void begin_record(struct tracker *tracker, struct record_file *file, const char *type) {
    tracker->json.payload = file;
    tracker->json.error = 0;
    tracker->json.length = 0;
    tracker->json.comma = false;
    json_put_open(&tracker->json, '{');
    put_text(&tracker->json, "type", type);
}

static int end_record(struct tracker *tracker, struct record_file *file) {
    json_put_close(&tracker->json, '}');
    json_put_newline(&tracker->json);
    json_writer_flush(&tracker->json);
    return record_file_end(file);
}

static void put_head(struct tracker *tracker) {
    struct json_writer *json = &tracker->json;
    put_number(json, "version", 1);
    json_put_key(json, "tool");
    json_put_literal(json, "prologue " PROLOGUE_VERSION);
    put_number(json, "pid", (uint64_t)uv_os_getpid());
    put_number(json, "limit", tracker->monitor->ledger->limit);
    put_number(json, "intervalMs", tracker->options.interval_ms);
    json_put_key(json, "attribution");
    json_put_bool(json, tracker->options.attribution);
}

static void take_moment(struct tracker *tracker, struct moment *moment) {
    struct monitor *monitor = tracker->monitor;
    moment_take(moment, (enum phase)atomic_load(&monitor->phase), &monitor->figures,
                monitor->ledger, monitor->began);
}

static int write_moment(struct tracker *tracker, const char *type, const struct moment *moment) {
    begin_record(tracker, &tracker->trace, type);
    moment_put(&tracker->json, moment);
    json_put_key(&tracker->json, "trackingMs");
    json_put_decimal(&tracker->json, (double)tracker->fuse.spent / 1e6, 3);
    return end_record(tracker, &tracker->trace);
}

static int write_tick(struct tracker *tracker) {
    struct moment moment;
    take_moment(tracker, &moment);
    return write_moment(tracker, "tick", &moment);
}

static int open_trace(struct tracker *tracker) {
    int error = record_file_open(&tracker->trace, tracker->options.trace);
    if (error) {
        return error;
    }
    begin_record(tracker, &tracker->trace, "trace");
    put_head(tracker);
    moment_put_time(&tracker->json, tracker->monitor->began_wall);
    return end_record(tracker, &tracker->trace);
}

static int write_attribution(struct tracker *tracker) {
    struct moment moment;
    take_moment(tracker, &moment);
    begin_record(tracker, &tracker->trace, "attribution");
    moment_put(&tracker->json, &moment);
    if (tracker->source.put) {
        tracker->source.put(tracker->source.payload, &tracker->json, MONITOR_ATTRIBUTION);
    }
    return end_record(tracker, &tracker->trace);
}

/* ---- dumps, without the mutex ---------------------------------------------------------------- */

static int write_dump(struct tracker *tracker, const struct tracker_due *due, bool with_graph) {
    struct dump_file file;
    struct moment moment;
    struct json_writer *json = &tracker->json;
    int error = dump_file_open(&file, tracker->options.dump);
    if (error) {
        return error;
    }
    take_moment(tracker, &moment);
    begin_record(tracker, &file.records, "dump");
    put_head(tracker);
    moment_put(json, &moment);
    put_text(json, "reason", due->requested ? "request" : due->refused ? "refused" : "limit");
    if (!due->requested) {
        put_number(json, "mark", tracker->monitor->ledger->mark.bytes);
        moment_put_ledger(json, "ledgerAtMark", &due->at);
    }
    recent_put(json, tracker->recent);
    json_put_key(json, "graph");
    if (with_graph && tracker->source.put) {
        json_put_open(json, '{');
        tracker->source.put(tracker->source.payload, json, MONITOR_GRAPH);
        if (tracker->options.attribution) {
            tracker->source.put(tracker->source.payload, json, MONITOR_ATTRIBUTION);
        }
        json_put_close(json, '}');
    } else {
        json_put_null(json);
    }
    error = end_record(tracker, &file.records);
    return dump_file_close(&file, error, TRACKER_DUMPS);
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* Where the scan waits for the thread it pays for what that waits for, too, such as a slow disk. A thread
 * that waits for a processor looks the same: so much of it is forgiven. */
static uint64_t cost_since(struct tracker *tracker, uint64_t own, uint64_t clock) {
    uint64_t cost = own_time() - own, all = uv_hrtime() - clock;
    tracker->waited += tracker->waiting && all > cost ? all - cost : 0;
    if (tracker->waited > WAIT_GRACE) {
        cost += tracker->waited - WAIT_GRACE;
        tracker->waited = WAIT_GRACE;
    }
    return cost;
}

/* Lets go of the mutex while `work` runs, and counts what it costs. */
#define OUTSIDE(tracker, result, work)                                                             \
    do {                                                                                           \
        uint64_t own = own_time(), clock = uv_hrtime();                                            \
        uv_mutex_unlock(&(tracker)->monitor->mutex);                                               \
        (result) = (work);                                                                         \
        uv_mutex_lock(&(tracker)->monitor->mutex);                                                 \
        spend((tracker), cost_since((tracker), own, clock));                                       \
    } while (0)

static int write_end(struct tracker *tracker) {
    begin_record(tracker, &tracker->trace, "off");
    put_text(&tracker->json, "message", tracker->monitor->message);
    return end_record(tracker, &tracker->trace);
}

static bool is_running(const struct tracker *tracker) {
    return tracker->started && !tracker->off;
}

static bool is_tracing(const struct tracker *tracker) {
    return !tracker->off && tracker->trace.handle >= 0;
}

static void write_event(struct tracker *tracker) {
    static const char *const types[] = {"begin", "end"};
    struct tracker_event event = tracker->events[tracker->event_head];
    int error = 0;
    tracker->event_head = (tracker->event_head + 1) % TRACKER_EVENTS;
    tracker->event_count--;
    tracker->writing = true;
    if (is_tracing(tracker)) {
        OUTSIDE(tracker, error, write_moment(tracker, types[event.kind], &event.moment));
    }
    tracker->writing = false;
    if (error && !tracker->off) {
        failed(tracker, tracker->options.trace, error);
    }
    uv_cond_broadcast(&tracker->served);
}

static void dump(struct tracker *tracker, bool with_graph) {
    struct tracker_due due = tracker->due;
    int error;
    tracker->due = (struct tracker_due){0};
    OUTSIDE(tracker, error, write_dump(tracker, &due, with_graph));
    if (error) {
        failed(tracker, tracker->options.dump, error);
    } else {
        tracker->dumps++;
    }
}

static void serve(struct tracker *tracker) {
    enum tracker_call call = tracker->call;
    if (call == CALL_DUMP && !tracker->off) {
        dump(tracker, true);
    } else if (is_tracing(tracker)) {
        int error;
        OUTSIDE(tracker, error, write_attribution(tracker));
        if (error && !tracker->off) {
            failed(tracker, tracker->options.trace, error);
        }
    }
    tracker->call = CALL_NONE;
    uv_cond_broadcast(&tracker->served);
}

bool tracker_take_due(struct tracker *tracker) {
    struct tracker_due *due = &tracker->due;
    if (!is_running(tracker) || !tracker->options.dump || tracker->call != CALL_NONE) {
        return false;
    }
    *due = (struct tracker_due){0};
    due->is_due = ledger_tell_mark(tracker->monitor->ledger, &due->at, &due->refused);
    if (!due->is_due) {
        due->is_due = due->requested = atomic_exchange(&tracker->monitor->requested, false);
    }
    tracker->due_since = 0;
    return due->is_due;
}

/* A dump that the walk, which could tell more, does not come to ask for. */
static bool dump_without_walk(struct tracker *tracker, uint64_t now) {
    struct monitor *monitor = tracker->monitor;
    if (!atomic_load(&monitor->requested) && !ledger_is_marked(monitor->ledger)) {
        tracker->due_since = 0;
        return false;
    }
    if (!tracker->due_since) {
        tracker->due_since = now;
    }
    bool idle = atomic_load(&monitor->phase) == PHASE_IDLE;
    if ((!idle && now - tracker->due_since < TRACKER_PATIENCE_MS * MS) ||
        !tracker_take_due(tracker)) {
        return false;
    }
    dump(tracker, false);
    return true;
}

static bool ticks_now(const struct tracker *tracker) {
    return is_tracing(tracker) && atomic_load(&tracker->monitor->phase) != PHASE_IDLE;
}

static void tick(struct tracker *tracker, uint64_t now) {
    uint64_t interval = tracker->options.interval_ms * MS;
    int error;
    OUTSIDE(tracker, error, write_tick(tracker));
    if (error && !tracker->off) {
        failed(tracker, tracker->options.trace, error);
    }
    tracker->next_tick += interval;
    if (tracker->next_tick <= now) {
        tracker->next_tick = now + interval;
    }
}

static void wait(struct tracker *tracker, uint64_t now) {
    uv_mutex_t *mutex = &tracker->monitor->mutex;
    uint64_t until = UINT64_MAX;
    if (ticks_now(tracker)) {
        until = tracker->next_tick;
    }
    if (!tracker->off && tracker->options.dump && until > now + TRACKER_POLL_MS * MS) {
        until = now + TRACKER_POLL_MS * MS;
    }
    if (until == UINT64_MAX) {
        uv_cond_wait(&tracker->wake, mutex);
    } else if (until > now) {
        uv_cond_timedwait(&tracker->wake, mutex, until - now);
    }
}

/* False once it has to end. */
static bool step(struct tracker *tracker) {
    uint64_t now = uv_hrtime();
    if (tracker->event_count) {
        write_event(tracker);
    } else if (tracker->call != CALL_NONE) {
        serve(tracker);
    } else if (tracker->parting) {
        tracker->parting = false;
        if (tracker->trace.handle >= 0) {
            write_end(tracker);
        }
    } else if (tracker->stopping) {
        return false;
    } else if (!tracker->off && tracker->options.dump && dump_without_walk(tracker, now)) {
        return true;
    } else if (ticks_now(tracker) && now >= tracker->next_tick) {
        tick(tracker, now);
    } else {
        ledger_rearm(tracker->monitor->ledger);
        wait(tracker, now);
    }
    return true;
}

static void track(void *argument) {
    struct tracker *tracker = argument;
    struct os_files files;
    os_files_begin(&files, true);
    int error = tracker->options.trace ? open_trace(tracker) : 0;
    uv_mutex_lock(&tracker->monitor->mutex);
    if (error) {
        failed(tracker, tracker->options.trace, error);
    }
    tracker->next_tick = uv_hrtime() + tracker->options.interval_ms * MS;
    while (step(tracker)) {
    }
    uv_mutex_unlock(&tracker->monitor->mutex);
    record_file_close(&tracker->trace);
    os_files_end(&files);
}

/* ---- from other threads ---------------------------------------------------------------------- */

void tracker_start(struct tracker *tracker) {
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = STACK_SIZE};
    if (tracker->started || tracker->off) {
        return;
    }
    int error = uv_thread_create_ex(&tracker->thread, &options, track, tracker);
    tracker->started = error == 0;
    if (error) {
        failed(tracker, "its thread", error);
        switch_off(tracker);
    }
}

void tracker_put_event(struct tracker *tracker, enum tracker_event_kind kind,
                       const struct moment *moment) {
    if (!is_running(tracker) || !tracker->options.trace) {
        return;
    }
    if (tracker->event_count == TRACKER_EVENTS) {
        failed(tracker, tracker->options.trace, UV_EAGAIN);
        return;
    }
    uint32_t at = (tracker->event_head + tracker->event_count++) % TRACKER_EVENTS;
    tracker->events[at] = (struct tracker_event){kind, *moment};
    uv_cond_signal(&tracker->wake);
}

static void wait_for_it(struct tracker *tracker) {
    tracker->waiting++;
    uv_cond_wait(&tracker->served, &tracker->monitor->mutex);
    tracker->waiting--;
}

void tracker_flush(struct tracker *tracker) {
    while (is_running(tracker) && (tracker->event_count || tracker->writing)) {
        wait_for_it(tracker);
    }
}

void tracker_do(struct tracker *tracker, enum tracker_call call) {
    if (!is_running(tracker)) {
        return;
    }
    tracker->call = call;
    uv_cond_signal(&tracker->wake);
    while (is_running(tracker) && tracker->call != CALL_NONE) {
        wait_for_it(tracker);
    }
}

/* ---- its life -------------------------------------------------------------------------------- */

int tracker_new(struct tracker **out, struct monitor *monitor,
                const struct monitor_options *options) {
    struct ledger *ledger = monitor->ledger;
    struct tracker *tracker = ledger_new(ledger, PROLOGUE_SUBSYSTEM_REPORT, sizeof *tracker);
    if (!tracker) {
        return ledger_error(ledger);
    }
    tracker->monitor = monitor;
    tracker->options = *options;
    record_file_init(&tracker->trace);
    if (uv_cond_init(&tracker->wake) || uv_cond_init(&tracker->served)) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, tracker, sizeof *tracker);
        return PROLOGUE_ETHREAD;
    }
    int code = json_writer_init(&tracker->json, ledger, PROLOGUE_SUBSYSTEM_REPORT,
                                record_file_write, NULL);
    if (!code && options->dump) {
        tracker->recent = recent_new(ledger, options->threads);
        code = tracker->recent ? 0 : ledger_error(ledger);
    }
    if (code) {
        tracker_free(tracker);
        return code;
    }
    *out = tracker;
    return 0;
}

void tracker_free(struct tracker *tracker) {
    struct ledger *ledger = tracker->monitor->ledger;
    uv_mutex_lock(&tracker->monitor->mutex);
    tracker->stopping = true;
    uv_cond_signal(&tracker->wake);
    uv_mutex_unlock(&tracker->monitor->mutex);
    if (tracker->started) {
        uv_thread_join(&tracker->thread);
    }
    uv_cond_destroy(&tracker->wake);
    uv_cond_destroy(&tracker->served);
    json_writer_free(&tracker->json);
    recent_free(tracker->recent, ledger);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_REPORT, tracker, sizeof *tracker);
}
