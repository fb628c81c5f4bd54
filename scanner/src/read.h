/* A file -> leased bytes. A lease is one buffer, reused file after file; what is longer than the
 * buffer waits for room in the window that all leases share, and what is longer than a lease may
 * become passes through the buffer in pieces. Only regular files are read, and never in a way that
 * can block. */
#ifndef READ_H
#define READ_H

#include <uv.h>

#include "input.h"
#include "ledger.h"
#include "os.h"

enum { LEASE_LARGEST_BASE = 256 << 10, LEASE_SMALLEST_BASE = 16 << 10 };

/* How many bytes beyond their base all leases may hold together; one of them a quarter of it. */
struct window {
    uv_mutex_t mutex;
    uv_cond_t freed;
    uint64_t held, limit;
    uint64_t waits; /* how often somebody had to wait for room */
};

struct window_state {
    uint64_t held, limit, waits;
};

struct lease {
    struct ledger *ledger;
    struct window *window;
    char *bytes;
    size_t capacity, base;
    struct input input;     /* of the file that was read last */
    struct os_files *files; /* of a handle that is open: the file comes in pieces; NULL: none is */
    int handle;
    bool stamps;    /* a stamp is taken of each file, before its first byte is read */
    uint64_t stamp; /* of the file that was read last; 0: none */
};

enum read_answer {
    READ_DONE,
    READ_MISSING,
    READ_LINK, /* a symbolic link: somebody else has to follow it */
    READ_FOLDER,
    READ_OTHER,     /* no regular file */
    READ_FAILED,    /* `error` is a libuv code */
    READ_CHANGED,   /* the file became shorter or longer meanwhile */
    READ_TOO_LARGE, /* INPUT_LARGEST or more */
    READ_NO_MEMORY,
};

struct read_place {
    uint32_t folder; /* a number that stands for folder_path */
    const char *folder_path, *name;
    bool follow; /* open what a symbolic link leads to */
};

int window_init(struct window *window);
void window_free(struct window *window);
/* Any thread. */
struct window_state window_read(struct window *window);
void window_set(struct window *window, uint64_t limit);

/* 0 or a code. */
int lease_init(struct lease *lease, struct ledger *ledger, struct window *window, size_t base);
void lease_free(struct lease *lease);

/* READ_DONE: lease->input is good until lease_return(). */
enum read_answer read_file(struct lease *lease, struct os_files *files,
                           const struct read_place *place, int *error);

/* After the input has been read: whether all of it was there, and nothing more. */
enum read_answer read_check(const struct lease *lease, int *error);

/* Gives back what is beyond the base, and closes the file. */
void lease_return(struct lease *lease);

#endif
