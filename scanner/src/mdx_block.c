/* The blocks of a document: CommonMark's containers and leaves as MDX changes them. There is no
 * HTML and no indented code, and indentation has no limit. */
#include "mdx_private.h"

/* ---- lines ----------------------------------------------------------------------------------- */

struct cursor {
    uint32_t at, column;
    uint32_t tab; /* columns of the tab before `at` that are still to come */
};

static uint32_t skip_columns(const struct mdx *mdx, struct cursor *cursor, uint32_t limit) {
    uint32_t count = 0;
    while (count < limit) {
        if (!cursor->tab) {
            char c = mdx_byte(mdx, cursor->at);
            if (!mdx_is_space(c)) {
                break;
            }
            cursor->tab = c == '\t' ? 4 - cursor->column % 4 : 1;
            cursor->at++;
        }
        uint32_t step = cursor->tab < limit - count ? cursor->tab : limit - count;
        cursor->tab -= step;
        cursor->column += step;
        count += step;
    }
    return count;
}

static void skip_bytes(struct cursor *cursor, uint32_t count) {
    cursor->at += count;
    cursor->column += count;
}

static bool at_blank_rest(const struct mdx *mdx, const struct cursor *cursor) {
    return mdx_at_line_end(mdx, mdx_skip_spaces(mdx, cursor->at));
}

/* `***`, `- - -` */
static bool is_break(const struct mdx *mdx, uint32_t at) {
    char mark = mdx_byte(mdx, at);
    uint32_t marks = 0;
    if (mark != '*' && mark != '-' && mark != '_') {
        return false;
    }
    for (; !mdx_at_line_end(mdx, at); at++) {
        if (mdx->out[at] != mark && !mdx_is_space(mdx->out[at])) {
            return false;
        }
        marks += mdx->out[at] == mark;
    }
    return marks >= 3;
}

/* ---- containers ------------------------------------------------------------------------------ */

/* Past the digits of a list item's number; `at` where there is none. One that interrupts a
 * paragraph must be 1. */
static uint32_t skip_number(const struct mdx *mdx, uint32_t at, bool interrupt) {
    enum { MOST_DIGITS = 9 };
    uint32_t end = at;
    while (mdx_byte(mdx, end) >= '0' && mdx_byte(mdx, end) <= '9') {
        end++;
    }
    bool valid = interrupt ? end == at + 1 && mdx->out[at] == '1' : end - at <= MOST_DIGITS;
    return valid ? end : at;
}

/* `marker`: of the item that it must be a sibling of, or 0. */
static bool take_list_item(const struct mdx *mdx, struct cursor *cursor, uint32_t indentation,
                           char marker, bool interrupt, struct mdx_container *item) {
    uint32_t end = skip_number(mdx, cursor->at, interrupt);
    char c = mdx_byte(mdx, end);
    bool bullet = end == cursor->at && (c == '-' || c == '*' || c == '+');
    bool number = end > cursor->at && (c == '.' || c == ')');
    if ((!bullet && !number) || (marker && c != marker) || (bullet && is_break(mdx, cursor->at))) {
        return false;
    }
    uint32_t width = indentation + end + 1 - cursor->at, spaces = 1;
    skip_bytes(cursor, end + 1 - cursor->at);
    bool blank = at_blank_rest(mdx, cursor);
    if (blank ? interrupt : !(spaces = skip_columns(mdx, cursor, UINT32_MAX))) {
        return false;
    }
    *item = (struct mdx_container){.marker = c, .width = width + spaces, .begins_blank = blank};
    return true;
}

static bool take_container(const struct mdx *mdx, struct cursor *cursor, bool interrupt,
                           struct mdx_container *container) {
    struct cursor start = *cursor;
    uint32_t indentation = skip_columns(mdx, cursor, UINT32_MAX);
    if (mdx_byte(mdx, cursor->at) == '>') {
        skip_bytes(cursor, 1);
        skip_columns(mdx, cursor, 1);
        *container = (struct mdx_container){.marker = '>'};
        return true;
    }
    if (take_list_item(mdx, cursor, indentation, 0, interrupt, container)) {
        return true;
    }
    *cursor = start;
    return false;
}

