#include "source.h"

#include <string.h>

enum { TEXT_LARGEST = (1 << 29) - 1 };

/* An import's head: its kind, and which numbers differ from what they nearly always are. */
enum {
    HEAD_KIND = 7,
    HEAD_FLAGS = 8,
    HEAD_GROUP = 16,
    HEAD_LENGTH = 32, /* the span is not as long as the text */
    HEAD_DERIVED = 64,
};

struct counts {
    uint32_t directives, notes;
};

static uint32_t number_size(uint32_t number) {
    return (uint32_t)(38 - __builtin_clz(number | 1)) / 7;
}

static uint8_t *put_number(uint8_t *at, uint32_t number) {
    for (; number >= 0x80; number >>= 7) {
        *at++ = (uint8_t)(number | 0x80);
    }
    *at++ = (uint8_t)number;
    return at;
}

static inline const uint8_t *take_number(const uint8_t *at, uint32_t *number) {
    uint32_t value = *at++;
    if (value >= 0x80) {
        unsigned shift = 7;
        value &= 0x7F;
        for (uint32_t more = 0x80; more >= 0x80; shift += 7) {
            more = *at++;
            value |= (more & 0x7F) << shift;
        }
    }
    *number = value;
    return at;
}

static unsigned head_of(const struct fact_import *import) {
    return import->kind | (import->flags ? HEAD_FLAGS : 0U) | (import->group ? HEAD_GROUP : 0U) |
           (import->span.end - import->span.start != import->text_length ? HEAD_LENGTH : 0U) |
           (import->derived ? HEAD_DERIVED : 0U);
}

/* Numbers that grow from import to import are kept as differences. */
static uint32_t packed_size(const struct fact_import *import, const struct fact_span *before) {
    unsigned head = head_of(import);
    uint32_t size = 1 + number_size(import->span.start - before->start) +
                    number_size(import->span.line - before->line) +
                    number_size(import->span.column) + number_size(import->text_length);
    size += head & HEAD_FLAGS ? number_size(import->flags) : 0;
    size += head & HEAD_GROUP ? number_size(import->group) : 0;
    size += head & HEAD_LENGTH ? number_size(import->span.end - import->span.start) : 0;
    return size;
}

static uint8_t *pack(uint8_t *at, uint8_t *head, const struct fact_import *import,
                     const struct fact_span *before) {
    *head = (uint8_t)head_of(import);
    at = put_number(at, import->span.start - before->start);
    at = put_number(at, import->span.line - before->line);
    at = put_number(at, import->span.column);
    at = put_number(at, import->text_length);
    if (*head & HEAD_FLAGS) {
        at = put_number(at, import->flags);
    }
    if (*head & HEAD_GROUP) {
        at = put_number(at, import->group);
    }
    if (*head & HEAD_LENGTH) {
        at = put_number(at, import->span.end - import->span.start);
    }
    return at;
}

/* An import at a time, from the packed ones. */
struct unpacking {
    const uint8_t *head, *at;
    uint32_t text;
    struct fact_span before;
};

static inline struct unpacking unpacking_of(const struct source *source,
                                            const struct facts *facts) {
    const uint8_t *heads = (const uint8_t *)facts->text + facts->text_length;
    return (struct unpacking){.head = heads, .at = heads + source->import_count};
}

static inline void unpack(struct unpacking *from, struct fact_import *import) {
    const uint8_t *at = from->at;
    unsigned head = *from->head++;
    uint32_t start, line, flags = 0, length;
    import->group = 0;
    at = take_number(at, &start);
    at = take_number(at, &line);
    at = take_number(at, &import->span.column);
    at = take_number(at, &import->text_length);
    length = import->text_length;
    if (head & HEAD_FLAGS) {
        at = take_number(at, &flags);
    }
    if (head & HEAD_GROUP) {
        at = take_number(at, &import->group);
    }
    if (head & HEAD_LENGTH) {
        at = take_number(at, &length);
    }
    import->text = from->text;
    import->derived = head & HEAD_DERIVED;
    import->kind = head & HEAD_KIND;
    import->flags = (uint16_t)flags;
    import->span.start = from->before.start + start;
    import->span.line = from->before.line + line;
    import->span.end = import->span.start + length;
    from->text += import->derived ? 0 : import->text_length;
    from->before = import->span;
    from->at = at;
}

struct plan {
    struct counts counts;
    uint64_t text, imports; /* bytes */
    bool derived;
};

