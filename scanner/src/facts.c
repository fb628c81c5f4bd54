#include "facts.h"

#include "sort.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

void facts_init(struct facts *facts, struct ledger *ledger) {
    memset(facts, 0, sizeof *facts);
    facts->ledger = ledger;
}

enum { KEPT = 16 << 10 }; /* bytes of an array from file to file */

#define GIVE_BACK(items, capacity)                                                                 \
    if (facts->capacity > KEPT / sizeof *facts->items) {                                           \
        ledger_free(facts->ledger, PROLOGUE_SUBSYSTEM_FACTS, facts->items,                         \
                    facts->capacity * sizeof *facts->items);                                       \
        facts->items = NULL;                                                                       \
        facts->capacity = 0;                                                                       \
    }

void facts_clear(struct facts *facts) {
    GIVE_BACK(imports, import_capacity)
    GIVE_BACK(directives, directive_capacity)
    GIVE_BACK(notes, note_capacity)
    GIVE_BACK(text, text_capacity)
    facts->import_count = facts->directive_count = facts->note_count = facts->text_length = 0;
    facts->grammar = false;
    facts->error = 0;
}

#define RELEASE(items, capacity)                                                                   \
    ledger_free(facts->ledger, PROLOGUE_SUBSYSTEM_FACTS, facts->items,                             \
                facts->capacity * sizeof *facts->items)

void facts_free(struct facts *facts) {
    RELEASE(imports, import_capacity);
    RELEASE(directives, directive_capacity);
    RELEASE(notes, note_capacity);
    RELEASE(text, text_capacity);
    facts_init(facts, facts->ledger);
}

static bool grow(struct facts *facts, void *items, uint32_t *capacity, uint64_t need,
                 size_t item_size) {
    if (need <= *capacity) {
        return true;
    }
    int error = need > UINT32_MAX ? PROLOGUE_ENOMEM
                                  : ledger_grow(facts->ledger, PROLOGUE_SUBSYSTEM_FACTS, items,
                                                capacity, (uint32_t)need, item_size);
    if (error) {
        facts->error = error;
    }
    return !error;
}

#define ADD(items, count, capacity)                                                                \
    if (!grow(facts, &facts->items, &facts->capacity, (uint64_t)facts->count + 1,                  \
              sizeof *facts->items)) {                                                             \
        return NULL;                                                                               \
    }                                                                                              \
    return memset(&facts->items[facts->count++], 0, sizeof *facts->items)

struct fact_import *facts_add_import(struct facts *facts) {
    ADD(imports, import_count, import_capacity);
}

struct fact_directive *facts_add_directive(struct facts *facts) {
    ADD(directives, directive_count, directive_capacity);
}

struct fact_note *facts_add_note(struct facts *facts) {
    ADD(notes, note_count, note_capacity);
}

uint32_t facts_add_text(struct facts *facts, const char *data, size_t length) {
    if (!grow(facts, &facts->text, &facts->text_capacity, (uint64_t)facts->text_length + length,
              1)) {
        return 0;
    }
    uint32_t offset = facts->text_length;
    if (length) {
        memcpy(facts->text + offset, data, length);
    }
    facts->text_length += (uint32_t)length;
    return offset;
}

static bool is_quoted(char c) {
    return c == '*' || c == '\\';
}

void facts_quote(struct facts *facts, uint32_t from) {
    uint32_t more = 0;
    for (uint32_t i = from; i < facts->text_length; i++) {
        more += is_quoted(facts->text[i]);
    }
    if (!more ||
        !grow(facts, &facts->text, &facts->text_capacity, (uint64_t)facts->text_length + more, 1)) {
        return;
    }
    uint32_t at = facts->text_length;
    facts->text_length += more;
    for (uint32_t to = facts->text_length; at-- > from;) {
        facts->text[--to] = facts->text[at];
        if (is_quoted(facts->text[at])) {
            facts->text[--to] = '\\';
        }
    }
}

/* `base` + `/` + what the pattern is relative to it; the pattern itself where that begins with `/`,
 * `**` or an alias. */
static void rebase(struct facts *facts, struct fact_import *import, uint32_t base,
                   uint32_t base_length) {
    struct slice pattern = facts_text(facts, import->text, import->text_length);
    uint32_t skip = slice_starts(pattern, SLICE("./")) ? 2 : 0, offset = facts->text_length;
    if (!skip && !slice_starts(pattern, SLICE("../"))) {
        return;
    }
    uint32_t length = base_length + 1 + import->text_length - skip;
    if (!grow(facts, &facts->text, &facts->text_capacity, (uint64_t)offset + length, 1)) {
        return;
    }
    memcpy(facts->text + offset, facts->text + base, base_length);
    facts->text[offset + base_length] = '/';
    memcpy(facts->text + offset + base_length + 1, facts->text + import->text + skip,
           import->text_length - skip);
    facts->text_length += length;
    import->text = offset;
    import->text_length = length;
}

