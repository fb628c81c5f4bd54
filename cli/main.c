#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "commands.h"
#include "inspect.h"
#include "memory.h"
#include "options.h"
#include "resolve.h"
#include "scan.h"
#include "terminal.h"

static int run(const struct options *options) {
    switch (options->command) {
    case COMMAND_SCAN:
        return command_scan(options);
    case COMMAND_INSPECT:
        return command_inspect(options);
    case COMMAND_RESOLVE:
        return command_resolve(options);
    case COMMAND_MEMORY:
        return command_memory(options);
    }
    return STATUS_USAGE;
}

/* One heap for all threads, grown by more than a page at a time: the workers allocate seldom, and a
 * heap for each would cost a system call for every page of facts. */
static void prepare_heap(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 512 << 10);
#endif
}

/* A standard stream that the caller closed stays unusable, instead of being the next file that is
 * opened: what is said to people would be written into it. */
static void hold_standard_streams(void) {
    int descriptor;
    do {
        descriptor = open("/dev/null", O_PATH);
    } while (descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
}

int main(int argc, char **argv) {
    static const int statuses[] = {
        [OPTIONS_DONE] = STATUS_OK, [OPTIONS_BAD] = STATUS_USAGE, [OPTIONS_FAIL] = STATUS_PROBLEM};
    struct options options;
    hold_standard_streams();
    prepare_heap();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe and a file size limit are failed writes */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGUSR2, SIG_IGN); /* until there is a scan to ask for a dump */
    enum options_result result = options_parse(&options, argc, argv);
    if (result == OPTIONS_RUN && options.quiet)
        complain_never();
    int status = result == OPTIONS_RUN ? run(&options) : statuses[result];
    options_free(&options);
    return status;
}
