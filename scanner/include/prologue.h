/* Prologue: finds every "use client" / "use server" module an application can reach.
 *
 * Sections: errors, memory, configuration, session, scan, report, inspect, resolve.
 *
 * Conventions, which hold unless a comment says otherwise:
 *  - A function that can fail returns 0 or a negative PROLOGUE_E* code.
 *  - Strings are UTF-8 paths or texts, NUL-terminated where they are `const char *`, and are copied
 *    by the call that takes them. A returned pointer is borrowed; `**out` is owned by the caller.
 *  - Every struct that the caller fills begins with `size`, set to sizeof the struct: the version
 *    of the structure that the caller was compiled against. Other members may be zero: each says
 *    what zero means.
 *  - A session is used from one thread at a time. It runs its own workers. Only
 *    prologue_session_cancel() and prologue_session_dump() may be called from any thread, or from a
 *    signal handler.
 *  - Nothing here prints, exits or aborts.
 */
#ifndef PROLOGUE_H
#define PROLOGUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define PROLOGUE_API __declspec(dllexport)
#else
#define PROLOGUE_API __attribute__((visibility("default")))
#endif

#define PROLOGUE_VERSION "0.1.0"

enum prologue_switch { PROLOGUE_AUTO, PROLOGUE_NO, PROLOGUE_YES };

typedef struct prologue_slice {
    const char *data; /* not NUL-terminated */
    size_t length;
} prologue_slice;

/* ---- errors ---------------------------------------------------------------------------------- */

/* code, name (the `code` of a PrologueError), message */
#define PROLOGUE_ERROR_MAP(XX)                                                                     \
    XX(-1, NOMEM, "out-of-memory", "the host's allocator has no memory left")                      \
    XX(-2, LIMIT, "memory-limit", "the memory limit was reached")                                  \
    XX(-3, CANCELLED, "cancelled", "the operation was cancelled")                                  \
    XX(-4, ROOT, "no-such-root", "the root folder does not exist or is not a folder")              \
    XX(-5, ENTRY, "no-such-entry", "an entry does not exist")                                      \
    XX(-6, SOURCE, "no-such-source-folder", "a source folder does not exist or is not a folder")   \
    XX(-7, INVALID, "invalid-argument", "an argument is missing or out of range")                  \
    XX(-8, ENVIRONMENT, "no-such-environment", "an environment that is not configured is named")   \
    XX(-9, TSCONFIG, "no-such-tsconfig", "the tsconfig file that was named cannot be read")        \
    XX(-10, FILE, "file-error", "a file cannot be read")                                           \
    XX(-11, THREAD, "thread-error", "a thread cannot be started")                                  \
    XX(-12, WRITE, "write-error", "the caller's writer failed")

enum prologue_error {
#define XX(code, name, text, message) PROLOGUE_E##name = code,
    PROLOGUE_ERROR_MAP(XX)
#undef XX
};

/* The stable name of a code, such as "memory-limit". Static; "unknown" for any other number. */
PROLOGUE_API const char *prologue_error_name(int code);
/* One sentence without a full stop. Static. */
PROLOGUE_API const char *prologue_error_message(int code);

/* ---- memory ---------------------------------------------------------------------------------- */

/* The caller's allocator. `resize` is realloc with the old size and a context: a NULL pointer asks
 * for a new block, `new_size` 0 frees. It is called from the session's threads and must be
 * thread-safe. It may return NULL: the scan then ends with PROLOGUE_ENOMEM. */
typedef struct prologue_allocator {
    void *(*resize)(void *context, void *pointer, size_t old_size, size_t new_size);
    void *context;
} prologue_allocator;

/* Whatever the scanner holds is charged to one of these. */
#define PROLOGUE_SUBSYSTEM_MAP(XX)                                                                 \
    XX(PATHS, "paths")                                                                             \
    XX(REALPATH, "realpath cache")                                                                 \
    XX(LISTINGS, "directory listings")                                                             \
    XX(PACKAGES, "package data")                                                                   \
    XX(GRAPH, "graph")                                                                             \
    XX(FACTS, "facts")                                                                             \
    XX(LEASES, "leases")                                                                           \
    XX(GRAMMAR, "grammar parser")                                                                  \
    XX(REPORT, "report")

