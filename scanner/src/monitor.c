#include <stdio.h>

#include "tracker.h"

static void lock(struct monitor *monitor) {
    uv_mutex_lock(&monitor->mutex);
}

void monitor_refuse(struct monitor *monitor, int code) {
    snprintf(monitor->message, sizeof monitor->message, "memory tracking cannot begin: %s",
             prologue_error_message(code));
}

int monitor_open(struct monitor *monitor, struct ledger *ledger,
                 const struct monitor_options *options) {
    monitor->ledger = ledger;
    monitor->began = uv_hrtime();
    monitor->began_wall = moment_wall();
    if (uv_mutex_init(&monitor->mutex)) {
        return PROLOGUE_ETHREAD;
    }
    if (!options->trace && !options->dump) {
        return 0;
    }
    int code = tracker_new(&monitor->tracker, monitor, options);
    if (code) {
        monitor_refuse(monitor, code);
    } else if (options->dump) {
        ledger_watch(ledger);
    }
    return 0;
}

void monitor_close(struct monitor *monitor) {
    if (monitor->tracker) {
        tracker_free(monitor->tracker);
    }
    uv_mutex_destroy(&monitor->mutex);
}

/* ---- phases, with the mutex held ------------------------------------------------------------- */

static void take(struct monitor *monitor, enum phase phase, struct moment *moment) {
    moment_take(moment, phase, &monitor->figures, monitor->ledger, monitor->began);
}

static void tell(struct monitor *monitor, enum tracker_event_kind kind,
                 const struct moment *moment) {
    if (monitor->tracker) {
        tracker_put_event(monitor->tracker, kind, moment);
    }
}

static void note_end(struct monitor *monitor, const struct moment *began,
                     const struct moment *ended) {
    if (monitor->phase_count < MONITOR_PHASES) {
        monitor->phases[monitor->phase_count++] = (prologue_phase){
            .name = phase_name(began->phase),
            .began_ms = (double)(began->clock - monitor->scan_began) / 1e6,
            .elapsed_ms = (double)(ended->clock - began->clock) / 1e6,
            .resident = ended->resident,
            .memory = ended->memory,
        };
    }
}

static void begin_scan(struct monitor *monitor) {
    monitor->scan_began = uv_hrtime();
    monitor->phase_count = 0;
    if (monitor->tracker) {
        tracker_start(monitor->tracker);
    }
}

static void end_scan(struct monitor *monitor) {
    monitor->scanned += uv_hrtime() - monitor->scan_began;
    if (monitor->tracker) {
        tracker_flush(monitor->tracker);
    }
}

void monitor_phase(struct monitor *monitor, enum phase phase) {
    struct moment now;
    if (!monitor) {
        return;
    }
    monitor_poll(monitor);
    lock(monitor);
    enum phase last = (enum phase)atomic_load(&monitor->phase);
    if (last == PHASE_IDLE && phase != PHASE_IDLE) {
        begin_scan(monitor);
    }
    take(monitor, last, &now);
    if (last != PHASE_IDLE) {
        note_end(monitor, &monitor->phase_began, &now);
        tell(monitor, EVENT_END, &now);
    }
    now.phase = phase;
    monitor->phase_began = now;
    atomic_store(&monitor->phase, (int)phase);
    if (phase != PHASE_IDLE) {
        tell(monitor, EVENT_BEGIN, &now);
    } else if (last != PHASE_IDLE) {
        end_scan(monitor);
    }
    uv_mutex_unlock(&monitor->mutex);
}

void monitor_enter(struct monitor *monitor, enum phase phase) {
    struct moment now;
    if (monitor) {
        lock(monitor);
        take(monitor, phase, &now);
        tell(monitor, EVENT_BEGIN, &now);
        monitor->entered = now;
        uv_mutex_unlock(&monitor->mutex);
    }
}

void monitor_leave(struct monitor *monitor, enum phase phase) {
    struct moment now;
    if (monitor) {
        lock(monitor);
        take(monitor, phase, &now);
        tell(monitor, EVENT_END, &now);
        if (monitor->entered.clock >= monitor->scan_began) {
            note_end(monitor, &monitor->entered, &now);
        }
        if (monitor->tracker) {
            tracker_flush(monitor->tracker);
        }
        uv_mutex_unlock(&monitor->mutex);
    }
}

/* ---- on request ------------------------------------------------------------------------------ */

void monitor_watch(struct monitor *monitor, struct monitor_source source) {
    lock(monitor);
    if (monitor->tracker) {
        monitor->tracker->source = source;
    }
    uv_mutex_unlock(&monitor->mutex);
}

bool monitor_is_ticking(const struct monitor *monitor) {
    return monitor->tracker != NULL;
}

void monitor_attribute(struct monitor *monitor) {
    struct tracker *tracker = monitor->tracker;
    if (tracker && tracker->options.attribution && tracker->options.trace) {
        lock(monitor);
        tracker_flush(tracker);
        tracker_do(tracker, CALL_ATTRIBUTION);
        uv_mutex_unlock(&monitor->mutex);
    }
}

void monitor_request(struct monitor *monitor) {
    if (monitor->tracker && monitor->tracker->options.dump) {
        atomic_store_explicit(&monitor->requested, true, memory_order_relaxed);
    }
}

void monitor_serve(struct monitor *monitor) {
    lock(monitor);
    struct tracker *tracker = monitor->tracker;
    if (tracker && tracker_take_due(tracker)) {
        if (tracker->source.note) {
            tracker->source.note(tracker->source.payload);
        }
        tracker_do(tracker, CALL_DUMP);
    }
    uv_mutex_unlock(&monitor->mutex);
}

struct recent *monitor_recent(const struct monitor *monitor) {
    return monitor->tracker ? monitor->tracker->recent : NULL;
}

void monitor_state(struct monitor *monitor, prologue_tracking *out, char *message, size_t size) {
    const struct tracker *tracker = monitor->tracker;
    lock(monitor);
    out->active = tracker && !tracker->off;
    out->failures = tracker ? tracker->fuse.failures : 0;
    out->dumps = tracker ? tracker->dumps : 0;
    snprintf(message, size, "%s", monitor->message);
    out->message = message;
    uv_mutex_unlock(&monitor->mutex);
}
