/* Scans again and again in one session, and prints what the process holds after each scan as a line
 * of JSON: rescan ROOT ENTRY LIMIT TIMES */
#include <inttypes.h>
#include <prologue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t resident(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%*u %lu", &pages) != 1)
        abort();
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int check(int code, const char *what) {
    if (code) {
        fprintf(stderr, "rescan: %s: %s\n", what, prologue_error_message(code));
        exit(1);
    }
    return code;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: rescan ROOT ENTRY LIMIT TIMES\n", stderr);
        return 2;
    }
    prologue_session_options options = {
        .size = sizeof options, .memory_limit = strtoull(argv[3], NULL, 10), .threads = 2};
    prologue_entry entry = {.path = argv[2]};
    prologue_scan_request request = {
        .size = sizeof request, .root = argv[1], .entries = &entry, .entry_count = 1};
    prologue_session *session;
    check(prologue_session_create(&session, &options), "open");
    for (int i = atoi(argv[4]); i > 0; i--) {
        prologue_report *report;
        prologue_summary summary = {.size = sizeof summary};
        check(prologue_session_scan(session, &request, &report), "scan");
        prologue_report_summary(report, &summary);
        uint64_t full = resident();
        prologue_report_free(report);
        printf("{\"scan\":%" PRIu64 ",\"modules\":%" PRIu64 ",\"withReport\":%" PRIu64
               ",\"resident\":%" PRIu64 "}\n",
               summary.stats.scan, summary.stats.modules, full, resident());
    }
    prologue_session_destroy(session);
    return 0;
}
