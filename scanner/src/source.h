/* What is kept of one file: its facts in one packed block, unchanged once it is made, and shared by the
 * graphs that hold the file. */
#ifndef SOURCE_H
#define SOURCE_H

#include "facts.h"
#include "slab.h"

struct source {
    uint32_t size; /* of the block */
    _Atomic uint32_t references;
    uint32_t import_count;
    uint32_t text_length : 29;
    uint32_t grammar : 1;
    uint32_t rare : 1;    /* has directives or notes */
    uint32_t derived : 1; /* the text of some imports is not here */
    /* followed, where `rare`, by their counts, the directives and the notes; then the text, that of the
     * imports first; then of each import a head, and then their numbers, of as many bytes as needed */
};

/* Directives that are not configured are left out, the text of imports that are `derived`, and text
 * that nothing points to. NULL: no memory. */
struct source *source_new(struct slab *slab, const struct facts *facts);
/* The same facts without the text of some of the imports, none of which is derived yet; those of
 * `imports` that are. NULL: no memory. */
struct source *source_derive(struct slab *slab, const struct source *source,
                             const struct fact_import *imports);
/* NULL is allowed, in all of these. Any thread. */
struct source *source_keep(struct source *source);
void source_drop(struct slab *slab, struct source *source);
/* A copy where the slab packs, instead of the caller's reference; the same where others hold it too, or
 * where there is no memory. */
struct source *source_pack(struct slab *slab, struct source *source);
/* Whether two blocks hold the same: the same facts, where what is derived is the same. */
bool source_equal(const struct source *a, const struct source *b);
/* The same imports wherever they stand. Neither may have derived imports. */
bool source_same_imports(const struct source *a, const struct source *b);

/* All but the imports, in place: borrowed, and not to be changed. `source` may be NULL. */
struct facts source_facts(const struct source *source);
/* With the imports, which are unpacked into `imports`: room for import_count. Those that are `derived`
 * have a length, and no text. */
struct facts source_unpack(const struct source *source, struct fact_import *imports);
/* How many imports are of a kind; needs no memory. */
uint32_t source_count(const struct source *source, enum fact_kind kind);

#endif
