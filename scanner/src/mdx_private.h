/* What the files of the MDX reader share. `out` begins as a copy of the document. The blocks are
 * found line by line (mdx_block.c): the marks of containers are blanked, ESM stays, and where text
 * may hold code is noted. Then the texts are read (mdx_text.c), since only the whole document tells
 * which references are defined. */
#ifndef MDX_PRIVATE_H
#define MDX_PRIVATE_H

#include "mdx.h"

struct mdx_span {
    uint32_t start, end;
};

struct mdx_container {
    uint32_t width; /* of a list item: the columns by which its content is indented */
    char marker;    /* `>`, a bullet, or what follows a number */
    bool begins_blank, further_blank;
};

enum mdx_leaf { LEAF_NONE, LEAF_PARAGRAPH, LEAF_FENCE };

struct mdx_bracket { /* `[` or `![` in a text */
    uint32_t start;  /* past the bracket */
    uint32_t codes;  /* mdx.code_count when it was opened */
    bool image;
};

struct mdx {
    struct ledger *ledger;
    struct lexer *lexer;
    struct facts *scratch;
    const char *bytes;
    char *out;
    uint32_t size;
    uint32_t at;        /* the line that is next */
    uint32_t attempted; /* lines before it take no new containers: see take_flow() */
    bool broken;
    int error;

    struct mdx_container containers[MDX_MAX_CONTAINERS];
    uint32_t depth;
    enum mdx_leaf leaf;
    struct mdx_span paragraph;
    uint32_t fence_length;
    char fence;

    struct mdx_span *texts;
    uint32_t text_count, text_capacity;
    uint64_t *labels; /* hashes of the definitions' labels, sorted once all are known */
    uint32_t label_count, label_capacity;

    struct mdx_bracket *brackets;
    uint32_t bracket_count, bracket_capacity;
    uint32_t inactive;      /* links that begin in brackets below it would hold a link */
    struct mdx_span *codes; /* the expressions in the text */
    uint32_t code_count, code_capacity;
    uint32_t unclosed[3];       /* ends of texts in which a title of each kind is not closed */
    uint32_t *backticks;        /* by length: where the last run of backticks begins */
    uint32_t backtick_capacity; /* of the text up to `backticks_end` */
    uint32_t backticks_end;
};

static inline char mdx_byte(const struct mdx *mdx, uint32_t at) {
    return at < mdx->size ? mdx->out[at] : '\0';
}

static inline bool mdx_is_space(char c) {
    return c == ' ' || c == '\t';
}

static inline bool mdx_is_line_end(char c) {
    return c == '\n' || c == '\r';
}

uint32_t mdx_skip_spaces(const struct mdx *mdx, uint32_t at);
uint32_t mdx_line_end(const struct mdx *mdx, uint32_t at);
uint32_t mdx_next_line(const struct mdx *mdx,
                       uint32_t at);                      /* `at`: a line end, or the file's end */
bool mdx_at_line_end(const struct mdx *mdx, uint32_t at); /* or the file's end */
uint32_t mdx_run_length(const struct mdx *mdx, uint32_t at, char c);
void mdx_blank(struct mdx *mdx, uint32_t start, uint32_t end); /* line ends stay */

/* ---- blocks (mdx_block.c) -------------------------------------------------------------------- */

void mdx_take_blocks(struct mdx *mdx);

/* ---- texts (mdx_text.c) ---------------------------------------------------------------------- */

void mdx_add_text(struct mdx *mdx, uint32_t start, uint32_t end);
/* The definitions at the start of a paragraph; returns where the rest begins. */
uint32_t mdx_take_definitions(struct mdx *mdx, uint32_t at, uint32_t end);
void mdx_take_texts(struct mdx *mdx);
bool mdx_begins_tag(const struct mdx *mdx, uint32_t at);
/* Past the tag, or the expression, that begins at `at`; LEX_NO_END. */
uint32_t mdx_tag_end(struct mdx *mdx, uint32_t at, uint32_t end);
uint32_t mdx_expression_end(struct mdx *mdx, uint32_t at, uint32_t end);

#endif
