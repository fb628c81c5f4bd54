#define _GNU_SOURCE
#include "moment.h"

#include <stdio.h>
#include <time.h>
#include <uv.h>

#include "os.h"

const char *phase_name(enum phase phase) {
    static const char *const names[] = {
#define XX(name, text) text,
        PHASE_MAP(XX)
#undef XX
    };
    return names[phase];
}

int64_t moment_wall(void) {
    uv_timeval64_t now = {0};
    uv_gettimeofday(&now);
    return now.tv_sec * 1000000 + now.tv_usec;
}

void moment_take(struct moment *moment, enum phase phase, const struct figures *figures,
                 const struct ledger *ledger, uint64_t session_began) {
    moment->clock = uv_hrtime();
    moment->wall = moment_wall();
    moment->elapsed = moment->clock - session_began;
    moment->resident = os_resident_set();
    moment->phase = phase;
    ledger_read(ledger, &moment->memory);
    for (int i = 0; i < FIGURES; i++) {
        moment->values[i] = atomic_load_explicit(&figures->values[i], memory_order_relaxed);
    }
}

void moment_put_time(struct json_writer *json, int64_t wall) {
    char text[32], whole[40];
    time_t seconds = (time_t)(wall / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(whole, sizeof whole, "%s.%03dZ", text, (int)(wall / 1000 % 1000));
    json_put_key(json, "time");
    json_put_literal(json, whole);
}

static void put_number(struct json_writer *json, const char *key, uint64_t value) {
    json_put_key(json, key);
    json_put_unsigned(json, value);
}

void moment_put_ledger(struct json_writer *json, const char *key, const prologue_memory *memory) {
    json_put_key(json, key);
    json_put_open(json, '{');
    put_number(json, "total", memory->current);
    put_number(json, "peak", memory->peak);
    json_put_key(json, "subsystems");
    json_put_open(json, '{');
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS; i++) {
        put_number(json, prologue_subsystem_name((enum prologue_subsystem)i),
                   memory->subsystems[i].current);
    }
    json_put_close(json, '}');
    json_put_close(json, '}');
}

struct named_figure {
    const char *key;
    enum figure figure;
};

static void put_figures(struct json_writer *json, const struct moment *moment,
                        const struct named_figure *list) {
    for (; list->key; list++) {
        put_number(json, list->key, moment->values[list->figure]);
    }
}

/* Why less is read at a time than could be: the reasons that hold now, the weightiest first. */
static void put_reasons(struct json_writer *json, const struct moment *moment) {
    const uint64_t *values = moment->values;
    char text[160];
    json_put_key(json, "why");
    json_put_open(json, '[');
    if (values[FIGURE_THREADS] < values[FIGURE_THREADS_ASKED]) {
        snprintf(text, sizeof text,
                 "%llu of %llu threads run: the buffers of more would not fit a quarter of the "
                 "limit",
                 (unsigned long long)values[FIGURE_THREADS],
                 (unsigned long long)values[FIGURE_THREADS_ASKED]);
        json_put_literal(json, text);
    }
    if (values[FIGURE_LEASE] < values[FIGURE_LEASE_WHOLE]) {
        snprintf(text, sizeof text,
                 "buffers of %llu instead of %llu bytes: those of %llu threads share an eighth of "
                 "the limit",
                 (unsigned long long)values[FIGURE_LEASE],
                 (unsigned long long)values[FIGURE_LEASE_WHOLE],
                 (unsigned long long)values[FIGURE_THREADS]);
        json_put_literal(json, text);
    }
    /* Before and after the walk there is no window. */
    if (moment->phase == PHASE_READ && values[FIGURE_WINDOW] < values[FIGURE_WINDOW_WHOLE]) {
        snprintf(text, sizeof text, "a window of %llu instead of %llu bytes: the rest is held",
                 (unsigned long long)values[FIGURE_WINDOW],
                 (unsigned long long)values[FIGURE_WINDOW_WHOLE]);
        json_put_literal(json, text);
    }
    if (values[FIGURE_WINDOW_WAITS]) {
        snprintf(text, sizeof text, "%llu long files waited for room in the window",
                 (unsigned long long)values[FIGURE_WINDOW_WAITS]);
        json_put_literal(json, text);
    }
    json_put_close(json, ']');
}

void moment_put(struct json_writer *json, const struct moment *moment) {
    static const struct named_figure counts[] = {
        {"scan", FIGURE_SCAN},
        {"filesRead", FIGURE_FILES_READ},
        {"bytesRead", FIGURE_BYTES_READ},
        {"readsJoined", FIGURE_READS_JOINED},
        {"modules", FIGURE_MODULES},
        {"pending", FIGURE_PENDING},
        {NULL, FIGURES},
    };
    static const struct named_figure caches[] = {
        {"paths", FIGURE_PATHS},       {"folders", FIGURE_FOLDERS}, {"listings", FIGURE_LISTINGS},
        {"packages", FIGURE_PACKAGES}, {"facts", FIGURE_FACTS},     {NULL, FIGURES},
    };
    static const struct named_figure window[] = {
        {"bytes", FIGURE_WINDOW},
        {"held", FIGURE_WINDOW_HELD},
        {"waits", FIGURE_WINDOW_WAITS},
        {"shrunk", FIGURE_WINDOW_SHRUNK},
        {"listingsDropped", FIGURE_LISTINGS_DROPPED},
        {"packagesDropped", FIGURE_PACKAGES_DROPPED},
        {"buffer", FIGURE_LEASE},
        {"threads", FIGURE_THREADS},
        {"threadsAsked", FIGURE_THREADS_ASKED},
        {NULL, FIGURES},
    };
    moment_put_time(json, moment->wall);
    json_put_key(json, "ms");
    json_put_decimal(json, (double)moment->elapsed / 1e6, 3);
    json_put_key(json, "phase");
    json_put_literal(json, phase_name(moment->phase));
    put_number(json, "resident", moment->resident);
    moment_put_ledger(json, "ledger", &moment->memory);
    put_figures(json, moment, counts);
    json_put_key(json, "caches");
    json_put_open(json, '{');
    put_figures(json, moment, caches);
    json_put_close(json, '}');
    json_put_key(json, "window");
    json_put_open(json, '{');
    put_figures(json, moment, window);
    put_reasons(json, moment);
    json_put_close(json, '}');
}