enum prologue_subsystem {
#define XX(name, text) PROLOGUE_SUBSYSTEM_##name,
    PROLOGUE_SUBSYSTEM_MAP(XX)
#undef XX
        PROLOGUE_SUBSYSTEMS
};

PROLOGUE_API const char *prologue_subsystem_name(enum prologue_subsystem subsystem);

typedef struct prologue_memory {
    uint64_t limit, current, peak; /* bytes */
    struct {
        uint64_t current, peak;
    } subsystems[PROLOGUE_SUBSYSTEMS];
} prologue_memory;

/* What a scan went through: `start` (threads, configuration, entries and source folders), `read`
 * (reading, resolving, walking), `report`. `write` is the last prologue_report_write(). */
typedef struct prologue_phase {
    size_t size; /* set by the caller */
    const char *name;
    double began_ms, elapsed_ms; /* since the scan began; how long it took */
    uint64_t resident;           /* bytes of the whole process at its end */
    prologue_memory memory;      /* at its end; the peaks are those of the session until then */
} prologue_phase;

/* How traces and dumps fare. */
typedef struct prologue_tracking {
    size_t size; /* set by the caller */
    int active;  /* 0: none asked for, or switched off */
    uint32_t failures, dumps;
    /* What went wrong, such as a full disk, or why tracking switched itself off; "": nothing. */
    const char *message;
} prologue_tracking;

/* ---- configuration --------------------------------------------------------------------------- */

#define PROLOGUE_MAX_ENVIRONMENTS 32
#define PROLOGUE_MAX_DIRECTIVES 64

typedef struct prologue_environment {
    const char *name;
    /* Condition names in the given order, NULL-terminated. NULL: those that the environment of that
     * name has already, none for a new one. */
    const char *const *conditions;
    /* Members of a package.json that name its main file, in order, NULL-terminated. NULL: browser
     * where the conditions hold `browser`, then module, jsnext:main, jsnext, main. */
    const char *const *main_fields;
    /* Whether `browser` maps apply. PROLOGUE_AUTO: where the conditions hold `browser`. */
    enum prologue_switch browser_maps;
} prologue_environment;

typedef struct prologue_directive {
    const char *text; /* the exact raw text, or a prefix where it ends in `*` */
    /* The environments that it switches to, NULL-terminated; NULL or empty: it switches to none. */
    const char *const *environments;
} prologue_directive;

typedef struct prologue_alias {
    const char *from; /* the exact specifier, or the part before a `/` */
    const char
        *to; /* an absolute path, a path relative to the root (`./x`), or another specifier */
    const char *environment; /* NULL: in every environment */
} prologue_alias;

typedef struct prologue_pattern {
    const char *text;
    const char *environment; /* NULL: in every environment */
} prologue_pattern;

enum prologue_mode { PROLOGUE_PRODUCTION, PROLOGUE_DEVELOPMENT };

typedef struct prologue_config {
    size_t size;
    enum prologue_mode mode;
    /* Each changes the default environment of that name (`server`, `client`), or defines a new one
     * after them. */
    const prologue_environment *environments;
    size_t environment_count;
    const prologue_directive *directives; /* none: `use client` -> client, `use server` -> server */
    size_t directive_count;
    const prologue_alias *aliases;
    size_t alias_count;
    const prologue_pattern *externals; /* of specifiers, `*` matches any text */
    size_t external_count;
    const prologue_pattern *excludes; /* folders or packages that are not entered; globs */
    size_t exclude_count;
    const char *tsconfig; /* NULL: the nearest to each importer */
    uint8_t preserve_symlinks;
    uint8_t no_elide; /* keep TypeScript imports whose names are never used as values */
} prologue_config;

/* ---- session --------------------------------------------------------------------------------- */

typedef struct prologue_session prologue_session;
typedef struct prologue_report prologue_report;

#define PROLOGUE_DEFAULT_MEMORY_LIMIT ((uint64_t)256 << 20)
#define PROLOGUE_MAX_THREADS 256
#define PROLOGUE_DEFAULT_INTERVAL_MS 10

