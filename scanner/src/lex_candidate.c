/* The candidate search: where, after the head of a file, an import or a directive may still stand.
 *
 * It overlooks nothing, and takes comments and strings for code: the automaton then tells. What
 * rests on a word rests on its spelling, since keywords cannot be escaped; `require` can, so every
 * escape of one of its letters is a candidate. */
#include "lex_private.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum verdict { NO, WEAK, STRONG };

#define REACH 8 /* a block's test looks at less than so many bytes behind it */

/* Three bytes of a directive's text: its first, its second and the one at `distance`. */
struct probe {
    char first, second, last;
    uint8_t distance;
};

struct search {
    struct lexer *lexer;
    struct probe probes[PROLOGUE_MAX_DIRECTIVES];
    uint32_t probe_count;
};

/* Before the window, too. */
static int byte_of(const struct search *search, uint32_t at) {
    struct lexer *lexer = search->lexer;
    return at >= lexer->start && at < lexer->end ? (unsigned char)lexer->bytes[at]
                                                 : byte_beyond(lexer, at);
}

static bool is_space(int byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static uint32_t skip_space(const struct search *search, uint32_t at) {
    while (is_space(byte_of(search, at))) {
        at++;
    }
    return at;
}

static bool text_at(const struct search *search, uint32_t at, struct slice text) {
    struct slice found = lexer_text(search->lexer, at, at + (uint32_t)text.length);
    return slice_equal(found, text);
}

/* The word stands by itself: it is neither part of another nor the name of a member. */
static bool begins_word(const struct search *search, uint32_t at) {
    if (at == 0) {
        return true;
    }
    int before = byte_of(search, at - 1);
    if (before == '.') {
        return at >= 3 && text_at(search, at - 3, SLICE("..."));
    }
    return !is_word_byte(before) && before != '#';
}

/* A comment or a space that is not ASCII: what follows is not looked at here. */
static bool is_unclear(int byte) {
    return byte == '/' || byte >= 0x80;
}

static bool at_url_argument(const struct search *search, uint32_t at) {
    while (at && is_space(byte_of(search, at - 1))) {
        at--;
    }
    int before = at ? byte_of(search, at - 1) : -1;
    return before == ',' || is_unclear(before);
}

/* After `import.`: of the members of `import.meta` only `glob`, and `url` as the second argument of
 * `new URL`, matter. */
static enum verdict judge_meta(const struct search *search, uint32_t word, uint32_t at) {
    if (!text_at(search, at, SLICE("meta"))) {
        return STRONG;
    }
    at += 4;
    if (byte_of(search, at) != '.') {
        int next = byte_of(search, skip_space(search, at));
        return next == '.' || is_unclear(next) ? STRONG : NO;
    }
    at++;
    if (text_at(search, at, SLICE("url"))) {
        return at_url_argument(search, word) ? STRONG : NO;
    }
    int next = byte_of(search, at);
    return text_at(search, at, SLICE("glob")) || is_space(next) || is_unclear(next) ? STRONG : NO;
}

/* `import name …`: a comma or `from` follows, unless `name` is a modifier. */
static enum verdict judge_import_name(const struct search *search, uint32_t at) {
    uint32_t start = at;
    while (is_word_byte(byte_of(search, at))) {
        at++;
    }
    int next = byte_of(search, at);
    struct slice name = lexer_text(search->lexer, start, at);
    if (next == '\\' || is_unclear(next) || slice_equal(name, SLICE("type")) ||
        slice_equal(name, SLICE("defer")) || slice_equal(name, SLICE("source"))) {
        return STRONG;
    }
    at = skip_space(search, at);
    next = byte_of(search, at);
    bool found =
        next == ',' || next == '=' || is_unclear(next) || text_at(search, at, SLICE("from"));
    return found ? STRONG : NO;
}

static enum verdict judge_import(const struct search *search, uint32_t at) {
    uint32_t after = skip_space(search, at + 6);
    int next = byte_of(search, after);
    switch (next) {
    case '(':
    case '"':
    case '\'':
    case '{':
    case '*':
        return STRONG;
    case '.':
        return judge_meta(search, at, skip_space(search, after + 1));
    default:
        if (is_unclear(next) || next == '\\') {
            return STRONG;
        }
        return after > at + 6 && is_word_byte(next) ? judge_import_name(search, after) : NO;
    }
}

/* Names, white space and commas. */
static const bool in_name_list[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true,   ['0' ... '9'] = true, ['_'] = true,
    ['$'] = true,         ['\t' ... '\r'] = true, [' '] = true,         [','] = true,
};

/* `export { … }` is no candidate unless `from` follows the brace. */
static enum verdict judge_export_names(const struct search *search, uint32_t at) {
    int byte;
    while ((byte = byte_of(search, at)) >= 0 && in_name_list[byte]) {
        at++;
    }
    if (byte != '}') {
        return STRONG;
    }
    at = skip_space(search, at + 1);
    return text_at(search, at, SLICE("from")) || is_unclear(byte_of(search, at)) ? STRONG : NO;
}

static enum verdict judge_export(const struct search *search, uint32_t at) {
    at = skip_space(search, at + 6);
    if (search->lexer->typescript && text_at(search, at, SLICE("type"))) {
        at = skip_space(search, at + 4);
    }
    int next = byte_of(search, at);
    if (next == '{') {
        return judge_export_names(search, at + 1);
    }
    return next == '*' || is_unclear(next) ? STRONG : NO;
}

static enum verdict judge_require(const struct search *search, uint32_t at) {
    at += 7;
    if (is_word_byte(byte_of(search, at))) {
        return NO;
    }
    at = skip_space(search, at);
    while (byte_of(search, at) == ')') { /* (require)(…) */
        at = skip_space(search, at + 1);
    }
    int next = byte_of(search, at);
    bool typed = search->lexer->typescript && (next == '!' || next == 'a' || next == 's');
    return next == '(' || next == '?' || next == '<' || typed || is_unclear(next) ? STRONG : WEAK;
}

/* `\u`: an escape of a letter of `require`. */
static enum verdict judge_escape(const struct search *search, uint32_t at) {
    bool braces = byte_of(search, at + 2) == '{';
    uint32_t value = 0, digit = at + (braces ? 3 : 2), limit = braces ? NONE : digit + 4;
    for (; digit < limit; digit++) {
        int byte = byte_of(search, digit) | 0x20;
        if (byte >= '0' && byte <= '9') {
            value = value << 4 | (uint32_t)(byte - '0');
        } else if (byte >= 'a' && byte <= 'f') {
            value = value << 4 | (uint32_t)(byte - 'a' + 10);
        } else {
            break;
        }
    }
    return value && value < 0x80 && memchr("requi", (int)value, 5) ? STRONG : NO;
}

static bool is_quote(int byte) {
    return byte == '"' || byte == '\'' || byte == '`';
}

static enum verdict judge_directive(const struct search *search, uint32_t at) {
    int quote = at ? byte_of(search, at - 1) : -1;
    if (!is_quote(quote)) {
        return NO;
    }
    const struct directive_set *set = search->lexer->options->directives;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct directive_rule *rule = &set->rules[i];
        if (text_at(search, at, rule->text) &&
            (rule->prefix || byte_of(search, at + (uint32_t)rule->text.length) == quote)) {
            return STRONG;
        }
    }
    return NO;
}

