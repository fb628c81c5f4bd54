#include <stdlib.h>

#include "memory.h"

static json_t *number(uint64_t value) {
    return json_integer((json_int_t)value);
}

/* Borrowed values become the object's too; NULL is null. */
static json_t *shared(const json_t *value) {
    return value ? json_incref((json_t *)(uintptr_t)value) : json_null();
}

static json_t *peak_of(const struct memory_file *file, const struct memory_peak *peak) {
    return json_pack("{s:o, s:f, s:s}", "bytes", number(peak->bytes), "ms", peak->ms, "phase",
                     memory_phase_name(file, peak->phase));
}

static json_t *head_of(const struct memory_file *file) {
    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b}", "file", file->name, "type",
                     file->dump ? "dump" : "trace", "tool", file->version, "limit",
                     number(file->limit), "cutOff", file->cut, "switchedOff", file->off);
}

static json_t *attribution_of(const struct memory_file *file) {
    const struct memory_owned *owned = &file->owned;
    if (!file->attributed)
        return json_null();
    json_t *parts = json_object();
    for (size_t i = 0; i < file->part_count; i++)
        json_object_set_new(parts, file->parts[i],
                            json_pack("{s:o, s:o}", "held", number(owned->at.parts[i]),
                                      "attributed", number(owned->parts[i])));
    return json_pack("{s:f, s:o, s:o, s:o}", "ms", owned->at.ms, "held", number(owned->at.total),
                     "attributed", number(owned->all), "subsystems", parts);
}

static json_t *summary_of(const struct memory_file *file) {
    json_t *parts = json_object(), *all = head_of(file);
    for (size_t i = 0; i < file->part_count; i++)
        json_object_set_new(parts, file->parts[i],
                            json_pack("{s:o, s:o}", "atTop", number(file->top.parts[i]), "peak",
                                      peak_of(file, &file->part_peaks[i])));
    json_t *more = json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "elapsedMs",
                             file->ended - file->began, "trackingMs", file->tracking, "ticks",
                             number(file->ticks), "peak", peak_of(file, &file->peak), "resident",
                             peak_of(file, &file->resident), "subsystems", parts, "packages",
                             shared(file->packages), "folders", shared(file->folders),
                             "attribution", attribution_of(file), "window", shared(file->window));
    json_object_update(all, more);
    json_decref(more);
    for (size_t i = 0; file->dump && i < 4; i++) {
        static const char *const keys[] = {"reason", "inFlight", "recentFiles", "barrels"};
        const json_t *from = i < 3 ? file->document : json_object_get(file->document, "graph");
        json_object_set_new(all, keys[i], shared(json_object_get(from, keys[i])));
    }
    return all;
}

static json_t *phases_of(const struct memory_file *file) {
    json_t *phases = json_array(), *all = head_of(file);
    const struct memory_phase *largest = memory_largest_jump(file);
    for (size_t i = 0; i < file->phase_count; i++) {
        const struct memory_phase *phase = &file->phases[i];
        if (!phase->times)
            continue;
        json_array_append_new(
            phases, json_pack("{s:s, s:o, s:f, s:o, s:o, s:o, s:o, s:f, s:o, s:s?, s:o}", "phase",
                              phase->name, "times", number(phase->times), "elapsedMs", phase->ms,
                              "from", number(phase->from), "most", number(phase->most), "to",
                              number(phase->to), "jump", number(phase->jump), "jumpMs",
                              phase->jump_ms, "jumpScan", number(phase->jump_scan), "grewMost",
                              phase->part == MEMORY_NONE ? NULL : file->parts[phase->part],
                              "grewBy", number(phase->part_growth)));
    }
    json_object_set_new(all, "phases", phases);
    json_object_set_new(all, "largestJump", largest ? json_string(largest->name) : json_null());
    return all;
}

static json_t *growth_of(const struct memory_growth *row) {
    return json_pack("{s:s?, s:o, s:o, s:I}", "name", row->name, "before", number(row->before),
                     "after", number(row->after), "change",
                     (json_int_t)row->after - (json_int_t)row->before);
}

static json_t *diff_of(const struct memory_file *a, const struct memory_file *b) {
    struct memory_growth parts[2 * MEMORY_PARTS];
    struct memory_growth peak = {"peak", a->peak.bytes, b->peak.bytes},
                         resident = {"resident", a->resident.bytes, b->resident.bytes},
                         files = {"filesRead", a->last.files, b->last.files};
    const char *unit = NULL;
    size_t count = 0, part_count = memory_grow_parts(a, b, parts);
    struct memory_growth *owners = memory_grow_owners(a, b, &unit, &count);
    json_t *rows = json_array(), *packages = owners ? json_array() : json_null();
    for (size_t i = 0; i < part_count; i++)
        json_array_append_new(rows, growth_of(&parts[i]));
    for (size_t i = 0; owners && i < count; i++)
        json_array_append_new(packages, growth_of(&owners[i]));
    free(owners);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "before", head_of(a), "after",
                     head_of(b), "peak", growth_of(&peak), "resident", growth_of(&resident),
                     "filesRead", growth_of(&files), "subsystems", rows, "unit", unit, "packages",
                     packages);
}

static int write_bytes(const char *bytes, size_t length, void *payload) {
    return output_write(payload, bytes, length);
}

bool memory_write(struct output *output, enum memory_action action, const struct memory_file *files,
                  size_t count) {
    json_t *all = action == MEMORY_DIFF ? diff_of(&files[0], &files[1]) : json_array();
    for (size_t i = 0; action != MEMORY_DIFF && i < count; i++)
        json_array_append_new(all, action == MEMORY_SUMMARY ? summary_of(&files[i])
                                                            : phases_of(&files[i]));
    bool written = all && json_dump_callback(all, write_bytes, output,
                                             JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0;
    output_text(output, "\n");
    json_decref(all);
    return written;
}