typedef struct prologue_session_options {
    size_t size;
    uint32_t threads;                    /* 0: one for each processor that is available */
    uint64_t memory_limit;               /* bytes; 0: PROLOGUE_DEFAULT_MEMORY_LIMIT */
    const prologue_allocator *allocator; /* NULL: malloc */
    /* What follows shows where the memory goes, costs nothing where it is zero, and never makes a
     * call fail: prologue_session_tracking() tells what went wrong. The environment variable
     * PROLOGUE_MEMORY_TRACKING=off takes all of it away. Files are written by a thread of the
     * session's own; paths may be relative to the working directory. */
    const char *memory_trace;    /* gets a JSON line at each interval and phase; NULL: none */
    uint32_t memory_interval_ms; /* 0: PROLOGUE_DEFAULT_INTERVAL_MS */
    /* Gets a JSON document when nine tenths of the limit are passed, and when one is requested; the
     * last five are kept, the older ones as FILE.1 to FILE.4. NULL: none. */
    const char *memory_dump;
    uint8_t memory_attribution; /* to packages and folders, in the trace and in dumps */
    /* PROLOGUE_NO: each scan is one of its own: nothing is kept for the next, and nothing is asked of
     * the system for its sake. Else what was read is kept; prologue_memory tells how much that is. */
    enum prologue_switch cache;
} prologue_session_options;

/* `options` may be NULL. On success `*out` is freed with prologue_session_destroy().
 * Errors: INVALID, NOMEM, LIMIT, THREAD. */
PROLOGUE_API int prologue_session_create(prologue_session **out,
                                         const prologue_session_options *options);

/* NULL is allowed. Reports of the session must have been freed. Waits for the session's threads. */
PROLOGUE_API void prologue_session_destroy(prologue_session *session);

/* Stops the call that is under way, or the next one, within 100 ms, but for a read that the system does
 * not return from (a network drive that does not answer). Any thread; signal-safe. */
PROLOGUE_API void prologue_session_cancel(prologue_session *session);

/* Tells of files and folders that changed, appeared or vanished since the last scan, as absolute
 * paths; 0 of them says that nothing has. The next scan reads these anew; whether it looks for others
 * is up to prologue_scan_request.verify. Errors: INVALID (a path that is not absolute; those before it count). */
PROLOGUE_API int prologue_session_invalidate(prologue_session *session, const char *const *paths,
                                             size_t count);

PROLOGUE_API void prologue_session_memory(const prologue_session *session, prologue_memory *out);

/* Phase `index` of the last scan, in order. INVALID at or above their number. */
PROLOGUE_API int prologue_session_phase(prologue_session *session, size_t index,
                                        prologue_phase *out);

/* Asks for a dump, which is written soon after, by another thread; ignored without `memory_dump`.
 * Any thread; signal-safe. */
PROLOGUE_API void prologue_session_dump(prologue_session *session);

/* `message` is borrowed, valid until the next call with the session. */
PROLOGUE_API void prologue_session_tracking(prologue_session *session, prologue_tracking *out);

/* What the last call that failed was about: the entry, the root, the environment. Borrowed, valid
 * until the next call; "" where there is nothing to add. */
PROLOGUE_API const char *prologue_session_detail(const prologue_session *session);

/* ---- scan ------------------------------------------------------------------------------------ */

typedef struct prologue_entry {
    const char *path;        /* relative to the root, or absolute */
    const char *environment; /* NULL: `server` */
} prologue_entry;

typedef struct prologue_progress {
    uint64_t files_read, bytes_read, modules, pending;
    double elapsed_ms;
} prologue_progress;

enum prologue_kind {
    PROLOGUE_KIND_IMPORT,
    PROLOGUE_KIND_EXPORT,
    PROLOGUE_KIND_DYNAMIC,
    PROLOGUE_KIND_REQUIRE,
    PROLOGUE_KIND_GLOB
};

/* An import that the caller is asked about. */
typedef struct prologue_question {
    prologue_slice specifier;
    prologue_slice importer; /* its absolute path, or the id of a module that was loaded */
    const char *environment;
    enum prologue_kind kind;
    int unresolved; /* native resolution has no answer; 0: a pattern names it */
} prologue_question;

