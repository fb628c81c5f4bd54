/* Watches the memory of a session. Always: the phases of the scan, with what was held at the end of
 * each. On request: a trace (a time series), and dumps when the ledger passes nine tenths of its
 * limit or somebody asks. Traces and dumps are written by a thread of their own (tracker.h); whatever
 * goes wrong with them ends watching, never the scan. */
#ifndef MONITOR_H
#define MONITOR_H

#include <uv.h>

#include "moment.h"

enum { MONITOR_PHASES = 8, MONITOR_MESSAGE = 512 };

struct tracker;

struct monitor_options {
    const char *trace, *dump; /* absolute; NULL: none */
    uint32_t interval_ms;
    bool attribution;
    bool always; /* whatever it costs */
    uint32_t threads;
};

/* What a trace or a dump says about the graph. `put` adds members to an object that has been opened.
 * It is called on the tracker's thread while the one that owns the graph waits. */
enum monitor_part { MONITOR_GRAPH, MONITOR_ATTRIBUTION };
struct monitor_source {
    void (*note)(void *payload); /* brings the figures up to date, on the owner's thread */
    void (*put)(void *payload, struct json_writer *json, enum monitor_part part);
    void *payload;
};

struct monitor {
    struct ledger *ledger;
    uint64_t began; /* clock */
    int64_t began_wall;
    struct figures figures;
    uv_mutex_t mutex;
    _Atomic int phase;
    uint64_t scan_began, scanned; /* clock; nanoseconds of scans that are over */
    struct moment phase_began, entered;
    prologue_phase phases[MONITOR_PHASES]; /* of the scan that began last */
    uint32_t phase_count;
    struct tracker *tracker; /* NULL: no trace and no dump */
    atomic_bool requested;   /* a dump */
    char message[MONITOR_MESSAGE];
};

/* 0, or THREAD. Where tracking cannot begin, a message tells of it. */
int monitor_open(struct monitor *monitor, struct ledger *ledger,
                 const struct monitor_options *options);
void monitor_close(struct monitor *monitor);
/* Tells why there is no tracking. */
void monitor_refuse(struct monitor *monitor, int code);

/* Ends the phase that is under way and begins this one. From PHASE_IDLE a scan begins, with it the
 * scan ends, and all that is to be written is then written. NULL is allowed. */
void monitor_phase(struct monitor *monitor, enum phase phase);
/* A phase that stands by itself, such as the writing of a report: ended by monitor_leave(). */
void monitor_enter(struct monitor *monitor, enum phase phase);
void monitor_leave(struct monitor *monitor, enum phase phase);

/* The graph that monitor_phase(), monitor_poll() and monitor_attribute() may have asked about, on the
 * thread that calls them; `put` NULL: none. */
void monitor_watch(struct monitor *monitor, struct monitor_source source);

/* Whether figures are looked at between phases. */
bool monitor_is_ticking(const struct monitor *monitor);
/* A line of the trace that tells whose memory it is, where that is asked for. */
void monitor_attribute(struct monitor *monitor);

/* Any thread; signal-safe. The dump is written when the walk polls, or soon after. */
void monitor_request(struct monitor *monitor);
void monitor_serve(struct monitor *monitor);

/* Writes the dump that is due. NULL is allowed. */
static inline void monitor_poll(struct monitor *monitor) {
    if (monitor && (atomic_load_explicit(&monitor->requested, memory_order_relaxed) ||
                    ledger_is_marked(monitor->ledger))) {
        monitor_serve(monitor);
    }
}

/* For the readers; NULL where nobody asks. */
struct recent *monitor_recent(const struct monitor *monitor);

/* Fills `out` but for its size. */
void monitor_state(struct monitor *monitor, prologue_tracking *out, char *message, size_t size);

#endif
