#include "key_map.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SLOTS_FOR_EACH = 4, HASH_START = 2166136261U, HASH_FACTOR = 16777619U };

void key_map_init(struct key_map *map, const struct json *json, uint32_t node) {
    *map = (struct key_map){.json = json, .node = node};
}

static size_t slots_size(const uint32_t *slots, uint32_t mask) {
    return slots ? (mask + (size_t)1) * sizeof *slots : 0;
}

static void free_slots(struct key_map *map, uint32_t *slots, uint32_t mask) {
    ledger_free(map->json->ledger, map->json->subsystem, slots, slots_size(slots, mask));
}

void key_map_free(struct key_map *map) {
    if (map->json) {
        free_slots(map, map->keys, map->key_mask);
        free_slots(map, map->affix_slots, map->affix_mask);
        ledger_free(map->json->ledger, map->json->subsystem, map->affixes,
                    map->affix_capacity * sizeof *map->affixes);
    }
    *map = (struct key_map){.node = JSON_NONE};
}

size_t key_map_size(const struct key_map *map) {
    return slots_size(map->keys, map->key_mask) + slots_size(map->affix_slots, map->affix_mask) +
           map->affix_capacity * sizeof *map->affixes;
}

static uint32_t *new_slots(struct key_map *map, uint32_t count, uint32_t *mask) {
    uint32_t capacity = 4;
    while (capacity < count * SLOTS_FOR_EACH) {
        capacity *= 2;
    }
    *mask = capacity - 1;
    return ledger_new(map->json->ledger, map->json->subsystem, capacity * sizeof(uint32_t));
}

/* ---- exact keys */

static uint32_t *key_slot(struct key_map *map, struct slice key) {
    uint32_t slot = (uint32_t)XXH3_64bits(key.data, key.length) & map->key_mask;
    map->looked++;
    while (map->keys[slot] && !slice_equal(json_key(map->json, map->keys[slot] - 1), key)) {
        slot = (slot + 1) & map->key_mask;
        map->looked++;
    }
    return &map->keys[slot];
}

uint32_t key_map_get(struct key_map *map, struct slice key) {
    return map->keys ? *key_slot(map, key) - 1 : JSON_NONE;
}

/* ---- parts of patterns: hashed byte by byte, so that all beginnings of a text are looked up in one
 * pass, and all its ends in another */

static uint32_t hash_byte(uint32_t hash, char byte) {
    return (hash ^ (unsigned char)byte) * HASH_FACTOR;
}

static struct slice affix_text(const struct key_map *map, const struct key_affix *affix) {
    struct slice key = json_key(map->json, affix->node);
    return affix->group ? slice_skip(key, key.length - affix->length)
                        : (struct slice){key.data, affix->length};
}

static uint32_t *affix_slot(struct key_map *map, uint32_t group, uint32_t hash, struct slice text) {
    uint32_t slot = (hash ^ hash >> 15) & map->affix_mask;
    for (;; slot = (slot + 1) & map->affix_mask) {
        map->looked++;
        if (!map->affix_slots[slot]) {
            return &map->affix_slots[slot];
        }
        const struct key_affix *affix = &map->affixes[map->affix_slots[slot] - 1];
        if (affix->hash == hash && affix->group == group &&
            slice_equal(affix_text(map, affix), text)) {
            return &map->affix_slots[slot];
        }
    }
}

/* Index + 1 of the longest part before a `*`, of at most `limit` bytes, that the text begins with. */
static uint32_t longest_before(struct key_map *map, struct slice text, size_t limit) {
    uint32_t hash = HASH_START, found = 0;
    for (size_t length = 0;; length++) {
        uint32_t at = *affix_slot(map, 0, hash, (struct slice){text.data, length});
        found = at ? at : found;
        if (length >= limit || length >= map->longest) {
            return found;
        }
        hash = hash_byte(hash, text.data[length]);
    }
}

static uint32_t group_hash(uint32_t group) {
    return group * HASH_START;
}

/* The same for the parts behind it, in one group. */
static uint32_t longest_behind(struct key_map *map, uint32_t group, struct slice text,
                               size_t limit) {
    uint32_t hash = group_hash(group), found = 0;
    for (size_t length = 0;; length++) {
        uint32_t at = *affix_slot(map, group, hash, slice_skip(text, text.length - length));
        found = at ? at : found;
        if (length >= limit || length >= map->affixes[group - 1].longest) {
            return found;
        }
        hash = hash_byte(hash, text.data[text.length - length - 1]);
    }
}

