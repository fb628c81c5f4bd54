/* Texts: paragraphs, headings, lines of tags. What is no code in them is blanked. */
#include "mdx_private.h"

#include "sort.h"

static bool grow(struct mdx *mdx, void *items_pointer, uint32_t *capacity, uint32_t need,
                 size_t item_size) {
    if (!mdx->error) {
        mdx->error = ledger_grow(mdx->ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, items_pointer, capacity,
                                 need, item_size);
    }
    return !mdx->error;
}

void mdx_add_text(struct mdx *mdx, uint32_t start, uint32_t end) {
    if (start < end &&
        grow(mdx, &mdx->texts, &mdx->text_capacity, mdx->text_count + 1, sizeof *mdx->texts)) {
        mdx->texts[mdx->text_count++] = (struct mdx_span){start, end};
    }
}

static bool is_punctuation(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7F;
}

/* ---- code ------------------------------------------------------------------------------------ */

bool mdx_begins_tag(const struct mdx *mdx, uint32_t at) {
    return at + 1 >= mdx->size ||
           (!mdx_is_space(mdx->out[at + 1]) && !mdx_is_line_end(mdx->out[at + 1]));
}

uint32_t mdx_expression_end(struct mdx *mdx, uint32_t at, uint32_t end) {
    at = lexer_expression_end(mdx->lexer, mdx->scratch, mdx->out, end, at);
    if (mdx->scratch->error) {
        mdx->error = mdx->scratch->error;
    }
    return at;
}

static uint32_t string_end(const struct mdx *mdx, uint32_t at, uint32_t end) {
    const char *found = memchr(mdx->out + at + 1, mdx->out[at], end - at - 1);
    return found ? (uint32_t)(found - mdx->out) + 1 : LEX_NO_END;
}

static bool is_tag_byte(char c) {
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || mdx_is_space(c) || mdx_is_line_end(c) || c == '\f' ||
           c == '\v' || (c && strchr("$_-.:/=\\", c));
}

uint32_t mdx_tag_end(struct mdx *mdx, uint32_t at, uint32_t end) {
    at++;
    while (at < end && mdx->out[at] != '>') {
        char c = mdx->out[at];
        if (c == '{') {
            at = mdx_expression_end(mdx, at, end);
        } else if (c == '"' || c == '\'') {
            at = string_end(mdx, at, end);
        } else {
            at = is_tag_byte(c) ? at + 1 : LEX_NO_END;
        }
    }
    return at < end ? at + 1 : LEX_NO_END;
}

static bool holds_code(const struct mdx *mdx, uint32_t at, uint32_t end) {
    while (at < end) {
        char c = mdx->out[at], next = mdx->out[at + 1];
        if (c == '/' && next == '/') {
            at = mdx_line_end(mdx, at);
        } else if (c == '/' && next == '*') {
            at += 2;
            while (at < end && (mdx->out[at] != '*' || mdx->out[at + 1] != '/')) {
                at++;
            }
            at += 2;
        } else if (mdx_is_space(c) || mdx_is_line_end(c)) {
            at++;
        } else {
            return true;
        }
    }
    return false;
}

/* From `{` to `}`: what it holds stays, as `[...]`; of a spread its subject. */
static void keep_expression(struct mdx *mdx, uint32_t at, uint32_t end) {
    if (!holds_code(mdx, at + 1, end - 1)) {
        mdx_blank(mdx, at, end);
        return;
    }
    mdx->out[at] = '[';
    mdx->out[end - 1] = ']';
    if (at && mdx->out[at - 1] == ' ') {
        mdx->out[at - 1] = ';';
    }
    do {
        at++;
    } while (mdx_is_space(mdx->out[at]) || mdx_is_line_end(mdx->out[at]));
    if (end - at > 3 && memcmp(mdx->out + at, "...", 3) == 0) {
        mdx_blank(mdx, at, at + 3);
    }
}

static void add_code(struct mdx *mdx, uint32_t start, uint32_t end) {
    if (grow(mdx, &mdx->codes, &mdx->code_capacity, mdx->code_count + 1, sizeof *mdx->codes)) {
        mdx->codes[mdx->code_count++] = (struct mdx_span){start, end};
    }
}

static uint32_t reach(const struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t line = mdx->broken ? mdx_line_end(mdx, at) : end;
    return line < end ? line : end;
}

/* What is not closed: the document is none. The rest is guessed, line by line. */
static uint32_t break_off(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t line = mdx_line_end(mdx, at);
    mdx->broken = true;
    return line < end ? line : end;
}