static struct plan plan_of(const struct facts *facts) {
    struct plan plan = {.counts.notes = facts->note_count};
    struct fact_span before = {0};
    for (uint32_t i = 0; i < facts->import_count; i++) {
        plan.imports += packed_size(&facts->imports[i], &before);
        plan.text += facts->imports[i].derived ? 0 : facts->imports[i].text_length;
        plan.derived |= facts->imports[i].derived;
        before = facts->imports[i].span;
    }
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        const struct fact_directive *directive = &facts->directives[i];
        if (directive->configured >= 0) {
            plan.counts.directives++;
            plan.text += (uint64_t)directive->text_length + directive->name_length;
        }
    }
    for (uint32_t i = 0; i < facts->note_count; i++) {
        plan.text += facts->notes[i].text_length;
    }
    return plan;
}

static bool is_rare(const struct plan *plan) {
    return plan->counts.directives || plan->counts.notes;
}

static uint64_t size_of(const struct plan *plan) {
    uint64_t size = sizeof(struct source) + plan->text + plan->imports;
    if (is_rare(plan)) {
        size += sizeof(struct counts) +
                (uint64_t)plan->counts.directives * sizeof(struct fact_directive) +
                (uint64_t)plan->counts.notes * sizeof(struct fact_note);
    }
    return size;
}

/* Texts are copied one behind the other, in the order in which they are met. */
struct copying {
    const struct facts *facts;
    char *text;
    uint32_t length;
};

static uint32_t copy_text(struct copying *copying, uint32_t offset, uint32_t length) {
    uint32_t at = copying->length;
    if (length) {
        memcpy(copying->text + at, copying->facts->text + offset, length);
    }
    copying->length += length;
    return at;
}

static void copy_rare(struct copying *copying, const struct facts *out) {
    const struct facts *facts = copying->facts;
    for (uint32_t i = 0, at = 0; i < facts->directive_count; i++) {
        if (facts->directives[i].configured >= 0) {
            struct fact_directive *copy = &out->directives[at++];
            *copy = facts->directives[i];
            copy->text = copy_text(copying, copy->text, copy->text_length);
            copy->name = copy_text(copying, copy->name, copy->name_length);
        }
    }
    for (uint32_t i = 0; i < facts->note_count; i++) {
        struct fact_note *copy = &out->notes[i];
        *copy = facts->notes[i];
        copy->text = copy_text(copying, copy->text, copy->text_length);
    }
}

struct source *source_new(struct slab *slab, const struct facts *facts) {
    struct plan plan = plan_of(facts);
    uint64_t size = size_of(&plan);
    struct source *source =
        size <= UINT32_MAX && plan.text <= TEXT_LARGEST ? slab_alloc(slab, (size_t)size) : NULL;
    if (!source) {
        return NULL;
    }
    source->size = (uint32_t)size;
    atomic_init(&source->references, 1);
    source->import_count = facts->import_count;
    source->text_length = (uint32_t)plan.text & TEXT_LARGEST;
    source->grammar = facts->grammar;
    source->rare = is_rare(&plan);
    source->derived = plan.derived;
    if (source->rare) {
        memcpy(source + 1, &plan.counts, sizeof plan.counts);
    }
    struct facts out = source_facts(source);
    struct copying copying = {facts, out.text, 0};
    uint8_t *heads = (uint8_t *)out.text + plan.text, *at = heads + facts->import_count;
    struct fact_span before = {0};
    for (uint32_t i = 0; i < facts->import_count; i++) {
        at = pack(at, &heads[i], &facts->imports[i], &before);
        copy_text(&copying, facts->imports[i].text,
                  facts->imports[i].derived ? 0 : facts->imports[i].text_length);
        before = facts->imports[i].span;
    }
    copy_rare(&copying, &out);
    return source;
}

/* How much of the imports' text goes. */
static uint32_t derived_length(const struct source *source, const struct fact_import *imports) {
    uint32_t length = 0;
    for (uint32_t i = 0; i < source->import_count; i++) {
        length += imports[i].derived ? imports[i].text_length : 0;
    }
    return length;
}

/* What is behind the imports' texts moved to the front by so much. */
static void move_rare_texts(const struct facts *facts, uint32_t by) {
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        facts->directives[i].text -= by;
        facts->directives[i].name -= by;
    }
    for (uint32_t i = 0; i < facts->note_count; i++) {
        facts->notes[i].text -= by;
    }
}

