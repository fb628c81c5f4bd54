#include "listing.h"

#define XXH_INLINE_ALL
#include <uv.h>
#include <xxhash.h>

struct packed_name {
    uint32_t offset; /* in names */
    uint16_t length;
    uint8_t type;
};

struct listing {
    size_t size; /* of this block */
    uint32_t count, mask;
    bool folds;
    struct packed_name *entries;
    uint32_t *slots; /* index + 1; 0: free */
    char *names;
};

/* What is gathered while the folder is read. */
struct gathering {
    struct ledger *ledger;
    struct packed_name *entries;
    uint32_t count, capacity;
    char *names;
    uint32_t length, names_capacity;
    bool memory;
};

/* Where case is folded, the same for names that differ in case only: letters that are not ASCII
 * count by their number. */
static uint32_t hash_of(struct slice name, bool folds) {
    char text[256];
    if (!folds || name.length > sizeof text) {
        return (uint32_t)XXH3_64bits(name.data, name.length);
    }
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        text[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c < 0 ? -1 : c);
    }
    return (uint32_t)XXH3_64bits(text, name.length);
}

static int gather(void *payload, const char *name, size_t length, enum os_type type) {
    struct gathering *all = payload;
    int code = ledger_grow(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, &all->entries, &all->capacity,
                           all->count + 1, sizeof *all->entries);
    if (!code) {
        code = ledger_grow(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, &all->names,
                           &all->names_capacity, all->length + (uint32_t)length, 1);
    }
    if (code) {
        all->memory = true;
        return code;
    }
    all->entries[all->count++] = (struct packed_name){all->length, (uint16_t)length, (uint8_t)type};
    memcpy(all->names + all->length, name, length);
    all->length += (uint32_t)length;
    return 0;
}

static void gathering_free(struct gathering *all) {
    ledger_free(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, all->entries,
                all->capacity * sizeof *all->entries);
    ledger_free(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, all->names, all->names_capacity);
}

static struct slice name_at(const struct listing *listing, uint32_t index) {
    const struct packed_name *entry = &listing->entries[index];
    return (struct slice){listing->names + entry->offset, entry->length};
}

static void listing_index(struct listing *listing) {
    for (uint32_t i = 0; i < listing->count; i++) {
        uint32_t slot = hash_of(name_at(listing, i), listing->folds) & listing->mask;
        while (listing->slots[slot]) {
            slot = (slot + 1) & listing->mask;
        }
        listing->slots[slot] = i + 1;
    }
}

static struct listing *listing_pack(const struct gathering *all, bool folds) {
    uint32_t slots = 4;
    while (slots < all->count + all->count / 2) {
        slots *= 2;
    }
    size_t size = sizeof(struct listing) + all->count * sizeof *all->entries +
                  slots * sizeof(uint32_t) + all->length;
    struct listing *listing = ledger_new(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, size);
    if (!listing) {
        return NULL;
    }
    listing->size = size;
    listing->count = all->count;
    listing->mask = slots - 1;
    listing->folds = folds;
    listing->entries = (struct packed_name *)(listing + 1);
    listing->slots = (uint32_t *)(listing->entries + all->count);
    listing->names = (char *)(listing->slots + slots);
    if (all->count) {
        memcpy(listing->entries, all->entries, all->count * sizeof *all->entries);
        memcpy(listing->names, all->names, all->length);
    }
    listing_index(listing);
    return listing;
}

int listing_read(struct listing **out, struct ledger *ledger, struct os_files *files,
                 const char *folder, bool folds, bool *memory) {
    struct gathering all = {.ledger = ledger};
    int code = os_list(files, folder, gather, &all);
    *memory = all.memory;
    if (!code) {
        *out = listing_pack(&all, folds);
        if (!*out) {
            *memory = true;
            code = ledger_error(ledger);
        }
    }
    gathering_free(&all);
    return code;
}

void listing_free(struct listing *listing, struct ledger *ledger) {
    if (listing) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_LISTINGS, listing, listing->size);
    }
}

bool listing_find(const struct listing *listing, struct slice name, enum os_type *type) {
    uint32_t slot = hash_of(name, listing->folds) & listing->mask;
    for (; listing->slots[slot]; slot = (slot + 1) & listing->mask) {
        uint32_t index = listing->slots[slot] - 1;
        if (slice_equal(name_at(listing, index), name)) {
            *type = (enum os_type)listing->entries[index].type;
            return true;
        }
    }
    return false;
}

struct slice listing_true_name(const struct listing *listing, struct slice name) {
    uint32_t slot = hash_of(name, listing->folds) & listing->mask;
    for (; listing->folds && listing->slots[slot]; slot = (slot + 1) & listing->mask) {
        struct slice other = name_at(listing, listing->slots[slot] - 1);
        if (text_equal_folded(other, name)) {
            return other;
        }
    }
    return name;
}

uint32_t listing_count(const struct listing *listing) {
    return listing->count;
}

struct listing_entry listing_at(const struct listing *listing, uint32_t index) {
    return (struct listing_entry){name_at(listing, index),
                                  (enum os_type)listing->entries[index].type};
}