static uint32_t take_expression(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t after = mdx_expression_end(mdx, at, reach(mdx, at, end));
    if (after == LEX_NO_END) {
        return break_off(mdx, at, end);
    }
    add_code(mdx, at, after);
    return after;
}

/* Its expressions are code. */
static uint32_t take_tag(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t after = mdx_tag_end(mdx, at, reach(mdx, at, end));
    if (after == LEX_NO_END) {
        return break_off(mdx, at, end);
    }
    while (at < after) {
        char c = mdx->out[at];
        uint32_t next = c == '{'                ? mdx_expression_end(mdx, at, after)
                        : c == '"' || c == '\'' ? string_end(mdx, at, after)
                                                : at + 1;
        if (next == LEX_NO_END) {
            return break_off(mdx, at, end);
        }
        if (c == '{') {
            add_code(mdx, at, next);
        }
        at = next;
    }
    return after;
}

/* ---- code spans ------------------------------------------------------------------------------ */

/* Where the last run of each length begins. */
static void note_backticks(struct mdx *mdx, uint32_t at, uint32_t end) {
    mdx->backticks_end = end;
    while (at < end) {
        const char *found = memchr(mdx->out + at, '`', end - at);
        if (!found) {
            return;
        }
        at = (uint32_t)(found - mdx->out);
        uint32_t length = mdx_run_length(mdx, at, '`'), old = mdx->backtick_capacity;
        if (length >= old && !grow(mdx, &mdx->backticks, &mdx->backtick_capacity, length + 1,
                                   sizeof *mdx->backticks)) {
            return;
        }
        memset(mdx->backticks + old, 0, (mdx->backtick_capacity - old) * sizeof *mdx->backticks);
        mdx->backticks[length] = at;
        at += length;
    }
}

/* A code span ends at a run of as many backticks; where there is none they are text. */
static uint32_t take_backticks(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t length = mdx_run_length(mdx, at, '`'), text = at + length, run;
    if (mdx->backticks_end != end) {
        note_backticks(mdx, at, end);
    }
    if (mdx->error || mdx->backticks[length] <= at || mdx->backticks[length] >= end) {
        return text;
    }
    for (at = text; at < end && (run = mdx_run_length(mdx, at, '`')) != length;) {
        at += run ? run : 1;
    }
    return at < end ? at + length : text;
}

/* ---- links ----------------------------------------------------------------------------------- */

static uint32_t skip_white(const struct mdx *mdx, uint32_t at, uint32_t end) {
    while (at < end && (mdx_is_space(mdx->out[at]) || mdx_is_line_end(mdx->out[at]))) {
        at++;
    }
    return at;
}

/* The functions below return where a part ends, LEX_NO_END where there is none. */
static uint32_t enclosed_destination(const struct mdx *mdx, uint32_t at, uint32_t end) {
    for (at++; at < end && mdx->out[at] != '>'; at++) {
        char c = mdx->out[at], next = at + 1 < end ? mdx->out[at + 1] : '\0';
        if (c == '<' || mdx_is_line_end(c)) {
            return LEX_NO_END;
        }
        at += c == '\\' && (next == '<' || next == '>' || next == '\\');
    }
    return at < end ? at + 1 : LEX_NO_END;
}

static uint32_t destination_end(const struct mdx *mdx, uint32_t at, uint32_t end, uint32_t most) {
    uint32_t open = 0, start = at;
    if (at < end && mdx->out[at] == '<') {
        return enclosed_destination(mdx, at, end);
    }
    for (; at < end; at++) {
        char c = mdx->out[at], next = at + 1 < end ? mdx->out[at + 1] : '\0';
        if (mdx_is_space(c) || mdx_is_line_end(c) || (c == ')' && open == 0)) {
            break;
        }
        if ((is_control(c) && c) || (c == '(' && open == most)) {
            return LEX_NO_END;
        }
        open += c == '(';
        open -= c == ')';
        at += c == '\\' && (next == '(' || next == ')' || next == '\\');
    }
    return open || at == start ? LEX_NO_END : at;
}

static uint32_t title_end(struct mdx *mdx, uint32_t at, uint32_t end) {
    static const char kinds[] = "\"'(";
    char open = at < end ? mdx->out[at] : '\0', close = open == '(' ? ')' : open;
    const char *kind = open ? strchr(kinds, open) : NULL;
    if (!kind || mdx->unclosed[kind - kinds] == end) {
        return LEX_NO_END;
    }
    for (at++; at < end && mdx->out[at] != close; at++) {
        char next = at + 1 < end ? mdx->out[at + 1] : '\0';
        at += mdx->out[at] == '\\' && (next == close || next == '\\');
    }
    if (at >= end) {
        mdx->unclosed[kind - kinds] = end;
        return LEX_NO_END;
    }
    return at + 1;
}

