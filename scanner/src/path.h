/* Interned, lexically normal paths: a tree of names. Never touches the disk.
 *
 * A node's `state` and `memo` belong to the stage realpath, which keeps there what it learned. */
#ifndef PATH_H
#define PATH_H

#include "table.h"
#include "text.h"

enum { PATH_ROOT = 0 };
enum { PATH_MOST = (1 << 29) - 1 }; /* so many paths; more is no memory */
enum { PATH_LONGEST = 4095 };       /* bytes; longer ones are refused as the system would */
enum { PATH_NAMES_SHIFT = 15 };

typedef uint32_t path_id;
#define NO_PATH UINT32_MAX

/* path.flags */
enum {
    PATH_FOLLOWED = 1, /* the stage realpath's: a link whose target is not known yet */
    PATH_GIVEN = 2,    /* the name of no file: a text that the scan's host gave, and a tag */
};
/* A NUL and a byte that tells apart those with the same text; left out where paths are spelled out. */
enum { PATH_TAG = 2 };

struct path {
    uint32_t name;  /* where it stands in the names */
    path_id parent; /* the root's is itself */
    uint16_t length;
    uint8_t state;
    uint8_t flags;
    uint32_t memo;
};

struct paths {
    struct rows rows;
    uint32_t *slots;     /* by hash: a path's number + 1 below three bits of its hash; 0: free */
    uint32_t slot_count; /* a power of two, or 0 */
    char **names;        /* in blocks; each name is NUL-terminated and in one block */
    uint32_t name_blocks, name_capacity, name_end;
};

int paths_init(struct paths *paths, struct ledger *ledger);
void paths_free(struct paths *paths);

/* A copy to be read alone: nothing can be found or interned in it. Its names are borrowed. 0 or a
 * code; freed with paths_free(). */
int paths_copy(struct paths *copy, const struct paths *paths);

static inline struct path *path_at(const struct paths *paths, path_id id) {
    return rows_at(&paths->rows, id);
}

/* NUL-terminated, no separator; "" for the root. */
static inline const char *path_name_of(const struct paths *paths, const struct path *path) {
    return paths->names[path->name >> PATH_NAMES_SHIFT] +
           (path->name & ((1U << PATH_NAMES_SHIFT) - 1));
}

static inline struct slice path_name(const struct paths *paths, path_id id) {
    const struct path *path = path_at(paths, id);
    return (struct slice){path_name_of(paths, path), path->length};
}

/* How much of the name is shown. */
static inline size_t path_shown(const struct path *path) {
    return path->length - (path->flags & PATH_GIVEN ? (size_t)PATH_TAG : 0);
}

/* The child of that name; NO_PATH where it is not interned. */
path_id path_find(const struct paths *paths, path_id parent, struct slice name);
/* The same, interned now where it was not. NO_PATH: no memory. */
path_id path_child(struct paths *paths, path_id parent, struct slice name);

/* `text` from `base` (an absolute text ignores it), `.` and `..` taken away by their letters.
 * 0, PROLOGUE_ENOMEM / ELIMIT, or PROLOGUE_EINVALID for a text that is too long or holds NUL. */
int path_join(struct paths *paths, path_id base, struct slice text, path_id *out);

/* The same for a relative text whose names are interned already; NO_PATH where one is not. */
path_id path_find_joined(const struct paths *paths, path_id base, struct slice text);

/* Writes the absolute path, NUL-terminated, and returns its length. `size` is at least
 * PATH_LONGEST + 1; 0 where it does not fit. */
size_t path_text(const struct paths *paths, path_id id, char *text, size_t size);

/* Whether `id` is `folder` or stands below it. */
bool path_is_below(const struct paths *paths, path_id id, path_id folder);
/* Whether a folder on the way to `id` is named node_modules. */
bool path_in_node_modules(const struct paths *paths, path_id id);

/* How one reads `id` from `base`: `../` where outside, `.` for base itself. The length, 0 where it
 * does not fit. */
size_t path_relative(const struct paths *paths, path_id base, path_id id, char *text, size_t size);

#endif
