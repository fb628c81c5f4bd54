/* Skimming: code between two candidates is passed over without tokens, by its brackets and literals
 * alone.
 *
 * What decides between a division and a regular expression is the token before it; where that
 * cannot be told from the bytes at hand (after a `}`, a `++`, an `await`), where JSX may begin, or
 * where brackets do not match, skimming gives up and the automaton reads the file from its start.
 * Only JavaScript is skimmed, and only where no binding of `require` and no directive can matter. */
#include "lex_skim.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum event {
    E_NONE,
    E_QUOTE,
    E_SLASH,
    E_LESS,
    E_LPAREN,
    E_RPAREN,
    E_LBRACE,
    E_RBRACE,
};

static const uint8_t event_of[256] = {
    ['"'] = E_QUOTE,  ['\''] = E_QUOTE, ['`'] = E_QUOTE,  ['/'] = E_SLASH,  ['<'] = E_LESS,
    ['('] = E_LPAREN, [')'] = E_RPAREN, ['{'] = E_LBRACE, ['}'] = E_RBRACE,
};

/* ---- what stands before ---------------------------------------------------------------------- */

/* Three dots are none, and one may end a number. A byte that is not ASCII may be white space. */
enum member member_at(const struct skim *skim, uint32_t at) {
    const char *bytes = skim->lexer->bytes;
    uint32_t last = before(skim, at);
    if (last && (unsigned char)bytes[last] >= 0x80) {
        return MEMBER_UNCLEAR;
    }
    bool spread = last > 1 && bytes[last - 1] == '.' && bytes[last - 2] == '.';
    if (!last || bytes[last] != '.' || spread) {
        return NO_MEMBER;
    }
    bool word = is_word_byte((unsigned char)bytes[last - 1]);
    return word && is_digit(word_ending_at(skim, last - 1).data[0]) ? MEMBER_UNCLEAR : MEMBER;
}

/* What may follow a word. */
static enum position after_word(const struct skim *skim, uint32_t last) {
    static const struct slice operands[] = {
        SLICE("return"), SLICE("typeof"),  SLICE("instanceof"), SLICE("in"),   SLICE("new"),
        SLICE("delete"), SLICE("void"),    SLICE("throw"),      SLICE("case"), SLICE("do"),
        SLICE("else"),   SLICE("default"), SLICE("extends")};
    static const struct slice unclear[] = {SLICE("of"),    SLICE("await"),    SLICE("yield"),
                                           SLICE("break"), SLICE("continue"), SLICE("debugger"),
                                           SLICE("async")};
    struct slice word = word_ending_at(skim, last);
    uint32_t start = (uint32_t)(word.data - skim->lexer->bytes);
    if (start <= skim->start || (unsigned char)word.data[-1] >= 0x80 || word.data[-1] == '\\') {
        return UNKNOWN;
    }
    if (is_digit(word.data[0])) {
        return AT_OPERATOR;
    }
    enum member member = member_at(skim, start);
    if (member == MEMBER || word.data[-1] == '#') {
        return AT_OPERATOR;
    }
    return member == MEMBER_UNCLEAR    ? UNKNOWN
           : IS_ONE_OF(word, operands) ? AT_OPERAND
           : IS_ONE_OF(word, unclear)  ? UNKNOWN
                                       : AT_OPERATOR;
}

enum position after_paren(const struct skim *skim, uint32_t last) {
    if (last != skim->closed || skim->closed_kind == PAREN_UNCLEAR) {
        return UNKNOWN;
    }
    return skim->closed_kind == PAREN ? AT_OPERATOR : AT_OPERAND;
}

static bool ends_operand(char byte) {
    return is_word_byte((unsigned char)byte) || byte == ')' || byte == ']';
}