static uint16_t option_flag(struct slice key, enum glob_value value, uint32_t length) {
    bool query = slice_equal(key, SLICE("query")) || slice_equal(key, SLICE("as"));
    if (query && (value == GLOB_OBJECT || (value == GLOB_TEXT && length))) {
        return FACT_GLOB_LEAF;
    }
    if (slice_equal(key, SLICE("exhaustive")) && value == GLOB_TRUE) {
        return FACT_GLOB_ALL;
    }
    return slice_equal(key, SLICE("caseSensitive")) && value == GLOB_FALSE ? FACT_GLOB_FOLD : 0;
}

void facts_set_option(struct facts *facts, uint32_t first, struct slice key, enum glob_value value,
                      uint32_t text, uint32_t length) {
    uint16_t flag = option_flag(key, value, length);
    bool base = value == GLOB_TEXT && length && slice_equal(key, SLICE("base"));
    if (base && facts->text[text + length - 1] == '/') {
        length--;
    }
    for (uint32_t i = first; i < facts->import_count; i++) {
        struct fact_import *import = &facts->imports[i];
        if (import->group != facts->imports[first].group) {
            return;
        }
        import->flags |= flag;
        if (base) {
            rebase(facts, import, text, length);
        }
    }
}

int directive_set_find(const struct directive_set *set, struct slice raw) {
    int found = -1;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct directive_rule *rule = &set->rules[i];
        if (!rule->prefix && slice_equal(rule->text, raw)) {
            return (int)i;
        }
        if (rule->prefix && found < 0 && slice_starts(raw, rule->text)) {
            found = (int)i;
        }
    }
    return found;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* Imports and notes begin with their span. */
static bool span_before(const void *context, const void *a, const void *b) {
    const struct fact_span *first = a, *second = b;
    (void)context;
    return first->start < second->start;
}

/* Most come in order: an import within the argument of another is found first. */
static void sort_unless_sorted(void *items, uint32_t count, size_t size) {
    const char *item = items;
    for (uint32_t i = 1; i < count; i++, item += size) {
        if (span_before(NULL, item + size, item)) {
            sort_heap(items, count, size, span_before, NULL);
            return;
        }
    }
}

void facts_sort(struct facts *facts) {
    _Static_assert(offsetof(struct fact_import, span) == 0 && offsetof(struct fact_note, span) == 0,
                   "begins with its span");
    sort_unless_sorted(facts->imports, facts->import_count, sizeof *facts->imports);
    sort_unless_sorted(facts->notes, facts->note_count, sizeof *facts->notes);
}

/* ---- lines and columns ----------------------------------------------------------------------- */

/* A position that moves forward through the file. Its column is at - origin + 1: what takes more
 * bytes than units moves the origin. */
struct place {
    struct input *input;
    uint32_t at, line, origin;
};

#define BLOCK 16u

/* Bit i: byte i of a block is a line feed; is a carriage return or not ASCII. */
#if defined(__SSE2__)
static inline void look_at_block(const char *bytes, uint32_t *feeds, uint32_t *odd) {
    __m128i data = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i returns = _mm_cmpeq_epi8(data, _mm_set1_epi8('\r'));
    *feeds = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(data, _mm_set1_epi8('\n')));
    *odd = (uint32_t)_mm_movemask_epi8(_mm_or_si128(data, returns));
}
#else
static inline void look_at_block(const char *bytes, uint32_t *feeds, uint32_t *odd) {
    *feeds = *odd = 0;
    for (uint32_t i = 0; i < BLOCK; i++) {
        *feeds |= (uint32_t)(bytes[i] == '\n') << i;
        *odd |= (uint32_t)(bytes[i] == '\r' || bytes[i] & 0x80) << i;
    }
}
#endif

static inline void end_lines(struct place *place, uint32_t block, uint32_t feeds) {
    if (feeds) {
        place->origin = block + 32 - (uint32_t)__builtin_clz(feeds);
    }
    for (; feeds; feeds &= feeds - 1) {
        place->line++;
    }
}

/* Past the whole blocks that are plain. */
static inline void pass_blocks(struct place *place, uint32_t end) {
    const char *bytes = place->input->bytes;
    uint32_t at = place->at, feeds, odd;
    for (; end - at >= BLOCK; at += BLOCK) {
        look_at_block(bytes + at, &feeds, &odd);
        if (odd) {
            break;
        }
        end_lines(place, at, feeds);
    }
    place->at = at;
}

/* Past what is plain of the next block and comes before `end`. */
static inline void pass_rest(struct place *place, uint32_t end) {
    uint32_t feeds, odd, left = end - place->at;
    look_at_block(place->input->bytes + place->at, &feeds, &odd);
    uint32_t width = (uint32_t)__builtin_ctz(odd | 1u << (left < BLOCK ? left : BLOCK));
    end_lines(place, place->at, feeds & ((1u << width) - 1));
    place->at += width;
}

