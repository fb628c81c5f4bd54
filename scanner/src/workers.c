#include "workers.h"

enum { STACK_SIZE = 1 << 20, SPINS = 2000 };

static bool is_worth_keeping(const struct facts *facts) {
    if (facts->import_count || facts->note_count) {
        return true;
    }
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        if (facts->directives[i].configured >= 0) {
            return true;
        }
    }
    return false;
}

/* `lease` NULL: the input is all there. */
static void read_facts(struct worker *worker, struct input *input, const struct lease *lease,
                       uint8_t dialect, struct read_result *result) {
    struct lex_options options = {.directives = worker->workers->directives, .dialect = dialect};
    struct facts *facts = &worker->facts;
    facts_clear(facts);
    int code = reader_read(&worker->reader, &options, PROLOGUE_READER_AUTO, input, facts, NULL);
    result->answer = lease ? (uint8_t)read_check(lease, &result->error) : READ_DONE;
    result->grammar = facts->grammar;
    if (!code && result->answer == READ_DONE && is_worth_keeping(facts)) {
        result->facts = source_new(worker->workers->sources, facts);
        code = result->facts ? 0 : PROLOGUE_ENOMEM;
    }
    facts_clear(facts);
    if (code) {
        result->answer = READ_NO_MEMORY;
    }
}

static bool is_dropped(const struct workers *workers) {
    return atomic_load_explicit(&workers->dropping, memory_order_relaxed) ||
           (workers->cancelled && atomic_load_explicit(workers->cancelled, memory_order_relaxed));
}

static void serve(struct worker *worker, const struct read_request *request,
                  struct read_result *result) {
    struct recent *recent = worker->workers->recent;
    uint32_t number = (uint32_t)(worker - worker->workers->members);
    int error = 0;
    *result = (struct read_result){.file = request->file};
    if (is_dropped(worker->workers)) {
        result->answer = READ_FAILED;
        result->error = UV_ECANCELED;
        return;
    }
    recent_begin(recent, number, request->place.folder_path, request->place.name);
    result->answer = (uint8_t)read_file(&worker->lease, &worker->files, &request->place, &error);
    result->error = error;
    result->stamp = worker->lease.stamp;
    if (result->answer == READ_DONE) {
        result->bytes = worker->lease.input.size;
        recent_sized(recent, number, result->bytes);
        read_facts(worker, &worker->lease.input, &worker->lease, request->dialect, result);
    }
    lease_return(&worker->lease);
    recent_end(recent, number);
}

/* Both with the mutex held. */
static uint32_t take_requests(struct workers *workers, struct read_request *batch) {
    uint32_t share = workers->queued / (workers->count * 2) + 1;
    uint32_t count = share < WORKERS_BATCH ? share : WORKERS_BATCH;
    count = count < workers->queued ? count : workers->queued;
    for (uint32_t i = 0; i < count; i++) {
        batch[i] = workers->queue[(workers->head + i) % workers->most];
    }
    workers->head = (workers->head + count) % workers->most;
    workers->queued -= count;
    return count;
}

static void put_results(struct workers *workers, const struct read_result *batch, uint32_t count) {
    memcpy(workers->results + workers->result_count, batch, count * sizeof *batch);
    workers->result_count += count;
}