static enum position position_after(const struct skim *skim, uint32_t last) {
    const char *bytes = skim->lexer->bytes;
    unsigned char byte = (unsigned char)bytes[last];
    if (last == 0 || byte >= 0x80) {
        return UNKNOWN;
    }
    if (is_word_byte(byte)) {
        return after_word(skim, last);
    }
    switch (byte) {
    case ')':
        return after_paren(skim, last);
    case ']':
    case '"':
    case '\'':
    case '`':
        return AT_OPERATOR;
    case '+':
    case '-':
        return bytes[last - 1] != (char)byte               ? AT_OPERAND
               : last > 1 && ends_operand(bytes[last - 2]) ? AT_OPERATOR
                                                           : UNKNOWN;
    case '(':
    case ',':
    case ';':
    case ':':
    case '=':
    case '[':
    case '{':
    case '?':
    case '&':
    case '|':
    case '^':
    case '%':
    case '*':
    case '~':
    case '!':
    case '>':
    case '<':
        return AT_OPERAND;
    default: /* a block or an object has ended before, a number with a dot, a regular expression */
        return UNKNOWN;
    }
}

/* Whether a line may end between the two. */
static bool line_ends(const struct skim *skim, uint32_t last, uint32_t at) {
    for (const char *bytes = skim->lexer->bytes; ++last < at;) {
        if (bytes[last] == '\n' || bytes[last] == '\r' || (unsigned char)bytes[last] >= 0x80) {
            return true;
        }
    }
    return false;
}

/* After a line end, an operand may have ended a statement: a declaration, a `continue` with a label.
 */
static enum position position_at(const struct skim *skim, uint32_t at) {
    uint32_t last = before(skim, at);
    enum position position = position_after(skim, last);
    return position == AT_OPERATOR && line_ends(skim, last, at) ? UNKNOWN : position;
}

/* ---- brackets -------------------------------------------------------------------------------- */

static bool push(struct skim *skim, enum bracket_kind kind, uint32_t at) {
    struct lexer *lexer = skim->lexer;
    if (skim->depth == lexer->bracket_capacity) {
        int error = ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, &lexer->brackets,
                                &lexer->bracket_capacity, skim->depth + 1, sizeof *lexer->brackets);
        if (error) {
            lexer_fail_memory(lexer, error);
            return lose(skim);
        }
    }
    lexer->brackets[skim->depth++] = (struct bracket){at, (uint8_t)kind};
    skim->tries += kind == BRACE_TRY;
    return true;
}

/* What parentheses after a word are. */
static enum bracket_kind paren_after(const struct skim *skim, uint32_t last) {
    static const struct slice heads[] = {SLICE("if"), SLICE("while"), SLICE("for"), SLICE("with")};
    struct slice word = word_ending_at(skim, last);
    uint32_t start = (uint32_t)(word.data - skim->lexer->bytes);
    char first = start > skim->start ? word.data[-1] : ' ';
    enum member member = member_at(skim, start);
    if (member == MEMBER || first == '#') {
        return PAREN;
    }
    if (member == MEMBER_UNCLEAR || (unsigned char)first >= 0x80) {
        return PAREN_UNCLEAR;
    }
    return slice_equal(word, SLICE("await")) ? PAREN_UNCLEAR
           : IS_ONE_OF(word, heads)          ? PAREN_HEAD
                                             : PAREN;
}

/* Whether a word may be one of those, by its last two letters. */
static bool ends_head(const char *last) {
    switch (*last) {
    case 'f':
    case 't':
        return last[-1] == 'i';
    case 'e':
        return last[-1] == 'l';
    case 'r':
        return last[-1] == 'o';
    case 'h':
        return last[-1] == 't';
    default:
        return false;
    }
}

static bool open_paren(struct skim *skim, uint32_t at) {
    uint32_t last = before(skim, at);
    const char *end = skim->lexer->bytes + last;
    if (last && (unsigned char)*end >= 0x80) { /* white space, it may be */
        return push(skim, PAREN_UNCLEAR, at);
    }
    bool head = last && ends_head(end);
    return push(skim, head ? paren_after(skim, last) : PAREN, at);
}

static bool close_paren(struct skim *skim, uint32_t at) {
    if (!skim->depth || skim->lexer->brackets[--skim->depth].kind > PAREN_UNCLEAR) {
        return lose(skim);
    }
    skim->closed = at;
    skim->closed_kind = skim->lexer->brackets[skim->depth].kind;
    return true;
}

static bool open_brace(struct skim *skim, uint32_t at) {
    uint32_t last = before(skim, at);
    if ((unsigned char)skim->lexer->bytes[last] >= 0x80) {
        return lose(skim);
    }
    bool try = last && skim->lexer->bytes[last] == 'y' &&
               slice_equal(word_ending_at(skim, last), SLICE("try"));
    return push(skim, try ? BRACE_TRY : BRACE, at);
}

