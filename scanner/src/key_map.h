/* The keys of an object such as `exports`, compiled once: what a look-up costs follows from the length
 * of what is looked up, not from how many keys and patterns there are. */
#ifndef KEY_MAP_H
#define KEY_MAP_H

#include "json.h"

/* The part of a pattern before its `*`, or the part behind it where `group` says before which. */
struct key_affix {
    uint32_t hash, length;
    uint32_t group;   /* index + 1 of the part before; 0: this is one */
    uint32_t node;    /* a key that holds it; of a part behind, the pattern's */
    uint32_t above;   /* of a part before: index + 1 of the longest other one that it begins with */
    uint32_t longest; /* of a part before: the longest part behind */
};

struct key_map {
    const struct json *json;
    uint32_t node; /* JSON_NONE: there is none */
    bool compiled;
    uint32_t *keys; /* hashed: node + 1; 0: free */
    uint32_t key_mask;
    struct key_affix *affixes;
    uint32_t affix_count, affix_capacity;
    uint32_t *affix_slots; /* hashed: index + 1; 0: free */
    uint32_t affix_mask;
    uint32_t longest; /* part before a `*` */
    uint64_t looked;  /* how many slots look-ups have looked at */
};

void key_map_init(struct key_map *map, const struct json *json, uint32_t node);
void key_map_free(struct key_map *map);
/* The bytes that it holds beside itself. */
size_t key_map_size(const struct key_map *map);

/* To be called before a look-up; again, it does nothing. 0, PROLOGUE_ENOMEM or ELIMIT. */
int key_map_compile(struct key_map *map);

/* The value of an exact key; JSON_NONE. */
uint32_t key_map_get(struct key_map *map, struct slice key);

/* The value of the best pattern for `key`: the longest part before the `*`, then the longest key. A
 * key that ends in a slash is a pattern for all that is below. `*star` is what the `*` stands for, one
 * character at least. JSON_NONE. */
uint32_t key_map_match(struct key_map *map, struct slice key, struct slice *star);

#endif
