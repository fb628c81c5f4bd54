#include <stdio.h>
#include <uv.h>

#include "inspect.h"
#include "language.h"
#include "session.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* ---- resolve --------------------------------------------------------------------------------- */

static int ready_asker(prologue_session *session, const prologue_resolve_request *request) {
    uint64_t key = session_key(request->config, request->root);
    if (session->asker && session->asker_key == key) {
        session_use(session, session->asker);
        return 0;
    }
    walk_drop(session->asker);
    session->asker = NULL;
    session->asker_key = key;
    return session_walk(session, &session->asker, request->config, request->root, 1);
}

/* A file as one that imports; without a folder where there is none. */
static struct importer importer_from(struct walk *walk, const char *from) {
    const struct importer nobody = {NULL, 0};
    char text[2 * PATH_LONGEST + 2];
    path_id spelled, real;
    if (!from || session_absolute(from, text, sizeof text)) {
        return nobody;
    }
    int code = path_join(&walk->paths, PATH_ROOT, slice_of(text), &spelled);
    if (code) {
        walk->realpath.error = code == PROLOGUE_EINVALID ? 0 : code;
        return nobody;
    }
    if (realpath_any(&walk->realpath, spelled, &real) == PATH_FILE) {
        spelled = real;
    }
    struct folder *folder =
        realpath_folder(&walk->realpath, path_at(&walk->paths, spelled)->parent);
    path_id file =
        folder ? path_child(&walk->paths, folder->path, path_name(&walk->paths, spelled)) : NO_PATH;
    if (file == NO_PATH) {
        return nobody;
    }
    return (struct importer){folder, tsconfig_owner(&walk->tsconfigs, folder, file)};
}

/* Whether the answer rests on a file that nobody has looked for yet; looks for it then. */
static bool is_assumed(struct walk *walk, const struct answer *answer) {
    path_id real;
    if (answer->outcome != RESOLVE_MODULE && answer->outcome != RESOLVE_LEAF) {
        return false;
    }
    struct path *path = path_at(&walk->paths, answer->path);
    if (path->state != PATH_ASSUMED) {
        return false;
    }
    if (realpath_child(&walk->realpath, folder_of(&walk->realpath, path->parent),
                       path_name(&walk->paths, answer->path), false, &real) == PATH_MISSING) {
        path->state = PATH_MISSING;
    }
    return true;
}

static void fill(prologue_session *session, const struct answer *answer, prologue_resolution *out) {
    size_t size = out->size;
    *out = (prologue_resolution){.size = size,
                                 .external = answer->outcome == RESOLVE_EXTERNAL,
                                 .ignored = answer->outcome == RESOLVE_IGNORED};
    if (answer->outcome == RESOLVE_MODULE || answer->outcome == RESOLVE_LEAF) {
        path_text(&session->asker->paths, answer->path, session->resolved,
                  sizeof session->resolved);
        out->resolved = session->resolved;
    }
    if (answer->outcome == RESOLVE_FAILED) {
        out->code = answer->code;
        out->reason = session->trace.reason ? session->trace.reason : "nothing matches";
    }
}

static int resolve_one(prologue_session *session, struct resolve_call *call) {
    const prologue_resolve_request *request = call->request;
    struct walk *walk = session->asker;
    int environment = config_environment(&walk->config, request->environment);
    if (environment < 0) {
        snprintf(session->detail, sizeof session->detail, "%s", request->environment);
        return PROLOGUE_EENVIRONMENT;
    }
    struct importer from = importer_from(walk, request->from);
    if (!from.folder || !request->specifier) {
        snprintf(session->detail, sizeof session->detail, "%s",
                 request->from ? request->from : "from");
        return walk->realpath.error ? walk->realpath.error : PROLOGUE_EINVALID;
    }
    bool require = request->kind == PROLOGUE_KIND_REQUIRE;
    struct slice specifier = slice_of(request->specifier);
    struct answer answer;
    do {
        answer = resolve(&walk->resolver, from, specifier, (uint32_t)environment, require, NULL);
    } while (is_assumed(walk, &answer) && !walk->realpath.error);
    trace_clear(&session->trace);
    if (request->trace || answer.outcome == RESOLVE_FAILED) {
        answer = resolve(&walk->resolver, from, specifier, (uint32_t)environment, require,
                         &session->trace);
    }
    fill(session, &answer, call->out);
    if (request->trace) {
        call->out->steps = session->trace.steps;
        call->out->step_count = session->trace.count;
    }
    return walk->realpath.error;
}

