#include "mdx_private.h"

/* ---- bytes ----------------------------------------------------------------------------------- */

uint32_t mdx_skip_spaces(const struct mdx *mdx, uint32_t at) {
    while (mdx_is_space(mdx_byte(mdx, at))) {
        at++;
    }
    return at;
}

uint32_t mdx_line_end(const struct mdx *mdx, uint32_t at) {
    while (at < mdx->size && !mdx_is_line_end(mdx->out[at])) {
        at++;
    }
    return at;
}

uint32_t mdx_next_line(const struct mdx *mdx, uint32_t at) {
    if (at >= mdx->size) {
        return mdx->size;
    }
    return at + 1 + (mdx->out[at] == '\r' && mdx_byte(mdx, at + 1) == '\n');
}

bool mdx_at_line_end(const struct mdx *mdx, uint32_t at) {
    return at >= mdx->size || mdx_is_line_end(mdx->out[at]);
}

uint32_t mdx_run_length(const struct mdx *mdx, uint32_t at, char c) {
    uint32_t end = at;
    while (end < mdx->size && mdx->out[end] == c) {
        end++;
    }
    return end - at;
}

void mdx_blank(struct mdx *mdx, uint32_t start, uint32_t end) {
    for (uint32_t i = start; i < end; i++) {
        if (!mdx_is_line_end(mdx->out[i])) {
            mdx->out[i] = ' ';
        }
    }
}

/* ---- a document ------------------------------------------------------------------------------ */

static bool begins_with_mark(const char *bytes, size_t size) {
    return size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
}

static bool is_front_matter_fence(const struct mdx *mdx, uint32_t at) {
    return mdx_run_length(mdx, at, '-') == 3 && mdx_at_line_end(mdx, mdx_skip_spaces(mdx, at + 3));
}

/* Past `---` ... `---` at the very start, which many tools take out before MDX sees it; `at` where
 * there is none. */
static uint32_t skip_front_matter(const struct mdx *mdx, uint32_t at) {
    uint32_t line = at;
    if (!is_front_matter_fence(mdx, at)) {
        return at;
    }
    while ((line = mdx_next_line(mdx, mdx_line_end(mdx, line))) < mdx->size) {
        if (is_front_matter_fence(mdx, line)) {
            return mdx_next_line(mdx, mdx_line_end(mdx, line));
        }
    }
    return at;
}

static void read_from(struct mdx *mdx, uint32_t at) {
    mdx->at = at;
    mdx->attempted = mdx->depth = mdx->text_count = mdx->label_count = 0;
    mdx->inactive = mdx->backticks_end = mdx->unclosed[0] = mdx->unclosed[1] = mdx->unclosed[2] = 0;
    mdx->leaf = LEAF_NONE;
    mdx->broken = false;
    mdx_blank(mdx, 0, at);
    mdx_take_blocks(mdx);
    mdx_take_texts(mdx);
}

/* Front matter is no MDX, and `---` around what reads as MDX is none. */
static void read_document(struct mdx *mdx) {
    uint32_t start = begins_with_mark(mdx->bytes, mdx->size) ? 3 : 0;
    read_from(mdx, start);
    if (!mdx->broken || mdx->error) {
        return;
    }
    memcpy(mdx->out, mdx->bytes, mdx->size);
    uint32_t body = skip_front_matter(mdx, start);
    read_from(mdx, body);
}

#define RELEASE(items, capacity)                                                                   \
    ledger_free(mdx.ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, mdx.items, mdx.capacity * sizeof *mdx.items)

int mdx_mask(struct lexer *lexer, struct facts *scratch, const char *bytes, size_t size, char *out,
             bool *broken) {
    struct mdx mdx = {.ledger = scratch->ledger, .lexer = lexer, .scratch = scratch};
    mdx.bytes = bytes;
    mdx.out = out;
    mdx.size = size < LEX_NO_END ? (uint32_t)size : 0;
    memcpy(out, bytes, size);
    read_document(&mdx);
    RELEASE(texts, text_capacity);
    RELEASE(labels, label_capacity);
    RELEASE(brackets, bracket_capacity);
    RELEASE(codes, code_capacity);
    RELEASE(backticks, backtick_capacity);
    *broken = mdx.broken || mdx.size != size;
    return mdx.error;
}

/* ---- a directive that is none ---------------------------------------------------------------- */

static uint32_t skip_blank_lines(const struct mdx *mdx, uint32_t at) {
    uint32_t text;
    while (mdx_at_line_end(mdx, text = mdx_skip_spaces(mdx, at)) && text < mdx->size) {
        at = mdx_next_line(mdx, text);
    }
    return text;
}

void mdx_note_directive(const struct directive_set *directives, const char *bytes, size_t size,
                        struct facts *facts) {
    struct mdx mdx = {.out = (char *)bytes, .size = size < LEX_NO_END ? (uint32_t)size : 0};
    uint32_t at = skip_blank_lines(&mdx, begins_with_mark(bytes, size) ? 3 : 0);
    char quote = mdx_byte(&mdx, at);
    if (quote != '"' && quote != '\'') {
        return;
    }
    struct slice line = {bytes + at + 1, mdx_line_end(&mdx, at) - at - 1};
    const char *end = memchr(line.data, quote, line.length);
    struct slice raw = {line.data, end ? (size_t)(end - line.data) : 0};
    int rule = end ? directive_set_find(directives, raw) : -1;
    if (rule < 0) {
        return;
    }
    uint32_t text = facts_add_text(facts, raw.data, raw.length);
    struct fact_note *note = facts_add_note(facts);
    if (note) {
        *note = (struct fact_note){
            .span = {.start = at + 1, .end = at + 1 + (uint32_t)raw.length},
            .text = text,
            .text_length = (uint32_t)raw.length,
            .code = NOTE_NEAR_MISS,
            .detail = MISS_MDX,
            .configured = (int16_t)rule,
        };
    }
}
