#define _GNU_SOURCE
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"

static _Atomic(prologue_session *) watched;
static _Atomic(const char *) explanation;

static void on_signal(int number) {
    int error = errno;
    (void)number;
    prologue_session *session = atomic_exchange(&watched, NULL);
    if (!session) {
        output_end();
        _exit(STATUS_INTERRUPTED);
    }
    prologue_session_cancel(session);
    errno = error;
}

static void on_dump(int number) {
    int error = errno;
    (void)number;
    prologue_session *session = atomic_load(&watched);
    if (session)
        prologue_session_dump(session);
    errno = error;
}

void interrupt_dump(void) {
    struct sigaction action = {.sa_handler = on_dump, .sa_flags = SA_RESTART};
    sigaction(SIGUSR2, &action, NULL);
}

static void on_no_dump(int number) {
    int error = errno;
    (void)number;
    const char *line = atomic_exchange(&explanation, NULL);
    if (line && write(STDERR_FILENO, line, strlen(line)) < 0)
        line = NULL;
    errno = error;
}

void interrupt_explain(const char *line) {
    struct sigaction action = {.sa_handler = on_no_dump, .sa_flags = SA_RESTART};
    atomic_store(&explanation, line);
    sigaction(SIGUSR2, &action, NULL);
}

void interrupt_watch(prologue_session *session) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    atomic_store(&watched, session);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void interrupt_release(void) {
    atomic_store(&watched, NULL);
}