static bool text_follows(const struct place *place, struct slice text) {
    uint32_t last = place->at + (uint32_t)text.length - 1;
    return (last < place->input->end || input_reach(place->input, last)) &&
           memcmp(place->input->bytes + place->at, text.data, text.length) == 0;
}

static void end_line(struct place *place, uint32_t length) {
    place->at += length;
    place->line++;
    place->origin = place->at;
}

/* One byte of a character that is not ASCII: its first counts a unit, of four bytes two. */
static void step_unicode(struct place *place, unsigned char byte) {
    if (byte == 0xE2 && (text_follows(place, SLICE("\xE2\x80\xA8")) ||
                         text_follows(place, SLICE("\xE2\x80\xA9")))) {
        end_line(place, 3);
        return;
    }
    place->at++;
    if ((byte & 0xC0) == 0x80) {
        place->origin++;
    } else if (byte >= 0xF0) {
        place->origin--;
    }
}

static void step(struct place *place) {
    unsigned char byte = (unsigned char)place->input->bytes[place->at];
    switch (byte) {
    case '\n':
        end_line(place, 1);
        return;
    case '\r':
        end_line(place, text_follows(place, SLICE("\r\n")) ? 2 : 1);
        return;
    default:
        if (byte & 0x80) {
            step_unicode(place, byte);
        } else {
            place->at++;
        }
    }
}

static void place_start(struct place *place, struct input *input) {
    *place = (struct place){input, 0, 1, 0};
    if (input_reach(input, 0) && text_follows(place, SLICE("\xEF\xBB\xBF"))) {
        place->at = place->origin = 3;
    }
}

/* To `end`, which is at hand. */
static inline void advance(struct place *place, uint32_t end) {
    while (place->at < end) {
        pass_blocks(place, end);
        uint32_t from = place->at;
        if (place->input->end - from >= BLOCK) {
            pass_rest(place, end);
        }
        if (place->at == from && from < end) {
            step(place);
        }
    }
}

static void locate(struct place *place, struct fact_span *span) {
    struct input *input = place->input;
    if (span->start < place->at) {
        place_start(place, input);
    }
    uint32_t end = span->start < input->size ? span->start : input->size;
    while (place->at < end && (place->at < input->end || input_reach(input, place->at))) {
        advance(place, end < input->end ? end : input->end);
    }
    span->line = place->line;
    span->column = place->at - place->origin + 1;
}

/* Each array is in source order: one pass for each that is not empty. */
void facts_locate(struct facts *facts, struct input *input) {
    struct place place;
    place_start(&place, input);
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        locate(&place, &facts->directives[i].span);
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        locate(&place, &facts->imports[i].span);
    }
    for (uint32_t i = 0; i < facts->note_count; i++) {
        locate(&place, &facts->notes[i].span);
    }
}

static bool equal_texts(const struct facts *a, const struct facts *b, uint32_t x, uint32_t y,
                        uint32_t x_length, uint32_t y_length) {
    return slice_equal(facts_text(a, x, x_length), facts_text(b, y, y_length));
}

static bool equal_spans(const struct fact_span *a, const struct fact_span *b) {
    return a->start == b->start && a->end == b->end && a->line == b->line && a->column == b->column;
}

static bool equal_imports(const struct facts *a, const struct facts *b, uint32_t index) {
    const struct fact_import *x = &a->imports[index], *y = &b->imports[index];
    return equal_spans(&x->span, &y->span) && x->group == y->group && x->kind == y->kind &&
           x->flags == y->flags &&
           equal_texts(a, b, x->text, y->text, x->text_length, y->text_length);
}

static bool equal_directives(const struct facts *a, const struct facts *b, uint32_t index) {
    const struct fact_directive *x = &a->directives[index], *y = &b->directives[index];
    return equal_spans(&x->span, &y->span) && x->configured == y->configured &&
           x->in_function == y->in_function &&
           equal_texts(a, b, x->text, y->text, x->text_length, y->text_length) &&
           equal_texts(a, b, x->name, y->name, x->name_length, y->name_length);
}

static bool equal_notes(const struct facts *a, const struct facts *b, uint32_t index) {
    const struct fact_note *x = &a->notes[index], *y = &b->notes[index];
    return equal_spans(&x->span, &y->span) && x->code == y->code && x->detail == y->detail &&
           x->configured == y->configured &&
           equal_texts(a, b, x->text, y->text, x->text_length, y->text_length);
}

bool facts_equal(const struct facts *a, const struct facts *b) {
    bool equal = a->import_count == b->import_count && a->directive_count == b->directive_count &&
                 a->note_count == b->note_count;
    for (uint32_t i = 0; equal && i < a->import_count; i++) {
        equal = equal_imports(a, b, i);
    }
    for (uint32_t i = 0; equal && i < a->directive_count; i++) {
        equal = equal_directives(a, b, i);
    }
    for (uint32_t i = 0; equal && i < a->note_count; i++) {
        equal = equal_notes(a, b, i);
    }
    return equal;
}
