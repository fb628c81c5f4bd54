#define _GNU_SOURCE
#include "diagnostics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "groups.h"
#include "human.h"

enum { MOST_WARNINGS = 20, MOST_ERRORS = 50, MOST_PACKAGES = 12, LONGEST_TEXT = 600 };

struct list {
    struct terminal *terminal;
    prologue_report *report;
    const prologue_summary *summary;
    enum prologue_severity severity;
    struct frame_file file;
    char *path; /* of the diagnostic that is being printed */
};

static void text(struct list *list, const char *bytes) {
    output_text(list->terminal->output, bytes);
}

/* Cut where it is longer than anybody reads: a specifier may be a megabyte. */
static void slice(struct list *list, prologue_slice bytes) {
    bool cut = bytes.length > LONGEST_TEXT;
    terminal_bytes(list->terminal, bytes.data, cut ? LONGEST_TEXT : bytes.length);
    if (cut)
        text(list, "...");
}

static bool diagnostic_at(struct list *list, size_t index, prologue_diagnostic *out) {
    *out = (prologue_diagnostic){.size = sizeof *out};
    return index < list->summary->diagnostic_count &&
           prologue_report_diagnostic(list->report, index, out) == 0;
}

/* The same, with a path that further calls leave alone. */
static bool keep_diagnostic(struct list *list, size_t index, prologue_diagnostic *out) {
    if (!diagnostic_at(list, index, out))
        return false;
    char *path = realloc(list->path, out->path.length + 1);
    if (!path)
        return false;
    if (out->path.length > 0)
        memcpy(path, out->path.data, out->path.length);
    list->path = path;
    out->path.data = path;
    return true;
}

static uint32_t stands_for(const prologue_diagnostic *diagnostic) {
    return diagnostic->count ? diagnostic->count : 1;
}

/* ---- one by one ------------------------------------------------------------------------------- */

