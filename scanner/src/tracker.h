/* The thread that writes traces and dumps, in a descriptor table of its own. Everything it needs is
 * set aside when it is made. */
#ifndef TRACKER_H
#define TRACKER_H

#include "fuse.h"
#include "monitor.h"
#include "os.h"
#include "recent.h"
#include "record_file.h"

enum {
    TRACKER_EVENTS = 32,
    TRACKER_DUMPS = 5, /* kept */
    TRACKER_POLL_MS = 50,
    TRACKER_PATIENCE_MS = 100, /* so long a due dump waits for the walk, which knows the graph */
};

enum tracker_event_kind { EVENT_BEGIN, EVENT_END };

struct tracker_event {
    enum tracker_event_kind kind;
    struct moment moment;
};

enum tracker_call { CALL_NONE, CALL_DUMP, CALL_ATTRIBUTION };

struct tracker_due {
    bool is_due, refused, requested;
    prologue_memory at; /* the mark: how the ledger stood when it was passed */
};

/* With the monitor's mutex held, but for what is the thread's own. */
struct tracker {
    struct monitor *monitor;
    struct monitor_options options;
    uv_thread_t thread;
    bool started, stopping;
    bool off, parting; /* switched off; the trace does not tell so yet */
    uv_cond_t wake, served;
    struct tracker_event events[TRACKER_EVENTS];
    uint32_t event_head, event_count;
    bool writing;     /* an event has been taken and is not written yet */
    uint32_t waiting; /* callers that wait for the thread */
    uint64_t waited;  /* ns, what it waited for meanwhile; up to what is forgiven */
    enum tracker_call call;
    struct tracker_due due;
    uint64_t due_since; /* a dump is due, but nobody has polled; 0: none */
    struct monitor_source source;
    struct fuse fuse;
    uint32_t dumps;
    /* the thread's own */
    uint64_t next_tick;
    struct json_writer json;
    struct record_file trace;
    struct recent *recent;
};

/* 0 or a code. `options` with its texts has to stay. */
int tracker_new(struct tracker **out, struct monitor *monitor,
                const struct monitor_options *options);
/* Waits for the thread. */
void tracker_free(struct tracker *tracker);

/* The rest with the monitor's mutex held. */
void tracker_start(struct tracker *tracker);
void tracker_put_event(struct tracker *tracker, enum tracker_event_kind kind,
                       const struct moment *moment);
/* Waits until all events are written. */
void tracker_flush(struct tracker *tracker);
/* Has the thread do something with the source, and waits for it. */
void tracker_do(struct tracker *tracker, enum tracker_call call);
/* Whether a dump is due, which is then the caller's to have written. */
bool tracker_take_due(struct tracker *tracker);

#endif
