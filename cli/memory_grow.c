#include <stdlib.h>
#include <string.h>

#include "memory.h"

static uint64_t change(const struct memory_growth *growth) {
    return growth->after > growth->before ? growth->after - growth->before
                                          : growth->before - growth->after;
}

/* What grew before what shrank, the larger change first, then by name. */
static int compare(const void *left, const void *right) {
    const struct memory_growth *a = left, *b = right;
    bool a_grew = a->after > a->before, b_grew = b->after > b->before;
    if (a_grew != b_grew)
        return a_grew ? -1 : 1;
    if (change(a) != change(b))
        return change(a) > change(b) ? -1 : 1;
    return strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

/* ---- by subsystem, at the moment with the largest total ---------------------------------------- */

static struct memory_growth *slot_of(struct memory_growth *list, size_t *count, const char *name) {
    for (size_t i = 0; i < *count; i++)
        if (list[i].name == name || (list[i].name && name && strcmp(list[i].name, name) == 0))
            return &list[i];
    list[*count] = (struct memory_growth){.name = name};
    return &list[(*count)++];
}

size_t memory_grow_parts(const struct memory_file *a, const struct memory_file *b,
                         struct memory_growth *out) {
    size_t count = 0;
    for (size_t i = 0; i < a->part_count; i++)
        slot_of(out, &count, a->parts[i])->before = a->top.parts[i];
    for (size_t i = 0; i < b->part_count; i++)
        slot_of(out, &count, b->parts[i])->after = b->top.parts[i];
    qsort(out, count, sizeof *out, compare);
    return count;
}

/* ---- by package -------------------------------------------------------------------------------- */

static int compare_names(const void *left, const void *right) {
    const struct memory_growth *a = left, *b = right;
    if (!a->name || !b->name)
        return (a->name != NULL) - (b->name != NULL);
    return strcmp(a->name, b->name);
}

static size_t add_rows(struct memory_growth *list, size_t count, const json_t *rows,
                       const char *key, bool after) {
    json_t *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        uint64_t number = memory_number(row, key);
        list[count++] = (struct memory_growth){
            .name = json_string_value(json_object_get(row, "path")),
            .before = after ? 0 : number,
            .after = after ? number : 0,
        };
    }
    return count;
}

/* Rows of the same name become one. */
static size_t merge(struct memory_growth *list, size_t count) {
    size_t kept = 0;
    qsort(list, count, sizeof *list, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_names(&list[kept - 1], &list[i]) == 0) {
            list[kept - 1].before += list[i].before;
            list[kept - 1].after += list[i].after;
        } else {
            list[kept++] = list[i];
        }
    }
    return kept;
}

static bool has_bytes(const struct memory_file *file) {
    return json_object_get(json_array_get(file->packages, 0), "bytes") != NULL;
}

struct memory_growth *memory_grow_owners(const struct memory_file *a, const struct memory_file *b,
                                         const char **unit, size_t *count) {
    if (!a->packages || !b->packages || has_bytes(a) != has_bytes(b))
        return NULL;
    size_t most = json_array_size(a->packages) + json_array_size(b->packages);
    struct memory_growth *list = calloc(most + 1, sizeof *list);
    if (!list)
        return NULL;
    *unit = has_bytes(a) ? "bytes" : "modules";
    *count = add_rows(list, 0, a->packages, *unit, false);
    *count = add_rows(list, *count, b->packages, *unit, true);
    *count = merge(list, *count);
    qsort(list, *count, sizeof *list, compare);
    return list;
}