static bool same_text(prologue_slice a, prologue_slice b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* The same thing again, seen from another environment. */
static bool is_again(const prologue_diagnostic *a, const prologue_diagnostic *b) {
    return a->severity == b->severity && a->line == b->line && a->column == b->column &&
           a->count <= 1 && b->count <= 1 && a->environment && b->environment &&
           strcmp(a->code, b->code) == 0 && same_text(a->path, b->path) &&
           same_text(a->specifier, b->specifier) && same_text(a->message, b->message);
}

/* Prints the environments of the diagnostic and of those after it that are the same thing again;
 * returns the index of the last. */
static size_t print_environments(struct list *list, size_t index,
                                 const prologue_diagnostic *first) {
    prologue_diagnostic next;
    if (!first->environment)
        return index;
    terminal_style(list->terminal, STYLE_DIM);
    output_print(list->terminal->output, " (in %s", first->environment);
    while (diagnostic_at(list, index + 1, &next) && is_again(first, &next)) {
        output_print(list->terminal->output, ", %s", next.environment);
        index++;
    }
    text(list, ")");
    terminal_plain(list->terminal);
    return index;
}

static void print_place(struct list *list, const prologue_diagnostic *diagnostic) {
    if (diagnostic->path.length == 0)
        return;
    text(list, "  ");
    slice(list, diagnostic->path);
    if (diagnostic->line > 0)
        output_print(list->terminal->output, ":%u:%u", diagnostic->line, diagnostic->column);
    text(list, "\n");
}

static size_t print_diagnostic(struct list *list, size_t index) {
    bool error = list->severity == PROLOGUE_ERROR_DIAGNOSTIC;
    enum style style = error ? STYLE_ERROR : STYLE_WARNING;
    prologue_diagnostic it;
    if (!keep_diagnostic(list, index, &it))
        return index;
    text(list, "\n");
    terminal_style(list->terminal, style);
    output_print(list->terminal->output, "%s %s", error ? "error" : "warning", it.code);
    terminal_plain(list->terminal);
    text(list, ": ");
    slice(list, it.message);
    index = print_environments(list, index, &it);
    text(list, "\n");
    print_place(list, &it);
    struct frame_place place = {it.line, it.column, it.length};
    if (it.first_party && it.line > 0)
        frame_print(list->terminal, &list->file, list->summary->root, it.path, place, style);
    if (it.count > 1) {
        text(list, "  and ");
        human_plural(list->terminal, it.count - 1, "more like it", "more like it");
        text(list, "\n");
    }
    return index;
}

static void print_list(struct list *list, bool first_party_only, uint64_t most) {
    prologue_diagnostic it;
    uint64_t shown = 0, more = 0;
    for (size_t i = 0; diagnostic_at(list, i, &it); i++) {
        if (it.severity != list->severity || (first_party_only && !it.first_party))
            continue;
        if (shown++ < most)
            i = print_diagnostic(list, i);
        else
            more += stands_for(&it);
    }
    if (more > 0) {
        text(list, "\n... and ");
        human_plural(list->terminal, more,
                     list->severity == PROLOGUE_WARNING ? "more warning" : "more error",
                     list->severity == PROLOGUE_WARNING ? "more warnings" : "more errors");
        text(list, " (--json lists all)\n");
    }
}

/* ---- counted ---------------------------------------------------------------------------------- */

/* `package: code` is the name of a group; `modules` counts what it stands for. */
static uint64_t count_packages(struct list *list, struct groups *groups) {
    prologue_diagnostic it;
    uint64_t total = 0;
    for (size_t i = 0; diagnostic_at(list, i, &it); i++) {
        if (it.severity != PROLOGUE_WARNING || it.first_party)
            continue;
        prologue_slice package = groups_package(it.path);
        char name[512];
        int length = snprintf(name, sizeof name, "%.*s: %s",
                              package.length < 400 ? (int)package.length : 400,
                              package.data ? package.data : "", it.code);
        struct group *group = groups_find(groups, (prologue_slice){name, (size_t)length});
        if (!group)
            break;
        if (group->other == 0)
            group->example = i;
        group->other += stands_for(&it);
        total += stands_for(&it);
    }
    groups_sort(groups);
    return total;
}

static void print_example(struct list *list, size_t index) {
    prologue_diagnostic it;
    if (!diagnostic_at(list, index, &it))
        return;
    terminal_style(list->terminal, STYLE_DIM);
    text(list, "           ");
    slice(list, it.path);
    if (it.line > 0)
        output_print(list->terminal->output, ":%u:%u", it.line, it.column);
    text(list, ": ");
    slice(list, it.message);
    terminal_plain(list->terminal);
    text(list, "\n");
}

static void print_packages(struct list *list) {
    struct groups groups = {.count = 0};
    struct number_text number;
    uint64_t total = count_packages(list, &groups), shown = 0;
    if (total > 0) {
        text(list, "\n");
        terminal_style(list->terminal, STYLE_WARNING);
        human_plural(list->terminal, total, "warning", "warnings");
        terminal_plain(list->terminal);
        text(list, " in packages\n");
    }
    for (size_t i = 0; i < groups.count && i < MOST_PACKAGES; i++) {
        const struct group *group = &groups.list[i];
        output_print(list->terminal->output, "%9s  ", terminal_count(&number, group->other));
        slice(list, group->name);
        text(list, group->other > 1 ? ", such as\n" : "\n");
        print_example(list, group->example);
        shown += group->other;
    }
    if (shown < total)
        output_print(list->terminal->output, "  ... and %s more (--json lists all)\n",
                     terminal_count(&number, total - shown));
    groups_free(&groups);
}

static void print_notes(struct list *list) {
    size_t count = list->summary->info_count;
    if (count == 0)
        return;
    text(list, "\n");
    terminal_style(list->terminal, STYLE_DIM);
    human_plural(list->terminal, count, "note", "notes");
    text(list, " (--json lists them)");
    terminal_plain(list->terminal);
    text(list, "\n");
}

static void print_total(struct list *list) {
    const prologue_summary *summary = list->summary;
    if (summary->error_count == 0)
        return;
    text(list, "\n");
    terminal_style(list->terminal, STYLE_ERROR);
    human_plural(list->terminal, summary->error_count, "error", "errors");
    terminal_plain(list->terminal);
    if (summary->warning_count > 0) {
        text(list, ", ");
        human_plural(list->terminal, summary->warning_count, "warning", "warnings");
    }
    text(list, "\n");
}

void diagnostics_print(struct terminal *terminal, prologue_report *report,
                       const prologue_summary *summary) {
    struct list list = {.terminal = terminal, .report = report, .summary = summary};
    print_notes(&list);
    print_packages(&list);
    list.severity = PROLOGUE_WARNING;
    print_list(&list, true, MOST_WARNINGS);
    list.severity = PROLOGUE_ERROR_DIAGNOSTIC;
    print_list(&list, false, MOST_ERRORS);
    print_total(&list);
    frame_file_free(&list.file);
    free(list.path);
}
