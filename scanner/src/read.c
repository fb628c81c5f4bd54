#include "read.h"

int window_init(struct window *window) {
    window->held = 0;
    window->limit = window->waits = 0;
    if (uv_mutex_init(&window->mutex)) {
        return PROLOGUE_ETHREAD;
    }
    if (uv_cond_init(&window->freed)) {
        uv_mutex_destroy(&window->mutex);
        return PROLOGUE_ETHREAD;
    }
    return 0;
}

void window_free(struct window *window) {
    uv_cond_destroy(&window->freed);
    uv_mutex_destroy(&window->mutex);
}

struct window_state window_read(struct window *window) {
    uv_mutex_lock(&window->mutex);
    struct window_state state = {window->held, window->limit, window->waits};
    uv_mutex_unlock(&window->mutex);
    return state;
}

void window_set(struct window *window, uint64_t limit) {
    uv_mutex_lock(&window->mutex);
    window->limit = limit;
    uv_cond_broadcast(&window->freed);
    uv_mutex_unlock(&window->mutex);
}

/* A single lease may always pass the limit: the ledger decides then. */
static void window_take(struct window *window, uint64_t bytes) {
    uv_mutex_lock(&window->mutex);
    window->waits += window->held > 0 && window->held + bytes > window->limit;
    while (window->held > 0 && window->held + bytes > window->limit) {
        uv_cond_wait(&window->freed, &window->mutex);
    }
    window->held += bytes;
    uv_mutex_unlock(&window->mutex);
}

static void window_give(struct window *window, uint64_t bytes) {
    uv_mutex_lock(&window->mutex);
    window->held -= bytes;
    uv_cond_broadcast(&window->freed);
    uv_mutex_unlock(&window->mutex);
}

int lease_init(struct lease *lease, struct ledger *ledger, struct window *window, size_t base) {
    *lease = (struct lease){.ledger = ledger, .window = window, .capacity = base, .base = base};
    lease->bytes = ledger_resize(ledger, PROLOGUE_SUBSYSTEM_LEASES, NULL, 0, base);
    return lease->bytes ? 0 : ledger_error(ledger);
}

void lease_free(struct lease *lease) {
    if (lease->bytes) {
        lease_return(lease);
        ledger_free(lease->ledger, PROLOGUE_SUBSYSTEM_LEASES, lease->bytes, lease->capacity);
        lease->bytes = NULL;
    }
}

static bool lease_resize(struct lease *lease, size_t capacity) {
    char *bytes = ledger_resize(lease->ledger, PROLOGUE_SUBSYSTEM_LEASES, lease->bytes,
                                lease->capacity, capacity);
    if (!bytes) {
        return false;
    }
    lease->bytes = bytes;
    lease->capacity = capacity;
    return true;
}

void lease_return(struct lease *lease) {
    if (lease->files) {
        os_close(lease->files, lease->handle);
        lease->files = NULL;
    }
    size_t extra = lease->capacity - lease->base;
    if (extra && lease_resize(lease, lease->base)) {
        window_give(lease->window, extra);
    }
}

static bool lease_extend(struct lease *lease, size_t capacity) {
    size_t extra = capacity - lease->capacity;
    window_take(lease->window, extra);
    if (!lease_resize(lease, capacity)) {
        window_give(lease->window, extra);
        return false;
    }
    return true;
}

static enum read_answer answer_of(int64_t code, int *error) {
    *error = (int)code;
    switch (code) {
    case UV_ENOENT:
    case UV_ENOTDIR:
        return READ_MISSING;
    case UV_ELOOP:
        return READ_LINK;
    case UV_EISDIR:
        return READ_FOLDER;
    case UV_ESPIPE:
    case UV_ENXIO:
    case UV_ENODEV:
    case UV_EAGAIN:
        return READ_OTHER;
    default:
        return READ_FAILED;
    }
}

static int64_t read_piece(void *context, char *to, size_t size, uint64_t at) {
    const struct lease *lease = context;
    return os_read(lease->handle, to, size, at);
}

/* Keeps the handle. */
static void read_in_pieces(struct lease *lease, struct os_files *files, int handle, uint32_t size) {
    uint32_t held = lease->input.end;
    lease->input = input_pieces(lease->bytes, (uint32_t)lease->capacity, size, read_piece, lease);
    lease->input.end = held;
    lease->files = files;
    lease->handle = handle;
}

static bool may_hold(const struct lease *lease, uint64_t capacity) {
    return capacity <= lease->capacity || capacity <= window_read(lease->window).limit / 4;
}

static enum read_answer read_rest(struct lease *lease, int handle, uint32_t size, int *error) {
    uint32_t held = lease->input.end;
    int64_t count = os_read(handle, lease->bytes + held, lease->capacity - held, held);
    if (count < 0) {
        return answer_of(count, error);
    }
    lease->input = input_whole(lease->bytes, held + (uint32_t)count);
    return lease->input.size == size ? READ_DONE : READ_CHANGED;
}

/* The first read filled the lease, or gave nothing: only now is the file's size asked for. */
static enum read_answer read_described(struct lease *lease, struct os_files *files, int handle,
                                       int *error) {
    enum os_type type;
    uint64_t size;
    int code = os_describe(handle, &type, &size);
    if (code) {
        return answer_of(code, error);
    }
    if (type != OS_FILE) {
        return type == OS_FOLDER ? READ_FOLDER : READ_OTHER;
    }
    if (size >= INPUT_LARGEST) {
        return READ_TOO_LARGE;
    }
    if (size < lease->input.end) {
        return READ_CHANGED;
    }
    bool room = may_hold(lease, size + 1) &&
                (size < lease->capacity || lease_extend(lease, (size_t)size + 1));
    if (room) {
        return read_rest(lease, handle, (uint32_t)size, error);
    }
    read_in_pieces(lease, files, handle, (uint32_t)size);
    return READ_DONE;
}

enum read_answer read_file(struct lease *lease, struct os_files *files,
                           const struct read_place *place, int *error) {
    int handle = os_open(files, place->folder, place->folder_path, place->name, place->follow);
    if (handle == UV_EAGAIN) { /* a file that somebody has a lease on */
        *error = handle;
        return READ_FAILED;
    }
    if (handle < 0) {
        return answer_of(handle, error);
    }
    enum read_answer answer = READ_DONE;
    lease->stamp = 0;
    if (lease->stamps && os_stamp(handle, &lease->stamp)) {
        lease->stamp = 0;
    }
    int64_t count = os_read(handle, lease->bytes, lease->capacity, 0);
    lease->input = input_whole(lease->bytes, count < 0 ? 0 : (uint32_t)count);
    if (count < 0) {
        answer = answer_of(count, error);
    } else if (count == 0 || (size_t)count == lease->capacity) {
        answer = read_described(lease, files, handle, error);
    }
    if (!lease->files) {
        os_close(files, handle);
    }
    return answer;
}

enum read_answer read_check(const struct lease *lease, int *error) {
    enum os_type type;
    uint64_t size = 0;
    if (!lease->files) {
        return READ_DONE;
    }
    if (lease->input.error < 0) {
        return answer_of(lease->input.error, error);
    }
    int code = os_describe(lease->handle, &type, &size);
    if (code) {
        return answer_of(code, error);
    }
    return lease->input.error || size != lease->input.size ? READ_CHANGED : READ_DONE;
}
