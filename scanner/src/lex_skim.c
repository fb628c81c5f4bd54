/* Skimming: code between two candidates is passed over without tokens, by its brackets and literals
 * alone.
 *
 * What decides between a division and a regular expression is the token before it; where that
 * cannot be told from the bytes at hand (after a `}`, a `++`, an `await`), where JSX may begin, or
 * where brackets do not match, skimming gives up and the automaton reads the file from its start.
 * Only JavaScript is skimmed, and only where no binding of `require` and no directive can matter. */
#include "lex_automaton.h"

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

enum bracket_kind { PAREN, PAREN_HEAD, PAREN_UNCLEAR, BRACE, BRACE_TRY, SUBSTITUTION };

struct skim {
    struct lexer *lexer;
    uint32_t start, at;
    uint32_t next; /* the candidate that is looked for */
    uint32_t depth, tries;
    uint32_t gap_start, gap_end;   /* the last comments, with the white space between them */
    uint32_t called;               /* where the last call began that the automaton read */
    uint32_t closed;               /* the last `)`, */
    enum bracket_kind closed_kind; /* and what it closed */
    bool lost;
};

static bool lose(struct skim *skim) {
    skim->lost = true;
    return false;
}

/* ---- what stands before ---------------------------------------------------------------------- */

/* The last byte before `at` that is neither white space nor in a comment; 0: the skimming began
 * after it. */
static uint32_t before(const struct skim *skim, uint32_t at) {
    const char *bytes = skim->lexer->bytes;
    for (;;) {
        if (at == skim->gap_end && at > skim->gap_start) {
            at = skim->gap_start;
        }
        if (at <= skim->start) {
            return 0;
        }
        char byte = bytes[at - 1];
        if (byte != ' ' && !(byte >= '\t' && byte <= '\r')) {
            return at - 1;
        }
        at--;
    }
}

static struct slice word_ending_at(const struct skim *skim, uint32_t last) {
    const char *bytes = skim->lexer->bytes;
    uint32_t start = last;
    while (start > skim->start && is_word_byte((unsigned char)bytes[start - 1])) {
        start--;
    }
    return (struct slice){bytes + start, last + 1 - start};
}

enum member { NO_MEMBER, MEMBER, MEMBER_UNCLEAR };

/* Whether the name at `at` stands after a dot, white space between or not; three of them are none,
 * and one may end a number. A byte that is not ASCII may be white space too. */
static enum member member_at(const struct skim *skim, uint32_t at) {
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

#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof(words) / sizeof *(words))

static bool is_one_of(struct slice word, const struct slice *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(word, words[i])) {
            return true;
        }
    }
    return false;
}

enum position { AT_OPERAND, AT_OPERATOR, UNKNOWN };

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

static enum position after_paren(const struct skim *skim, uint32_t last) {
    if (last != skim->closed || skim->closed_kind == PAREN_UNCLEAR) {
        return UNKNOWN;
    }
    return skim->closed_kind == PAREN ? AT_OPERATOR : AT_OPERAND;
}

static bool ends_operand(char byte) {
    return is_word_byte((unsigned char)byte) || byte == ')' || byte == ']';
}