/* `(destination "title")` at `(`. */
static uint32_t resource_end(struct mdx *mdx, uint32_t at, uint32_t end) {
    enum { MOST_PARENTHESES = 32 };
    at = skip_white(mdx, at + 1, end);
    if (at < end && mdx->out[at] != ')') {
        at = destination_end(mdx, at, end, MOST_PARENTHESES);
        if (at == LEX_NO_END) {
            return at;
        }
        uint32_t title = skip_white(mdx, at, end), after = LEX_NO_END;
        if (title > at && title < end && mdx->out[title] != ')') {
            after = title_end(mdx, title, end);
            if (after == LEX_NO_END) {
                return after;
            }
            title = after;
        }
        at = skip_white(mdx, title, end);
    }
    return at < end && mdx->out[at] == ')' ? at + 1 : LEX_NO_END;
}

/* `[label]` at `[`. */
static uint32_t label_end(const struct mdx *mdx, uint32_t at, uint32_t end) {
    enum { LONGEST_LABEL = 999 };
    uint32_t count = 0;
    bool seen = false;
    for (at++; at < end && mdx->out[at] != ']'; at++) {
        char c = mdx->out[at], next = at + 1 < end ? mdx->out[at + 1] : '\0';
        count += ((unsigned char)c & 0xC0) != 0x80 && !mdx_is_line_end(c);
        if (c == '[' || count > LONGEST_LABEL) {
            return LEX_NO_END;
        }
        seen |= !mdx_is_space(c) && !mdx_is_line_end(c);
        if (c == '\\' && (next == '[' || next == '\\' || next == ']')) {
            count++;
            at++;
        }
    }
    return at < end && seen ? at + 1 : LEX_NO_END;
}

/* Of the text in other letters' case, with its white space collapsed. */
static uint64_t label_hash(const struct mdx *mdx, uint32_t at, uint32_t end) {
    uint64_t hash = 0xCBF29CE484222325;
    bool space = false, begun = false;
    for (; at < end; at++) {
        unsigned char c = (unsigned char)mdx->out[at];
        if (mdx_is_space((char)c) || mdx_is_line_end((char)c)) {
            space = true;
            continue;
        }
        if (space && begun) {
            hash = (hash ^ ' ') * 0x100000001B3;
        }
        space = false;
        begun = true;
        hash = (hash ^ (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c)) * 0x100000001B3;
    }
    return hash;
}

