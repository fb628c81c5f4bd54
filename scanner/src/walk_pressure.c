/* What gives way when the ledger nears its limit, in this order: the window of the readers, listings of
 * folders, package data. What is dropped is had again when it is asked for. Long files are read in
 * pieces where they would take a quarter of the window. */
#include "walk_private.h"

enum {
    WINDOW_SHARE = 2,  /* of the limit: at most its half */
    WINDOW_LEAVES = 3, /* of what is left: its third is for what is found in the files */
    WINDOW_STEP = 32,  /* of the limit: smaller changes of the window are not worth it */
    NEAR = 3,          /* of what may be held: nearer than its third to the end */
    WORTH = 32,        /* of the limit: so much has to be gained */
};

static uint64_t held_by(const struct ledger *ledger, enum prologue_subsystem subsystem) {
    return atomic_load_explicit(&ledger->accounts[subsystem].current, memory_order_relaxed);
}

static void fit_window(struct walk *walk, uint64_t room, uint64_t held) {
    struct window *window = &walk->workers->window;
    struct window_state state = window_read(window);
    uint64_t limit = walk->ledger->limit, others = held - (state.held < held ? state.held : held);
    uint64_t left = room > others ? room - others : 0, wanted = left - left / WINDOW_LEAVES;
    wanted = wanted < limit / WINDOW_SHARE ? wanted : limit / WINDOW_SHARE;
    uint64_t change = wanted > state.limit ? wanted - state.limit : state.limit - wanted;
    if (change > limit / WINDOW_STEP) {
        walk->pressure.window_shrunk += wanted < state.limit;
        window_set(window, wanted);
    }
}

/* Whether a subsystem holds enough more than what was left over when it was last emptied. */
static bool is_worth_it(const struct walk *walk, enum prologue_subsystem subsystem,
                        uint64_t left_over) {
    return held_by(walk->ledger, subsystem) > left_over + walk->ledger->limit / WORTH;
}

static bool is_near(const struct ledger *ledger, uint64_t room) {
    return atomic_load_explicit(&ledger->total.current, memory_order_relaxed) > room - room / NEAR;
}

void walk_ease(struct walk *walk) {
    const struct ledger *ledger = walk->ledger;
    struct pressure *pressure = &walk->pressure;
    uint64_t room = ledger->limit - atomic_load_explicit(&ledger->reserved, memory_order_relaxed);
    if (is_near(ledger, room) &&
        is_worth_it(walk, PROLOGUE_SUBSYSTEM_LISTINGS, pressure->listings_left)) {
        pressure->listings_dropped += realpath_drop_listings(&walk->realpath);
        pressure->listings_left = held_by(ledger, PROLOGUE_SUBSYSTEM_LISTINGS);
    }
    if (is_near(ledger, room) &&
        is_worth_it(walk, PROLOGUE_SUBSYSTEM_PACKAGES, pressure->packages_left)) {
        pressure->packages_dropped += packages_drop(&walk->packages);
        pressure->packages_left = held_by(ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    }
}

void walk_fit_window(struct walk *walk) {
    const struct ledger *ledger = walk->ledger;
    uint64_t reserved = atomic_load_explicit(&ledger->reserved, memory_order_relaxed);
    fit_window(walk, ledger->limit - reserved,
               atomic_load_explicit(&ledger->total.current, memory_order_relaxed));
}
