#include "facts.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

void facts_init(struct facts *facts, struct ledger *ledger) {
    memset(facts, 0, sizeof *facts);
    facts->ledger = ledger;
}

void facts_clear(struct facts *facts) {
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

/* ---- lines and columns ----------------------------------------------------------------------- */

/* A position that moves forward through the file. */
struct place {
    const char *bytes;
    uint32_t size, at;
    uint32_t line, column;
};

#if defined(__SSE2__)
/* Past the bytes before `end` that are ASCII and end no line. */
static uint32_t skip_plain(const struct place *place, uint32_t end) {
    uint32_t at = place->at;
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - at >= 16; at += 16) {
        __m128i data = _mm_loadu_si128((const __m128i *)(const void *)(place->bytes + at));
        __m128i line_end = _mm_or_si128(_mm_cmpeq_epi8(data, lf), _mm_cmpeq_epi8(data, cr));
        int mask = _mm_movemask_epi8(_mm_or_si128(data, line_end));
        if (mask) {
            return at + (uint32_t)__builtin_ctz((unsigned)mask);
        }
    }
    return at;
}
#else
static uint32_t skip_plain(const struct place *place, uint32_t end) {
    uint32_t at = place->at;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, place->bytes + at, 8);
        uint64_t lf = word ^ 0x0A0A0A0A0A0A0A0A, cr = word ^ 0x0D0D0D0D0D0D0D0D;
        uint64_t ends = ((lf - 0x0101010101010101) & ~lf) | ((cr - 0x0101010101010101) & ~cr);
        if ((word | ends) & 0x8080808080808080) {
            break;
        }
    }
    return at;
}
#endif

static bool is_line_separator(const struct place *place) {
    const unsigned char *text = (const unsigned char *)place->bytes + place->at;
    return place->size - place->at >= 3 && text[0] == 0xE2 && text[1] == 0x80 &&
           (text[2] == 0xA8 || text[2] == 0xA9);
}

static void end_line(struct place *place, uint32_t length) {
    place->at += length;
    place->line++;
    place->column = 1;
}

/* One byte of a character that is not ASCII: its first counts a unit, of four bytes two. */
static void step_unicode(struct place *place) {
    unsigned char byte = (unsigned char)place->bytes[place->at];
    if (is_line_separator(place)) {
        end_line(place, 3);
        return;
    }
    if ((byte & 0xC0) != 0x80) {
        place->column += byte >= 0xF0 ? 2 : 1;
    }
    place->at++;
}

static void step(struct place *place) {
    switch (place->bytes[place->at]) {
    case '\n':
        end_line(place, 1);
        return;
    case '\r':
        end_line(place, place->size - place->at > 1 && place->bytes[place->at + 1] == '\n' ? 2 : 1);
        return;
    default:
        if (place->bytes[place->at] & 0x80) {
            step_unicode(place);
        } else {
            place->at++;
            place->column++;
        }
    }
}

static void place_start(struct place *place, const char *bytes, size_t size) {
    *place = (struct place){bytes, (uint32_t)size, 0, 1, 1};
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        place->at = 3;
    }
}

static void locate(struct place *place, struct fact_span *span) {
    if (span->start < place->at) {
        place_start(place, place->bytes, place->size);
    }
    uint32_t end = span->start < place->size ? span->start : place->size;
    while (place->at < end) {
        uint32_t plain = skip_plain(place, end);
        place->column += plain - place->at;
        place->at = plain;
        if (place->at < end) {
            step(place);
        }
    }
    span->line = place->line;
    span->column = place->column;
}

/* Each array is in source order: one pass for each that is not empty. */
void facts_locate(struct facts *facts, const char *bytes, size_t size) {
    struct place place;
    place_start(&place, bytes, size);
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