enum goes_on { ENDS, GOES_ON, SIBLING };

static enum goes_on continue_item(const struct mdx *mdx, struct cursor *cursor,
                                  struct mdx_container *item) {
    struct cursor start = *cursor;
    if (at_blank_rest(mdx, cursor)) {
        item->further_blank |= item->begins_blank;
        skip_columns(mdx, cursor, item->width);
        return GOES_ON;
    }
    bool may_hold = !item->further_blank;
    item->begins_blank = item->further_blank = false;
    if (may_hold && skip_columns(mdx, cursor, item->width) == item->width) {
        return GOES_ON;
    }
    *cursor = start;
    uint32_t indentation = skip_columns(mdx, cursor, UINT32_MAX);
    if (take_list_item(mdx, cursor, indentation, item->marker, false, item)) {
        return SIBLING;
    }
    *cursor = start;
    return ENDS;
}

static enum goes_on continue_container(const struct mdx *mdx, struct cursor *cursor,
                                       struct mdx_container *container) {
    if (container->marker != '>') {
        return continue_item(mdx, cursor, container);
    }
    struct cursor start = *cursor;
    skip_columns(mdx, cursor, UINT32_MAX);
    if (mdx_byte(mdx, cursor->at) != '>') {
        *cursor = start;
        return ENDS;
    }
    skip_bytes(cursor, 1);
    skip_columns(mdx, cursor, 1);
    return GOES_ON;
}

/* ---- flow: tags and expressions on lines of their own ---------------------------------------- */

/* Past the tags and expressions, and the spaces after them; LEX_NO_END. */
static uint32_t flow_end(struct mdx *mdx, uint32_t at, uint32_t end) {
    for (;;) {
        char c = at < end ? mdx->out[at] : '\0';
        if (c == '{') {
            at = mdx_expression_end(mdx, at, end);
        } else if (c == '<' && mdx_begins_tag(mdx, at)) {
            at = mdx_tag_end(mdx, at, end);
        } else {
            return at;
        }
        if (at == LEX_NO_END) {
            return at;
        }
        at = mdx_skip_spaces(mdx, at);
    }
}

/* Blanks the containers' marks of up to `lines` more lines; returns where the next one begins, `at`
 * where no line goes on with the containers. */
static uint32_t prepare_lines(struct mdx *mdx, uint32_t at, uint32_t lines) {
    struct mdx_container containers[MDX_MAX_CONTAINERS];
    memcpy(containers, mdx->containers, mdx->depth * sizeof *containers);
    for (; lines && at < mdx->size; lines--) {
        struct cursor cursor = {.at = at};
        for (uint32_t i = 0; i < mdx->depth; i++) {
            if (continue_container(mdx, &cursor, &containers[i]) != GOES_ON) {
                return at;
            }
        }
        mdx_blank(mdx, at, cursor.at);
        at = mdx_next_line(mdx, mdx_line_end(mdx, cursor.at));
    }
    return at;
}

/* What begins at `at` may go on over more lines than this one; as many are prepared as it takes,
 * twice as many each time, and those that it does not take become what they were. */
static uint32_t find_flow_end(struct mdx *mdx, uint32_t at) {
    uint32_t limit = mdx_next_line(mdx, mdx_line_end(mdx, at)), first = limit, end;
    if (mdx->depth == 0) {
        return flow_end(mdx, at, mdx->size);
    }
    for (uint32_t lines = 1; (end = flow_end(mdx, at, limit)) == LEX_NO_END; lines *= 2) {
        uint32_t next = prepare_lines(mdx, limit, lines);
        if (next == limit) {
            break;
        }
        limit = next;
    }
    memcpy(mdx->out + first, mdx->bytes + first, limit - first);
    return end;
}

/* Lines of nothing but tags and expressions. Where something else follows them it was text; no new
 * container begins on the lines that were looked at. `depth`: containers that go on. */
