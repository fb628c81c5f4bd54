/* Tokens. Every movement of the cursor outside JSX happens here. */
#include "lex_private.h"
#include "lex_table.h"

/* ---- names ----------------------------------------------------------------------------------- */

/* Length of a `\uXXXX` or `\u{…}` at `at`; 0: none. */
static uint32_t unicode_escape(struct lexer *lexer, uint32_t at) {
    if (byte_at(lexer, at + 1) != 'u') {
        return 0;
    }
    bool braces = byte_at(lexer, at + 2) == '{';
    uint32_t end = at + 2 + braces, most = braces ? 64 : 6;
    while (end - at < most && text_hex_value((char)byte_at(lexer, end)) >= 0) {
        end++;
    }
    if (!braces) {
        return end - at == most ? most : 0;
    }
    return end > at + 3 && byte_at(lexer, end) == '}' ? end + 1 - at : 0;
}

#if defined(__SSE2__)
/* Whether each byte lies between two others, by one comparison of signed bytes. */
static inline __m128i between(__m128i data, char low, char high) {
    __m128i shifted = _mm_sub_epi8(data, _mm_set1_epi8((char)(low + 128)));
    return _mm_cmplt_epi8(shifted, _mm_set1_epi8((char)(high - low + 1 - 128)));
}

/* Bit i: byte i is no ASCII letter, digit, `_` or `$`. */
static inline unsigned other_than_word(const char *at) {
    __m128i data = load_block(at);
    __m128i letter = between(_mm_or_si128(data, _mm_set1_epi8(0x20)), 'a', 'z');
    __m128i digit = between(data, '0', '9');
    __m128i sign = _mm_or_si128(_mm_cmpeq_epi8(data, _mm_set1_epi8('_')),
                                _mm_cmpeq_epi8(data, _mm_set1_epi8('$')));
    __m128i word = _mm_or_si128(_mm_or_si128(letter, digit), sign);
    return (unsigned)_mm_movemask_epi8(word) ^ 0xFFFF;
}
#endif

/* Past the ASCII letters, digits, `_` and `$` that are at hand. */
static inline uint32_t skip_word(const struct lexer *lexer, uint32_t at) {
#if defined(__SSE2__)
    while (lexer->end - at >= BLOCK) {
        unsigned other = other_than_word(lexer->bytes + at);
        if (other) {
            return at + (uint32_t)__builtin_ctz(other);
        }
        at += BLOCK;
    }
#endif
    while (at < lexer->end && identifier_class[(unsigned char)lexer->bytes[at]] == 1) {
        at++;
    }
    return at;
}

/* The identifier_class of what follows a word. */
static inline unsigned class_at(struct lexer *lexer, uint32_t at) {
    int byte = byte_at(lexer, at);
    return byte < 0 ? 0 : identifier_class[byte];
}

uint32_t skip_identifier(struct lexer *lexer, uint32_t at) {
    bool newline;
    uint32_t length;
    for (;;) {
        at = skip_word(lexer, at);
        switch (class_at(lexer, at)) {
        case 1: /* at the end of what was at hand */
            at++;
            break;
        case 2:
            if (skip_unicode_space(lexer, at, &newline)) {
                return at;
            }
            at++;
            break;
        case 3:
            length = unicode_escape(lexer, at);
            if (!length) {
                return at;
            }
            at += length;
            break;
        default:
            return at;
        }
    }
}

/* The longest word has ten letters. */
#define MIN_WORD 2
#define MAX_WORD 10

static inline uint32_t word_hash(const char *name, uint32_t length) {
    uint32_t first = (unsigned char)name[0], second = (unsigned char)name[1];
    uint32_t last = (unsigned char)name[length - 1];
    return (first * 5 + second * 23 + last * 3 + length * 11) % WORD_SLOTS;
}

