/* What merely watches a scan must not harm it: after ten failures, or once watching has cost more
 * than a twentieth of the scan's time, the fuse blows and watching ends. */
#ifndef FUSE_H
#define FUSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    FUSE_FAILURES = 10,
    FUSE_SHARE = 20,          /* a twentieth, 5 % */
    FUSE_GRACE_NS = 20000000, /* so much may be spent in any case */
};

enum fuse_state { FUSE_WHOLE, FUSE_FAILED, FUSE_TOO_SLOW };

struct fuse {
    uint32_t failures; /* in all */
    uint64_t spent;    /* nanoseconds; the business of one thread */
    enum fuse_state state;
};

/* Both return whether the fuse is blown now, which it stays. */
bool fuse_fail(struct fuse *fuse);
/* `spent` more, `elapsed` of the scans in all; nanoseconds. */
bool fuse_spend(struct fuse *fuse, uint64_t spent, uint64_t elapsed);

#endif
