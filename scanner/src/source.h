/* What is kept of one file: its facts in one packed block, unchanged once it is made. */
#ifndef SOURCE_H
#define SOURCE_H

#include "facts.h"
#include "slab.h"

struct source {
    uint32_t size; /* of the block */
    uint32_t import_count;
    uint32_t text_length : 30;
    uint32_t grammar : 1;
    uint32_t rare : 1; /* has directives or notes */
    /* followed, where `rare`, by their counts, the directives and the notes; then the text, then
     * the imports as numbers of as many bytes as they need */
};

/* Directives that are not configured are left out, and text that nothing points to. NULL: no
 * memory. */
struct source *source_new(struct slab *slab, const struct facts *facts);
void source_free(struct slab *slab, struct source *source);
/* Whether the block has to be freed before its slab is closed. */
bool source_is_large(const struct source *source);

/* All but the imports, in place: borrowed, and not to be changed. `source` may be NULL. */
struct facts source_facts(const struct source *source);
/* With the imports, which are unpacked into `imports`: room for import_count. */
struct facts source_unpack(const struct source *source, struct fact_import *imports);
/* How many imports are of a kind; needs no memory. */
uint32_t source_count(const struct source *source, enum fact_kind kind);

#endif
