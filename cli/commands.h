/* What the commands share: exit statuses, sessions, failures, the end of an output. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "options.h"
#include "output.h"

/* What the program exits with; the commands return one of these. */
enum status {
    STATUS_OK = 0,
    STATUS_PROBLEM =
        1, /* error diagnostics, an unread file, an unresolved import, a failed write */
    STATUS_USAGE = 2,
    STATUS_LIMIT = 3,
    STATUS_INTERRUPTED = 130
};

/* 0 or a PROLOGUE_E code as the exit status that stands for it. */
int status_of(int code);

/* Explains why a call failed and returns the exit status. `subject` stands in where the session has
 * no detail; both may be NULL. */
int command_failed(const struct options *options, const prologue_session *session, int code,
                   const char *subject);

/* The session of a command, watched for signals; NULL with `*status` set where it cannot be made. */
prologue_session *command_session(const struct options *options, int *status);
/* What a process that is about to end need not do is done only where leaks are looked for. */
void command_end(const struct options *options, prologue_session *session, prologue_report *report);

/* Both explain what fails. */
bool command_open(const struct options *options, struct output *output);
bool command_close(const struct options *options, struct output *output);

#endif
