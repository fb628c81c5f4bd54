/* A session: its ledger, and one thread of its own on which every call runs, so that no descriptor
 * of the host is in its reach and none of its own in the host's. */
#ifndef SESSION_H
#define SESSION_H

#include "attribution.h"
#include "report.h"

typedef int session_job(prologue_session *session, void *argument);

/* What is kept from scan to scan. */
struct session_cache {
    bool off;
    struct walk *walk;        /* of the last scan; NULL: none */
    struct report_body *body; /* of its last complete report; NULL: none */
    uint64_t facts_key;       /* what the readers were told: the directives */
    uint64_t key;             /* configuration, root, entries and source folders */
    bool broken;              /* the graph cannot be walked again; its files are still known */
    bool told;                /* prologue_session_invalidate() was called since the last scan */
    size_t paths;             /* how many the walk knew when it was new */
    uint64_t resets;
    uint32_t reset_reasons;
};

struct prologue_session {
    struct ledger ledger;
    uint32_t threads, processors;
    struct syntax *syntax; /* what of the grammars is kept from call to call */
    uv_thread_t thread;
    bool started, stopping;
    uv_mutex_t mutex;
    uv_cond_t changed;
    session_job *job; /* NULL: none is under way */
    void *argument;
    int (*question)(void *argument); /* to be called by whoever waits for the job; NULL: none */
    void *question_argument;
    int answer;
    int result;
    bool done;
    atomic_bool cancelled;
    _Atomic uint64_t files_read, bytes_read, modules, pending; /* of the scan under way */
    uint64_t scans;
    struct slab sources;    /* the facts of every walk */
    struct workers workers; /* made, used and freed on the session's thread */
    bool has_workers;
    uint32_t worker_threads;    /* that were asked for */
    const struct walk *working; /* whose folders the workers' descriptors are */
    struct session_cache cache;
    struct walk *asker; /* answers prologue_session_resolve(); NULL until it is asked */
    uint64_t asker_key;
    struct trace trace;
    struct monitor monitor;
    struct monitor_options tracking;
    struct attribution attribution; /* on request: set aside for what is told of the graph */
    struct walk *watched;           /* the walk of the scan under way; NULL: none */
    char tracking_message[MONITOR_MESSAGE];
    char resolved[PATH_LONGEST + 2];
    char detail[PATH_LONGEST + 64];
};

int session_open(prologue_session **out, const prologue_session_options *options);
void session_close(prologue_session *session);

/* Runs a job on the session's thread and waits. `on_wait` (may be NULL) is called on the calling
 * thread about every 50 ms; not zero cancels. */
int session_call(prologue_session *session, session_job *job, void *argument,
                 int (*on_wait)(prologue_session *session, void *payload), void *payload);

/* Of a job: runs a function on the thread that waits for it, and returns what that returns. */
int session_ask(prologue_session *session, int (*question)(void *argument), void *argument);

/* An absolute text for one that may be relative to the working directory. 0 or a code. */
int session_absolute(const char *path, char *text, size_t size);

/* A walk with its configuration applied to `root` (NULL: the working directory), to be given back with
 * walk_drop(). On failure session->detail tells about what. On the session's thread. */
int session_walk(prologue_session *session, struct walk **out, const prologue_config *config,
                 const char *root, uint32_t threads);
/* The workers work for this walk from here on. */
void session_use(prologue_session *session, struct walk *walk);
void session_stop_workers(prologue_session *session);
int session_fail(prologue_session *session, int code, const char *detail);

/* session_key.c: two configurations with the same key give the same answers. */
uint64_t session_key(const prologue_config *config, const char *root);
uint64_t session_key_of_facts(const prologue_config *config);
uint64_t session_key_of_request(const prologue_scan_request *request);

/* Forgets what the session kept. */
void session_forget(prologue_session *session);
int session_invalidate(prologue_session *session, const char *const *paths, size_t count);

/* session_track.c: the memory's phases, traces and dumps. 0 or a code. */
int session_track(prologue_session *session, const prologue_session_options *options);
void session_untrack(prologue_session *session);
/* The walk that phases and dumps are about from now on; NULL before it is freed. */
void session_watch(prologue_session *session, struct walk *walk);
void session_phase(prologue_session *session, enum phase phase);
/* Copies its figures, for whoever looks at them on another thread. */
void session_note(prologue_session *session, struct walk *walk);

session_job session_scan, session_inspect, session_resolve;

struct scan_call {
    const prologue_scan_request *request;
    prologue_report *report;
};

struct inspect_call {
    const prologue_inspect_request *request;
    prologue_write write;
    void *payload;
    size_t failed;
};

struct resolve_call {
    const prologue_resolve_request *request;
    prologue_resolution *out;
};

#endif
