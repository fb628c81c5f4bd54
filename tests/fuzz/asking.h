/* What the fuzzers of the resolver share: the input is a specifier, a line feed and a manifest. */
#ifndef ASKING_H
#define ASKING_H

#include "memory_os.h"
#include "prologue.h"

enum { ASKING_MOST_CALLS = 2000 }; /* of the system, for one question */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The specifier, NUL-terminated and to be freed; what is left of the input is the manifest. */
static char *take_specifier(const uint8_t **data, size_t *size) {
    const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t length = end ? (size_t)(end - *data) : 0;
    char *specifier = calloc(1, length + 1);
    memcpy(specifier, *data, length);
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return specifier;
}

static const char *asking_root = "/app";

/* One session for all inputs, since its threads take longer than an answer; what it remembers of the
 * last input goes with that one's root. */
static prologue_session *next_session(void) {
    static prologue_session *session;
    prologue_session_options options = {.size = sizeof options, .threads = 1};
    require(session || prologue_session_create(&session, &options) == 0, "a session");
    asking_root = strcmp(asking_root, "/app") == 0 ? "/app/" : "/app";
    return session;
}

static void ask_once(prologue_session *session, const char *from, const char *specifier,
                     bool client, bool is_require, bool trace, char *answer, size_t size) {
    prologue_resolve_request request = {.size = sizeof request,
                                        .root = asking_root,
                                        .from = from,
                                        .specifier = specifier,
                                        .environment = client ? "client" : "server",
                                        .kind = is_require ? PROLOGUE_KIND_REQUIRE
                                                           : PROLOGUE_KIND_IMPORT,
                                        .trace = trace};
    prologue_resolution resolution = {.size = sizeof resolution};
    memory_calls = 0;
    require(prologue_session_resolve(session, &request, &resolution) == 0, "an answer");
    require(memory_calls <= ASKING_MOST_CALLS, "bounded work");
    require(resolution.resolved || resolution.external || resolution.ignored || resolution.code,
            "a failure has a code");
    snprintf(answer, size, "%s",
             resolution.resolved   ? resolution.resolved
             : resolution.external ? "external"
             : resolution.ignored  ? "ignored"
                                   : "");
}

/* Asks in each environment and as each kind, with the steps and without. An answer is a file; where
 * `inside` is given, one below that folder, and nothing secret is asked for on the way. */
static void ask(prologue_session *session, const char *from, const char *specifier,
                const char *inside) {
    char answer[8192], again[8192];
    const struct memory_file *file;
    memory_guarded = inside != NULL;
    for (int i = 0; i < 4; i++) {
        ask_once(session, from, specifier, i & 1, i & 2, i & 1, answer, sizeof answer);
        ask_once(session, from, specifier, i & 1, i & 2, !(i & 1), again, sizeof again);
        require(strcmp(answer, again) == 0, "the same answer each time");
        if (answer[0] == '/') {
            require(memory_type(answer, &file) == OS_FILE, "an answer is a file");
            require(!inside || strncmp(answer, inside, strlen(inside)) == 0, "it is inside");
        }
    }
    memory_guarded = false;
}

#endif
