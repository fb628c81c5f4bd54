/* Counts by name: modules by folder and package, diagnostics by package and code. */
#ifndef GROUPS_H
#define GROUPS_H

#include <prologue.h>
#include <stdbool.h>

struct group {
    prologue_slice name; /* belongs to the groups */
    uint32_t hash;
    bool first_party;
    uint64_t modules, client, server, other, functions;
    uint64_t environments[PROLOGUE_MAX_ENVIRONMENTS]; /* modules that are visited in each */
    size_t example;                                   /* index of the first diagnostic */
};

struct groups {
    struct group *list;
    size_t count, capacity;
    uint32_t *slots; /* index + 1 by hash, 0: none */
    size_t slot_count;
    struct groups_text *text;
};

/* The group of that name, made when there is none yet; NULL where there is no memory. Valid until
 * the next call. */
struct group *groups_find(struct groups *groups, prologue_slice name);
/* By use: first-party ones by name, then the others by how many directives they hold, then name. */
void groups_sort(struct groups *groups);
void groups_free(struct groups *groups);

/* The package that a path of a report is in, or empty where it is first-party. */
prologue_slice groups_package(prologue_slice path);
/* The folder, at most two names deep, that a first-party path counts for: `src/app/`; `./` for files
 * of the root itself. */
prologue_slice groups_folder(prologue_slice path);

#endif
