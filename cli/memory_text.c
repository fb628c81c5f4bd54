#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { ROWS = 10, NAME_WIDTH = 34 };

static void name_cell(struct terminal *terminal, const char *name) {
    size_t length = strlen(name);
    const char *ellipsis = terminal_either(terminal, "\xE2\x80\xA6", "~");
    output_text(terminal->output, "  ");
    if (length <= NAME_WIDTH) {
        terminal_string(terminal, name);
        terminal_spaces(terminal, NAME_WIDTH - (int)length);
        return;
    }
    const char *end = name + length - NAME_WIDTH + 1;
    while (((unsigned char)*end & 0xC0) == 0x80)
        end++;
    output_text(terminal->output, ellipsis);
    terminal_string(terminal, end);
    terminal_spaces(terminal, (int)(NAME_WIDTH - 1 - (int)strlen(end)));
}

static void size_cell(struct terminal *terminal, uint64_t bytes) {
    struct number_text size;
    output_print(terminal->output, " %11s", terminal_size(&size, bytes));
}

static void count_cell(struct terminal *terminal, uint64_t count) {
    struct number_text text;
    output_print(terminal->output, " %11s", terminal_count(&text, count));
}

static void time_cell(struct terminal *terminal, double ms) {
    struct number_text time;
    output_print(terminal->output, " %10s", terminal_time(&time, ms));
}

static void heading(struct terminal *terminal, const char *text) {
    terminal_style(terminal, STYLE_DIM);
    output_print(terminal->output, "%s\n", text);
    terminal_plain(terminal);
}

static void title(struct terminal *terminal, const struct memory_file *file) {
    struct number_text size;
    terminal_style(terminal, STYLE_BOLD);
    terminal_string(terminal, file->name);
    terminal_plain(terminal);
    output_print(terminal->output, ": a %s with a limit of %s%s%s\n", file->dump ? "dump" : "trace",
                 terminal_size(&size, file->limit), file->cut ? ", cut off" : "",
                 file->off ? ", which switched itself off" : "");
}

/* ---- summary ----------------------------------------------------------------------------------- */

static void peak_line(struct terminal *terminal, const struct memory_file *file, const char *what,
                      const struct memory_peak *peak) {
    struct number_text size, time;
    output_print(terminal->output, "  %-16s %11s  by %s, in ", what,
                 terminal_size(&size, peak->bytes), terminal_time(&time, peak->ms - file->began));
    terminal_string(terminal, memory_phase_name(file, peak->phase));
    if (file->limit)
        output_print(terminal->output, " (%.1f %% of the limit)",
                     100.0 * (double)peak->bytes / (double)file->limit);
    output_text(terminal->output, "\n");
}

static const struct memory_file *sorted_for;

static int compare_parts(const void *left, const void *right) {
    uint8_t a = *(const uint8_t *)left, b = *(const uint8_t *)right;
    uint64_t x = sorted_for->part_peaks[a].bytes, y = sorted_for->part_peaks[b].bytes;
    return x != y ? (x > y ? -1 : 1) : (int)a - (int)b;
}

static void print_parts(struct terminal *terminal, const struct memory_file *file) {
    uint8_t order[MEMORY_PARTS];
    for (size_t i = 0; i < file->part_count; i++)
        order[i] = (uint8_t)i;
    sorted_for = file;
    qsort(order, file->part_count, sizeof *order, compare_parts);
    heading(terminal,
            "\n  subsystem                           at the top     at most       when  phase");
    for (size_t i = 0; i < file->part_count; i++) {
        const struct memory_peak *peak = &file->part_peaks[order[i]];
        name_cell(terminal, file->parts[order[i]]);
        size_cell(terminal, file->top.parts[order[i]]);
        size_cell(terminal, peak->bytes);
        time_cell(terminal, peak->bytes ? peak->ms - file->began : 0);
        output_text(terminal->output, "  ");
        terminal_string(terminal, memory_phase_name(file, peak->phase));
        output_text(terminal->output, "\n");
    }
}

enum { OWNER_NUMBERS = 7 };
static const char *const owner_keys[] = {"files", "bytes", "modules",     "facts",
                                         "graph", "paths", "package data"};

/* The numbers of a row, or those given. */
static void print_owner(struct terminal *terminal, const char *name, const json_t *row,
                        const uint64_t *numbers, bool bytes) {
    uint64_t values[OWNER_NUMBERS];
    for (size_t i = 0; i < OWNER_NUMBERS; i++)
        values[i] = row ? memory_number(row, owner_keys[i]) : numbers[i];
    name_cell(terminal, name);
    if (bytes)
        size_cell(terminal, values[1]);
    else
        count_cell(terminal, values[2]);
    count_cell(terminal, values[0]);
    for (size_t i = 3; bytes && i < OWNER_NUMBERS; i++) {
        terminal_spaces(terminal, i == OWNER_NUMBERS - 1 ? 2 : 0);
        size_cell(terminal, values[i]);
    }
    output_text(terminal->output, "\n");
}

