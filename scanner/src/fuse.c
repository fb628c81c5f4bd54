#include "fuse.h"

static bool blow(struct fuse *fuse, bool now, enum fuse_state state) {
    if (now && fuse->state == FUSE_WHOLE) {
        fuse->state = state;
    }
    return fuse->state != FUSE_WHOLE;
}

bool fuse_fail(struct fuse *fuse) {
    return blow(fuse, ++fuse->failures >= FUSE_FAILURES, FUSE_FAILED);
}

bool fuse_spend(struct fuse *fuse, uint64_t spent, uint64_t elapsed) {
    fuse->spent += spent;
    return blow(fuse, fuse->spent > FUSE_GRACE_NS && fuse->spent > elapsed / FUSE_SHARE,
                FUSE_TOO_SLOW);
}
