#include "session.h"

int prologue_session_create(prologue_session **out, const prologue_session_options *options) {
    return out ? session_open(out, options) : PROLOGUE_EINVALID;
}

void prologue_session_destroy(prologue_session *session) {
    if (session) {
        session_close(session);
    }
}

void prologue_session_cancel(prologue_session *session) {
    atomic_store_explicit(&session->cancelled, true, memory_order_relaxed);
}

int prologue_session_invalidate(prologue_session *session, const char *const *paths, size_t count) {
    return session && (paths || !count) ? session_invalidate(session, paths, count)
                                        : PROLOGUE_EINVALID;
}

void prologue_session_memory(const prologue_session *session, prologue_memory *out) {
    ledger_read(&session->ledger, out);
}

int prologue_session_phase(prologue_session *session, size_t index, prologue_phase *out) {
    struct monitor *monitor = &session->monitor;
    if (!out || out->size != sizeof *out) {
        return PROLOGUE_EINVALID;
    }
    uv_mutex_lock(&monitor->mutex);
    bool known = index < monitor->phase_count;
    if (known) {
        *out = monitor->phases[index];
        out->size = sizeof *out;
    }
    uv_mutex_unlock(&monitor->mutex);
    return known ? 0 : PROLOGUE_EINVALID;
}

void prologue_session_dump(prologue_session *session) {
    monitor_request(&session->monitor);
}

void prologue_session_tracking(prologue_session *session, prologue_tracking *out) {
    monitor_state(&session->monitor, out, session->tracking_message,
                  sizeof session->tracking_message);
}

const char *prologue_session_detail(const prologue_session *session) {
    return session->detail;
}

struct progress_call {
    const prologue_scan_request *request;
    uint64_t began;
};

static int report_progress(prologue_session *session, void *payload) {
    const struct progress_call *call = payload;
    prologue_progress progress = {
        .files_read = atomic_load_explicit(&session->files_read, memory_order_relaxed),
        .bytes_read = atomic_load_explicit(&session->bytes_read, memory_order_relaxed),
        .modules = atomic_load_explicit(&session->modules, memory_order_relaxed),
        .pending = atomic_load_explicit(&session->pending, memory_order_relaxed),
        .elapsed_ms = (double)(uv_hrtime() - call->began) / 1e6};
    return call->request->on_progress(&progress, call->request->payload);
}

int prologue_session_scan(prologue_session *session, const prologue_scan_request *request,
                          prologue_report **out) {
    if (!session || !request || !out || request->size != sizeof *request) {
        return PROLOGUE_EINVALID;
    }
    struct scan_call call = {.request = request};
    struct progress_call progress = {request, uv_hrtime()};
    int code = session_call(session, session_scan, &call,
                            request->on_progress ? report_progress : NULL, &progress);
    *out = call.report;
    return code;
}

int prologue_session_inspect(prologue_session *session, const prologue_inspect_request *request,
                             prologue_write write, void *payload, size_t *failed) {
    if (!session || !request || !write || request->size != sizeof *request) {
        return PROLOGUE_EINVALID;
    }
    struct inspect_call call = {.request = request, .write = write, .payload = payload};
    int code = session_call(session, session_inspect, &call, NULL, NULL);
    if (failed) {
        *failed = call.failed;
    }
    return code;
}

int prologue_session_resolve(prologue_session *session, const prologue_resolve_request *request,
                             prologue_resolution *out) {
    if (!session || !request || !out || request->size != sizeof *request) {
        return PROLOGUE_EINVALID;
    }
    struct resolve_call call = {request, out};
    return session_call(session, session_resolve, &call, NULL, NULL);
}