void words_prepare(struct lexer *lexer) {
    memset(lexer->words, W_NONE, sizeof lexer->words);
    for (unsigned word = W_NONE + 1; word < WORDS; word++) {
        uint32_t slot = word_hash(word_texts[word], (uint32_t)strlen(word_texts[word]));
        while (lexer->words[slot]) {
            slot = (slot + 1) % WORD_SLOTS;
        }
        lexer->words[slot] = (uint8_t)word;
    }
}

static inline enum word word_of(const struct lexer *lexer, const char *name, uint32_t length) {
    uint32_t slot = word_hash(name, length);
    enum word word;
    while ((word = lexer->words[slot]) != W_NONE) {
        const char *text = word_texts[word];
        if (memcmp(text, name, length) == 0 && text[length] == 0) {
            return word;
        }
        slot = (slot + 1) % WORD_SLOTS;
    }
    return W_NONE;
}

#if defined(__SSE2__)
/* The same for a name that stands at the start of a block. */
static inline enum word word_in_block(const struct lexer *lexer, const char *name,
                                      uint32_t length) {
    static const char ones[2 * BLOCK] = {[0 ... BLOCK - 1] = -1};
    uint32_t slot = word_hash(name, length);
    enum word word = lexer->words[slot];
    if (word == W_NONE) {
        return W_NONE;
    }
    __m128i text = _mm_and_si128(load_block(name), load_block(ones + BLOCK - length));
    do {
        __m128i same = _mm_cmpeq_epi8(text, load_block(word_texts[word]));
        if (_mm_movemask_epi8(same) == 0xFFFF) {
            return word;
        }
        slot = (slot + 1) % WORD_SLOTS;
    } while ((word = lexer->words[slot]) != W_NONE);
    return W_NONE;
}

/* A name of ASCII letters and digits that ends in the block at its start; false: it is another. */
static inline bool scan_short_name(const struct lexer *lexer, uint32_t at, struct token *token) {
    const char *name = lexer->bytes + at;
    __m128i data = load_block(name);
    __m128i letter = between(_mm_or_si128(data, _mm_set1_epi8(0x20)), 'a', 'z');
    __m128i word = _mm_or_si128(letter, between(data, '0', '9'));
    uint32_t length = (uint32_t)__builtin_ctz(~(unsigned)_mm_movemask_epi8(word));
    if (length == BLOCK || identifier_class[(unsigned char)name[length]]) {
        return false;
    }
    *token = (struct token){.start = at, .end = at + length, .kind = T_NAME};
    if (length - MIN_WORD <= MAX_WORD - MIN_WORD && name[0] >= 'a') {
        token->word = (uint8_t)word_in_block(lexer, name, length);
    }
    return true;
}
#else
static inline bool scan_short_name(const struct lexer *lexer, uint32_t at, struct token *token) {
    (void)lexer;
    (void)at;
    (void)token;
    return false;
}
#endif

/* Past the word, wherever it ends. */
static uint32_t skip_whole_word(struct lexer *lexer, uint32_t at) {
    do {
        at = skip_word(lexer, at);
    } while (class_at(lexer, at) == 1);
    return at;
}

/* A name that is plain from its start to `end`. */
static void set_word(struct lexer *lexer, struct token *token, uint32_t end) {
    uint32_t length = end - token->start;
    token->end = end;
    if (length >= MIN_WORD && length <= MAX_WORD) {
        struct slice name = token_text(lexer, token);
        bool lower = name.length && name.data[0] >= 'a';
        token->word = lower ? (uint8_t)word_of(lexer, name.data, length) : W_NONE;
    }
}

static void scan_name(struct lexer *lexer, struct token *token) {
    uint32_t end = skip_whole_word(lexer, token->start + 1);
    token->kind = T_NAME;
    if (class_at(lexer, end) > 1) {
        uint32_t whole = skip_identifier(lexer, end);
        if (whole > end) {
            token->end = whole;
            token->escaped = has_backslash(lexer, end, whole);
            return;
        }
    }
    set_word(lexer, token, end);
}

