/* `prologue memory`: memory traces and dumps, read, compared and drawn. */
#ifndef MEMORY_H
#define MEMORY_H

#include <jansson.h>
#include <stdio.h>

#include "options.h"
#include "terminal.h"

enum {
    MEMORY_PARTS = 16,
    MEMORY_PHASES = 16,
    MEMORY_NAME = 48,
    MEMORY_MOMENTS = 1 << 15, /* of a longer trace, of neighbours the larger */
    MEMORY_MARKS = 256,       /* phases that are marked in a plot */
    MEMORY_NONE = 255,
};

struct memory_moment {
    double ms;
    uint8_t phase;
    bool tick;
    uint64_t resident, total, peak, files, scan;
    uint64_t parts[MEMORY_PARTS];
};

struct memory_peak {
    uint64_t bytes;
    double ms;
    uint8_t phase;
};

/* All the times that a phase was gone through, and the largest jump among them. */
struct memory_phase {
    char name[MEMORY_NAME];
    uint64_t times, jump_scan;
    double ms, jump_ms; /* in all; when the jump's phase began */
    uint64_t jump, from, most, to;
    uint8_t part; /* that grew most then; MEMORY_NONE: none did */
    uint64_t part_growth;
    /* while it is read */
    bool open;
    struct memory_moment begin, last;
};

struct memory_mark {
    double from, to;
    uint8_t phase;
};

/* How much of the ledger belongs to somebody, at the moment of the last attribution. */
struct memory_owned {
    struct memory_moment at;
    uint64_t all, parts[MEMORY_PARTS];
};

struct memory_file {
    const char *name;
    char version[64]; /* of the tool */
    bool dump, cut, off;
    uint64_t limit, ticks;
    char parts[MEMORY_PARTS][MEMORY_NAME];
    size_t part_count;
    struct memory_phase phases[MEMORY_PHASES];
    size_t phase_count;
    struct memory_mark marks[MEMORY_MARKS];
    size_t mark_count;
    struct memory_moment *moments, last, top; /* `top`: the one with the largest total */
    size_t moment_count, stride, pending;
    double began, ended, tracking; /* ms; `tracking`: what the trace itself took */
    struct memory_peak peak, resident, part_peaks[MEMORY_PARTS];
    json_t *packages, *folders; /* rows of the last attribution; NULL: none */
    bool attributed;            /* `owned` tells of them */
    struct memory_owned owned;
    json_t *window;         /* the narrowest while files were read; NULL: none is told */
    bool window_of_reading; /* false: nothing was read, and it is the last one */
    json_t *document;       /* a dump as a whole */
};

/* memory_read.c. False where the file makes no sense, which has been explained. */
bool memory_read(struct memory_file *file, const char *name);
void memory_free(struct memory_file *file);
uint64_t memory_number(const json_t *object, const char *key);
const char *memory_phase_name(const struct memory_file *file, uint8_t phase);
/* The phase with the largest jump, the first of those with the same; NULL: the file has no phases. */
const struct memory_phase *memory_largest_jump(const struct memory_file *file);

/* memory_grow.c: who owns more in one file than in another, by name, the most growth first. */
struct memory_growth {
    const char *name; /* NULL: all others */
    uint64_t before, after;
};
/* To be freed; NULL where there is nothing to compare, or no memory. */
struct memory_growth *memory_grow_owners(const struct memory_file *a, const struct memory_file *b,
                                         const char **unit, size_t *count);
size_t memory_grow_parts(const struct memory_file *a, const struct memory_file *b,
                         struct memory_growth *out); /* room for 2 * MEMORY_PARTS */

/* memory_text.c, memory_json.c */
void memory_print(struct terminal *terminal, enum memory_action action,
                  const struct memory_file *files, size_t count);
bool memory_write(struct output *output, enum memory_action action, const struct memory_file *files,
                  size_t count);

/* memory_plot.c: an SVG picture of one trace, or of two on top of each other. */
void memory_plot(struct output *output, const struct memory_file *files, size_t count);

int command_memory(const struct options *options);

#endif
