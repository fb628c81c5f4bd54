/* A spelling -> one node for each real file. Folders are canonicalised once each and remembered;
 * a file below a real folder is real unless it is a link itself. Never opens a file's contents. */
#ifndef REALPATH_H
#define REALPATH_H

#include "arena.h"
#include "listing.h"
#include "path.h"

/* Kept in path.state. What `memo` then holds: */
enum path_state {
    PATH_UNKNOWN, /* nothing */
    PATH_ASSUMED, /* a script that is taken to exist until it is opened: the caller's */
    PATH_PRESENT, /* exists and is no link; nothing */
    PATH_FILE,    /* the caller's */
    PATH_FOLDER,  /* the index of its struct folder */
    PATH_LINK,    /* the real path_id that it leads to; NO_PATH where it leads nowhere */
    PATH_LOOP,    /* a link in a circle, or too many of them; nothing */
    PATH_MISSING, /* nothing */
    PATH_OTHER,   /* a FIFO, socket or device; nothing */
};

enum { REALPATH_MAX_LINKS = 40 }; /* as the kernel's limit */

/* A real folder and what is remembered of it. */
struct folder {
    path_id path;
    /* Memo slots of the resolver; 0: not looked for yet, else an index + 1. */
    uint32_t package, tsconfig, modules;
    uint32_t scope; /* the folder from which the same packages are found */
    uint32_t own_package;
    uint32_t unread; /* the walk's: index + 1 of the first file in it that is still to be read */
    path_id donor;   /* the walk's: this folder in an earlier walk; NO_PATH: not known there */
    uint16_t text_length;
    int16_t unlistable; /* libuv's code where it cannot be listed, else 0 */
    bool in_node_modules : 1;
    bool dropped_listing : 1;                /* it has been listed */
    bool is_source : 1;                      /* stands among the source folders */
    bool has_package : 1, asked_package : 1; /* a package.json stands here */
    bool asked_donor : 1;
    const char *text;        /* absolute, NUL-terminated */
    struct listing *listing; /* NULL: not listed, or dropped */
    uint64_t stamp;          /* from before anything was asked of it; 0: none was taken */
};

struct realpath {
    struct paths *paths;
    struct ledger *ledger;
    struct os_files *files; /* NULL: nothing new is listed or read */
    struct rows folders;
    struct arena texts;
    bool preserve;       /* links keep their own name */
    int watch;           /* os_watch_open(); negative: folders are not watched */
    bool unwatched;      /* not every change is told */
    struct rows watched; /* uint32_t by what os_watch_folder() gave: index + 1 of the folder */
    bool stamps;         /* a stamp is taken of each folder, and of each manifest */
    bool folds; /* names that differ in case only are one: each is taken as its folder has it */
    uint64_t hits, misses, listed;
    int error; /* PROLOGUE_ENOMEM / ELIMIT once an allocation failed */
};

void realpath_init(struct realpath *realpath, struct paths *paths, struct os_files *files,
                   struct ledger *ledger);
void realpath_free(struct realpath *realpath);

/* The real folder that `spelled` leads to; NULL where there is none. */
struct folder *realpath_folder(struct realpath *realpath, path_id spelled);

/* The folder that a change was told of; NULL where it is not one of these. */
struct folder *realpath_watched(const struct realpath *realpath, int number);

/* The folder that a real folder stands in; the root's is itself. NULL: no memory. */
static inline struct folder *realpath_parent(struct realpath *realpath,
                                             const struct folder *folder) {
    return realpath_folder(realpath, path_at(realpath->paths, folder->path)->parent);
}

/* The row of a path whose state is PATH_FOLDER. */
static inline struct folder *folder_of(const struct realpath *realpath, path_id real) {
    return rows_at(&realpath->folders, path_at(realpath->paths, real)->memo);
}

/* What `name` in a real folder is: PATH_FILE, PATH_FOLDER, PATH_OTHER, PATH_MISSING, PATH_LOOP,
 * with `*real` where links were followed. With `assume`, a file that no listing tells of is not
 * looked for: PATH_ASSUMED. */
enum path_state realpath_child(struct realpath *realpath, struct folder *folder, struct slice name,
                               bool assume, path_id *real);

/* The same for any spelling of a file or a folder. */
enum path_state realpath_any(struct realpath *realpath, path_id spelled, path_id *real);

/* An opened file turned out to be a link, although it was assumed to be a file. */
enum path_state realpath_follow(struct realpath *realpath, path_id link, path_id *real);

/* Asks the disk about a path that is assumed to be a file; PATH_FILE from now on, where it is. */
bool realpath_confirm(struct realpath *realpath, path_id assumed);

/* Finds out whether the volume that a path stands on folds case. */
void realpath_probe_case(struct realpath *realpath, path_id spelled);

/* Gives back listings that can be had again. How many. */
uint32_t realpath_drop_listings(struct realpath *realpath);

/* Lists a folder, once. False where it cannot be listed. */
bool realpath_list(struct realpath *realpath, struct folder *folder);

#endif
