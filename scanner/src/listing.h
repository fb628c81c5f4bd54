/* The names in one folder, packed in one block with a hash index. Names that are paths need not be kept
 * twice: an adopted listing has the paths' numbers instead. */
#ifndef LISTING_H
#define LISTING_H

#include "ledger.h"
#include "os.h"
#include "path.h"
#include "text.h"

struct listing;

/* 0 and a listing, a libuv error, or PROLOGUE_ENOMEM / ELIMIT (`*memory` then true). `folds`: the
 * volume takes names that differ in case only for one. */
int listing_read(struct listing **out, struct ledger *ledger, struct os_files *files,
                 const char *folder, bool folds, bool *memory);
void listing_free(struct listing *listing, struct ledger *ledger);

/* Nothing happens where that would need more, or where there is no memory. */
void listing_adopt(struct listing **listing, struct ledger *ledger, const struct paths *paths,
                   path_id folder);

/* False where the folder has no such name. */
bool listing_find(const struct listing *listing, struct slice name, enum os_type *type);
/* The same with the path of that name; NO_PATH where the listing does not know it. */
bool listing_find_path(const struct listing *listing, struct slice name, enum os_type *type,
                       path_id *path);

/* The name as the folder has it, where the listing folds case; else `name` itself. */
struct slice listing_true_name(const struct listing *listing, struct slice name);

struct listing_entry {
    struct slice name;
    enum os_type type;
};

uint32_t listing_count(const struct listing *listing);
/* In no order. */
struct listing_entry listing_at(const struct listing *listing, uint32_t index);

#endif
