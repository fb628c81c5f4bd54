/* The threads that open, read and lex files. The walk owns everything else: it hands out requests
 * in bounded numbers and takes facts back. */
#ifndef WORKERS_H
#define WORKERS_H

#include "graph.h"
#include "read.h"
#include "reader.h"
#include "recent.h"

enum {
    WORKERS_QUEUE = 1024,
    WORKERS_BATCH = 16,
    /* So many may be asked for at once for each thread: what is asked for later may still be put in
     * better order. */
    WORKERS_AHEAD = 32,
};

struct read_request {
    struct read_place place;
    uint32_t file;
    uint8_t dialect;
};

struct read_result {
    uint32_t file;
    int32_t error;
    uint8_t answer; /* enum read_answer */
    bool grammar;
    bool recalled; /* known from an earlier scan: nothing was opened */
    uint32_t bytes;
    uint64_t stamp;       /* 0 where none is taken */
    struct source *facts; /* owned by whoever takes the result; may be NULL */
};

/* What one thread keeps from file to file. */
struct worker {
    struct workers *workers;
    struct os_files files;
    struct lease lease;
    struct reader reader;
    struct facts facts;
    uint32_t scan; /* the one that its descriptors belong to */
    uint32_t rest; /* the last one that it took */
    uv_thread_t thread;
    bool started;
};

struct workers {
    struct ledger *ledger;
    const struct directive_set *directives; /* of the scan under way, as `cancelled` */
    struct slab *sources;                   /* where facts are kept; the session's */
    struct window window;
    struct syntax *syntax; /* of all readers: borrowed */
    uv_mutex_t mutex;
    uv_cond_t asked, answered;
    uint32_t most; /* so many may be outstanding; the queue and the results have room for them */
    struct read_request *queue;
    uint32_t head, queued;
    uint32_t outstanding; /* asked for and not collected yet */
    uint32_t idle;
    uint32_t rest; /* how often workers_rest() was called */
    struct read_result *results;
    uint32_t result_count;
    struct worker *members; /* 0 is the walk's own, without a thread */
    uint32_t count;
    uint32_t scan;       /* how often workers_begin() was called */
    int watch;           /* os_watch_open(), with `stamps`; negative: none */
    uint64_t watch_from; /* clock: tells one from another */
    bool begun;          /* member 0 has its descriptor table */
    bool stopping;
    atomic_bool dropping;         /* what is still asked for is answered unread */
    struct recent *recent;        /* told which files are read; may be NULL */
    const atomic_bool *cancelled; /* the same, by whoever cancels; may be NULL */
    bool stamps;
    bool spin; /* more processors than threads: waiting a moment is cheaper than sleeping */
};

struct workers_options {
    struct slab *sources; /* where facts are kept */
    struct syntax *syntax;
    uint32_t threads; /* the calling one among them, which opens nothing else */
    uint32_t processors;
    bool stamps; /* each result has one */
};

/* 0 or a code. */
int workers_init(struct workers *workers, struct ledger *ledger,
                 const struct workers_options *options);
/* From here on they read for a scan with these directives. Nothing may be outstanding. */
void workers_begin(struct workers *workers, const struct directive_set *directives,
                   const atomic_bool *cancelled);
/* Between scans: what is still open is closed, by each thread soon. */
void workers_rest(struct workers *workers);
/* Nothing more is read: gives back the buffers. Nothing may be outstanding. */
void workers_end(struct workers *workers);
/* Waits for the threads; drops what is still asked for. On the thread that called workers_init(). */
void workers_free(struct workers *workers);

/* Until workers_begin() requests are answered without being read: READ_FAILED with UV_ECANCELED. */
void workers_drop(struct workers *workers);

/* How many more requests are taken now. */
uint32_t workers_room(struct workers *workers);
void workers_ask(struct workers *workers, const struct read_request *requests, uint32_t count);
/* Takes up to WORKERS_QUEUE results. With none at hand the calling thread reads files itself, or
 * waits; 0 only where nothing is outstanding. */
uint32_t workers_collect(struct workers *workers, struct read_result *results);

/* Reads a text that stands in no file, on the calling thread: what is found goes into the result. */
void workers_read_text(struct workers *workers, struct slice text, uint8_t dialect,
                       struct read_result *result);

#endif
