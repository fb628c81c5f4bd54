/* Inside skimming: how far it has come, and what stands before a place. */
#ifndef LEX_SKIM_H
#define LEX_SKIM_H

#include "lex_automaton.h"

enum bracket_kind { PAREN, PAREN_HEAD, PAREN_UNCLEAR, BRACE, BRACE_TRY, SUBSTITUTION };

/* Comments, with the white space between them. */
struct gap {
    uint32_t start, end;
};

enum { SKIM_GAPS = 4 }; /* three stand around two words */

struct skim {
    struct lexer *lexer;
    uint32_t start, at;
    uint32_t next; /* the candidate that is looked for */
    uint32_t depth, tries;
    struct gap gaps[SKIM_GAPS]; /* the last ones */
    uint32_t gap_count;
    uint32_t called;               /* where the last call began that the automaton read */
    uint32_t closed;               /* the last `)`, */
    enum bracket_kind closed_kind; /* and what it closed */
    bool lost;
};

static inline bool lose(struct skim *skim) {
    skim->lost = true;
    return false;
}

static inline bool is_white(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static inline uint32_t before_gap(const struct skim *skim, uint32_t at) {
    for (unsigned i = 0; i < SKIM_GAPS; i++) {
        if (skim->gaps[i].end == at) {
            return skim->gaps[i].start;
        }
    }
    return at;
}

/* The last byte before `at` that is neither white space nor in a comment; 0: the skimming began
 * after it. */
static inline uint32_t before(const struct skim *skim, uint32_t at) {
    const char *bytes = skim->lexer->bytes;
    if (at > skim->start && (is_white(bytes[at - 1]) || bytes[at - 1] == '/')) {
        at = before_gap(skim, at);
    }
    while (at > skim->start && is_white(bytes[at - 1])) {
        at--;
    }
    return at > skim->start ? at - 1 : 0;
}

static inline struct slice word_ending_at(const struct skim *skim, uint32_t last) {
    const char *bytes = skim->lexer->bytes;
    uint32_t start = last;
    while (start > skim->start && is_word_byte((unsigned char)bytes[start - 1])) {
        start--;
    }
    return (struct slice){bytes + start, last + 1 - start};
}

#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof(words) / sizeof *(words))

static inline bool is_one_of(struct slice word, const struct slice *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(word, words[i])) {
            return true;
        }
    }
    return false;
}

enum member { NO_MEMBER, MEMBER, MEMBER_UNCLEAR };

/* Whether the name at `at` stands after a dot, white space between or not. */
enum member member_at(const struct skim *skim, uint32_t at);

enum position { AT_OPERAND, AT_OPERATOR, UNKNOWN };

/* After a `)`. */
enum position after_paren(const struct skim *skim, uint32_t last);

/* lex_skim_candidate.c: reads what stands at a candidate in code, or loses. */
bool skim_take_candidate(struct skim *skim);

#endif