enum prologue_answer_kind {
    PROLOGUE_NO_ANSWER,    /* native resolution's answer stands */
    PROLOGUE_NATIVE_FIRST, /* ask again where native resolution has none, though a pattern names it */
    PROLOGUE_ANSWER_ID,
    PROLOGUE_ANSWER_EXTERNAL,
};

/* An id that is the absolute path of a file, which may be a link, leads to that file. Any other, one
 * with a query among them, leads to a module that on_load() is asked for. */
typedef struct prologue_answer {
    enum prologue_answer_kind kind;
    prologue_slice id;
} prologue_answer;

typedef struct prologue_wanted {
    prologue_slice id;
    const char *environment; /* NULL: a file that a pattern names, in all of them */
} prologue_wanted;

typedef struct prologue_source {
    int found;
    prologue_slice text; /* any bytes, as a file's */
    /* An extension such as "tsx". NULL: the id's, before a query or at its end; jsx where it has none
     * of a script. */
    const char *language;
} prologue_source;

typedef struct prologue_scan_request {
    size_t size;
    const char *root; /* NULL: the working directory */
    const prologue_entry *entries;
    size_t entry_count;
    const char *const *sources; /* source folders; none: ROOT/src where it exists, else ROOT */
    size_t source_count;
    const prologue_config *config; /* NULL: the defaults */
    /* Called on the calling thread at most every 50 ms; NULL: never. Not zero cancels. */
    int (*on_progress)(const prologue_progress *progress, void *payload);
    void *payload;
    /* How the session finds out what has changed since it last looked. PROLOGUE_AUTO: it asks the system,
     * where that tells of changes in folders (Linux, on local disks); elsewhere it compares the state of
     * each file, folder and manifest with the disk, unless prologue_session_invalidate() was called since
     * the last scan. PROLOGUE_YES: it compares them, whoever told what; only so are changes seen that are
     * made through a memory mapping or another hard link. PROLOGUE_NO: what prologue_session_invalidate()
     * did not tell has not changed. */
    enum prologue_switch verify;
    /* Asked, on the calling thread with `payload`, about the imports that native resolution cannot
     * answer, virtual modules among them, and first about those that a pattern names: `count` of them
     * at once, in no order. `answers` is all zero. Each import is asked about once in each environment; again
     * in the next scan, for a session keeps no answer, and in one that finds halfway that more has changed
     * than it knew. Not zero cancels. */
    int (*on_resolve)(const prologue_question *questions, prologue_answer *answers, size_t count,
                      void *payload);
    const prologue_pattern *resolve_patterns; /* of specifiers, `*` matches any text */
    size_t resolve_pattern_count;
    /* The same for the source of modules: those that an answer leads to and that are no plain file,
     * imports that nothing else answers (by their specifier, a relative one joined to its importer), once for each
     * environment; and of files that a pattern names, scripts or not, once, before the disk. What is not found is
     * read from the disk where it stands there, else external where it has an answer, else unresolved. In the
     * report it stands under its id, relative to the root where that is a path, once for each environment that
     * got another source; it is no file that was read. */
    int (*on_load)(const prologue_wanted *wanted, prologue_source *sources, size_t count,
                   void *payload);
    const char *const *load_patterns; /* of absolute paths, `*` matches any text */
    size_t load_pattern_count;
} prologue_scan_request;

/* What a callback hands out stands until the next call of either, or the end of the scan. The session must
 * not be used by them, prologue_session_cancel() aside. */

/* Blocks until the scan has ended. Returns 0, or the code of what ended it; with LIMIT and
 * CANCELLED `*out` is a partial report (`complete` 0), with any other error NULL.
 * `*out` is freed with prologue_report_free(), before the session. A report stays as it is while
 * further scans run, and may be used and freed meanwhile, on another thread too. */
PROLOGUE_API int prologue_session_scan(prologue_session *session,
                                       const prologue_scan_request *request, prologue_report **out);

/* ---- report ---------------------------------------------------------------------------------- */

