#define _GNU_SOURCE
#include "memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LONGEST = 16 << 20 };

struct reading {
    struct memory_file *file;
    size_t line;
};

/* Always false. */
__attribute__((format(printf, 2, 3))) static bool bad(const struct reading *reading,
                                                      const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    complain("memory", "%s:%zu: %s", reading->file->name, reading->line, text);
    return false;
}

/* ---- members ---------------------------------------------------------------------------------- */

uint64_t memory_number(const json_t *object, const char *key) {
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static bool take_bytes(const struct reading *reading, const json_t *object, const char *key,
                       uint64_t *out) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return bad(reading, "'%s' is not a whole number", key);
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool take_name(const struct reading *reading, const json_t *value, const char *what,
                      char *out) {
    if (!json_is_string(value) || json_string_length(value) >= MEMORY_NAME)
        return bad(reading, "'%s' is not a text of at most %d bytes", what, MEMORY_NAME - 1);
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool find_part(const struct reading *reading, const char *name, size_t *out) {
    struct memory_file *file = reading->file;
    for (*out = 0; *out < file->part_count; ++*out)
        if (strcmp(file->parts[*out], name) == 0)
            return true;
    if (file->part_count == MEMORY_PARTS || strlen(name) >= MEMORY_NAME)
        return bad(reading, "more than %d subsystems, or a name of more than %d bytes",
                   MEMORY_PARTS, MEMORY_NAME - 1);
    strcpy(file->parts[file->part_count++], name);
    return true;
}

static bool find_phase(const struct reading *reading, const char *name, uint8_t *out) {
    struct memory_file *file = reading->file;
    for (*out = 0; *out < file->phase_count; ++*out)
        if (strcmp(file->phases[*out].name, name) == 0)
            return true;
    if (file->phase_count == MEMORY_PHASES)
        return bad(reading, "more than %d phases", MEMORY_PHASES);
    strcpy(file->phases[file->phase_count++].name, name);
    return true;
}

static bool take_parts(const struct reading *reading, json_t *ledger,
                       struct memory_moment *moment) {
    json_t *parts = json_object_get(ledger, "subsystems"), *value;
    const char *name;
    size_t part;
    if (!json_is_object(parts))
        return bad(reading, "'subsystems' is not an object");
    json_object_foreach(parts, name, value) if (!find_part(reading, name, &part) ||
                                                !take_bytes(reading, parts, name,
                                                            &moment->parts[part])) return false;
    return true;
}

static bool take_moment(const struct reading *reading, const json_t *line,
                        struct memory_moment *moment) {
    json_t *ledger = json_object_get(line, "ledger");
    const json_t *ms = json_object_get(line, "ms");
    char phase[MEMORY_NAME];
    *moment = (struct memory_moment){.ms = json_number_value(ms)};
    if (!json_is_number(ms) || !(moment->ms >= 0 && moment->ms < 1e15))
        return bad(reading, "'ms' is not a number of milliseconds");
    if (!json_is_object(ledger))
        return bad(reading, "'ledger' is not an object");
    moment->files = memory_number(line, "filesRead");
    moment->scan = memory_number(line, "scan");
    return take_name(reading, json_object_get(line, "phase"), "phase", phase) &&
           find_phase(reading, phase, &moment->phase) &&
           take_bytes(reading, line, "resident", &moment->resident) &&
           take_bytes(reading, ledger, "total", &moment->total) &&
           take_bytes(reading, ledger, "peak", &moment->peak) &&
           take_parts(reading, ledger, moment);
}

static void keep(json_t **place, json_t *value) {
    json_decref(*place);
    *place = json_incref(value);
}

/* Rows of owners: each with a path or null, and the number `key`. */
static bool take_rows(const struct reading *reading, json_t *rows, const char *key,
                      json_t **place) {
    json_t *row;
    size_t i;
    uint64_t number;
    if (!json_is_array(rows))
        return bad(reading, "the owners are not an array");
    json_array_foreach(rows, i, row) {
        const json_t *path = json_object_get(row, "path");
        if (!json_is_string(path) && !json_is_null(path))
            return bad(reading, "the 'path' of an owner is neither a text nor null");
        if (!take_bytes(reading, row, key, &number))
            return false;
    }
    keep(place, rows);
    return true;
}

static uint64_t sum_of(const json_t *rows, const char *key) {
    uint64_t sum = 0;
    json_t *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) sum += memory_number(row, key);
    return sum;
}

static bool take_attribution(const struct reading *reading, const json_t *attribution,
                             const struct memory_moment *moment) {
    struct memory_file *file = reading->file;
    struct memory_owned *owned = &file->owned;
    if (!take_rows(reading, json_object_get(attribution, "packages"), "bytes", &file->packages) ||
        !take_rows(reading, json_object_get(attribution, "folders"), "bytes", &file->folders))
        return false;
    file->attributed = true;
    owned->at = *moment;
    owned->all = sum_of(file->packages, "bytes");
    for (size_t i = 0; i < file->part_count; i++)
        owned->parts[i] = sum_of(file->packages, file->parts[i]);
    return true;
}

/* Of the moments while files are read the one with the narrowest window, of the same the last. */
static void take_window(struct memory_file *file, json_t *window, bool reads) {
    if (!json_is_object(window) || (file->window_of_reading && !reads))
        return;
    if (file->window_of_reading &&
        memory_number(window, "bytes") > memory_number(file->window, "bytes"))
        return;
    file->window_of_reading = reads;
    keep(&file->window, window);
}

/* ---- moments ---------------------------------------------------------------------------------- */

static void raise(struct memory_peak *peak, uint64_t bytes, const struct memory_moment *moment) {
    if (bytes > peak->bytes)
        *peak = (struct memory_peak){bytes, moment->ms, moment->phase};
}

/* Of each two neighbours the larger. */
static void halve(struct memory_file *file) {
    size_t kept = 0;
    for (size_t i = 0; i + 1 < file->moment_count; i += 2) {
        const struct memory_moment *pair = &file->moments[i];
        file->moments[kept++] = pair[pair[1].total > pair[0].total];
    }
    file->moment_count = kept;
    file->stride *= 2;
}

/* One of each `stride` moments, the one with the largest total. */
static void keep_moment(struct memory_file *file, const struct memory_moment *moment) {
    if (file->pending == 0) {
        if (file->moment_count == MEMORY_MOMENTS)
            halve(file);
        file->moments[file->moment_count++] = *moment;
    } else if (moment->total > file->moments[file->moment_count - 1].total) {
        file->moments[file->moment_count - 1] = *moment;
    }
    file->pending = (file->pending + 1) % file->stride;
}

static void note_jump(struct memory_file *file, struct memory_phase *phase) {
    const struct memory_moment *begin = &phase->begin, *last = &phase->last;
    uint64_t jump = phase->last.peak > begin->total ? phase->last.peak - begin->total : 0;
    phase->times++;
    phase->ms += last->ms - begin->ms;
    phase->open = false;
    if (phase->times > 1 && jump <= phase->jump)
        return;
    phase->jump = jump;
    phase->jump_ms = begin->ms;
    phase->jump_scan = last->scan;
    phase->from = begin->total;
    phase->most = begin->total + jump;
    phase->to = last->total;
    phase->part = MEMORY_NONE;
    phase->part_growth = 0;
    for (size_t i = 0; i < file->part_count; i++) {
        uint64_t growth = last->parts[i] > begin->parts[i] ? last->parts[i] - begin->parts[i] : 0;
        if (growth > phase->part_growth) {
            phase->part_growth = growth;
            phase->part = (uint8_t)i;
        }
    }
}

static void open_phase(struct memory_file *file, const struct memory_moment *moment) {
    struct memory_phase *phase = &file->phases[moment->phase];
    phase->open = true;
    phase->begin = phase->last = *moment;
    phase->last.peak = moment->total;
}

static void mark(struct memory_file *file, const struct memory_moment *end) {
    const struct memory_phase *phase = &file->phases[end->phase];
    if (file->mark_count < MEMORY_MARKS)
        file->marks[file->mark_count++] =
            (struct memory_mark){phase->begin.ms, end->ms, end->phase};
}

/* `last.peak` becomes the most that was held since the phase began: a peak of the ledger that has
 * grown meanwhile was reached in the phase. */
static void follow_phase(struct memory_file *file, const struct memory_moment *moment,
                         uint64_t peak_before) {
    struct memory_phase *phase = &file->phases[moment->phase];
    if (!phase->open)
        return;
    uint64_t most = phase->last.peak > moment->total ? phase->last.peak : moment->total;
    if (moment->peak > peak_before && moment->peak > most)
        most = moment->peak;
    phase->last = *moment;
    phase->last.peak = most;
}

static void take(struct memory_file *file, const struct memory_moment *moment) {
    bool first = file->moment_count == 0;
    follow_phase(file, moment, file->last.peak);
    raise(&file->peak, moment->peak, moment);
    raise(&file->resident, moment->resident, moment);
    for (size_t i = 0; i < file->part_count; i++)
        raise(&file->part_peaks[i], moment->parts[i], moment);
    if (first || moment->total > file->top.total)
        file->top = *moment;
    if (!file->dump && (first || moment->ms < file->began))
        file->began = moment->ms;
    if (first || moment->ms > file->ended)
        file->ended = moment->ms;
    file->ticks += moment->tick;
    file->last = *moment;
    keep_moment(file, moment);
}

/* ---- lines ------------------------------------------------------------------------------------ */

static bool take_dump(const struct reading *reading, json_t *line,
                      const struct memory_moment *moment) {
    struct memory_file *file = reading->file;
    json_t *graph = json_object_get(line, "graph");
    json_t *attribution = json_object_get(graph, "attribution");
    keep(&file->document, line);
    if (attribution)
        return take_attribution(reading, attribution, moment);
    return !json_is_object(graph) ||
           take_rows(reading, json_object_get(graph, "packages"), "modules", &file->packages);
}

static bool take_head(const struct reading *reading, const json_t *line) {
    struct memory_file *file = reading->file;
    const json_t *tool = json_object_get(line, "tool");
    uint64_t version = 0;
    if (!take_bytes(reading, line, "version", &version) ||
        !take_bytes(reading, line, "limit", &file->limit))
        return false;
    if (version != 1)
        return bad(reading, "version %llu is not known; this is %s", (unsigned long long)version,
                   "prologue " PROLOGUE_VERSION);
    snprintf(file->version, sizeof file->version, "%s",
             json_is_string(tool) ? json_string_value(tool) : "");
    return true;
}

static bool is_reading(const struct memory_file *file, const struct memory_moment *moment) {
    return strcmp(memory_phase_name(file, moment->phase), "read") == 0;
}

static bool take_line_of(const struct reading *reading, json_t *line, const char *type) {
    struct memory_file *file = reading->file;
    struct memory_moment moment;
    bool begin = strcmp(type, "begin") == 0, end = strcmp(type, "end") == 0;
    bool dump = strcmp(type, "dump") == 0, tick = strcmp(type, "tick") == 0;
    bool attribution = strcmp(type, "attribution") == 0;
    if (strcmp(type, "trace") == 0)
        return take_head(reading, line);
    file->dump |= dump;
    if (dump && !take_head(reading, line))
        return false;
    file->off |= strcmp(type, "off") == 0;
    if (!begin && !end && !dump && !tick && !attribution)
        return true;
    if (!take_moment(reading, line, &moment))
        return false;
    moment.tick = tick;
    file->tracking = fmax(file->tracking, json_number_value(json_object_get(line, "trackingMs")));
    if (begin)
        open_phase(file, &moment);
    take(file, &moment);
    if (end && file->phases[moment.phase].open) {
        mark(file, &moment);
        note_jump(file, &file->phases[moment.phase]);
    }
    take_window(file, json_object_get(line, "window"), is_reading(file, &moment));
    return dump          ? take_dump(reading, line, &moment)
           : attribution ? take_attribution(reading, json_object_get(line, "attribution"), &moment)
                         : true;
}

static bool take_line(struct reading *reading, const char *bytes, size_t length, bool whole) {
    json_error_t error;
    json_t *line = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    const json_t *type = json_object_get(line, "type");
    bool good = true;
    if (!line && !whole) {
        reading->file->cut = true;
        bad(reading, "the line is cut off; those before it count");
    } else if (!line) {
        good = bad(reading, "no JSON: %s, at byte %d", error.text, error.position);
    } else if (!json_is_string(type)) {
        good = bad(reading, "no line of a memory trace or dump: it has no 'type'");
    } else {
        good = take_line_of(reading, line, json_string_value(type));
    }
    json_decref(line);
    return good;
}

/* A line without its line feed, which `*whole` tells was there. The length; 0 with `*end`: none. */
static bool next_line(FILE *stream, char **buffer, size_t *capacity, size_t *length, bool *whole) {
    int c;
    *length = 0;
    *whole = false;
    while ((c = getc_unlocked(stream)) != EOF) {
        if (c == '\n') {
            *whole = true;
            return true;
        }
        if (*length == *capacity) {
            size_t more = *capacity ? *capacity * 2 : 1 << 14;
            char *larger = more <= LINE_LONGEST ? realloc(*buffer, more) : NULL;
            if (!larger)
                return true;
            *buffer = larger;
            *capacity = more;
        }
        (*buffer)[(*length)++] = (char)c;
    }
    return *length > 0;
}

static bool is_blank(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r", bytes[i]) || !bytes[i])
            return false;
    return true;
}

static bool read_lines(struct reading *reading, FILE *stream) {
    char *buffer = NULL;
    size_t capacity = 0, length;
    bool good = true, whole;
    while (good && next_line(stream, &buffer, &capacity, &length, &whole)) {
        reading->line++;
        if (!whole && !feof(stream) && !ferror(stream))
            good = bad(reading, "the line is longer than %d MiB, or there is no memory for it",
                       LINE_LONGEST >> 20);
        else if (!is_blank(buffer, length))
            good = take_line(reading, buffer, length, whole);
    }
    free(buffer);
    return good;
}

/* A trace that ends in the middle of a phase: what is there counts. */
static void close_phases(struct memory_file *file) {
    for (size_t i = 0; i < file->phase_count; i++)
        if (file->phases[i].open) {
            mark(file, &file->phases[i].last);
            note_jump(file, &file->phases[i]);
        }
}

bool memory_read(struct memory_file *file, const char *name) {
    struct reading reading = {file, 0};
    *file = (struct memory_file){.name = name, .stride = 1};
    FILE *stream = fopen(name, "re");
    if (!stream) {
        complain("memory", "%s: %s", name, strerror(errno));
        return false;
    }
    file->moments = malloc(MEMORY_MOMENTS * sizeof *file->moments);
    bool good = file->moments && read_lines(&reading, stream);
    if (!file->moments)
        complain("memory", "out of memory");
    if (good && ferror(stream)) {
        complain("memory", "%s: %s", name, strerror(errno));
        good = false;
    }
    if (good && file->moment_count == 0) {
        complain("memory", "%s: holds no moment: neither a memory trace nor a dump", name);
        good = false;
    }
    fclose(stream);
    close_phases(file);
    return good;
}

void memory_free(struct memory_file *file) {
    free(file->moments);
    json_decref(file->packages);
    json_decref(file->folders);
    json_decref(file->window);
    json_decref(file->document);
}

const char *memory_phase_name(const struct memory_file *file, uint8_t phase) {
    return file->phases[phase].name;
}

const struct memory_phase *memory_largest_jump(const struct memory_file *file) {
    const struct memory_phase *largest = NULL;
    for (size_t i = 0; i < file->phase_count; i++) {
        const struct memory_phase *phase = &file->phases[i];
        if (phase->times && (!largest || phase->jump > largest->jump)) {
            largest = phase;
        }
    }
    return largest;
}
