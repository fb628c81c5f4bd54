#include "listing.h"

#define XXH_INLINE_ALL
#include <uv.h>
#include <xxhash.h>

struct packed_name {
    uint32_t offset; /* in names */
    uint16_t length;
    uint8_t type;
};

/* Numbers of one, two or four bytes, as the largest of them needs. */
struct numbers {
    unsigned char *bytes;
    uint32_t width;
};

/* A name stands behind a byte that tells its type, and ends where the next one begins. In an adopted
 * listing there are numbers of four bytes in place of the offsets: a path below its type, or, below the
 * type and NAMED, where in the names one stands behind a byte that tells its length. */
struct listing {
    size_t size;               /* of this block */
    const struct paths *paths; /* NULL: it is not adopted */
    uint32_t count, mask;
    uint8_t offset_width, slot_width;
    bool folds;
    /* followed by count + 1 offsets, mask + 1 slots (index + 1; 0: free) and the names */
};

enum { TYPE_SHIFT = 29, NAMED = OS_OTHER };
#define BELOW_TYPE ((UINT32_C(1) << TYPE_SHIFT) - 1)

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

static uint32_t width_of(uint32_t largest) {
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : 4;
}

static uint32_t number_at(struct numbers numbers, uint32_t index) {
    uint16_t two;
    uint32_t four;
    switch (numbers.width) {
    case 1:
        return numbers.bytes[index];
    case 2:
        memcpy(&two, numbers.bytes + (size_t)index * 2, 2);
        return two;
    default:
        memcpy(&four, numbers.bytes + (size_t)index * 4, 4);
        return four;
    }
}

static void set_number(struct numbers numbers, uint32_t index, uint32_t value) {
    uint16_t two = (uint16_t)value;
    switch (numbers.width) {
    case 1:
        numbers.bytes[index] = (unsigned char)value;
        break;
    case 2:
        memcpy(numbers.bytes + (size_t)index * 2, &two, 2);
        break;
    default:
        memcpy(numbers.bytes + (size_t)index * 4, &value, 4);
        break;
    }
}

static struct numbers offsets_of(const struct listing *listing) {
    return (struct numbers){(unsigned char *)(uintptr_t)(listing + 1), listing->offset_width};
}

static struct numbers slots_of(const struct listing *listing) {
    size_t offsets = (listing->count + (size_t)1) * listing->offset_width;
    return (struct numbers){offsets_of(listing).bytes + offsets, listing->slot_width};
}

static char *names_of(const struct listing *listing) {
    return (char *)slots_of(listing).bytes + (listing->mask + (size_t)1) * listing->slot_width;
}

static path_id path_of(const struct listing *listing, uint32_t index) {
    uint32_t number = listing->paths ? number_at(offsets_of(listing), index) : 0;
    return listing->paths && number >> TYPE_SHIFT <= OS_OTHER ? number & BELOW_TYPE : NO_PATH;
}

static struct listing_entry adopted_at(const struct listing *listing, uint32_t index) {
    uint32_t number = number_at(offsets_of(listing), index), type = number >> TYPE_SHIFT;
    if (type <= OS_OTHER) {
        return (struct listing_entry){path_name(listing->paths, number & BELOW_TYPE),
                                      (enum os_type)type};
    }
    const char *name = names_of(listing) + (number & BELOW_TYPE);
    return (struct listing_entry){{name + 1, (unsigned char)*name}, (enum os_type)(type - NAMED)};
}

static struct listing_entry entry_at(const struct listing *listing, uint32_t index) {
    if (listing->paths) {
        return adopted_at(listing, index);
    }
    uint32_t offset = number_at(offsets_of(listing), index);
    uint32_t end = number_at(offsets_of(listing), index + 1);
    const char *entry = names_of(listing) + offset;
    return (struct listing_entry){{entry + 1, end - offset - 1}, (enum os_type) * entry};
}

static void pack_names(struct listing *listing, const struct gathering *all) {
    struct numbers offsets = offsets_of(listing);
    char *names = names_of(listing);
    uint32_t at = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct packed_name *entry = &all->entries[i];
        set_number(offsets, i, at);
        names[at++] = (char)entry->type;
        memcpy(names + at, all->names + entry->offset, entry->length);
        at += entry->length;
    }
    set_number(offsets, all->count, at);
}

static void listing_index(struct listing *listing) {
    struct numbers slots = slots_of(listing);
    for (uint32_t i = 0; i < listing->count; i++) {
        uint32_t slot = hash_of(entry_at(listing, i).name, listing->folds) & listing->mask;
        while (number_at(slots, slot)) {
            slot = (slot + 1) & listing->mask;
        }
        set_number(slots, slot, i + 1);
    }
}

