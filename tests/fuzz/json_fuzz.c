/* Our JSON and the library's agree on every text, and no text with comments is read past its end. */
#include <stdlib.h>

#include "json_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const wanted[] = {"exports", "main", NULL};
    if (json_compare((const char *)data, size)) {
        abort();
    }
    struct ledger ledger;
    struct json json;
    ledger_init(&ledger, NULL, UINT64_MAX);
    json_init(&json, &ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    json_read(&json, (const char *)data, size, JSON_COMMENTS, wanted);
    json_free(&json);
    return 0;
}