static void print_owners(struct terminal *terminal, const json_t *rows, const char *what) {
    json_t *row;
    size_t i;
    uint64_t others[OWNER_NUMBERS] = {0};
    bool bytes = json_object_get(json_array_get(rows, 0), "bytes") != NULL;
    if (json_array_size(rows) == 0)
        return;
    output_print(terminal->output, "\n");
    terminal_style(terminal, STYLE_DIM);
    output_print(terminal->output, "  %-34s %11s %11s%s\n", what, bytes ? "bytes" : "modules",
                 "files", bytes ? "       facts       graph       paths  package data" : "");
    terminal_plain(terminal);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        const char *path = json_string_value(json_object_get(row, "path"));
        if (i < ROWS && path)
            print_owner(terminal, path, row, NULL, bytes);
        for (size_t j = 0; (i >= ROWS || !path) && j < OWNER_NUMBERS; j++)
            others[j] += memory_number(row, owner_keys[j]);
    }
    if (others[0] || others[1])
        print_owner(terminal, "all others", NULL, others, bytes);
}

/* How much of what was held is told of by the rows of owners. */
static void print_owned(struct terminal *terminal, const struct memory_file *file) {
    const struct memory_owned *owned = &file->owned;
    struct number_text all, held, time;
    if (!file->attributed)
        return;
    output_print(terminal->output,
                 "\n  %s of the %s that the ledger held belong to packages, by %s\n",
                 terminal_size(&all, owned->all), terminal_size(&held, owned->at.total),
                 terminal_time(&time, owned->at.ms - file->began));
    heading(terminal, "  subsystem                                held to packages   to nobody");
    for (size_t i = 0; i < file->part_count; i++) {
        uint64_t part = owned->at.parts[i];
        name_cell(terminal, file->parts[i]);
        size_cell(terminal, part);
        size_cell(terminal, owned->parts[i]);
        size_cell(terminal, part > owned->parts[i] ? part - owned->parts[i] : 0);
        output_text(terminal->output, "\n");
    }
    output_text(terminal->output, "  to nobody: what the threads read with, listings, indexes, the "
                                  "report, and what is set aside\n");
}

/* Files of a dump: of objects with a path and a number. */
static void print_files(struct terminal *terminal, const json_t *rows, const char *what,
                        const char *key) {
    json_t *row;
    size_t i;
    if (json_array_size(rows) == 0)
        return;
    output_print(terminal->output, "\n");
    terminal_style(terminal, STYLE_DIM);
    output_print(terminal->output, "  %s\n", what);
    terminal_plain(terminal);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        const char *path = json_string_value(json_object_get(row, "path"));
        if (i >= ROWS || !path)
            break;
        output_text(terminal->output, " ");
        if (strcmp(key, "bytes") == 0)
            size_cell(terminal, memory_number(row, key));
        else
            count_cell(terminal, memory_number(row, key));
        output_text(terminal->output, "  ");
        terminal_string(terminal, path);
        output_text(terminal->output, "\n");
    }
}

static void print_window(struct terminal *terminal, const json_t *window) {
    struct number_text bytes, buffer;
    json_t *reason;
    size_t i;
    if (!window)
        return;
    output_print(terminal->output, "\n  %llu of %llu threads, buffers of %s, a window of %s\n",
                 (unsigned long long)memory_number(window, "threads"),
                 (unsigned long long)memory_number(window, "threadsAsked"),
                 terminal_size(&buffer, memory_number(window, "buffer")),
                 terminal_size(&bytes, memory_number(window, "bytes")));
    json_array_foreach(json_object_get(window, "why"), i, reason) {
        if (!json_is_string(reason))
            continue;
        output_text(terminal->output, "    ");
        terminal_string(terminal, json_string_value(reason));
        output_text(terminal->output, "\n");
    }
}

static void print_dump(struct terminal *terminal, const json_t *dump) {
    const json_t *graph = json_object_get(dump, "graph");
    const char *reason = json_string_value(json_object_get(dump, "reason"));
    output_text(terminal->output, "  written because: ");
    terminal_string(terminal, !reason ? "unknown"
                              : strcmp(reason, "limit") == 0
                                  ? "nine tenths of the limit were passed"
                              : strcmp(reason, "refused") == 0 ? "the limit refused memory"
                                                               : "somebody asked");
    output_print(terminal->output, "; %llu files read\n",
                 (unsigned long long)memory_number(dump, "filesRead"));
    print_files(terminal, json_object_get(dump, "inFlight"), "files being read, by bytes", "bytes");
    print_files(terminal, json_object_get(graph, "barrels"), "barrels, by re-exports", "exports");
    print_files(terminal, json_object_get(dump, "recentFiles"), "files read last", "bytes");
    if (!json_is_object(graph))
        output_text(terminal->output,
                    "\n  nothing of the graph: the walk was busy, or no scan under way\n");
}

