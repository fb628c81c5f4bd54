/* Facts: what a reader found in one file. Both readers, the lexer and the grammar, fill the same
 * structure. Offsets are byte offsets in the file. */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "input.h"
#include "ledger.h"
#include "text.h"

enum fact_kind { FACT_IMPORT, FACT_EXPORT, FACT_DYNAMIC, FACT_REQUIRE, FACT_GLOB };

enum fact_flag {
    FACT_TYPE_STATEMENT = 1, /* `import type`, `export type … from`: never followed */
    FACT_TYPE_NAMES =
        2,           /* all of its names are `type` names: dropped unless verbatimModuleSyntax */
    FACT_UNUSED = 4, /* TypeScript: none of its names is used as a value: dropped unless
                                verbatimModuleSyntax or preserveValueImports */
    FACT_IN_TRY = 8, /* a require() inside the block of a `try` */
    FACT_GLOB_NEGATED = 16, /* a `!pattern` of import.meta.glob: takes away from the positive
                                patterns of the same `group` */
    FACT_GLOB_META = 32,    /* import.meta.glob, not a relative template */
    FACT_GLOB_LEAF = 64,    /* asked for with a query: what it stands for is not opened */
    FACT_GLOB_ALL = 128,    /* `exhaustive`: names with a dot and node_modules too */
    FACT_GLOB_FOLD = 256,   /* `caseSensitive: false` */
};

enum { FACT_GLOB_MOST = 256 }; /* patterns in one call; a call with more is not followed */

/* The text between the quotes: start and end in the file, line and column of start. */
struct fact_span {
    uint32_t start, end;
    uint32_t line, column; /* filled by facts_locate() */
};

struct fact_import {
    struct fact_span span;
    uint32_t text, text_length; /* the cooked specifier, in facts.text; a glob: the pattern */
    uint32_t group;             /* globs of one call share it; 0 otherwise */
    uint8_t kind;
    bool derived;   /* its text is not kept: it is how one writes where the import leads */
    uint16_t flags; /* enum fact_flag */
};

/* A directive of the module's prologue (all of them) or of a function's (configured ones). */
struct fact_directive {
    struct fact_span span;
    uint32_t text, text_length; /* raw text */
    uint32_t name, name_length; /* the function's name, "" where it has none */
    int16_t configured;         /* index in the directive set, -1: not configured */
    bool in_function;
};

/* Something worth telling the user, found while reading. */
enum fact_note_code {
    NOTE_NEAR_MISS,   /* text: what was written */
    NOTE_CONFLICTING, /* both directives; at the second */
    NOTE_NOT_FOLLOWED,
    NOTE_NOT_CERTAIN,
    NOTE_NO_ROOM, /* not certain, for want of memory */
    NOTE_SYNTAX,  /* unterminated or unbalanced, where the reading stopped being certain */
    NOTE_BINARY,  /* plainly not source: NUL bytes, UTF-16 */
    NOTE_CODES
};

enum near_miss { MISS_TYPO, MISS_MISPLACED, MISS_PARENTHESISED, MISS_TEMPLATE, MISS_MDX };

struct fact_note {
    struct fact_span span;
    uint32_t text, text_length; /* in facts.text; may be empty */
    uint8_t code;               /* fact_note_code */
    uint8_t detail;             /* near_miss for NOTE_NEAR_MISS */
    int16_t configured;         /* the directive that was meant, -1: none */
};

/* Growable arrays over a ledger; one struct facts is reused file after file. */
struct facts {
    struct ledger *ledger;
    struct fact_import *imports; /* in source order of span.start */
    uint32_t import_count, import_capacity;
    struct fact_directive
        *directives; /* in source order: the module's first, then the functions' */
    uint32_t directive_count, directive_capacity;
    struct fact_note *notes;
    uint32_t note_count, note_capacity;
    char *text;
    uint32_t text_length, text_capacity;
    bool grammar; /* which reader filled it */
    int error;    /* 0, or the code of the allocation that failed: the facts are then incomplete */
};

/* No configured text is longer; what is kept of a longer directive is its start. */
#define FACT_DIRECTIVE_LONGEST 1024u

/* Which strings count. The texts are borrowed. */
struct directive_rule {
    struct slice text; /* without the `*` of a prefix */
    bool prefix;
    uint32_t environments; /* bit set of the environments that it switches to; 0: none */
};

struct directive_set {
    const struct directive_rule *rules;
    uint32_t count;
};

enum dialect {
    DIALECT_JSX = 1,
    DIALECT_TYPESCRIPT = 2,
    DIALECT_MDX = 4,
    DIALECT_MODULE = 8, /* also where nothing is imported or exported */
};

void facts_init(struct facts *facts, struct ledger *ledger);
void facts_clear(
    struct facts *facts); /* keeps the arrays, but for those that one large file needed */
void facts_free(struct facts *facts);

/* The slot to fill, zeroed; NULL with facts->error set where there is no memory. */
struct fact_import *facts_add_import(struct facts *facts);
struct fact_directive *facts_add_directive(struct facts *facts);
struct fact_note *facts_add_note(struct facts *facts);
/* Copies text into facts->text and returns its offset; 0 with facts->error set on failure. */
uint32_t facts_add_text(struct facts *facts, const char *data, size_t length);

/* Puts a backslash before each `*` and backslash of the text from `from` on: in the pattern of a
 * template they mean themselves. */
void facts_quote(struct facts *facts, uint32_t from);

/* An option of a call of import.meta.glob, whose patterns are the imports from `first` on. */
enum glob_value { GLOB_TRUE, GLOB_FALSE, GLOB_OBJECT, GLOB_TEXT };
/* `text`: the cooked value of a GLOB_TEXT, in facts->text. */
void facts_set_option(struct facts *facts, uint32_t first, struct slice key, enum glob_value value,
                      uint32_t text, uint32_t length);

/* Imports and notes in the order of the file. */
void facts_sort(struct facts *facts);

/* Fills line and column of every span: lines end at LF, CR, CRLF, U+2028 and U+2029, columns are
 * 1-based UTF-16 units, a byte order mark at the very start is not counted. One pass for each kind
 * of fact. */
void facts_locate(struct facts *facts, struct input *input);

/* The rule that a raw text meets, or -1. An exact rule wins over a prefix; else the first. */
int directive_set_find(const struct directive_set *set, struct slice raw);

static inline struct slice facts_text(const struct facts *facts, uint32_t offset, uint32_t length) {
    return (struct slice){length ? facts->text + offset : "", length};
}

/* Whether they tell the same of a file, whatever else is in their texts. */
bool facts_equal(const struct facts *a, const struct facts *b);

#endif