static bool take_flow(struct mdx *mdx, uint32_t at, uint32_t depth) {
    char c = mdx->out[at];
    if ((c != '{' && (c != '<' || !mdx_begins_tag(mdx, at))) || mdx->broken) {
        return false;
    }
    uint32_t all = mdx->depth;
    mdx->depth = depth;
    uint32_t end = find_flow_end(mdx, at);
    if (end == LEX_NO_END) {
        mdx->broken = true;
    } else if (mdx_at_line_end(mdx, end)) {
        uint32_t next = mdx_next_line(mdx, mdx_line_end(mdx, at));
        while (next < end) {
            next = prepare_lines(mdx, next, 1);
        }
        mdx_add_text(mdx, at, end);
        mdx->at = mdx_next_line(mdx, end);
        return true;
    } else {
        mdx->attempted = end;
    }
    mdx->depth = all;
    return false;
}

/* ---- leaves ---------------------------------------------------------------------------------- */

static void end_line(struct mdx *mdx, uint32_t at) {
    mdx->at = mdx_next_line(mdx, mdx_line_end(mdx, at));
}

/* Returns whether there was more than definitions. */
static bool close_paragraph(struct mdx *mdx) {
    if (mdx->leaf != LEAF_PARAGRAPH) {
        return false;
    }
    struct mdx_span *text = &mdx->paragraph;
    mdx->leaf = LEAF_NONE;
    text->start = mdx_take_definitions(mdx, text->start, text->end);
    mdx_add_text(mdx, text->start, text->end);
    return text->start < text->end;
}

/* `===` or `---` under a paragraph. */
static bool is_underline(const struct mdx *mdx, uint32_t at) {
    char mark = mdx_byte(mdx, at);
    if (mark != '=' && mark != '-') {
        return false;
    }
    at += mdx_run_length(mdx, at, mark);
    return mdx_at_line_end(mdx, mdx_skip_spaces(mdx, at));
}

static bool take_heading(struct mdx *mdx, uint32_t at) {
    uint32_t length = mdx_run_length(mdx, at, '#'), text = at + length;
    if (length == 0 || length > 6 ||
        (!mdx_at_line_end(mdx, text) && !mdx_is_space(mdx->out[text]))) {
        return false;
    }
    mdx_blank(mdx, at, text);
    mdx_add_text(mdx, text, mdx_line_end(mdx, text));
    end_line(mdx, text);
    return true;
}

static bool take_fence(struct mdx *mdx, uint32_t at) {
    char c = mdx_byte(mdx, at);
    uint32_t length = c == '`' || c == '~' ? mdx_run_length(mdx, at, c) : 0;
    uint32_t end = mdx_line_end(mdx, at);
    if (length < 3 || (c == '`' && memchr(mdx->out + at + length, c, end - at - length))) {
        return false;
    }
    mdx_blank(mdx, at, end);
    mdx->fence = c;
    mdx->fence_length = length;
    mdx->leaf = LEAF_FENCE;
    end_line(mdx, at);
    return true;
}

static void take_fence_line(struct mdx *mdx, uint32_t at) {
    at = mdx_skip_spaces(mdx, at);
    uint32_t length = mdx_run_length(mdx, at, mdx->fence);
    if (length >= mdx->fence_length && mdx_at_line_end(mdx, mdx_skip_spaces(mdx, at + length))) {
        mdx->leaf = LEAF_NONE;
    }
    mdx_blank(mdx, at, mdx_line_end(mdx, at));
    end_line(mdx, at);
}

/* Anything but a paragraph, an ESM block or a blank line. */
static bool take_block(struct mdx *mdx, uint32_t at, uint32_t depth) {
    if (is_break(mdx, at)) {
        mdx_blank(mdx, at, mdx_line_end(mdx, at));
        end_line(mdx, at);
        return true;
    }
    return take_heading(mdx, at) || take_fence(mdx, at) || take_flow(mdx, at, depth);
}

static bool begins_esm(const struct mdx *mdx, uint32_t at) {
    return mdx->size - at > 7 &&
           (memcmp(mdx->out + at, "import ", 7) == 0 || memcmp(mdx->out + at, "export ", 7) == 0);
}

/* Where it is no valid JavaScript it goes on to a blank line. */
static void take_esm(struct mdx *mdx) {
    uint32_t end = lexer_esm_end(mdx->lexer, mdx->scratch, mdx->out, mdx->size, mdx->at);
    if (end == LEX_NO_END) {
        mdx->broken = true;
        end = mdx->at;
        while (!mdx_at_line_end(mdx, mdx_skip_spaces(mdx, end))) {
            end = mdx_next_line(mdx, mdx_line_end(mdx, end));
        }
    }
    end_line(mdx, end);
}