static void pause_processor(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Lets go of the mutex for a moment, in the hope that `count` changes. */
static void spin_for(struct workers *workers, const uint32_t *count) {
    for (int i = 0; workers->spin && i < SPINS / 50 && *count == 0 && !workers->stopping; i++) {
        uv_mutex_unlock(&workers->mutex);
        for (int j = 0; j < 50; j++) {
            pause_processor();
        }
        uv_mutex_lock(&workers->mutex);
    }
}

/* With the mutex held, which is let go meanwhile. */
static void take_rest(struct worker *worker) {
    struct workers *workers = worker->workers;
    worker->rest = workers->rest;
    uv_mutex_unlock(&workers->mutex);
    os_files_forget(&worker->files);
    uv_mutex_lock(&workers->mutex);
}

static uint32_t wait_for_requests(struct worker *worker, struct read_request *batch) {
    struct workers *workers = worker->workers;
    spin_for(workers, &workers->queued);
    while (!workers->queued && !workers->stopping) {
        if (worker->rest != workers->rest) {
            take_rest(worker);
            continue;
        }
        workers->idle++;
        uv_cond_wait(&workers->asked, &workers->mutex);
        workers->idle--;
    }
    return workers->stopping ? 0 : take_requests(workers, batch);
}

static void work(void *argument) {
    struct worker *worker = argument;
    struct workers *workers = worker->workers;
    struct read_request batch[WORKERS_BATCH];
    struct read_result results[WORKERS_BATCH];
    os_files_begin(&worker->files, true);
    uv_mutex_lock(&workers->mutex);
    for (uint32_t count; (count = wait_for_requests(worker, batch)) > 0;) {
        bool other = worker->scan != workers->scan;
        worker->scan = workers->scan;
        uv_mutex_unlock(&workers->mutex);
        if (other) {
            os_files_forget(&worker->files);
        }
        for (uint32_t i = 0; i < count; i++) {
            serve(worker, &batch[i], &results[i]);
        }
        uv_mutex_lock(&workers->mutex);
        put_results(workers, results, count);
        uv_cond_signal(&workers->answered);
    }
    uv_mutex_unlock(&workers->mutex);
    os_files_end(&worker->files);
}

static size_t lease_base(const struct ledger *ledger, uint32_t count) {
    size_t base = LEASE_LARGEST_BASE;
    while (base > LEASE_SMALLEST_BASE && base * count > ledger->limit / 8) {
        base /= 2;
    }
    return base;
}

/* Threads whose leases would not fit a quarter of the limit are not started. */
static uint32_t affordable(const struct ledger *ledger, uint32_t count) {
    uint64_t most = ledger->limit / 4 / LEASE_SMALLEST_BASE;
    return most < 1 ? 1 : count < most ? count : (uint32_t)most;
}

static int member_init(struct workers *workers, struct worker *worker, size_t base) {
    worker->workers = workers;
    facts_init(&worker->facts, workers->ledger);
    reader_init(&worker->reader, workers->ledger, workers->syntax);
    int code = lease_init(&worker->lease, workers->ledger, &workers->window, base);
    worker->lease.stamps = workers->stamps;
    return code;
}

static int start(struct workers *workers) {
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = STACK_SIZE};
    size_t base = lease_base(workers->ledger, workers->count);
    for (uint32_t i = 0; i < workers->count; i++) {
        struct worker *worker = &workers->members[i];
        int code = member_init(workers, worker, base);
        if (code) {
            return code;
        }
        if (i > 0) {
            if (uv_thread_create_ex(&worker->thread, &options, work, worker)) {
                return PROLOGUE_ETHREAD;
            }
            worker->started = true;
        }
    }
    return 0;
}

static int init_locks(struct workers *workers) {
    if (window_init(&workers->window)) {
        return PROLOGUE_ETHREAD;
    }
    if (uv_mutex_init(&workers->mutex)) {
        window_free(&workers->window);
        return PROLOGUE_ETHREAD;
    }
    if (uv_cond_init(&workers->asked)) {
        window_free(&workers->window);
        uv_mutex_destroy(&workers->mutex);
        return PROLOGUE_ETHREAD;
    }
    if (uv_cond_init(&workers->answered)) {
        window_free(&workers->window);
        uv_mutex_destroy(&workers->mutex);
        uv_cond_destroy(&workers->asked);
        return PROLOGUE_ETHREAD;
    }
    return 0;
}

int workers_init(struct workers *workers, struct ledger *ledger,
                 const struct workers_options *options) {
    *workers = (struct workers){.ledger = ledger,
                                .sources = options->sources,
                                .syntax = options->syntax,
                                .stamps = options->stamps};
    workers->count = affordable(ledger, options->threads);
    workers->most = workers->count * WORKERS_AHEAD;
    workers->most = workers->most < WORKERS_QUEUE ? workers->most : WORKERS_QUEUE;
    workers->spin = workers->count <= options->processors;
    int code = init_locks(workers);
    if (code) {
        return code;
    }
    workers->queue =
        ledger_new(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->most * sizeof *workers->queue);
    workers->results =
        ledger_new(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->most * sizeof *workers->results);
    workers->members =
        ledger_new(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->count * sizeof *workers->members);
    workers->window.limit = ledger->limit / 2;
    code = workers->queue && workers->results && workers->members ? start(workers)
                                                                  : ledger_error(ledger);
    if (code) {
        workers_free(workers);
        return code;
    }
    os_files_begin(&workers->members[0].files, true);
    workers->begun = true;
    workers->watch = workers->stamps ? os_watch_open(&workers->members[0].files) : UV_ENOSYS;
    workers->watch_from = uv_hrtime();
    return 0;
}

