#include "ledger.h"

#include <stdlib.h>
#include <string.h>

enum { READ_TRIES = 16 };

static void *malloc_resize(void *context, void *pointer, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

void ledger_init(struct ledger *ledger, const prologue_allocator *host, uint64_t limit) {
    memset(ledger, 0, sizeof *ledger);
    ledger->host = host ? *host : (prologue_allocator){malloc_resize, NULL};
    ledger->limit = limit;
    ledger->mark.bytes = UINT64_MAX;
}

void ledger_reserve(struct ledger *ledger, uint64_t bytes) {
    atomic_store_explicit(&ledger->reserved, bytes < ledger->limit ? bytes : ledger->limit,
                          memory_order_relaxed);
}

/* On whatever thread it happens, once. */
static void pass_mark(struct ledger *ledger, bool refused) {
    int unmarked = LEDGER_UNMARKED;
    if (ledger->mark.bytes != UINT64_MAX &&
        atomic_compare_exchange_strong(&ledger->mark.state, &unmarked, LEDGER_MARKING)) {
        ledger_read(ledger, &ledger->mark.at);
        ledger->mark.refused = refused;
        atomic_store_explicit(&ledger->mark.state, LEDGER_MARKED, memory_order_release);
    }
}

static bool passes_mark(const struct ledger *ledger) {
    return atomic_load_explicit(&ledger->total.current, memory_order_relaxed) > ledger->mark.bytes;
}

static void account_raise(struct ledger_account *account, uint64_t value) {
    uint64_t peak = atomic_load_explicit(&account->peak, memory_order_relaxed);
    while (value > peak &&
           !atomic_compare_exchange_weak_explicit(&account->peak, &peak, value,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static bool account_charge(struct ledger_account *account, uint64_t bytes, uint64_t limit) {
    uint64_t before = atomic_fetch_add_explicit(&account->current, bytes, memory_order_relaxed);
    if (bytes > limit || before > limit - bytes) {
        atomic_fetch_sub_explicit(&account->current, bytes, memory_order_relaxed);
        return false;
    }
    account_raise(account, before + bytes);
    return true;
}

static void *refuse(struct ledger *ledger, bool limit) {
    atomic_store_explicit(&ledger->refused, limit, memory_order_relaxed);
    return NULL;
}

static void account_credit(struct ledger_account *account, uint64_t bytes) {
    atomic_fetch_sub_explicit(&account->current, bytes, memory_order_relaxed);
}

void *ledger_resize(struct ledger *ledger, enum prologue_subsystem subsystem, void *pointer,
                    size_t old_size, size_t new_size) {
    struct ledger_account *account = &ledger->accounts[subsystem];
    if (new_size > old_size) {
        uint64_t more = new_size - old_size;
        uint64_t reserved = atomic_load_explicit(&ledger->reserved, memory_order_relaxed);
        if (!account_charge(&ledger->total, more, ledger->limit - reserved)) {
            refuse(ledger, true);
            pass_mark(ledger, true);
            return NULL;
        }
        account_charge(account, more, UINT64_MAX);
        void *block = ledger->host.resize(ledger->host.context, pointer, old_size, new_size);
        if (!block) {
            account_credit(account, more);
            account_credit(&ledger->total, more);
            return refuse(ledger, false);
        }
        if (passes_mark(ledger)) {
            pass_mark(ledger, false);
        }
        return block;
    }
    void *block = NULL;
    if (pointer || new_size) {
        block = ledger->host.resize(ledger->host.context, pointer, old_size, new_size);
        if (!block && new_size) {
            return refuse(ledger, false);
        }
    }
    account_credit(account, old_size - new_size);
    account_credit(&ledger->total, old_size - new_size);
    return block;
}

void *ledger_new(struct ledger *ledger, enum prologue_subsystem subsystem, size_t size) {
    void *block = ledger_resize(ledger, subsystem, NULL, 0, size);
    return block ? memset(block, 0, size) : NULL;
}

void ledger_free(struct ledger *ledger, enum prologue_subsystem subsystem, void *pointer,
                 size_t size) {
    if (pointer) {
        ledger_resize(ledger, subsystem, pointer, size, 0);
    }
}

int ledger_grow(struct ledger *ledger, enum prologue_subsystem subsystem, void *items_pointer,
                uint32_t *capacity, uint32_t need, size_t item_size) {
    if (need <= *capacity) {
        return 0;
    }
    uint64_t wanted = (uint64_t)*capacity + *capacity / 2;
    wanted = wanted < need ? need : wanted;
    wanted = wanted < 16 ? 16 : wanted;
    wanted = wanted > UINT32_MAX ? UINT32_MAX : wanted;
    void *items;
    memcpy(&items, items_pointer, sizeof items);
    void *block =
        ledger_resize(ledger, subsystem, items, *capacity * item_size, (size_t)wanted * item_size);
    if (!block) {
        return ledger_error(ledger);
    }
    memcpy(items_pointer, &block, sizeof block);
    *capacity = (uint32_t)wanted;
    return 0;
}

int ledger_error(const struct ledger *ledger) {
    return atomic_load_explicit(&ledger->refused, memory_order_relaxed) ? PROLOGUE_ELIMIT
                                                                        : PROLOGUE_ENOMEM;
}

/* The subsystems are read one by one, while others allocate. */
static uint64_t read_accounts(const struct ledger *ledger, prologue_memory *out) {
    uint64_t sum = 0;
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS; i++) {
        out->subsystems[i].current =
            atomic_load_explicit(&ledger->accounts[i].current, memory_order_relaxed);
        out->subsystems[i].peak =
            atomic_load_explicit(&ledger->accounts[i].peak, memory_order_relaxed);
        sum += out->subsystems[i].current;
    }
    return sum;
}

void ledger_read(const struct ledger *ledger, prologue_memory *out) {
    out->limit = ledger->limit;
    for (int tries = 0; tries < READ_TRIES; tries++) {
        uint64_t total = atomic_load_explicit(&ledger->total.current, memory_order_acquire);
        out->current = read_accounts(ledger, out);
        if (out->current == total) {
            break;
        }
    }
    out->peak = atomic_load_explicit(&ledger->total.peak, memory_order_relaxed);
    out->peak = out->peak < out->current ? out->current : out->peak;
}

void ledger_watch(struct ledger *ledger) {
    ledger->mark.bytes = ledger->limit - ledger->limit / 10;
}

bool ledger_tell_mark(struct ledger *ledger, prologue_memory *at, bool *refused) {
    if (atomic_load_explicit(&ledger->mark.state, memory_order_acquire) != LEDGER_MARKED) {
        return false;
    }
    *at = ledger->mark.at;
    *refused = ledger->mark.refused;
    atomic_store_explicit(&ledger->mark.state, LEDGER_TOLD, memory_order_relaxed);
    return true;
}

void ledger_rearm(struct ledger *ledger) {
    uint64_t current = atomic_load_explicit(&ledger->total.current, memory_order_relaxed);
    if (atomic_load_explicit(&ledger->mark.state, memory_order_relaxed) == LEDGER_TOLD &&
        current < ledger->mark.bytes - ledger->mark.bytes / 8) {
        atomic_store_explicit(&ledger->mark.state, LEDGER_UNMARKED, memory_order_release);
    }
}
