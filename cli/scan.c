#define _GNU_SOURCE
#include "scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "human.h"
#include "interrupt.h"
#include "terminal.h"

/* ---- progress --------------------------------------------------------------------------------- */

enum { PROGRESS_AFTER_MS = 200 };

static void write_progress(const char *line, size_t length) {
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}

static int on_progress(const prologue_progress *progress, void *payload) {
    bool *shown = payload;
    struct number_text modules, size, pending, time;
    char line[256];
    if (progress->elapsed_ms < PROGRESS_AFTER_MS)
        return 0;
    int length = snprintf(
        line, sizeof line, "\r\033[Kscanning: %s modules, %s, %s waiting, %s",
        terminal_count(&modules, progress->modules), terminal_size(&size, progress->bytes_read),
        terminal_count(&pending, progress->pending), terminal_time(&time, progress->elapsed_ms));
    write_progress(line, (size_t)length);
    *shown = true;
    return 0;
}

static void erase_progress(bool shown) {
    if (shown)
        write_progress("\r\033[K", 4);
}

/* ---- the scan --------------------------------------------------------------------------------- */

static int scan(const struct options *options, prologue_session *session,
                prologue_report **report) {
    bool shown = false;
    bool progress = complain_allowed() && isatty(STDERR_FILENO) == 1;
    prologue_scan_request request = {
        .size = sizeof request,
        .root = options->root,
        .entries = options->entries,
        .entry_count = options->entry_count,
        .sources = options->sources,
        .source_count = options->source_count,
        .config = &options->config,
        .on_progress = progress ? on_progress : NULL,
        .payload = &shown,
    };
    int code = prologue_session_scan(session, &request, report);
    erase_progress(shown);
    return code;
}

/* What people see in their text anyway has to be said where the report is JSON, or in a file. */
static void explain_ending(const struct options *options, int code) {
    const char *command = command_name(options->command);
    if (code == PROLOGUE_ECANCELLED && options->output)
        complain(command, "interrupted; %s is as it was", options->output);
    else if (code == PROLOGUE_ECANCELLED && options->json)
        complain(command, "interrupted; the report is incomplete");
    else if (code != 0 && (options->json || options->output))
        complain(command, "%s; the report is incomplete", prologue_error_message(code));
}

static int write_report(const struct options *options, prologue_report *report, int ending) {
    static struct output output;
    struct terminal terminal;
    if (!command_open(options, &output))
        return STATUS_PROBLEM;
    int code = 0;
    if (options->json) {
        unsigned flags = options->edges ? PROLOGUE_REPORT_EDGES : 0;
        code = prologue_report_write(report, flags, output_write, &output);
    } else {
        terminal_init(&terminal, &output, options->color);
        human_report(&terminal, report, ending);
    }
    if (code != 0 && code != PROLOGUE_EWRITE) {
        output_abandon(&output);
        return command_failed(options, NULL, code, "the report cannot be written");
    }
    return command_close(options, &output) ? STATUS_OK : STATUS_PROBLEM;
}

/* An interrupted scan leaves the file that it was to write as it was. */
static int finish(const struct options *options, prologue_report *report, int code) {
    prologue_summary summary = {.size = sizeof summary};
    int status = STATUS_OK;
    prologue_report_summary(report, &summary);
    if (code != PROLOGUE_ECANCELLED || !options->output)
        status = write_report(options, report, code);
    explain_ending(options, code);
    return status == STATUS_OK ? summary.exit_code : status;
}

int command_scan(const struct options *options) {
    prologue_report *report = NULL;
    int status;
    prologue_session *session = command_session(options, &status);
    if (!session)
        return status;
    int code = scan(options, session, &report);
    interrupt_release();
    if (report)
        status = finish(options, report, code);
    else
        status =
            command_failed(options, session, code, code == PROLOGUE_EROOT ? options->root : NULL);
    command_end(options, session, report);
    return status;
}
