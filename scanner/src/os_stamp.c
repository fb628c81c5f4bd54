#include "os_stamp.h"

#include "os.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t stamp_of(const struct stamp_status *status, bool recent) {
    uint64_t hash = XXH3_64bits(status, sizeof *status) & ~(uint64_t)OS_STAMP_RECENT;
    return (hash ? hash : 2) | (recent ? OS_STAMP_RECENT : 0);
}