static enum verdict judge_word(const struct search *search, uint32_t at) {
    switch (byte_of(search, at)) {
    case 'i':
        if (text_at(search, at, SLICE("import")) && begins_word(search, at)) {
            return judge_import(search, at);
        }
        return NO;
    case 'e':
        if (text_at(search, at, SLICE("export")) && begins_word(search, at)) {
            return judge_export(search, at);
        }
        return NO;
    case 'r':
        if (text_at(search, at, SLICE("require")) && begins_word(search, at)) {
            return judge_require(search, at);
        }
        return NO;
    case '\\':
        return byte_of(search, at + 1) == 'u' ? judge_escape(search, at) : NO;
    default:
        return NO;
    }
}

/* ---- the search ------------------------------------------------------------------------------ */

/* The last candidate so far. A mention of `require` that is no call may bind it, and so counts
 * where there is a call. */
struct found {
    uint32_t strong, weak;
    bool call;
};

static void keep(struct lexer *lexer, uint32_t at) {
    if (lexer->may_skim && lexer->candidate_count == lexer->candidate_capacity &&
        ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, &lexer->candidates,
                    &lexer->candidate_capacity, lexer->candidate_count + 1,
                    sizeof *lexer->candidates)) {
        lexer->may_skim = false;
    }
    if (lexer->may_skim) {
        lexer->candidates[lexer->candidate_count++] = at;
    }
}