static struct listing *listing_pack(const struct gathering *all, bool folds) {
    uint32_t slots = 4, names = all->length + all->count;
    while (slots < all->count + all->count / 2) {
        slots *= 2;
    }
    uint32_t offset_width = width_of(names), slot_width = width_of(all->count);
    size_t size = sizeof(struct listing) + (all->count + (size_t)1) * offset_width +
                  (size_t)slots * slot_width + names;
    struct listing *listing = ledger_new(all->ledger, PROLOGUE_SUBSYSTEM_LISTINGS, size);
    if (!listing) {
        return NULL;
    }
    *listing = (struct listing){.size = size,
                                .count = all->count,
                                .mask = slots - 1,
                                .offset_width = (uint8_t)offset_width,
                                .slot_width = (uint8_t)slot_width,
                                .folds = folds};
    pack_names(listing, all);
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

/* What the names take that are no paths; SIZE_MAX where one cannot be adopted. */
static size_t size_of_names(const struct listing *listing, const struct paths *paths,
                            path_id folder) {
    size_t size = 0;
    for (uint32_t i = 0; i < listing->count; i++) {
        struct listing_entry entry = entry_at(listing, i);
        if (path_find(paths, folder, entry.name) != NO_PATH) {
            continue;
        }
        if ((entry.type != OS_FILE && entry.type != OS_FOLDER) || entry.name.length > UINT8_MAX) {
            return SIZE_MAX;
        }
        size += entry.name.length + 1;
    }
    return size;
}

static void adopt_all(struct listing *made, const struct listing *from, path_id folder) {
    char *names = names_of(made);
    uint32_t at = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        struct listing_entry entry = entry_at(from, i);
        path_id path = path_find(made->paths, folder, entry.name);
        uint32_t type = entry.type;
        if (path == NO_PATH) {
            path = at;
            type += NAMED;
            names[at] = (char)entry.name.length;
            memcpy(names + at + 1, entry.name.data, entry.name.length);
            at += (uint32_t)entry.name.length + 1;
        }
        set_number(offsets_of(made), i, type << TYPE_SHIFT | path);
    }
}

void listing_adopt(struct listing **listing, struct ledger *ledger, const struct paths *paths,
                   path_id folder) {
    struct listing *from = *listing;
    size_t slots = (from->mask + (size_t)1) * from->slot_width;
    size_t names = size_of_names(from, paths, folder);
    size_t size = sizeof *from + (from->count + (size_t)1) * sizeof(uint32_t) + slots + names;
    if (names > BELOW_TYPE || size >= from->size) {
        return;
    }
    struct listing *made = ledger_new(ledger, PROLOGUE_SUBSYSTEM_LISTINGS, size);
    if (!made) {
        return;
    }
    *made = *from;
    made->size = size;
    made->paths = paths;
    made->offset_width = sizeof(uint32_t);
    memcpy(slots_of(made).bytes, slots_of(from).bytes, slots);
    adopt_all(made, from, folder);
    listing_free(from, ledger);
    *listing = made;
}

void listing_free(struct listing *listing, struct ledger *ledger) {
    if (listing) {
        ledger_free(ledger, PROLOGUE_SUBSYSTEM_LISTINGS, listing, listing->size);
    }
}

/* An index + 1; 0: there is no such name. */
static uint32_t find(const struct listing *listing, struct slice name, enum os_type *type) {
    struct numbers slots = slots_of(listing);
    uint32_t slot = hash_of(name, listing->folds) & listing->mask;
    for (uint32_t row; (row = number_at(slots, slot)) > 0; slot = (slot + 1) & listing->mask) {
        struct listing_entry entry = entry_at(listing, row - 1);
        if (slice_equal(entry.name, name)) {
            *type = entry.type;
            return row;
        }
    }
    return 0;
}

bool listing_find(const struct listing *listing, struct slice name, enum os_type *type) {
    return find(listing, name, type) != 0;
}

bool listing_find_path(const struct listing *listing, struct slice name, enum os_type *type,
                       path_id *path) {
    uint32_t row = find(listing, name, type);
    *path = row ? path_of(listing, row - 1) : NO_PATH;
    return row != 0;
}

struct slice listing_true_name(const struct listing *listing, struct slice name) {
    struct numbers slots = slots_of(listing);
    uint32_t slot = hash_of(name, listing->folds) & listing->mask;
    for (uint32_t row; listing->folds && (row = number_at(slots, slot)) > 0;
         slot = (slot + 1) & listing->mask) {
        struct slice other = entry_at(listing, row - 1).name;
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
    return entry_at(listing, index);
}