void workers_begin(struct workers *workers, const struct directive_set *directives,
                   const atomic_bool *cancelled) {
    uv_mutex_lock(&workers->mutex);
    workers->directives = directives;
    workers->cancelled = cancelled;
    workers->scan++;
    uv_mutex_unlock(&workers->mutex);
    os_files_forget(&workers->members[0].files);
    atomic_store_explicit(&workers->dropping, false, memory_order_relaxed);
}

void workers_rest(struct workers *workers) {
    uv_mutex_lock(&workers->mutex);
    workers->rest++;
    uv_cond_broadcast(&workers->asked);
    uv_mutex_unlock(&workers->mutex);
    os_files_forget(&workers->members[0].files);
}

void workers_end(struct workers *workers) {
    for (uint32_t i = 0; i < workers->count; i++) {
        lease_free(&workers->members[i].lease);
    }
}

static void drop_results(struct workers *workers) {
    for (uint32_t i = 0; i < workers->result_count; i++) {
        source_drop(workers->sources, workers->results[i].facts);
    }
    workers->result_count = 0;
}

static void member_free(struct worker *worker) {
    if (worker->started) {
        uv_thread_join(&worker->thread);
    }
    if (worker->workers) {
        lease_free(&worker->lease);
        reader_free(&worker->reader);
        facts_free(&worker->facts);
    }
}

void workers_free(struct workers *workers) {
    struct ledger *ledger = workers->ledger;
    uv_mutex_lock(&workers->mutex);
    workers->stopping = true;
    uv_cond_broadcast(&workers->asked);
    uv_mutex_unlock(&workers->mutex);
    if (workers->begun) {
        if (workers->watch >= 0) {
            os_watch_close(&workers->members[0].files, workers->watch);
        }
        os_files_end(&workers->members[0].files);
    }
    for (uint32_t i = 0; workers->members && i < workers->count; i++) {
        member_free(&workers->members[i]);
    }
    if (workers->results) {
        drop_results(workers);
    }
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->queue,
                workers->most * sizeof *workers->queue);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->results,
                workers->most * sizeof *workers->results);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_LEASES, workers->members,
                workers->count * sizeof *workers->members);
    uv_cond_destroy(&workers->asked);
    uv_cond_destroy(&workers->answered);
    uv_mutex_destroy(&workers->mutex);
    window_free(&workers->window);
}

void workers_drop(struct workers *workers) {
    atomic_store_explicit(&workers->dropping, true, memory_order_relaxed);
}

uint32_t workers_room(struct workers *workers) {
    return workers->outstanding < workers->most ? workers->most - workers->outstanding : 0;
}

void workers_ask(struct workers *workers, const struct read_request *requests, uint32_t count) {
    uv_mutex_lock(&workers->mutex);
    for (uint32_t i = 0; i < count; i++) {
        workers->queue[(workers->head + workers->queued++) % workers->most] = requests[i];
    }
    workers->outstanding += count;
    if (workers->idle > 1 && count > 1) {
        uv_cond_broadcast(&workers->asked);
    } else if (workers->idle) {
        uv_cond_signal(&workers->asked);
    }
    uv_mutex_unlock(&workers->mutex);
}

/* With the mutex held, which is let go meanwhile. */
static void read_some(struct workers *workers) {
    struct read_request batch[WORKERS_BATCH];
    struct read_result results[WORKERS_BATCH];
    uint32_t count = take_requests(workers, batch);
    uv_mutex_unlock(&workers->mutex);
    for (uint32_t i = 0; i < count; i++) {
        serve(&workers->members[0], &batch[i], &results[i]);
    }
    uv_mutex_lock(&workers->mutex);
    put_results(workers, results, count);
}

uint32_t workers_collect(struct workers *workers, struct read_result *results) {
    uv_mutex_lock(&workers->mutex);
    if (workers->outstanding && !workers->result_count) {
        if (workers->queued) {
            read_some(workers);
        } else {
            spin_for(workers, &workers->result_count);
        }
        while (!workers->result_count) {
            uv_cond_wait(&workers->answered, &workers->mutex);
        }
    }
    uint32_t count = workers->result_count;
    memcpy(results, workers->results, count * sizeof *results);
    workers->result_count = 0;
    workers->outstanding -= count;
    uv_mutex_unlock(&workers->mutex);
    return count;
}

void workers_read_text(struct workers *workers, struct slice text, uint8_t dialect,
                       struct read_result *result) {
    if (text.length >= INPUT_LARGEST) {
        result->answer = READ_TOO_LARGE;
        return;
    }
    struct input input = input_whole(text.data, (uint32_t)text.length);
    read_facts(&workers->members[0], &input, NULL, dialect, result);
}