static NOINLINE bool long_word(struct lexer *lexer, uint32_t at, struct token *word) {
    *word = (struct token){.start = at, .kind = T_NAME};
    uint32_t end = skip_whole_word(lexer, at + 1);
    set_word(lexer, word, end);
    return class_at(lexer, end) <= 1;
}

bool token_word(struct lexer *lexer, uint32_t at, struct token *word) {
    int byte = byte_at(lexer, at);
    if (byte < 0 || simple_kind[byte] != T_NAME) {
        return false;
    }
    bool found = lexer->end - at >= BLOCK && scan_short_name(lexer, at, word);
    return found || long_word(lexer, at, word);
}

/* A name that begins with an escape or with a character that is not ASCII. */
static void scan_unusual_name(struct lexer *lexer, struct token *token) {
    token->end = skip_identifier(lexer, token->start);
    token->kind = T_NAME;
    if (token->end == token->start) {
        token->kind = T_BAD;
        token->end++;
        return;
    }
    token->escaped = has_backslash(lexer, token->start, token->end);
}

/* ---- punctuators ----------------------------------------------------------------------------- */

static void punctuator(struct token *token, enum token_kind kind, uint32_t length) {
    token->kind = kind;
    token->end = token->start + length;
}

enum { NOT_DOUBLED = 256 }; /* no byte, and not the end */

/* Operators that may be followed by themselves or by `=`: && || ?? ** and their assignments. */
static void scan_doubled(struct lexer *lexer, struct token *token, int byte,
                         enum token_kind single) {
    uint32_t at = token->start + 1;
    bool doubled = byte_at(lexer, at) == byte;
    at += doubled;
    if (byte_at(lexer, at) == '=') {
        punctuator(token, T_ASSIGN_BINARY, at + 1 - token->start);
    } else {
        punctuator(token, doubled ? T_BINARY : single, at - token->start);
    }
}

static void scan_sign(struct lexer *lexer, struct token *token, int byte, enum token_kind single) {
    int next = byte_at(lexer, token->start + 1);
    if (next == byte) {
        punctuator(token, T_INCREMENT, 2);
    } else if (next == '=') {
        punctuator(token, T_ASSIGN_BINARY, 2);
    } else {
        punctuator(token, single, 1);
    }
}

static void scan_equals(struct lexer *lexer, struct token *token) {
    int next = byte_at(lexer, token->start + 1);
    if (next == '>') {
        punctuator(token, T_ARROW, 2);
    } else if (next == '=') {
        punctuator(token, T_BINARY, byte_at(lexer, token->start + 2) == '=' ? 3 : 2);
    } else {
        punctuator(token, T_ASSIGN, 1);
    }
}

static void scan_bang(struct lexer *lexer, struct token *token) {
    if (byte_at(lexer, token->start + 1) == '=') {
        punctuator(token, T_BINARY, byte_at(lexer, token->start + 2) == '=' ? 3 : 2);
    } else {
        punctuator(token, T_BANG, 1);
    }
}

static void scan_dot(struct lexer *lexer, struct token *token) {
    int next = byte_at(lexer, token->start + 1);
    if (is_digit(next)) {
        scan_number(lexer, token);
    } else if (next == '.' && byte_at(lexer, token->start + 2) == '.') {
        punctuator(token, T_ELLIPSIS, 3);
    } else {
        punctuator(token, T_DOT, 1);
    }
}

static void scan_question(struct lexer *lexer, struct token *token) {
    int next = byte_at(lexer, token->start + 1);
    if (next == '.' && !is_digit(byte_at(lexer, token->start + 2))) {
        punctuator(token, T_QUESTION_DOT, 2);
    } else if (next == '?') {
        scan_doubled(lexer, token, '?', T_QUESTION);
    } else {
        punctuator(token, T_QUESTION, 1);
    }
}

static void scan_private(struct lexer *lexer, struct token *token) {
    token->kind = T_PRIVATE;
    token->end = skip_identifier(lexer, token->start + 1);
    if (token->end == token->start + 1) {
        token->kind = T_BAD;
    }
}

