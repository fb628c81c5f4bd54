#include "commands.h"

#include <string.h>
#include <unistd.h>

#include "interrupt.h"
#include "terminal.h"

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
enum { FREES_AT_END = 1 };
#else
enum { FREES_AT_END = 0 };
#endif

int status_of(int code) {
    switch (code) {
    case 0:
        return STATUS_OK;
    case PROLOGUE_ELIMIT:
    case PROLOGUE_ENOMEM:
        return STATUS_LIMIT;
    case PROLOGUE_ECANCELLED:
        return STATUS_INTERRUPTED;
    case PROLOGUE_EFILE:
    case PROLOGUE_ETHREAD:
    case PROLOGUE_EWRITE:
        return STATUS_PROBLEM;
    default:
        return STATUS_USAGE;
    }
}

int command_failed(const struct options *options, const prologue_session *session, int code,
                   const char *subject) {
    bool interrupted = code == PROLOGUE_ECANCELLED;
    const char *message = interrupted ? "interrupted" : prologue_error_message(code);
    const char *detail = session && !interrupted ? prologue_session_detail(session) : "";
    if (!*detail && subject)
        detail = subject;
    complain(command_name(options->command), "%s%s%s", message, *detail ? ": " : "", detail);
    return status_of(code);
}

/* On a terminal it takes the place of the progress. */
#define NO_DUMP "prologue scan: no dump is written: --memory-dump FILE says where to\n"

prologue_session *command_session(const struct options *options, int *status) {
    prologue_session *session = NULL;
    int code = prologue_session_create(&session, &options->session);
    if (code != 0) {
        *status = command_failed(options, NULL, code, NULL);
        return NULL;
    }
    interrupt_watch(session);
    if (options->session.memory_dump)
        interrupt_dump();
    else if (options->command == COMMAND_SCAN && complain_allowed())
        interrupt_explain(isatty(STDERR_FILENO) == 1 ? "\r\033[K" NO_DUMP : NO_DUMP);
    return session;
}

/* What went wrong with the trace or a dump; the scan has gone on. */
static void tell_of_tracking(const struct options *options, prologue_session *session) {
    prologue_tracking tracking = {.size = sizeof tracking};
    if (!options->session.memory_trace && !options->session.memory_dump)
        return;
    prologue_session_tracking(session, &tracking);
    if (*tracking.message)
        complain(command_name(options->command), "%s", tracking.message);
}

void command_end(const struct options *options, prologue_session *session,
                 prologue_report *report) {
    tell_of_tracking(options, session);
    interrupt_release();
    if (!FREES_AT_END)
        return;
    prologue_report_free(report);
    prologue_session_destroy(session);
}

static bool cannot_write(const struct options *options, const struct output *output) {
    complain(command_name(options->command), "cannot write to %s: %s", output->name,
             strerror(output->error));
    return false;
}

bool command_open(const struct options *options, struct output *output) {
    return output_open(output, options->output) || cannot_write(options, output);
}

bool command_close(const struct options *options, struct output *output) {
    return output_close(output) || cannot_write(options, output);
}