/* ---- a line ---------------------------------------------------------------------------------- */

/* Returns how many containers go on. */
static uint32_t continue_containers(struct mdx *mdx, struct cursor *cursor) {
    for (uint32_t i = 0; i < mdx->depth; i++) {
        enum goes_on answer = continue_container(mdx, cursor, &mdx->containers[i]);
        if (answer == ENDS) {
            return i;
        }
        if (answer == SIBLING) {
            close_paragraph(mdx);
            mdx->leaf = LEAF_NONE;
            mdx->depth = i + 1;
        }
    }
    return mdx->depth;
}

/* Returns whether one has begun. */
static bool open_containers(struct mdx *mdx, struct cursor *cursor, uint32_t continued) {
    struct mdx_container container;
    bool interrupt = continued == mdx->depth && mdx->leaf == LEAF_PARAGRAPH, opened = false;
    if (mdx->at < mdx->attempted || (continued == mdx->depth && mdx->leaf == LEAF_FENCE)) {
        return false;
    }
    while (take_container(mdx, cursor, interrupt, &container)) {
        if (!opened) {
            close_paragraph(mdx);
            mdx->leaf = LEAF_NONE;
            mdx->depth = continued;
            opened = true;
        }
        if (mdx->depth == MDX_MAX_CONTAINERS) {
            mdx->broken = true;
            break;
        }
        mdx->containers[mdx->depth++] = container;
    }
    return opened;
}

/* Text that goes on with a paragraph, or something else that ends it. */
static bool take_paragraph_line(struct mdx *mdx, uint32_t at, uint32_t continued) {
    bool lazy = continued < mdx->depth;
    if (!lazy && is_underline(mdx, at)) {
        if (close_paragraph(mdx)) {
            mdx_blank(mdx, at, mdx_line_end(mdx, at));
            end_line(mdx, at);
            return true;
        }
        return false;
    }
    if (take_block(mdx, at, continued)) {
        bool fence = mdx->leaf == LEAF_FENCE;
        mdx->leaf = LEAF_PARAGRAPH;
        close_paragraph(mdx);
        mdx->leaf = fence ? LEAF_FENCE : LEAF_NONE;
        mdx->depth = continued;
        return true;
    }
    mdx->paragraph.end = mdx_line_end(mdx, at);
    end_line(mdx, at);
    return true;
}

static void take_leaf(struct mdx *mdx, uint32_t start, uint32_t continued) {
    uint32_t at = mdx_skip_spaces(mdx, start);
    if (mdx->leaf == LEAF_FENCE && continued == mdx->depth) {
        take_fence_line(mdx, start);
        return;
    }
    if (mdx->leaf == LEAF_FENCE) {
        mdx->leaf = LEAF_NONE;
    }
    if (mdx_at_line_end(mdx, at)) {
        close_paragraph(mdx);
        mdx->depth = continued;
        end_line(mdx, at);
        return;
    }
    if (mdx->leaf == LEAF_PARAGRAPH && take_paragraph_line(mdx, at, continued)) {
        return;
    }
    mdx->depth = continued;
    if (continued == 0 && at == mdx->at && begins_esm(mdx, at)) {
        take_esm(mdx);
    } else if (!take_block(mdx, at, continued)) {
        mdx->leaf = LEAF_PARAGRAPH;
        mdx->paragraph = (struct mdx_span){at, mdx_line_end(mdx, at)};
        end_line(mdx, at);
    }
}

static void take_line(struct mdx *mdx) {
    struct cursor cursor = {.at = mdx->at};
    uint32_t continued = continue_containers(mdx, &cursor);
    if (open_containers(mdx, &cursor, continued)) {
        continued = mdx->depth;
    }
    mdx_blank(mdx, mdx->at, cursor.at);
    take_leaf(mdx, cursor.at, continued);
}

void mdx_take_blocks(struct mdx *mdx) {
    while (mdx->at < mdx->size && !mdx->error) {
        take_line(mdx);
    }
    close_paragraph(mdx);
}