/* ---- literals and comments ------------------------------------------------------------------- */

/* All take the byte where the construct begins and return what follows it; 0: lost. */

static uint32_t take_token(struct skim *skim, uint32_t at, void (*scan)(struct lexer *)) {
    struct lexer *lexer = skim->lexer;
    lexer->token = (struct token){.start = at, .end = at + 1, .kind = T_SLASH};
    scan(lexer);
    if (lexer->token.kind == T_BAD) {
        lose(skim);
        return 0;
    }
    return lexer->token.end;
}

static void scan_string_token(struct lexer *lexer) {
    scan_quoted(lexer, &lexer->token, lexer->bytes[lexer->token.start]);
}

static uint32_t take_template(struct skim *skim, uint32_t at) {
    uint32_t end = take_token(skim, at, token_template_resume);
    if (end && skim->lexer->token.kind == T_TEMPLATE_HEAD && !push(skim, SUBSTITUTION, at)) {
        return 0;
    }
    return end;
}

static uint32_t close_brace(struct skim *skim, uint32_t at) {
    if (!skim->depth) {
        lose(skim);
        return 0;
    }
    switch (skim->lexer->brackets[--skim->depth].kind) {
    case BRACE_TRY:
        skim->tries--;
        /* fall through */
    case BRACE:
        return at + 1;
    case SUBSTITUTION:
        return take_template(skim, at);
    default:
        lose(skim);
        return 0;
    }
}

static uint32_t take_comment(struct skim *skim, uint32_t at) {
    struct lexer *lexer = skim->lexer;
    bool newline = false;
    lexer->cursor = at;
    skip_trivia(lexer, &newline);
    if (lexer->failed) {
        lexer->failed = lexer->halted = false;
        lose(skim);
        return 0;
    }
    uint32_t start = before(skim, at) + 1;
    skim->gaps[skim->gap_count++ % SKIM_GAPS] = (struct gap){start, lexer->cursor};
    return lexer->cursor;
}

static uint32_t take_slash(struct skim *skim, uint32_t at) {
    int next = byte_at(skim->lexer, at + 1);
    if (next == '/' || next == '*') {
        return take_comment(skim, at);
    }
    switch (position_at(skim, at)) {
    case AT_OPERATOR:
        return at + 1;
    case AT_OPERAND:
        return take_token(skim, at, token_regex);
    default:
        lose(skim);
        return 0;
    }
}

static uint32_t take_less(struct skim *skim, uint32_t at) {
    if (text_follows(skim->lexer, at, SLICE("<!--")) || position_at(skim, at) != AT_OPERATOR) {
        lose(skim);
        return 0;
    }
    return byte_at(skim->lexer, at + 1) == '<' ? at + 2 : at + 1;
}

/* Whether the text of a directive at `at` can be none, since no statement begins there, nor
 * parentheses that are one. */
static bool is_operand(const struct skim *skim, uint32_t at) {
    const char *bytes = skim->lexer->bytes;
    uint32_t last = before(skim, at);
    if (last && bytes[last] == '(') {
        uint32_t callee = before(skim, last);
        return callee && ends_operand(bytes[callee]);
    }
    return last && memchr("=,[?&|!", bytes[last], 7);
}

static bool is_directive(struct skim *skim, uint32_t at, uint32_t end) {
    struct lexer *lexer = skim->lexer;
    return lexer->candidates[skim->next] == at + 1 &&
           directive_set_find(lexer->options->directives, lexer_text(lexer, at + 1, end - 1)) >= 0;
}

static uint32_t take_quoted(struct skim *skim, uint32_t at) {
    uint32_t end = skim->lexer->bytes[at] == '`' ? take_template(skim, at)
                                                 : take_token(skim, at, scan_string_token);
    if (end && is_directive(skim, at, end) && !is_operand(skim, at)) {
        lose(skim);
        return 0;
    }
    return end;
}

