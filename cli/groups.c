#define _GNU_SOURCE
#include "groups.h"

#include <stdlib.h>
#include <string.h>

/* ---- the table -------------------------------------------------------------------------------- */

struct groups_text {
    struct groups_text *older;
    char bytes[];
};

static uint32_t hash_of(prologue_slice name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    return hash;
}

/* The slot of the group, or the free one where it belongs. */
static uint32_t *find_slot(struct groups *groups, prologue_slice name, uint32_t hash) {
    for (size_t i = hash;; i++) {
        uint32_t *slot = &groups->slots[i & (groups->slot_count - 1)];
        const struct group *group = *slot ? &groups->list[*slot - 1] : NULL;
        if (!group || (group->hash == hash && group->name.length == name.length &&
                       memcmp(group->name.data, name.data, name.length) == 0))
            return slot;
    }
}

static bool grow(struct groups *groups) {
    size_t capacity = groups->capacity ? groups->capacity * 2 : 64;
    struct group *list = realloc(groups->list, capacity * sizeof *list);
    if (!list)
        return false;
    groups->list = list;
    uint32_t *slots = calloc(capacity * 2, sizeof *slots);
    if (!slots)
        return false;
    free(groups->slots);
    groups->slots = slots;
    groups->slot_count = capacity * 2;
    groups->capacity = capacity;
    for (size_t i = 0; i < groups->count; i++)
        *find_slot(groups, list[i].name, list[i].hash) = (uint32_t)i + 1;
    return true;
}

static bool keep_name(struct groups *groups, prologue_slice name, prologue_slice *out) {
    struct groups_text *text = malloc(sizeof *text + name.length);
    if (!text)
        return false;
    if (name.length > 0)
        memcpy(text->bytes, name.data, name.length);
    text->older = groups->text;
    groups->text = text;
    *out = (prologue_slice){text->bytes, name.length};
    return true;
}

struct group *groups_find(struct groups *groups, prologue_slice name) {
    if (groups->count == groups->capacity && !grow(groups))
        return NULL;
    uint32_t hash = hash_of(name);
    uint32_t *slot = find_slot(groups, name, hash);
    if (*slot)
        return &groups->list[*slot - 1];
    struct group *group = &groups->list[groups->count];
    *group = (struct group){.hash = hash};
    if (!keep_name(groups, name, &group->name))
        return NULL;
    *slot = (uint32_t)++groups->count;
    return group;
}

static int compare_names(prologue_slice a, prologue_slice b) {
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.data, b.data, shared);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static uint64_t weight(const struct group *group) {
    return group->client + group->server + group->other;
}

static int compare_groups(const void *left, const void *right) {
    const struct group *a = left, *b = right;
    if (a->first_party != b->first_party)
        return a->first_party ? -1 : 1;
    if (!a->first_party && weight(a) != weight(b))
        return weight(a) > weight(b) ? -1 : 1;
    return compare_names(a->name, b->name);
}

/* The slots do not follow: nothing is looked up after this. */
void groups_sort(struct groups *groups) {
    if (groups->count > 0)
        qsort(groups->list, groups->count, sizeof *groups->list, compare_groups);
}

void groups_free(struct groups *groups) {
    while (groups->text) {
        struct groups_text *older = groups->text->older;
        free(groups->text);
        groups->text = older;
    }
    free(groups->list);
    free(groups->slots);
    *groups = (struct groups){.count = 0};
}

/* ---- names ------------------------------------------------------------------------------------ */

static size_t segment_end(prologue_slice path, size_t from) {
    const char *slash = memchr(path.data + from, '/', path.length - from);
    return slash ? (size_t)(slash - path.data) : path.length;
}

prologue_slice groups_package(prologue_slice path) {
    static const char folder[] = "node_modules/";
    size_t length = sizeof folder - 1, at = path.length;
    while (at-- > length) {
        const char *start = path.data + at - length;
        bool whole = at == length || start[-1] == '/';
        if (path.data[at - 1] == '/' && whole && memcmp(start, folder, length) == 0)
            break;
    }
    if (path.length <= length || at < length)
        return (prologue_slice){path.data, 0};
    size_t end = segment_end(path, at);
    if (path.data[at] == '@' && end < path.length)
        end = segment_end(path, end + 1);
    return (prologue_slice){path.data + at, end - at};
}

prologue_slice groups_folder(prologue_slice path) {
    size_t end = 0, at = 0;
    int names = 0;
    while (names < 2 && (at = segment_end(path, end)) < path.length) {
        names += !(at - end == 2 && memcmp(path.data + end, "..", 2) == 0);
        end = at + 1;
    }
    return end ? (prologue_slice){path.data, end} : (prologue_slice){"./", 2};
}