enum prologue_severity { PROLOGUE_INFO, PROLOGUE_WARNING, PROLOGUE_ERROR_DIAGNOSTIC };

/* `start`, `end`: byte offsets in the file of the text between the quotes; `line` and `column`
 * 1-based, columns in UTF-16 units. */
typedef struct prologue_position {
    uint32_t start, end, line, column;
} prologue_position;

/* Why a session forgot what it kept. Bits. */
#define PROLOGUE_RESET_MAP(XX)                                                                     \
    XX(1, MEMORY, "memory-limit")                                                                  \
    XX(2, STATE, "inconsistent-state")

enum prologue_reset {
#define XX(bit, name, text) PROLOGUE_RESET_##name = bit,
    PROLOGUE_RESET_MAP(XX)
#undef XX
};

/* The stable name of one of them. Static; "unknown" for any other number. */
PROLOGUE_API const char *prologue_reset_name(enum prologue_reset reset);

/* What is counted in a scan: member, name in the report */
#define PROLOGUE_COUNTER_MAP(XX)                                                                   \
    XX(modules, "modules")                                                                         \
    XX(visits, "visits")                                                                           \
    XX(files_read, "filesRead")                                                                    \
    XX(bytes_read, "bytesRead")                                                                    \
    XX(reads_joined, "readsJoined")                                                                \
    XX(realpath_hits, "realpathHits")                                                              \
    XX(realpath_misses, "realpathMisses")                                                          \
    XX(directories_listed, "directoriesListed")                                                    \
    XX(grammar_files, "grammarFiles")                                                              \
    XX(imports_resolved, "importsResolved")                                                        \
    XX(unresolved, "unresolved")                                                                   \
    XX(cache_hits, "cacheHits")     /* files of this scan that needed not be read */               \
    XX(cache_misses, "cacheMisses") /* and that were read */

/* Of one scan, but for `scan`, `resets` and `reset_reasons`, which count in the session. */
typedef struct prologue_stats {
#define XX(member, name) uint64_t member;
    PROLOGUE_COUNTER_MAP(XX)
#undef XX
    uint64_t scan, resets;
    uint32_t reset_reasons; /* bits: enum prologue_reset */
    uint32_t threads;
    double elapsed_ms;
    prologue_memory memory;
} prologue_stats;

typedef struct prologue_summary {
    size_t size; /* set by the caller */
    int complete;
    int exit_code; /* 0, 1, 3 or 130: what the command line would exit with */
    const char *root;
    size_t module_count, client_count, server_count, diagnostic_count;
    size_t error_count, warning_count,
        info_count; /* diagnostics that a count stands for included */
    prologue_stats stats;
} prologue_summary;

/* A module of the report, in the report's order. */
typedef struct prologue_module {
    size_t size;           /* set by the caller */
    prologue_slice path;   /* relative to the root */
    uint32_t environments; /* bit i: environment i of the report */
    uint32_t directive_count, function_directive_count;
    int client, server; /* in clientFiles, in serverFiles */
} prologue_module;

typedef struct prologue_directive_use {
    prologue_slice value;
    prologue_slice function; /* empty for a directive of the module */
    prologue_position position;
} prologue_directive_use;

typedef struct prologue_diagnostic {
    size_t size; /* set by the caller */
    enum prologue_severity severity;
    const char *code;
    prologue_slice path;      /* relative to the root; may be empty */
    uint32_t line, column;    /* 0: the whole file */
    uint32_t length;          /* bytes of the source it is about, on that line; 0: unknown */
    const char *environment;  /* NULL: none */
    prologue_slice specifier; /* empty: none */
    prologue_slice message;
    uint32_t count;  /* this one and those that it stands for */
    int first_party; /* not below a node_modules folder */
} prologue_diagnostic;

PROLOGUE_API void prologue_report_summary(const prologue_report *report, prologue_summary *out);
/* Every pointer that these give is borrowed from the report; `path` of a module is valid until the
 * next call with the same report. Indices at or above the count: INVALID. */
PROLOGUE_API int prologue_report_module(prologue_report *report, size_t index,
                                        prologue_module *out);
