/* A program of someone else's: only the installed header and library. */
#include <prologue.h>
#include <stdio.h>

static int print(void *payload, const char *bytes, size_t length) {
    return fwrite(bytes, 1, length, payload) == length ? 0 : 1;
}

int main(int argc, char **argv) {
    prologue_session *session;
    prologue_report *report;
    prologue_scan_request request = {.size = sizeof request, .root = argc > 1 ? argv[1] : NULL};
    int code = prologue_session_create(&session, NULL);
    if (code) {
        fprintf(stderr, "%s\n", prologue_error_message(code));
        return 1;
    }
    code = prologue_session_scan(session, &request, &report);
    if (code == 0) {
        code = prologue_report_write(report, 0, print, stdout);
        prologue_report_free(report);
    }
    prologue_session_destroy(session);
    return code ? 1 : 0;
}