static enum position position_at(const struct skim *skim, uint32_t at) {
    const char *bytes = skim->lexer->bytes;
    uint32_t last = before(skim, at);
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
    skim->gap_start = before(skim, at) + 1;
    skim->gap_end = lexer->cursor;
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

/* ---- candidates ------------------------------------------------------------------------------ */

/* The token at `at` as the current one. */
static void set_cursor(struct lexer *lexer, uint32_t at) {
    lexer->cursor = at;
    lexer->token = (struct token){.start = at, .end = at};
    token_next(lexer);
}

/* `import(…)`, `require(…)` or `new URL(…)` at the current token, read by the automaton. */
static bool take_call(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    uint32_t floor = lexer->frame_count;
    skim->called = lexer->token.start;
    lexer->try_depth = skim->tries;
    push_expression(lexer, EX_PLAIN, 0);
    do {
        frame_step(lexer);
    } while (!lexer->halted && lexer->frame_count > floor &&
             !(lexer->frame_count == floor + 1 && frame_top(lexer)->state == OPERATOR &&
               lexer->previous.kind == T_RPAREN));
    lexer->try_depth = 0;
    bool called = !lexer->halted && lexer->frame_count == floor + 1 && !at_kind(lexer, T_LBRACE);
    called = called && !(at_kind(lexer, T_RPAREN) && token_peek(lexer).kind == T_ARROW);
    skim->at = lexer->previous.end;
    skim->closed = skim->at - 1;
    skim->closed_kind = PAREN;
    return called ? (frame_pop(lexer), true) : lose(skim);
}

/* Whether the statement at `at` is part of another. */
static bool is_part(const struct skim *skim, uint32_t at) {
    static const struct slice words[] = {SLICE("else"), SLICE("do"), SLICE("export")};
    uint32_t last = before(skim, at);
    switch (skim->lexer->bytes[last]) {
    case ':':
        return last;
    case ')':
        return after_paren(skim, last) != AT_OPERATOR;
    default:
        return last && IS_ONE_OF(word_ending_at(skim, last), words);
    }
}

static bool take_declaration(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    uint32_t floor = lexer->frame_count;
    if (skim->depth || is_part(skim, skim->at)) {
        return lose(skim);
    }
    if (at_word(lexer, W_IMPORT)) {
        read_import(lexer);
    } else {
        read_export(lexer);
    }
    skim->at = lexer->previous.end;
    return !lexer->failed && lexer->frame_count == floor ? true : lose(skim);
}

static bool follows_word(const struct skim *skim, uint32_t at) {
    static const struct slice words[] = {SLICE("new"), SLICE("function"), SLICE("get"),
                                         SLICE("set"), SLICE("static")};
    uint32_t last = before(skim, at);
    return last && IS_ONE_OF(word_ending_at(skim, last), words);
}

/* Whether a name is the last operand of an expression: then it is no binding. */
static bool ends_expression(const struct skim *skim, const struct token *next) {
    uint32_t last = before(skim, skim->at);
    bool operand = last && strchr("=&|!?", skim->lexer->bytes[last]);
    return operand && (next->kind == T_SEMICOLON || next->kind == T_COMMA ||
                       next->kind == T_RPAREN || next->kind == T_RBRACE);
}

/* `const require = …` of the module. */
static bool take_binding(struct skim *skim) {
    static const struct slice words[] = {SLICE("const"), SLICE("let"), SLICE("var")};
    uint32_t last = before(skim, skim->at);
    bool binds = skim->depth == 0 && last && IS_ONE_OF(word_ending_at(skim, last), words);
    if (binds) {
        scope_declare(skim->lexer, &skim->lexer->token, false);
    }
    return binds;
}

/* A mention of `require` that is no call. */
static bool take_mention(struct skim *skim, const struct token *next) {
    switch (next->kind) {
    case T_ASSIGN:
        if (!take_binding(skim)) {
            return lose(skim);
        }
        break;
    case T_DOT:
    case T_QUESTION:
    case T_COLON:
    case T_BINARY:
        break;
    default:
        if (!ends_expression(skim, next)) {
            return lose(skim);
        }
    }
    skim->at = skim->lexer->token.end;
    return true;
}

/* `import.meta.url`, which matters as the second argument of `new URL`. What of that call has been
 * skimmed is read again. */
static bool take_meta(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    if (!skim->depth || !text_follows(lexer, skim->at, SLICE("import.meta.url"))) {
        return lose(skim);
    }
    const struct bracket *open = &lexer->brackets[skim->depth - 1];
    uint32_t url = before(skim, open->at), new = 0;
    if (open->kind == PAREN && url && slice_equal(word_ending_at(skim, url), SLICE("URL"))) {
        new = before(skim, url - 2);
    }
    if (!new || !slice_equal(word_ending_at(skim, new), SLICE("new"))) {
        skim->at = lexer->token.end;
        return true;
    }
    if (skim->called > open->at || member_at(skim, new - 2) != NO_MEMBER) {
        return lose(skim);
    }
    skim->depth--;
    set_cursor(lexer, new - 2);
    return take_call(skim);
}

/* At a candidate in code. */
static bool take_candidate(struct skim *skim) {
    struct lexer *lexer = skim->lexer;
    if (skim->at > skim->start && (unsigned char)lexer->bytes[skim->at - 1] >= 0x80) {
        return lose(skim);
    }
    set_cursor(lexer, skim->at);
    switch (member_at(skim, skim->at)) {
    case MEMBER:
        skim->at = lexer->token.end;
        return true;
    case MEMBER_UNCLEAR:
        return lose(skim);
    default:
        break;
    }
    struct token next = token_peek(lexer);
    switch (lexer->token.word) {
    case W_REQUIRE:
        if (next.kind != T_LPAREN) {
            return take_mention(skim, &next);
        }
        return follows_word(skim, skim->at) ? lose(skim) : take_call(skim);
    case W_IMPORT:
        if (next.kind == T_DOT) {
            return take_meta(skim);
        }
        return next.kind == T_LPAREN ? take_call(skim) : take_declaration(skim);
    case W_EXPORT:
        return next.kind == T_LBRACE || next.kind == T_STAR ? take_declaration(skim) : lose(skim);
    default: /* an escape */
        return lose(skim);
    }
}

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
            take_candidate(&skim);
        }
    }
    lexer->halted = true;
    return !skim.lost;
}