void token_extend(struct lexer *lexer) {
    struct token *token = &lexer->token;
    int byte = byte_at(lexer, token->start);
    uint32_t limit = token->start + (byte == '>' ? 3 : byte == '<' ? 2 : 1);
    while (token->end < limit && byte_at(lexer, token->end) == byte) {
        token->end++;
    }
    token->kind = T_BINARY;
    if (byte_at(lexer, token->end) == '=') {
        bool compares = byte != '/' && token->end == token->start + 1;
        token->kind = compares ? T_BINARY : T_ASSIGN_BINARY;
        token->end++;
    }
    lexer->cursor = token->end;
}

/* ---- the next token -------------------------------------------------------------------------- */

/* `byte` is its first. */
static void scan_token(struct lexer *lexer, struct token *token, unsigned char byte) {
    switch (byte) {
    case 'a' ... 'z':
    case 'A' ... 'Z':
    case '_':
    case '$':
        scan_name(lexer, token);
        return;
    case '0' ... '9':
        scan_number(lexer, token);
        return;
    case '"':
    case '\'':
        scan_quoted(lexer, token, (char)byte);
        return;
    case '`':
        scan_template_part(lexer, token);
        return;
    case '{':
        punctuator(token, T_LBRACE, 1);
        return;
    case '}':
        punctuator(token, T_RBRACE, 1);
        return;
    case '(':
        punctuator(token, T_LPAREN, 1);
        return;
    case ')':
        punctuator(token, T_RPAREN, 1);
        return;
    case '[':
        punctuator(token, T_LBRACKET, 1);
        return;
    case ']':
        punctuator(token, T_RBRACKET, 1);
        return;
    case ';':
        punctuator(token, T_SEMICOLON, 1);
        return;
    case ',':
        punctuator(token, T_COMMA, 1);
        return;
    case ':':
        punctuator(token, T_COLON, 1);
        return;
    case '.':
        scan_dot(lexer, token);
        return;
    case '?':
        scan_question(lexer, token);
        return;
    case '=':
        scan_equals(lexer, token);
        return;
    case '!':
        scan_bang(lexer, token);
        return;
    case '+':
        scan_sign(lexer, token, '+', T_PLUS);
        return;
    case '-':
        scan_sign(lexer, token, '-', T_MINUS);
        return;
    case '*':
        scan_doubled(lexer, token, '*', T_STAR);
        return;
    case '&':
        scan_doubled(lexer, token, '&', T_AMPERSAND);
        return;
    case '|':
        scan_doubled(lexer, token, '|', T_BAR);
        return;
    case '%':
    case '^':
        scan_doubled(lexer, token, NOT_DOUBLED, T_BINARY);
        return;
    case '<':
        punctuator(token, T_LESS, 1);
        return;
    case '>':
        punctuator(token, T_GREATER, 1);
        return;
    case '/':
        punctuator(token, T_SLASH, 1);
        return;
    case '~':
        punctuator(token, T_TILDE, 1);
        return;
    case '@':
        punctuator(token, T_AT, 1);
        return;
    case '#':
        scan_private(lexer, token);
        return;
    case '\\':
    case 0x80 ... 0xFF:
        scan_unusual_name(lexer, token);
        return;
    default:
        punctuator(token, T_BAD, 1);
    }
}

/* First bytes of white space and of comments; of these the second byte decides. */
enum trivia { NO_TRIVIA, SPACE, COMMENT };

static const uint8_t trivia_class[256] = {
    ['\t' ... '\r'] = SPACE, [' '] = SPACE,   [0x80 ... 0xFF] = SPACE,
    ['/'] = COMMENT,         ['<'] = COMMENT, ['-'] = COMMENT,
};

