/* os_stamp() from what a status holds; shared by os_linux.c and os_uv.c. */
#ifndef OS_STAMP_H
#define OS_STAMP_H

#include <stdbool.h>
#include <stdint.h>

struct stamp_status {
    uint64_t device, inode, mode, size;
    int64_t modified_seconds, modified_nanoseconds;
    int64_t changed_seconds, changed_nanoseconds;
};

/* `recent`: changed so lately that another change could leave all of this as it is. */
uint64_t stamp_of(const struct stamp_status *status, bool recent);

#endif
