#define _GNU_SOURCE
#include <signal.h>

#include "commands.h"
#include "inspect.h"
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
    }
    return STATUS_USAGE;
}

int main(int argc, char **argv) {
    static const int statuses[] = {
        [OPTIONS_DONE] = STATUS_OK, [OPTIONS_BAD] = STATUS_USAGE, [OPTIONS_FAIL] = STATUS_PROBLEM};
    struct options options;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe and a file size limit are failed writes */
    signal(SIGXFSZ, SIG_IGN);
    enum options_result result = options_parse(&options, argc, argv);
    if (result == OPTIONS_RUN && options.quiet)
        complain_never();
    int status = result == OPTIONS_RUN ? run(&options) : statuses[result];
    options_free(&options);
    return status;
}
