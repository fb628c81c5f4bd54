/* The request of a scan, in C's terms. */
#ifndef REQUEST_H
#define REQUEST_H

#include <prologue.h>

#include "values.h"

struct request {
    struct pool pool; /* holds everything that `scan` points to */
    prologue_config config;
    prologue_scan_request scan;
    unsigned flags; /* of prologue_report_write() */
};

/* False: see values.h. `out` is zeroed; it is freed in either case. It must not move afterwards. */
bool request_read(napi_env env, napi_value value, struct request *out);

void request_free(struct request *request);

#endif
