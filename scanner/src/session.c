#include "session.h"

#include <stdio.h>

enum { ENGINE_STACK = 2 << 20 };

static void engine(void *argument) {
    prologue_session *session = argument;
    uv_mutex_lock(&session->mutex);
    while (!session->stopping) {
        if (!session->job) {
            uv_cond_wait(&session->changed, &session->mutex);
            continue;
        }
        session_job *job = session->job;
        uv_mutex_unlock(&session->mutex);
        int result = job(session, session->argument);
        uv_mutex_lock(&session->mutex);
        session->job = NULL;
        session->result = result;
        session->done = true;
        uv_cond_broadcast(&session->changed);
    }
    uv_mutex_unlock(&session->mutex);
    session_stop_workers(session);
}

int session_open(prologue_session **out, const prologue_session_options *options) {
    static const prologue_session_options nothing = {.size = sizeof nothing};
    options = options ? options : &nothing;
    if (options->size != sizeof *options || options->threads > PROLOGUE_MAX_THREADS) {
        return PROLOGUE_EINVALID;
    }
    struct ledger ledger;
    ledger_init(&ledger, options->allocator,
                options->memory_limit ? options->memory_limit : PROLOGUE_DEFAULT_MEMORY_LIMIT);
    prologue_session *session = ledger_new(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof *session);
    if (!session) {
        return ledger_error(&ledger);
    }
    session->ledger = ledger;
    session->cache.off = options->cache == PROLOGUE_NO;
    session->processors = uv_available_parallelism();
    session->threads = options->threads ? options->threads : session->processors;
    if (uv_mutex_init(&session->mutex) || uv_cond_init(&session->changed)) {
        ledger_free(&session->ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
        return PROLOGUE_ETHREAD;
    }
    int code = session_track(session, options);
    if (code) {
        uv_cond_destroy(&session->changed);
        uv_mutex_destroy(&session->mutex);
        ledger = session->ledger;
        ledger_free(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
        return code;
    }
    trace_init(&session->trace, &session->ledger);
    slab_init(&session->sources, &session->ledger, PROLOGUE_SUBSYSTEM_FACTS);
    session->syntax = syntax_new(&session->ledger);
    if (!session->syntax) {
        code = ledger_error(&session->ledger);
        session_close(session);
        return code;
    }
    *out = session;
    return 0;
}

static void join_engine(prologue_session *session) {
    uv_mutex_lock(&session->mutex);
    session->stopping = true;
    uv_cond_broadcast(&session->changed);
    uv_mutex_unlock(&session->mutex);
    if (session->started) {
        uv_thread_join(&session->thread);
    }
}

void session_close(prologue_session *session) {
    join_engine(session);
    walk_drop(session->asker);
    session_forget(session);
    slab_close(&session->sources);
    trace_free(&session->trace);
    syntax_free(session->syntax);
    session_untrack(session);
    uv_cond_destroy(&session->changed);
    uv_mutex_destroy(&session->mutex);
    struct ledger ledger = session->ledger;
    ledger_free(&ledger, PROLOGUE_SUBSYSTEM_GRAPH, session, sizeof *session);
}

static int start_engine(prologue_session *session) {
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = ENGINE_STACK};
    if (!session->started) {
        if (uv_thread_create_ex(&session->thread, &options, engine, session)) {
            return PROLOGUE_ETHREAD;
        }
        session->started = true;
    }
    return 0;
}

/* With the mutex held, which is let go meanwhile. */
static void answer(prologue_session *session) {
    uv_mutex_unlock(&session->mutex);
    int code = session->question(session->question_argument);
    uv_mutex_lock(&session->mutex);
    session->answer = code;
    session->question = NULL;
    uv_cond_broadcast(&session->changed);
}

int session_ask(prologue_session *session, int (*question)(void *argument), void *argument) {
    uv_mutex_lock(&session->mutex);
    session->question_argument = argument;
    session->question = question;
    uv_cond_broadcast(&session->changed);
    while (session->question) {
        uv_cond_wait(&session->changed, &session->mutex);
    }
    int code = session->answer;
    uv_mutex_unlock(&session->mutex);
    return code;
}

int session_call(prologue_session *session, session_job *job, void *argument,
                 int (*on_wait)(prologue_session *session, void *payload), void *payload) {
    const uint64_t interval = UINT64_C(50) * 1000 * 1000;
    int code = start_engine(session);
    if (code) {
        return code;
    }
    session->detail[0] = 0;
    uv_mutex_lock(&session->mutex);
    session->argument = argument;
    session->done = false;
    session->job = job;
    uv_cond_broadcast(&session->changed);
    while (!session->done) {
        if (session->question) {
            answer(session);
        } else if (!on_wait) {
            uv_cond_wait(&session->changed, &session->mutex);
        } else if (uv_cond_timedwait(&session->changed, &session->mutex, interval)) {
            uv_mutex_unlock(&session->mutex);
            if (on_wait(session, payload)) {
                prologue_session_cancel(session);
            }
            uv_mutex_lock(&session->mutex);
        }
    }
    code = session->result;
    uv_mutex_unlock(&session->mutex);
    atomic_store(&session->cancelled, false);
    return code;
}

int session_absolute(const char *path, char *text, size_t size) {
    size_t length = 0;
    if (!path || path[0] != '/') {
        if (os_working_directory(text, size)) {
            return PROLOGUE_EROOT;
        }
        length = strlen(text);
    }
    int wrote =
        snprintf(text + length, size - length, "%s%s", length && path ? "/" : "", path ? path : "");
    return wrote < 0 || (size_t)wrote >= size - length ? PROLOGUE_EINVALID : 0;
}

int session_fail(prologue_session *session, int code, const char *detail) {
    snprintf(session->detail, sizeof session->detail, "%s", detail ? detail : "");
    return code;
}

void session_stop_workers(prologue_session *session) {
    if (session->has_workers) {
        workers_free(&session->workers);
        session->has_workers = false;
        session->working = NULL;
    }
}

static int ready_workers(prologue_session *session, uint32_t threads) {
    if (session->has_workers && session->worker_threads >= threads) {
        return 0;
    }
    session_stop_workers(session);
    struct workers_options options = {.sources = &session->sources,
                                      .syntax = session->syntax,
                                      .threads = threads,
                                      .processors = session->processors,
                                      .stamps = !session->cache.off};
    int code = workers_init(&session->workers, &session->ledger, &options);
    session->has_workers = code == 0;
    session->worker_threads = threads;
    return code;
}

void session_use(prologue_session *session, struct walk *walk) {
    walk->workers = &session->workers;
    walk->realpath.files = &session->workers.members[0].files;
    if (session->working != walk) {
        session->working = walk;
        workers_begin(&session->workers, &walk->config.directives, walk->cancelled);
    }
}

static int prepare(prologue_session *session, struct walk *walk, const prologue_config *config,
                   const char *root, uint32_t threads) {
    char text[2 * PATH_LONGEST + 2];
    const char *detail = "";
    walk->ledger = &session->ledger;
    walk->references = 1;
    walk->cancelled = &session->cancelled;
    int code = config_init(&walk->config, &session->ledger, config, &detail);
    if (code) {
        return session_fail(session, code, detail);
    }
    code = ready_workers(session, threads);
    if (code) {
        return code;
    }
    code = walk_init(walk, &session->ledger, &session->workers);
    session->working = NULL;
    session_use(session, walk);
    if (code) {
        return code;
    }
    code = session_absolute(root, text, sizeof text);
    if (code) {
        return session_fail(session, PROLOGUE_EROOT, root);
    }
    code = walk_root(walk, text);
    return code ? session_fail(session, code, walk->detail) : 0;
}

int session_walk(prologue_session *session, struct walk **out, const prologue_config *config,
                 const char *root, uint32_t threads) {
    struct walk *walk = ledger_new(&session->ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof *walk);
    if (!walk) {
        return ledger_error(&session->ledger);
    }
    int code = prepare(session, walk, config, root, threads);
    if (code) {
        walk_drop(walk);
        return code;
    }
    *out = walk;
    return 0;
}