static bool is_defined(const struct mdx *mdx, uint32_t start, uint32_t end) {
    uint32_t low = 0, high = mdx->label_count;
    for (uint32_t i = start; i < end && high; i++) {
        i += mdx->out[i] == '\\' && i + 1 < end;
        if (mdx->out[i] == '[' && mdx->out[i - 1] != '\\') {
            return false;
        }
    }
    uint64_t hash = high ? label_hash(mdx, start, end) : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (mdx->labels[middle] < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < mdx->label_count && mdx->labels[low] == hash;
}

/* `]` at `at` closes the label that begins at `start`: where the link ends, LEX_NO_END: it is none. */
static uint32_t link_end(struct mdx *mdx, uint32_t start, uint32_t at, uint32_t end) {
    uint32_t after = at + 1, found = LEX_NO_END;
    char next = after < end ? mdx->out[after] : '\0';
    if (next == '(') {
        found = resource_end(mdx, after, end);
    } else if (next == '[') {
        found = label_end(mdx, after, end);
        if (found != LEX_NO_END && !is_defined(mdx, after + 1, found - 1)) {
            found = LEX_NO_END;
        }
    }
    if (found != LEX_NO_END || !is_defined(mdx, start, at)) {
        return found;
    }
    if (next == '[') {
        return after + 1 < end && mdx->out[after + 1] == ']' ? after + 2 : LEX_NO_END;
    }
    return after;
}

static uint32_t open_bracket(struct mdx *mdx, uint32_t at, bool image) {
    if (grow(mdx, &mdx->brackets, &mdx->bracket_capacity, mdx->bracket_count + 1,
             sizeof *mdx->brackets)) {
        mdx->brackets[mdx->bracket_count++] =
            (struct mdx_bracket){.start = at, .codes = mdx->code_count, .image = image};
    }
    return at;
}

/* The text of an image is no code. */
static uint32_t close_bracket(struct mdx *mdx, uint32_t at, uint32_t end) {
    if (mdx->bracket_count == 0) {
        return at + 1;
    }
    uint32_t index = --mdx->bracket_count;
    struct mdx_bracket bracket = mdx->brackets[index];
    bool inactive = !bracket.image && index < mdx->inactive;
    mdx->inactive = mdx->inactive < index ? mdx->inactive : index;
    uint32_t after = inactive ? LEX_NO_END : link_end(mdx, bracket.start, at, end);
    if (after == LEX_NO_END) {
        return at + 1;
    }
    if (!bracket.image) {
        mdx->inactive = index;
    } else {
        mdx->code_count = bracket.codes;
    }
    return after;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* What begins at `at` and is no code; returns where it ends. */
static uint32_t skip_text(struct mdx *mdx, uint32_t at, uint32_t end) {
    char next = at + 1 < end ? mdx->out[at + 1] : '\0';
    switch (mdx->out[at]) {
    case '\\':
        return is_punctuation(next) ? at + 2 : at + 1;
    case '`':
        return take_backticks(mdx, at, end);
    case '!':
        return next == '[' ? open_bracket(mdx, at + 2, true) : at + 1;
    case '[':
        return open_bracket(mdx, at + 1, false);
    case ']':
        return close_bracket(mdx, at, end);
    default:
        return at + 1;
    }
}

static void take_text(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t start = at;
    mdx->bracket_count = mdx->inactive = mdx->code_count = 0;
    while (at < end && !mdx->error) {
        char c = mdx->out[at];
        if (c == '{') {
            at = take_expression(mdx, at, end);
        } else if (c == '<' && mdx_begins_tag(mdx, at)) {
            at = take_tag(mdx, at, end);
        } else {
            at = skip_text(mdx, at, end);
        }
    }
    for (uint32_t i = 0; i < mdx->code_count; i++) {
        mdx_blank(mdx, start, mdx->codes[i].start);
        keep_expression(mdx, mdx->codes[i].start, mdx->codes[i].end);
        start = mdx->codes[i].end;
    }
    mdx_blank(mdx, start, end);
}

static bool hash_before(const void *context, const void *a, const void *b) {
    (void)context;
    uint64_t first, second;
    memcpy(&first, a, sizeof first);
    memcpy(&second, b, sizeof second);
    return first < second;
}

void mdx_take_texts(struct mdx *mdx) {
    sort_heap(mdx->labels, mdx->label_count, sizeof *mdx->labels, hash_before, NULL);
    for (uint32_t i = 0; i < mdx->text_count && !mdx->error; i++) {
        take_text(mdx, mdx->texts[i].start, mdx->texts[i].end);
    }
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bool ends_line(const struct mdx *mdx, uint32_t *at, uint32_t end) {
    *at = mdx_skip_spaces(mdx, *at);
    return *at >= end || mdx_is_line_end(mdx->out[*at]);
}

/* `[label]: destination "title"` at `[`: the line end after it, LEX_NO_END. */
static uint32_t definition_end(struct mdx *mdx, uint32_t at, uint32_t end, uint32_t *label) {
    *label = label_end(mdx, at, end);
    if (*label == LEX_NO_END || *label >= end || mdx->out[*label] != ':') {
        return LEX_NO_END;
    }
    at = destination_end(mdx, skip_white(mdx, *label + 1, end), end, UINT32_MAX);
    if (at == LEX_NO_END) {
        return at;
    }
    uint32_t title = skip_white(mdx, at, end);
    if (title > at && (title = title_end(mdx, title, end)) != LEX_NO_END &&
        ends_line(mdx, &title, end)) {
        return title;
    }
    return ends_line(mdx, &at, end) ? at : LEX_NO_END;
}

uint32_t mdx_take_definitions(struct mdx *mdx, uint32_t at, uint32_t end) {
    uint32_t label, after;
    memset(mdx->unclosed, 0, sizeof mdx->unclosed);
    while (at < end && mdx->out[at] == '[' &&
           (after = definition_end(mdx, at, end, &label)) != LEX_NO_END) {
        if (grow(mdx, &mdx->labels, &mdx->label_capacity, mdx->label_count + 1,
                 sizeof *mdx->labels)) {
            mdx->labels[mdx->label_count++] = label_hash(mdx, at + 1, label - 1);
        }
        mdx_blank(mdx, at, after);
        at = mdx_skip_spaces(mdx, mdx_next_line(mdx, after));
    }
    return at < end ? at : end;
}