static uint32_t take_event(struct skim *skim, uint32_t at) {
    switch (event_of[(unsigned char)skim->lexer->bytes[at]]) {
    case E_QUOTE:
        return take_quoted(skim, at);
    case E_SLASH:
        return take_slash(skim, at);
    case E_LESS:
        return take_less(skim, at);
    case E_LPAREN:
        return open_paren(skim, at) ? at + 1 : 0;
    case E_RPAREN:
        return close_paren(skim, at) ? at + 1 : 0;
    case E_LBRACE:
        return open_brace(skim, at) ? at + 1 : 0;
    default:
        return close_brace(skim, at);
    }
}

/* ---- the search for events ------------------------------------------------------------------- */

#if defined(__x86_64__)
/* Bit i: byte i is an event. The two halves of a byte each look up the sets that they may be in. */
__attribute__((target("avx2"))) static INLINE uint32_t events_in(const char *at) {
    const __m256i high = _mm256_setr_epi8(0, 0, 1, 2, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                          2, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i low = _mm256_setr_epi8(4, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 8, 2, 8, 0, 1, 4, 0, 1, 0,
                                         0, 0, 0, 1, 1, 1, 0, 8, 2, 8, 0, 1);
    __m256i data = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(data, 4), _mm256_set1_epi8(15));
    __m256i sets =
        _mm256_and_si256(_mm256_shuffle_epi8(high, upper), _mm256_shuffle_epi8(low, data));
    __m256i none = _mm256_cmpeq_epi8(sets, _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(none);
}

/* The whole blocks before `target`. */
__attribute__((target("avx2"))) static void skim_blocks(struct skim *skim, uint32_t target) {
    enum { WIDTH = 32 };
    while (target - skim->at >= WIDTH) {
        uint32_t block = skim->at, end = block + WIDTH;
        uint32_t events = events_in(skim->lexer->bytes + block);
        while (events) {
            uint32_t at = block + (uint32_t)__builtin_ctz(events);
            uint32_t next = take_event(skim, at);
            if (!next) {
                return;
            }
            if (next >= end) {
                end = next;
                break;
            }
            events &= UINT32_MAX << (next - block);
        }
        skim->at = end;
        if (end > target) {
            return;
        }
    }
}

static bool has_wide_blocks(void) {
    return __builtin_cpu_supports("avx2");
}
#else
static void skim_blocks(struct skim *skim, uint32_t target) {
    (void)skim;
    (void)target;
}

static bool has_wide_blocks(void) {
    return false;
}
#endif

/* To `target`, or past it where it lies in a literal or a comment. */
static void skim_to(struct skim *skim, uint32_t target) {
    if (has_wide_blocks() && skim->at < target) {
        skim_blocks(skim, target);
    }
    while (skim->at < target && !skim->lost) {
        unsigned char byte = (unsigned char)skim->lexer->bytes[skim->at];
        uint32_t next = event_of[byte] ? take_event(skim, skim->at) : skim->at + 1;
        skim->at = next ? next : skim->at;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* `-->` at the start of a line begins a comment in scripts. */
static bool has_closing_comment(const struct lexer *lexer, uint32_t from) {
    const char *at = lexer->bytes + from, *end = lexer->bytes + lexer->end;
    for (; (at = memchr(at, '>', (size_t)(end - at))) != NULL; at++) {
        const char *before = at;
        while (before > lexer->bytes + from && before[-1] == '-') {
            before--;
        }
        bool arrow = at - before >= 2;
        while (arrow && before > lexer->bytes + from && (before[-1] == ' ' || before[-1] == '\t')) {
            before--;
        }
        if (arrow && (before == lexer->bytes + from || before[-1] == '\n' || before[-1] == '\r' ||
                      before[-1] == '/' || (unsigned char)before[-1] >= 0x80)) {
            return true;
        }
    }
    return false;
}

bool skim_rest(struct lexer *lexer) {
    struct skim skim = {.lexer = lexer, .start = lexer->token.start, .at = lexer->token.start};
    skim.lost = !lexer->has_module_syntax && has_closing_comment(lexer, skim.start);
    for (uint32_t i = 0; i < lexer->candidate_count && !skim.lost; i++) {
        uint32_t candidate = lexer->candidates[i];
        skim.next = i;
        skim_to(&skim, candidate);
        if (!skim.lost && skim.at == candidate) {
            skim_take_candidate(&skim);
        }
    }
    lexer->halted = true;
    return !skim.lost;
}
