/* Drives the stages: from the entries and the source folders along the imports, for each
 * environment. The only place where one stage feeds stage one again.
 *
 * One thread owns every table; workers open, read and lex. A file's row is its slot in the
 * single-flight table: it is FILE_PENDING before its read is asked for, and whoever asks later joins
 * by leaving bits in `requested`, or an edge in its list of waiters. */
#ifndef WALK_H
#define WALK_H

#include "config.h"
#include "frontier.h"
#include "glob.h"
#include "monitor.h"
#include "workers.h"

struct walk_entry {
    path_id path;
    uint32_t environment;
};

enum host_asked {
    HOST_UNASKED,
    HOST_DEFERRED,
    HOST_ASKED
}; /* deferred: native resolution goes first */

/* An edge whose target has not been opened yet: asked again where it does not exist. */
struct waiter {
    uint32_t file, import, next; /* next: index + 1 */
    uint8_t environment;
    uint8_t asked; /* enum host_asked */
    bool answered; /* the host has said where it leads */
    bool failed;   /* native resolution has no answer */
};

/* Whoever asked for the scan, where it answers questions: walk_host.c. */
struct host {
    const prologue_scan_request *request; /* NULL: nobody answers */
    /* Runs a call of the request's functions on the host's thread, and returns what that returns. */
    int (*run)(void *payload, int (*call)(void *argument), void *argument);
    void *payload;
    struct waiter *questions; /* to be asked */
    uint32_t question_count, question_capacity;
    uint32_t *modules; /* files whose source is to be asked for */
    uint32_t module_count, module_capacity;
    bool answers;    /* what it has been asked is part of the graph */
    uint64_t digest; /* of its answers */
};

/* The files of the glob that is being expanded. */
struct glob_found {
    path_id *paths;
    uint32_t count, capacity;
};

/* What gave way to the limit, and how often. */
struct pressure {
    uint64_t window_shrunk, listings_dropped, packages_dropped;
    uint64_t listings_left, packages_left; /* bytes that stayed when they were dropped last */
};

struct walk {
    _Atomic uint32_t references; /* the session's, and the reports' */
    struct ledger *ledger;
    struct config config;
    struct paths paths;
    struct realpath realpath;
    struct manifests manifests;
    struct packages packages;
    struct tsconfigs tsconfigs;
    struct resolver resolver;
    struct graph graph;
    struct workers *workers;  /* the session's; NULL: nothing new is read */
    const struct walk *donor; /* an earlier walk, whose files need not be read again; may be NULL */
    uint64_t watched_from;    /* which of the workers' watches tells of changes */
    bool again;               /* the graph of an earlier scan is walked once more */
    bool rebuild; /* it cannot be: something else has changed than what stands in files */
    path_id root;
    struct walk_entry *entries;
    uint32_t entry_count, entry_capacity;
    struct rows waiters;
    uint32_t free_waiters; /* index + 1 */
    struct frontier frontier;
    uint32_t agenda;   /* files read, with environments still to be visited */
    uint32_t recalled; /* files that the donor knows, not taken yet */
    struct glob_found globbed;
    struct host host;
    struct pressure pressure;
    uint64_t files_read, bytes_read, reads_joined, grammar_files, modules, visits;
    const atomic_bool *cancelled;
    int error; /* what ended the walk early */
    char detail[PATH_LONGEST + 64];
    void (*on_round)(struct walk *walk, void *payload); /* now and then, on the walk's thread */
    void *payload;
    struct monitor *monitor; /* told of phases, and polled; may be NULL */
};

/* Everything but `config` and `ledger` zero; one reference, the caller's. Stages are freed by
 * walk_drop() also after an error. */
int walk_init(struct walk *walk, struct ledger *ledger, struct workers *workers);
/* Finds the root, and applies what of the configuration names files. */
int walk_root(struct walk *walk, const char *root);
/* 0; PROLOGUE_ELIMIT, NOMEM or CANCELLED with what is known so far; ENTRY or SOURCE with detail. */
int walk_run(struct walk *walk, const prologue_scan_request *request);
/* Nobody answers from here on. */
void walk_leave_host(struct walk *walk);
/* The workers are no longer there for it; what was found stays. */
void walk_stop(struct walk *walk);
struct walk *walk_keep(struct walk *walk);
void walk_drop(struct walk *walk); /* NULL is allowed */

/* walk_again.c: compares what was read with the disk: files that changed are stale from here on. False
 * where a folder, a manifest or a file's being there has changed. */
bool walk_verify(struct walk *walk);
/* The same by what the system has told since the last time: nothing is looked at but what changed. False
 * also where it cannot tell; `*told` is then false, and nothing has been found out. */
bool walk_verify_watched(struct walk *walk, bool *told);
/* The caller says that this path changed, appeared or vanished. False: not merely what stands in a
 * file of the graph. */
bool walk_invalidate(struct walk *walk, const char *path);
/* What is counted of the reading is of one scan. */
void walk_count_anew(struct walk *walk);
/* Whether a file has to be read again. */
bool walk_is_stale(const struct walk *walk);
/* Reads what is stale, and walks the graph again from the same beginnings. As walk_run(); where
 * walk->rebuild is set then, nothing of the graph may be used. */
int walk_again(struct walk *walk);
/* Whether the donor has the file's facts: it is then among those that are recalled. */
bool walk_recall(struct walk *walk, struct file *file);
/* The facts of such a file, which the donor still spells: the caller's reference. */
struct source *walk_lent(struct walk *walk, const struct file *file);
/* From here on the file spells them itself. Returns those that it had, the caller's reference, for
 * walk_share_lent(), which takes them back where they came to the same again; NULL: they were not lent.
 * Without memory the file is left without facts, and the walk fails. */
struct source *walk_spell_lent(struct walk *walk, struct file *file);
void walk_share_lent(struct walk *walk, struct file *file, struct source *lent);
/* The donor is not needed any more. */
void walk_leave_donor(struct walk *walk);

/* Gives back what can be had again, where little of the limit is left. What resolution handed out is
 * not valid afterwards. */
void walk_ease(struct walk *walk);

/* Whether an import of this file is followed, as its tsconfig has it. */
bool walk_follows(struct walk *walk, const struct file *file, const struct fact_import *import);

/* The files that a glob of an importer stands for now. `found` is called for each path, perhaps more
 * than once, in no order. */
typedef void (*walk_glob_found)(void *payload, path_id path);
void walk_glob(struct walk *walk, const struct file *file, const struct facts *facts,
               uint32_t import, uint32_t environment, walk_glob_found found, void *payload);

/* Whether they are asked for with a query, and so are no modules. */
bool walk_glob_is_leaf(const struct facts *facts, const struct fact_import *import);

/* The folder of a file's path. */
struct folder *walk_folder_of(const struct walk *walk, const struct file *file);
/* The file as one that imports: with its folder and the config that it belongs to. */
struct importer walk_importer(struct walk *walk, const struct file *file);

#endif