static void judge(const struct search *search, uint32_t at, struct found *found) {
    enum verdict verdict = judge_word(search, at);
    if (verdict != STRONG && judge_directive(search, at) == STRONG) {
        verdict = STRONG;
    }
    if (verdict == STRONG) {
        found->strong = at;
        keep(search->lexer, at);
        int byte = byte_of(search, at);
        found->call |= byte == 'r' || byte == '\\';
    } else if (verdict == WEAK) {
        found->weak = at;
        keep(search->lexer, at);
    }
}

#if defined(__x86_64__)
/* A block's test, with bit i for what may begin at at + i: a backslash, a directive, and, by the `p`
 * and `t` or the `q` within, `import`, `export` and `require`. */
typedef uint32_t block_test(const char *at, const struct probe *probes, uint32_t count);

static void judge_mask(const struct search *search, uint32_t at, uint32_t mask,
                       struct found *found) {
    for (; mask; mask &= mask - 1) {
        judge(search, at + (uint32_t)__builtin_ctz(mask), found);
    }
}

/* The whole blocks at hand from `at` on; returns where they end. */
static INLINE uint32_t judge_blocks(const struct search *search, uint32_t at, struct found *found,
                                    block_test *test, uint32_t width, uint32_t probes) {
    struct lexer *lexer = search->lexer;
    for (uint32_t need = width + REACH;;) {
        uint32_t last = lexer->end < need ? 0 : lexer->end - need + 1, mask = 0;
        for (const char *bytes = lexer->bytes; at < last && !mask; at += width) {
            mask = test(bytes + at, search->probes, probes);
        }
        if (!mask) {
            return at;
        }
        judge_mask(search, at - width, mask, found);
        cursor_return(lexer, at);
    }
}

/* What is left is less than a block and its reach: a copy of it is followed by zeros. */
static INLINE void judge_tail(const struct search *search, uint32_t at, struct found *found,
                              block_test *test, uint32_t width) {
    char tail[3 * 32] = {0};
    uint32_t left = search->lexer->end - at;
    memcpy(tail, search->lexer->bytes + at, left);
    for (uint32_t done = 0; done < left; done += width) {
        uint32_t mask = test(tail + done, search->probes, search->probe_count);
        judge_mask(search, at + done, mask, found);
    }
}

/* Mostly there is one probe: its bytes then stay in registers. */
static INLINE void judge_with(const struct search *search, uint32_t at, struct found *found,
                              block_test *test, uint32_t width) {
    do {
        at = search->probe_count == 1
                 ? judge_blocks(search, at, found, test, width, 1)
                 : judge_blocks(search, at, found, test, width, search->probe_count);
    } while (window_reach(search->lexer, search->lexer->end));
    judge_tail(search, at, found, test, width);
}

#define WIDE __attribute__((target("avx2")))

WIDE static INLINE __m256i equal_32(const char *at, char byte) {
    __m256i data = _mm256_loadu_si256((const __m256i *)(const void *)at);
    return _mm256_cmpeq_epi8(data, _mm256_set1_epi8(byte));
}

WIDE static INLINE __m256i probe_32(const struct probe *probe, const char *at) {
    __m256i start = _mm256_and_si256(equal_32(at, probe->first), equal_32(at + 1, probe->second));
    return _mm256_and_si256(start, equal_32(at + probe->distance, probe->last));
}