struct source *source_derive(struct slab *slab, const struct source *source,
                             const struct fact_import *imports) {
    uint32_t count = source->import_count, gone = derived_length(source, imports);
    struct source *made = slab_alloc(slab, source->size - gone);
    if (!made) {
        return NULL;
    }
    struct facts from = source_facts(source);
    size_t rare = (size_t)(from.text - (const char *)(source + 1));
    made->size = source->size - gone;
    atomic_init(&made->references, 1);
    made->import_count = count;
    made->text_length = (source->text_length - gone) & TEXT_LARGEST;
    made->grammar = source->grammar;
    made->rare = source->rare;
    made->derived = true;
    memcpy(made + 1, source + 1, rare);
    char *to = (char *)(made + 1) + rare;
    const char *rest = from.text;
    for (uint32_t i = 0; i < count; i++) {
        if (!imports[i].derived) {
            memcpy(to, rest, imports[i].text_length);
            to += imports[i].text_length;
        }
        rest += imports[i].text_length;
    }
    memcpy(to, rest, (size_t)((const char *)source + source->size - rest));
    struct facts out = source_facts(made);
    uint8_t *heads = (uint8_t *)out.text + out.text_length;
    for (uint32_t i = 0; i < count; i++) {
        heads[i] |= imports[i].derived ? HEAD_DERIVED : 0;
    }
    move_rare_texts(&out, gone);
    return made;
}

struct source *source_keep(struct source *source) {
    if (source) {
        atomic_fetch_add_explicit(&source->references, 1, memory_order_relaxed);
    }
    return source;
}

void source_drop(struct slab *slab, struct source *source) {
    if (source && atomic_fetch_sub_explicit(&source->references, 1, memory_order_acq_rel) == 1) {
        slab_free(slab, source, source->size);
    }
}

struct source *source_pack(struct slab *slab, struct source *source) {
    bool own = source && source->size <= SLAB_LARGEST &&
               atomic_load_explicit(&source->references, memory_order_acquire) == 1;
    struct source *copy = own ? slab_alloc(slab, source->size) : NULL;
    if (!copy) {
        return source;
    }
    memcpy(copy, source, source->size);
    source_drop(slab, source);
    return copy;
}

bool source_equal(const struct source *a, const struct source *b) {
    return a == b || (a && b && a->size == b->size && a->import_count == b->import_count &&
                      a->text_length == b->text_length && a->rare == b->rare &&
                      memcmp(a + 1, b + 1, a->size - sizeof *a) == 0);
}

struct facts source_facts(const struct source *source) {
    struct facts facts = {0};
    if (!source) {
        return facts;
    }
    facts.text = (char *)(uintptr_t)(source + 1);
    if (source->rare) {
        const struct counts *counts = (const struct counts *)(source + 1);
        facts.directive_count = counts->directives;
        facts.note_count = counts->notes;
        facts.directives = (struct fact_directive *)(uintptr_t)(counts + 1);
        facts.notes = (struct fact_note *)(facts.directives + counts->directives);
        facts.text = (char *)(facts.notes + counts->notes);
    }
    facts.text_length = source->text_length;
    facts.grammar = source->grammar;
    return facts;
}

struct facts source_unpack(const struct source *source, struct fact_import *imports) {
    struct facts facts = source_facts(source);
    if (!source) {
        return facts;
    }
    struct unpacking from = unpacking_of(source, &facts);
    for (uint32_t i = 0; i < source->import_count; i++) {
        unpack(&from, &imports[i]);
    }
    facts.imports = imports;
    facts.import_count = source->import_count;
    return facts;
}

uint32_t source_count(const struct source *source, enum fact_kind kind) {
    uint32_t count = 0;
    if (source) {
        struct facts facts = source_facts(source);
        const uint8_t *heads = unpacking_of(source, &facts).head;
        for (uint32_t i = 0; i < source->import_count; i++) {
            count += (heads[i] & HEAD_KIND) == (unsigned)kind;
        }
    }
    return count;
}

bool source_same_imports(const struct source *a, const struct source *b) {
    uint32_t count = a ? a->import_count : 0;
    if (count != (b ? b->import_count : 0)) {
        return false;
    }
    if (count == 0) {
        return true;
    }
    struct facts left = source_facts(a), right = source_facts(b);
    struct unpacking from = unpacking_of(a, &left), other = unpacking_of(b, &right);
    bool same = true;
    for (uint32_t i = 0; i < count && same; i++) {
        struct fact_import x, y;
        unpack(&from, &x);
        unpack(&other, &y);
        same = x.kind == y.kind && x.flags == y.flags &&
               slice_equal(facts_text(&left, x.text, x.text_length),
                           facts_text(&right, y.text, y.text_length));
    }
    return same;
}