uint32_t key_map_match(struct key_map *map, struct slice key, struct slice *star) {
    if (!map->affix_count || !key.length) {
        return JSON_NONE;
    }
    uint32_t group = longest_before(map, key, key.length - 1);
    for (; group; group = map->affixes[group - 1].above) {
        size_t before = map->affixes[group - 1].length;
        uint32_t behind = longest_behind(map, group, key, key.length - before - 1);
        if (behind) {
            const struct key_affix *affix = &map->affixes[behind - 1];
            *star = (struct slice){key.data + before, key.length - before - affix->length};
            return affix->node;
        }
    }
    return JSON_NONE;
}

/* ---- compiling */

static bool is_pattern(struct slice key) {
    return memchr(key.data, '*', key.length) || slice_ends(key, SLICE("/"));
}

/* Index + 1; 0 without memory. */
static uint32_t put_affix(struct key_map *map, struct key_affix affix) {
    uint32_t *slot = affix_slot(map, affix.group, affix.hash, affix_text(map, &affix));
    if (*slot) {
        return *slot;
    }
    if (ledger_grow(map->json->ledger, map->json->subsystem, &map->affixes, &map->affix_capacity,
                    map->affix_count + 1, sizeof *map->affixes)) {
        return 0;
    }
    map->affixes[map->affix_count++] = affix;
    return *slot = map->affix_count;
}

static uint32_t put_before(struct key_map *map, uint32_t node, uint32_t length) {
    struct key_affix affix = {.hash = HASH_START, .length = length, .node = node};
    for (uint32_t i = 0; i < length; i++) {
        affix.hash = hash_byte(affix.hash, json_key(map->json, node).data[i]);
    }
    map->longest = length > map->longest ? length : map->longest;
    return put_affix(map, affix);
}

static uint32_t put_behind(struct key_map *map, uint32_t node, uint32_t group, uint32_t length) {
    struct slice key = json_key(map->json, node);
    struct key_affix affix = {
        .hash = group_hash(group), .length = length, .group = group, .node = node};
    for (uint32_t i = 0; i < length; i++) {
        affix.hash = hash_byte(affix.hash, key.data[key.length - i - 1]);
    }
    struct key_affix *before = &map->affixes[group - 1];
    before->longest = length > before->longest ? length : before->longest;
    return put_affix(map, affix);
}

static bool add_pattern(struct key_map *map, uint32_t node) {
    struct slice key = json_key(map->json, node);
    const char *star = memchr(key.data, '*', key.length);
    size_t before = star ? (size_t)(star - key.data) : key.length;
    struct slice tail = slice_skip(key, before + (star != NULL));
    if (memchr(tail.data, '*', tail.length)) {
        return true; /* matches nothing */
    }
    uint32_t group = put_before(map, node, (uint32_t)before);
    uint32_t behind = group ? put_behind(map, node, group, (uint32_t)tail.length) : 0;
    if (behind && star) { /* goes before the folder's key, which is shorter */
        map->affixes[behind - 1].node = node;
    }
    return behind != 0;
}

static void link_groups(struct key_map *map) {
    for (uint32_t i = 0; i < map->affix_count; i++) {
        struct key_affix *affix = &map->affixes[i];
        if (!affix->group && affix->length) {
            affix->above = longest_before(map, affix_text(map, affix), affix->length - 1);
        }
    }
}

static bool compile(struct key_map *map, uint32_t count, uint32_t patterns) {
    const struct json *json = map->json;
    map->keys = new_slots(map, count, &map->key_mask);
    map->affix_slots = patterns ? new_slots(map, patterns * 2, &map->affix_mask) : NULL;
    if (!map->keys || (patterns && !map->affix_slots)) {
        return false;
    }
    for (uint32_t node = json_at(json, map->node)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        *key_slot(map, json_key(json, node)) = node + 1;
        if (is_pattern(json_key(json, node)) && !add_pattern(map, node)) {
            return false;
        }
    }
    if (patterns) {
        link_groups(map);
    }
    map->looked = 0;
    return true;
}

int key_map_compile(struct key_map *map) {
    const struct json *json = map->json;
    uint32_t count = 0, patterns = 0;
    if (map->compiled || map->node == JSON_NONE || json_at(json, map->node)->type != JSON_OBJECT) {
        return 0;
    }
    for (uint32_t node = json_at(json, map->node)->first; node != JSON_NONE;
         node = json_at(json, node)->next) {
        count++;
        patterns += is_pattern(json_key(json, node));
    }
    if (!compile(map, count, patterns)) {
        uint32_t node = map->node;
        key_map_free(map);
        key_map_init(map, json, node);
        return ledger_error(json->ledger);
    }
    map->compiled = true;
    return 0;
}