WIDE static INLINE uint32_t test_32(const char *at, const struct probe *probes, uint32_t count) {
    __m256i port = _mm256_and_si256(equal_32(at + 2, 'p'), equal_32(at + 5, 't'));
    __m256i other = _mm256_or_si256(equal_32(at + 2, 'q'), equal_32(at, '\\'));
    __m256i all = _mm256_or_si256(port, other);
    for (uint32_t i = 0; i < count; i++) {
        all = _mm256_or_si256(all, probe_32(&probes[i], at));
    }
    return (uint32_t)_mm256_movemask_epi8(all);
}

WIDE static void judge_wide(const struct search *search, uint32_t at, struct found *found) {
    judge_with(search, at, found, test_32, 32);
}

static INLINE __m128i equal_16(const char *at, char byte) {
    __m128i data = _mm_loadu_si128((const __m128i *)(const void *)at);
    return _mm_cmpeq_epi8(data, _mm_set1_epi8(byte));
}

static INLINE __m128i probe_16(const struct probe *probe, const char *at) {
    __m128i start = _mm_and_si128(equal_16(at, probe->first), equal_16(at + 1, probe->second));
    return _mm_and_si128(start, equal_16(at + probe->distance, probe->last));
}

static INLINE uint32_t test_16(const char *at, const struct probe *probes, uint32_t count) {
    __m128i port = _mm_and_si128(equal_16(at + 2, 'p'), equal_16(at + 5, 't'));
    __m128i all = _mm_or_si128(port, _mm_or_si128(equal_16(at + 2, 'q'), equal_16(at, '\\')));
    for (uint32_t i = 0; i < count; i++) {
        all = _mm_or_si128(all, probe_16(&probes[i], at));
    }
    return (uint32_t)_mm_movemask_epi8(all);
}

static void judge_all(const struct search *search, uint32_t at, struct found *found) {
    if (__builtin_cpu_supports("avx2")) {
        judge_wide(search, at, found);
    } else {
        judge_with(search, at, found, test_16, 16);
    }
}
#else
static void judge_all(const struct search *search, uint32_t at, struct found *found) {
    for (; byte_of(search, at) >= 0; at++) {
        judge(search, at, found);
    }
}
#endif

static bool same_probe(const struct probe *a, const struct probe *b) {
    return a->first == b->first && a->second == b->second && a->last == b->last &&
           a->distance == b->distance;
}

/* Most texts begin alike: `use `. */
static void add_probe(struct search *search, struct slice text) {
    uint8_t distance = (uint8_t)((text.length < 4 ? text.length : 4) - 1);
    struct probe probe = {text.data[0], text.data[distance > 0], text.data[distance], distance};
    for (uint32_t i = 0; i < search->probe_count; i++) {
        if (same_probe(&probe, &search->probes[i])) {
            return;
        }
    }
    search->probes[search->probe_count++] = probe;
}

/* false: the texts are such that anything is a candidate. */
static bool prepare(struct search *search) {
    const struct directive_set *set = search->lexer->options->directives;
    for (uint32_t i = 0; i < set->count && i < PROLOGUE_MAX_DIRECTIVES; i++) {
        if (set->rules[i].text.length == 0) {
            return false;
        }
        add_probe(search, set->rules[i].text);
    }
    return set->count <= PROLOGUE_MAX_DIRECTIVES;
}

uint32_t scan_last_candidate(struct lexer *lexer, uint32_t from) {
    struct search search = {.lexer = lexer};
    struct found found = {NONE, NONE, false};
    uint32_t cursor = lexer->cursor;
    lexer->candidate_count = 0;
    lexer->may_skim = !lexer->typescript && !lexer->input->buffer;
    if (!prepare(&search)) {
        lexer->may_skim = false;
        return lexer->size;
    }
    cursor_return(lexer, from);
    judge_all(&search, from, &found);
    cursor_return(lexer, cursor);
    bool binds = found.call && found.weak != NONE && found.weak > found.strong;
    return binds ? found.weak : found.strong;
}
