/* How things stood at one moment: the clock, the resident set, the ledger, and the scan's figures.
 * Figures are counted by whoever knows them and may be read on any thread at any time. */
#ifndef MOMENT_H
#define MOMENT_H

#include "json_write.h"

/* What a scan goes through; in traces and dumps by these names. */
#define PHASE_MAP(XX)                                                                              \
    XX(IDLE, "idle")   /* no call is under way */                                                  \
    XX(START, "start") /* threads, configuration, entries and source folders */                    \
    XX(READ, "read")   /* reading, resolving, walking */                                           \
    XX(REPORT, "report")                                                                           \
    XX(WRITE, "write") /* prologue_report_write() */

enum phase {
#define XX(name, text) PHASE_##name,
    PHASE_MAP(XX)
#undef XX
        PHASES
};

const char *phase_name(enum phase phase);

#define FIGURE_MAP(XX)                                                                             \
    XX(SCAN)                                                                                       \
    XX(FILES_READ)                                                                                 \
    XX(BYTES_READ)                                                                                 \
    XX(READS_JOINED)                                                                               \
    XX(MODULES)                                                                                    \
    XX(PENDING)                                                                                    \
    XX(PATHS)                                                                                      \
    XX(FOLDERS)                                                                                    \
    XX(LISTINGS)                                                                                   \
    XX(PACKAGES)                                                                                   \
    XX(FACTS)                                                                                      \
    XX(WINDOW) /* bytes that leases may hold beyond their base */                                  \
    XX(WINDOW_HELD)                                                                                \
    XX(WINDOW_WHOLE) /* what the window would be with the whole limit to itself */                 \
    XX(WINDOW_WAITS) /* reads that waited for room in it */                                        \
    XX(WINDOW_SHRUNK)                                                                              \
    XX(LISTINGS_DROPPED)                                                                           \
    XX(PACKAGES_DROPPED)                                                                           \
    XX(LEASE)       /* bytes of each thread's buffer */                                            \
    XX(LEASE_WHOLE) /* what they are where memory allows */                                        \
    XX(THREADS)                                                                                    \
    XX(THREADS_ASKED)

enum figure {
#define XX(name) FIGURE_##name,
    FIGURE_MAP(XX)
#undef XX
        FIGURES
};

struct figures {
    _Atomic uint64_t values[FIGURES];
};

static inline void figure_set(struct figures *figures, enum figure figure, uint64_t value) {
    atomic_store_explicit(&figures->values[figure], value, memory_order_relaxed);
}

struct moment {
    uint64_t clock;   /* uv_hrtime() */
    int64_t wall;     /* microseconds since 1970 */
    uint64_t elapsed; /* nanoseconds since the session began */
    uint64_t resident;
    enum phase phase;
    prologue_memory memory;
    uint64_t values[FIGURES];
};

void moment_take(struct moment *moment, enum phase phase, const struct figures *figures,
                 const struct ledger *ledger, uint64_t session_began);

/* Microseconds since 1970. */
int64_t moment_wall(void);
/* `time` as ISO 8601 in milliseconds. */
void moment_put_time(struct json_writer *json, int64_t wall);

/* The members of an object that has been opened: time, ms, phase and everything else. */
void moment_put(struct json_writer *json, const struct moment *moment);
/* `{"total":…,"peak":…,"subsystems":{…}}` under `key`. */
void moment_put_ledger(struct json_writer *json, const char *key, const prologue_memory *memory);

#endif