PROLOGUE_API int prologue_report_directive(const prologue_report *report, size_t module,
                                           size_t index, prologue_directive_use *out);
PROLOGUE_API int prologue_report_diagnostic(const prologue_report *report, size_t index,
                                            prologue_diagnostic *out);
/* The name of environment `index`, NULL past the last. */
PROLOGUE_API const char *prologue_report_environment(const prologue_report *report, size_t index);

/* Takes `length` bytes; not zero stops the writing, which then returns PROLOGUE_EWRITE. */
typedef int (*prologue_write)(void *payload, const char *bytes, size_t length);

/* Directive files, those of clientFiles and serverFiles, beside those of the session's last complete
 * report of the same root: `added` and `removed` ones, and those whose file, directives or environments
 * have `changed`. Without such a report all of them are added. In the report's order. A report that is
 * not complete, and one of a session without a cache, tells of none. */
enum prologue_change { PROLOGUE_ADDED, PROLOGUE_REMOVED, PROLOGUE_CHANGED };

PROLOGUE_API size_t prologue_report_change_count(const prologue_report *report,
                                                 enum prologue_change change);
/* `path` is relative to the root, valid until the next call with the same report. Errors: INVALID. */
PROLOGUE_API int prologue_report_change(prologue_report *report, enum prologue_change change,
                                        size_t index, prologue_slice *path);

enum prologue_report_flags {
    PROLOGUE_REPORT_EDGES = 1,
    PROLOGUE_REPORT_OUTLINE = 2, /* without `modules` */
};

/* Writes the report as JSON, version 1, followed by a newline. Errors: WRITE, NOMEM, LIMIT. */
PROLOGUE_API int prologue_report_write(prologue_report *report, unsigned flags,
                                       prologue_write write, void *payload);

/* NULL is allowed. */
PROLOGUE_API void prologue_report_free(prologue_report *report);

/* ---- inspect --------------------------------------------------------------------------------- */

enum prologue_reader { PROLOGUE_READER_AUTO, PROLOGUE_READER_LEXER, PROLOGUE_READER_GRAMMAR };

typedef struct prologue_inspect_request {
    size_t size;
    const char *const *files; /* absolute, or relative to the working directory */
    size_t file_count;
    enum prologue_reader reader;
    const prologue_config *config; /* directives, tsconfig and no_elide count; NULL: the defaults */
} prologue_inspect_request;

/* One JSON line for each file, in the given order. `*failed` (may be NULL) counts the files that
 * could not be read. Errors: WRITE, NOMEM, LIMIT, CANCELLED, TSCONFIG. */
PROLOGUE_API int prologue_session_inspect(prologue_session *session,
                                          const prologue_inspect_request *request,
                                          prologue_write write, void *payload, size_t *failed);

/* ---- resolve --------------------------------------------------------------------------------- */

typedef struct prologue_resolve_request {
    size_t size;
    const char
        *root; /* aliases and the tsconfig that the config names are relative to it; NULL: cwd */
    const char *from; /* the importing file; absolute, or relative to the working directory */
    const char *specifier;
    const char *environment; /* NULL: `server` */
    enum prologue_kind kind;
    const prologue_config *config; /* NULL: the defaults */
    int trace;
} prologue_resolve_request;

typedef struct prologue_resolution {
    size_t size;          /* set by the caller */
    const char *resolved; /* absolute real path; NULL: external, ignored or not resolved */
    int external, ignored;
    const char *code;   /* the diagnostic's code where it failed, else NULL */
    const char *reason; /* which step failed, else NULL */
    /* The steps taken, one text each, in order; NULL without `trace`. */
    const char *const *steps;
    size_t step_count;
} prologue_resolution;

/* Answers from the session's caches; does not read source. What `out` points to is borrowed until
 * the next call with the session. Returns 0 also where the specifier does not resolve.
 * Errors: INVALID, ENVIRONMENT, ROOT, NOMEM, LIMIT, TSCONFIG. */
PROLOGUE_API int prologue_session_resolve(prologue_session *session,
                                          const prologue_resolve_request *request,
                                          prologue_resolution *out);

#ifdef __cplusplus
}
#endif

#endif