/* `byte` is the one at the cursor. */
static bool trivia_follows(struct lexer *lexer, int byte) {
    switch (trivia_class[byte]) {
    case SPACE:
        return true;
    case COMMENT:
        switch (byte_at(lexer, lexer->cursor + 1)) {
        case '/':
        case '*':
        case '!':
        case '-':
            return true;
        }
        return false;
    default:
        return false;
    }
}

/* Any token, after the white space that has been read already. */
static NOINLINE void read_any(struct lexer *lexer, struct token *token, bool newline) {
    int byte = byte_at(lexer, lexer->cursor);
    if (byte >= 0 && trivia_follows(lexer, byte)) {
        skip_trivia(lexer, &newline);
        byte = byte_at(lexer, lexer->cursor);
    }
    *token = (struct token){.start = lexer->cursor, .end = lexer->cursor, .newline = newline};
    if (byte >= 0) {
        scan_token(lexer, token, (unsigned char)byte);
        lexer->cursor = token->end;
    }
}

/* Past line feeds and the spaces after them. */
static inline uint32_t skip_lines(const struct lexer *lexer, uint32_t at) {
    do {
        at = skip_indentation(lexer, at + 1);
    } while (at < lexer->end && lexer->bytes[at] == '\n');
    return at;
}

/* The most frequent tokens. */
static inline bool read_simple(const struct lexer *lexer, uint32_t at, struct token *token) {
    uint8_t kind = simple_kind[(unsigned char)lexer->bytes[at]];
    if (kind == T_NAME) {
        return scan_short_name(lexer, at, token);
    }
    if (kind == T_END || (kind & LONE && !is_neutral[(unsigned char)lexer->bytes[at + 1]])) {
        return false;
    }
    *token = (struct token){.start = at, .end = at + 1, .kind = kind & (LONE - 1)};
    return true;
}

static INLINE void token_read(struct lexer *lexer, struct token *token) {
    uint32_t at = lexer->cursor;
    bool newline = false, room = lexer->end - at > BLOCK;
    if (room) {
        at += lexer->bytes[at] == ' ';
        if (lexer->bytes[at] == '\n') {
            newline = true;
            at = skip_lines(lexer, at);
            room = lexer->end - at >= BLOCK;
        }
    }
    if (room && read_simple(lexer, at, token)) {
        token->newline = newline;
        lexer->cursor = token->end;
    } else {
        lexer->cursor = at;
        read_any(lexer, token, newline);
    }
}

void token_next(struct lexer *lexer) {
    lexer->previous = lexer->token;
    token_read(lexer, &lexer->token);
}

struct token token_peek(struct lexer *lexer) {
    uint32_t cursor = lexer->cursor;
    struct token token;
    token_read(lexer, &token);
    cursor_return(lexer, cursor);
    return token;
}

struct token token_peek_past(struct lexer *lexer, const struct token *token) {
    uint32_t cursor = lexer->cursor;
    cursor_return(lexer, token->end);
    struct token next = token_peek(lexer);
    cursor_return(lexer, cursor);
    return next;
}

bool token_is(struct lexer *lexer, const struct token *token, struct slice text) {
    return token->kind == T_NAME && slice_equal(token_text(lexer, token), text);
}

/* Whether the token goes on with the expression before it, so that no semicolon is inserted. */
bool token_continues(const struct token *token) {
    switch (token->kind) {
    case T_DOT:
    case T_QUESTION_DOT:
    case T_QUESTION:
    case T_LPAREN:
    case T_LBRACKET:
    case T_TEMPLATE:
    case T_TEMPLATE_HEAD:
    case T_PLUS:
    case T_MINUS:
    case T_STAR:
    case T_SLASH:
    case T_LESS:
    case T_GREATER:
    case T_AMPERSAND:
    case T_BAR:
    case T_BINARY:
    case T_ASSIGN:
    case T_ASSIGN_BINARY:
    case T_COMMA:
        return true;
    case T_NAME:
        return token->word == W_IN || token->word == W_INSTANCEOF;
    default:
        return false;
    }
}