static void print_summary(struct terminal *terminal, const struct memory_file *file) {
    struct number_text time, count, took;
    title(terminal, file);
    if (!file->dump)
        output_print(terminal->output, "  %s, %s tick%s, which took %s\n",
                     terminal_time(&time, file->ended - file->began),
                     terminal_count(&count, file->ticks), file->ticks == 1 ? "" : "s",
                     terminal_time(&took, file->tracking));
    peak_line(terminal, file, "ledger, at most", &file->peak);
    peak_line(terminal, file, "resident set", &file->resident);
    if (file->dump)
        print_dump(terminal, file->document);
    print_parts(terminal, file);
    print_owners(terminal, file->packages, "package");
    print_owners(terminal, file->folders, "folder");
    print_owned(terminal, file);
    print_window(terminal, file->window);
}

/* ---- diff -------------------------------------------------------------------------------------- */

static void change_cell(struct terminal *terminal, uint64_t before, uint64_t after, bool bytes) {
    struct number_text text;
    uint64_t change = after > before ? after - before : before - after;
    char cell[40];
    snprintf(cell, sizeof cell, "%s%s",
             change == 0      ? ""
             : after > before ? "+"
                              : "-",
             bytes ? terminal_size(&text, change) : terminal_count(&text, change));
    output_print(terminal->output, " %12s", cell);
}

static void growth_row(struct terminal *terminal, const struct memory_growth *row, bool bytes) {
    name_cell(terminal, row->name ? row->name : "all others");
    if (bytes) {
        size_cell(terminal, row->before);
        size_cell(terminal, row->after);
    } else {
        count_cell(terminal, row->before);
        count_cell(terminal, row->after);
    }
    change_cell(terminal, row->before, row->after, bytes);
    output_text(terminal->output, "\n");
}

static void print_diff(struct terminal *terminal, const struct memory_file *a,
                       const struct memory_file *b) {
    struct memory_growth parts[2 * MEMORY_PARTS];
    struct memory_growth totals[] = {{"ledger, at most", a->peak.bytes, b->peak.bytes},
                                     {"resident set", a->resident.bytes, b->resident.bytes}};
    struct memory_growth files = {"files read", a->last.files, b->last.files};
    const char *unit = NULL;
    size_t count = 0, part_count = memory_grow_parts(a, b, parts);
    struct memory_growth *owners = memory_grow_owners(a, b, &unit, &count);
    title(terminal, a);
    title(terminal, b);
    heading(terminal,
            "\n                                          before       after       change");
    growth_row(terminal, &totals[0], true);
    growth_row(terminal, &totals[1], true);
    growth_row(terminal, &files, false);
    heading(terminal, "\n  subsystem, at the top");
    for (size_t i = 0; i < part_count; i++)
        growth_row(terminal, &parts[i], true);
    if (owners) {
        terminal_style(terminal, STYLE_DIM);
        output_print(terminal->output, "\n  package, in %s\n", unit);
        terminal_plain(terminal);
    } else {
        output_text(terminal->output, "\n  packages cannot be compared: --memory-attribution tells "
                                      "of them\n");
    }
    for (size_t i = 0, shown = 0; owners && i < count && shown < 2 * ROWS; i++)
        if (owners[i].before != owners[i].after) {
            growth_row(terminal, &owners[i], strcmp(unit, "bytes") == 0);
            shown++;
        }
    if (owners && (count == 0 || owners[0].before == owners[0].after))
        output_text(terminal->output, "  no change\n");
    free(owners);
}

/* ---- phases ------------------------------------------------------------------------------------ */

static void print_phases(struct terminal *terminal, const struct memory_file *file) {
    const struct memory_phase *largest = memory_largest_jump(file);
    title(terminal, file);
    heading(terminal, "  phase                                times       took        from     "
                      "at most        jump  grew most");
    for (size_t i = 0; i < file->phase_count; i++) {
        const struct memory_phase *phase = &file->phases[i];
        if (!phase->times)
            continue;
        name_cell(terminal, phase->name);
        output_print(terminal->output, " %7llu", (unsigned long long)phase->times);
        time_cell(terminal, phase->ms);
        size_cell(terminal, phase->from);
        size_cell(terminal, phase->most);
        size_cell(terminal, phase->jump);
        output_text(terminal->output, "  ");
        if (phase->part != MEMORY_NONE)
            terminal_string(terminal, file->parts[phase->part]);
        output_text(terminal->output, "\n");
    }
    if (!largest) {
        output_text(terminal->output, "  no phase: a dump is one moment\n");
        return;
    }
    struct number_text size, time;
    output_text(terminal->output, "  the largest jump: ");
    terminal_string(terminal, largest->name);
    output_print(terminal->output, ", %s, from %s on", terminal_size(&size, largest->jump),
                 terminal_time(&time, largest->jump_ms - file->began));
    if (largest->times > 1)
        output_print(terminal->output, ", in scan %llu", (unsigned long long)largest->jump_scan);
    output_text(terminal->output, "\n");
}

void memory_print(struct terminal *terminal, enum memory_action action,
                  const struct memory_file *files, size_t count) {
    if (action == MEMORY_DIFF) {
        print_diff(terminal, &files[0], &files[1]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            output_text(terminal->output, "\n");
        if (action == MEMORY_SUMMARY)
            print_summary(terminal, &files[i]);
        else
            print_phases(terminal, &files[i]);
    }
}
