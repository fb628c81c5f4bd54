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

/* An edge whose target has not been opened yet: asked again where it does not exist. */
struct waiter {
    uint32_t file, import, next; /* next: index + 1 */
    uint32_t environment;
};

struct walk {
    struct ledger *ledger;
    struct syntax *syntax; /* borrowed */
    struct config config;
    struct paths paths;
    struct realpath realpath;
    struct manifests manifests;
    struct packages packages;
    struct tsconfigs tsconfigs;
    struct resolver resolver;
    struct graph graph;
    struct workers workers;
    bool workers_ready;
    path_id root;
    struct walk_entry *entries;
    uint32_t entry_count, entry_capacity;
    struct rows waiters;
    uint32_t free_waiters; /* index + 1 */
    struct frontier frontier;
    uint32_t agenda; /* files read, with environments still to be visited */
    uint64_t files_read, bytes_read, reads_joined, grammar_files, modules, visits;
    const atomic_bool *cancelled;
    int error; /* what ended the walk early */
    char detail[PATH_LONGEST + 64];
    void (*on_round)(struct walk *walk, void *payload); /* now and then, on the walk's thread */
    void *payload;
    struct monitor *monitor; /* told of phases, and polled; may be NULL */
};

/* Everything but `config`, `ledger`, `syntax` and `cancelled` zero. Stages are freed by walk_free() also after an error. */
int walk_init(struct walk *walk, struct ledger *ledger, uint32_t threads, uint32_t processors,
              bool own_thread);
/* Finds the root, and applies what of the configuration names files. */
int walk_root(struct walk *walk, const char *root);
/* 0; PROLOGUE_ELIMIT, NOMEM or CANCELLED with what is known so far; ENTRY or SOURCE with detail. */
int walk_run(struct walk *walk, const prologue_scan_request *request);
/* Ends the threads; what was found stays. */
void walk_stop(struct walk *walk);
void walk_free(struct walk *walk);

/* Whether an import of this file is followed, as its tsconfig has it. */
bool walk_follows(struct walk *walk, const struct file *file, const struct fact_import *import);

/* The files that a glob of an importer stands for. `found` is called for each path, perhaps more
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