/* What ran out of memory may remember less than there is: the next question begins anew. */
int session_resolve(prologue_session *session, void *argument) {
    struct resolve_call *call = argument;
    int code = ready_asker(session, call->request);
    if (code) {
        return code;
    }
    code = resolve_one(session, call);
    if (session->asker->realpath.error) {
        walk_drop(session->asker);
        session->asker = NULL;
    }
    return code;
}

/* ---- inspect --------------------------------------------------------------------------------- */

static const char *failure_text(enum read_answer answer, int error, char *text, size_t size) {
    switch (answer) {
    case READ_FOLDER:
        return "is a folder";
    case READ_OTHER:
        return "is a FIFO, socket or device";
    case READ_CHANGED:
        return "changed while it was read";
    case READ_TOO_LARGE:
        return "is larger than 4 GiB";
    case READ_NO_MEMORY:
        return "does not fit the memory that is left";
    default:
        uv_strerror_r(error, text, size);
        return text;
    }
}

static int write_failure(struct json_writer *json, const char *file, enum read_answer answer,
                         int error) {
    char text[128];
    return inspect_write_failure(json, file, "unreadable-file",
                                 failure_text(answer, error, text, sizeof text));
}

static enum read_answer read_named(struct walk *walk, const char *file, int *error) {
    char text[2 * PATH_LONGEST + 2];
    struct worker *worker = &walk->workers->members[0];
    if (session_absolute(file, text, sizeof text)) {
        *error = UV_ENAMETOOLONG;
        return READ_FAILED;
    }
    char *slash = strrchr(text, '/');
    *slash = 0;
    uint32_t folder = (uint32_t)XXH3_64bits(text, (size_t)(slash - text));
    struct read_place place = {folder, slash == text ? "/" : text, slash + 1, true};
    return read_file(&worker->lease, &worker->files, &place, error);
}

static void keep_all(struct facts *facts) {
    for (uint32_t i = 0; i < facts->import_count; i++) {
        facts->imports[i].flags &= (uint16_t)~FACT_UNUSED;
    }
}

static bool keeps_values(struct walk *walk) {
    const struct tsconfig *tsconfig = tsconfig_at(&walk->tsconfigs, walk->tsconfigs.fixed);
    return walk->config.no_elide ||
           (tsconfig && (tsconfig->verbatim_module_syntax || tsconfig->preserve_value_imports));
}

static int inspect_one(struct walk *walk, struct json_writer *json, const char *file,
                       enum prologue_reader which, size_t *failed) {
    struct worker *worker = &walk->workers->members[0];
    struct lex_options options = {.directives = &walk->config.directives, .dialect = DIALECT_JSX};
    int error = 0;
    bool unsure = false;
    enum read_answer answer = read_named(walk, file, &error);
    if (answer != READ_DONE) {
        ++*failed;
        lease_return(&worker->lease);
        return write_failure(json, file, answer, error);
    }
    language_of(slice_of(file), &options.dialect);
    facts_clear(&worker->facts);
    int code = reader_read(&worker->reader, &options, which, &worker->lease.input, &worker->facts,
                           &unsure);
    answer = read_check(&worker->lease, &error);
    if (!code && answer != READ_DONE) {
        ++*failed;
        code = write_failure(json, file, answer, error);
    } else if (!code) {
        if (keeps_values(walk)) {
            keep_all(&worker->facts);
        }
        code = inspect_write_line(json, file, &worker->facts, &walk->config.directives, unsure);
    }
    lease_return(&worker->lease);
    return code;
}

int session_inspect(prologue_session *session, void *argument) {
    struct inspect_call *call = argument;
    const prologue_inspect_request *request = call->request;
    struct walk *walk;
    struct json_writer json;
    int code = session_walk(session, &walk, request->config, NULL, 1);
    if (code) {
        return code;
    }
    code = json_writer_init(&json, &session->ledger, PROLOGUE_SUBSYSTEM_REPORT, call->write,
                            call->payload);
    for (size_t i = 0; i < request->file_count && !code; i++) {
        code = atomic_load_explicit(&session->cancelled, memory_order_relaxed)
                   ? PROLOGUE_ECANCELLED
                   : inspect_one(walk, &json, request->files[i], request->reader, &call->failed);
    }
    int flushed = json_writer_flush(&json);
    json_writer_free(&json);
    walk_drop(walk);
    return code ? code : flushed;
}
