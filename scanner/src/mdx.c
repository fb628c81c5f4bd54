#include "mdx.h"

#define UNTERMINATED SIZE_MAX

struct mdx {
    struct ledger *ledger;
    const char *bytes;
    size_t size, at;
    char *out;
    char *open; /* the brackets and templates around the place that is looked at */
    uint32_t open_count, open_capacity;
    bool broken;
    int error;
};

static char byte_at(const struct mdx *mdx, size_t at) {
    return at < mdx->size ? mdx->bytes[at] : '\0';
}

static struct slice rest_of(const struct mdx *mdx, size_t at) {
    return (struct slice){mdx->bytes + at, mdx->size - at};
}

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

static size_t skip_spaces(const struct mdx *mdx, size_t at) {
    while (is_space(byte_at(mdx, at))) {
        at++;
    }
    return at;
}

static size_t line_end(const struct mdx *mdx, size_t at) {
    while (at < mdx->size && !is_line_end(mdx->bytes[at])) {
        at++;
    }
    return at;
}

/* `at` is at a line end or at the end of the file. */
static size_t next_line(const struct mdx *mdx, size_t at) {
    if (at >= mdx->size) {
        return mdx->size;
    }
    return at + 1 + (mdx->bytes[at] == '\r' && byte_at(mdx, at + 1) == '\n');
}

static bool is_blank_line(const struct mdx *mdx, size_t at) {
    at = skip_spaces(mdx, at);
    return at >= mdx->size || is_line_end(mdx->bytes[at]);
}

static void blank(struct mdx *mdx, size_t start, size_t end) {
    for (size_t i = start; i < end; i++) {
        mdx->out[i] = is_line_end(mdx->bytes[i]) ? mdx->bytes[i] : ' ';
    }
}

/* ---- JavaScript, as far as brackets go ------------------------------------------------------- */

static void push(struct mdx *mdx, char bracket) {
    int error = ledger_grow(mdx->ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, &mdx->open,
                            &mdx->open_capacity, mdx->open_count + 1, 1);
    if (error) {
        mdx->error = error;
    } else {
        mdx->open[mdx->open_count++] = bracket;
    }
}

static bool in_template(const struct mdx *mdx) {
    return mdx->open_count && mdx->open[mdx->open_count - 1] == '`';
}

static size_t skip_quoted(const struct mdx *mdx, size_t at) {
    char quote = mdx->bytes[at++];
    while (at < mdx->size && mdx->bytes[at] != quote && !is_line_end(mdx->bytes[at])) {
        at += mdx->bytes[at] == '\\' ? 2 : 1;
    }
    return at < mdx->size ? at + (mdx->bytes[at] == quote) : mdx->size;
}

static size_t skip_comment(const struct mdx *mdx, size_t at) {
    if (mdx->bytes[at + 1] == '/') {
        return line_end(mdx, at);
    }
    for (at += 2; at + 1 < mdx->size; at++) {
        if (mdx->bytes[at] == '*' && mdx->bytes[at + 1] == '/') {
            return at + 2;
        }
    }
    return mdx->size;
}

/* A regular expression where an operand must stand; else the slash alone. */
static size_t skip_slash(const struct mdx *mdx, size_t at, char before) {
    bool in_class = false;
    if (before && !strchr("(,=:[!&|?{;+-*%~^>", before)) {
        return at + 1;
    }
    for (size_t i = at + 1; i < mdx->size && !is_line_end(mdx->bytes[i]); i++) {
        char c = mdx->bytes[i];
        if (c == '\\') {
            i++;
        } else if (c == '[' || c == ']') {
            in_class = c == '[';
        } else if (c == '/' && !in_class) {
            return i + 1;
        }
    }
    return at + 1;
}

static size_t step_template(struct mdx *mdx, size_t at) {
    char c = mdx->bytes[at];
    if (c == '`') {
        mdx->open_count--;
    } else if (c == '$' && byte_at(mdx, at + 1) == '{') {
        push(mdx, '{');
        return at + 2;
    }
    return at + (c == '\\' ? 2 : 1);
}

/* One token, or one byte of it. */
static size_t step(struct mdx *mdx, size_t at, char before) {
    char c = mdx->bytes[at], next = byte_at(mdx, at + 1);
    if (in_template(mdx)) {
        return step_template(mdx, at);
    }
    switch (c) {
    case '"':
    case '\'':
        return skip_quoted(mdx, at);
    case '/':
        return next == '/' || next == '*' ? skip_comment(mdx, at) : skip_slash(mdx, at, before);
    case '`':
    case '{':
    case '(':
    case '[':
        push(mdx, c);
        break;
    case '}':
    case ')':
    case ']':
        mdx->open_count -= mdx->open_count > 0;
    }
    return at + 1;
}

/* After `{`: where its `}` is. */
static size_t expression_end(struct mdx *mdx, size_t at) {
    char before = '{';
    mdx->open_count = 0;
    while (at < mdx->size && !mdx->error) {
        if (mdx->open_count == 0 && mdx->bytes[at] == '}') {
            return at;
        }
        size_t next = step(mdx, at, before);
        if (!is_space(mdx->bytes[at]) && !is_line_end(mdx->bytes[at])) {
            before = mdx->bytes[at];
        }
        at = next;
    }
    return UNTERMINATED;
}

/* Up to a blank line outside of brackets; where there is none, up to the first blank line. */
static size_t esm_end(struct mdx *mdx, size_t at) {
    size_t first = UNTERMINATED;
    char before = ';';
    mdx->open_count = 0;
    while (at < mdx->size && !mdx->error) {
        char c = mdx->bytes[at];
        if (is_line_end(c) && is_blank_line(mdx, next_line(mdx, at))) {
            first = first == UNTERMINATED ? at : first;
            if (mdx->open_count == 0 || mdx->broken) {
                return at;
            }
        }
        size_t next = step(mdx, at, before);
        before = is_space(c) || is_line_end(c) ? before : c;
        at = next;
    }
    mdx->broken = mdx->broken || mdx->open_count;
    return mdx->open_count && first != UNTERMINATED ? first : mdx->size;
}

/* ---- expressions and tags -------------------------------------------------------------------- */

static bool holds_code(const struct mdx *mdx, size_t at, size_t end) {
    while (at < end) {
        char c = mdx->bytes[at];
        char next = byte_at(mdx, at + 1);
        if (c == '/' && (next == '/' || next == '*')) {
            at = skip_comment(mdx, at);
        } else if (is_space(c) || is_line_end(c)) {
            at++;
        } else {
            return true;
        }
    }
    return false;
}

/* `{` at `at`: what it holds stays, as `[…]`. Returns what follows. */
static size_t take_expression(struct mdx *mdx, size_t at) {
    size_t end = mdx->broken ? UNTERMINATED : expression_end(mdx, at + 1);
    if (end == UNTERMINATED) {
        mdx->broken = true;
        end = line_end(mdx, at);
        blank(mdx, at, end);
        return end;
    }
    if (!holds_code(mdx, at + 1, end)) {
        blank(mdx, at, end + 1);
        return end + 1;
    }
    memcpy(mdx->out + at, mdx->bytes + at, end + 1 - at);
    mdx->out[at] = '[';
    mdx->out[end] = ']';
    if (at && mdx->out[at - 1] == ' ') {
        mdx->out[at - 1] = ';';
    }
    size_t start = at + 1;
    while (start < end && (is_space(mdx->bytes[start]) || is_line_end(mdx->bytes[start]))) {
        start++;
    }
    if (slice_starts(rest_of(mdx, start), SLICE("..."))) {
        blank(mdx, start, start + 3);
    }
    return end + 1;
}

static bool begins_tag(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '>' || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static size_t tag_string_end(const struct mdx *mdx, size_t at) {
    const char *end = memchr(mdx->bytes + at + 1, mdx->bytes[at], mdx->size - at - 1);
    return end ? (size_t)(end - mdx->bytes) + 1 : at + 1;
}

static size_t take_tag(struct mdx *mdx, size_t at) {
    while (at < mdx->size && mdx->bytes[at] != '>' && !mdx->error) {
        char c = mdx->bytes[at];
        if (c == '{') {
            at = take_expression(mdx, at);
            continue;
        }
        size_t next = c == '"' || c == '\'' ? tag_string_end(mdx, at) : at + 1;
        blank(mdx, at, next);
        at = next;
    }
    if (at < mdx->size) {
        blank(mdx, at, at + 1);
        at++;
    }
    return at;
}

/* ---- Markdown -------------------------------------------------------------------------------- */

static size_t run_length(const struct mdx *mdx, size_t at, char c) {
    size_t length = 0;
    while (byte_at(mdx, at + length) == c) {
        length++;
    }
    return length;
}

/* A code span ends at a run of as many backticks, before a blank line. */
static size_t code_span_end(const struct mdx *mdx, size_t at) {
    size_t length = run_length(mdx, at, '`'), start = at + length;
    for (at = start; at < mdx->size;) {
        if (mdx->bytes[at] == '`') {
            size_t run = run_length(mdx, at, '`');
            at += run;
            if (run == length) {
                return at;
            }
        } else if (is_line_end(mdx->bytes[at]) && is_blank_line(mdx, next_line(mdx, at))) {
            break;
        } else {
            at++;
        }
    }
    return start;
}

/* To the end of the line, or of what began on it; `at`: where the containers' marks end. True
 * where there was text. */
static bool take_text(struct mdx *mdx, size_t at) {
    bool text = false;
    blank(mdx, mdx->at, at);
    while (at < mdx->size && !is_line_end(mdx->bytes[at]) && !mdx->error) {
        char c = mdx->bytes[at];
        if (c == '{') {
            at = take_expression(mdx, at);
            continue;
        }
        if (c == '<' && begins_tag(byte_at(mdx, at + 1))) {
            at = take_tag(mdx, at);
            continue;
        }
        size_t next = c == '`' ? code_span_end(mdx, at) : at + (c == '\\' ? 2 : 1);
        next = next > mdx->size ? mdx->size : next;
        blank(mdx, at, next);
        text = text || !is_space(c);
        at = next;
    }
    size_t next = next_line(mdx, at);
    blank(mdx, at, next);
    mdx->at = next;
    return text;
}

/* Past indentation, block quotes and list markers. */
static size_t skip_containers(const struct mdx *mdx, size_t at) {
    for (;;) {
        at = skip_spaces(mdx, at);
        size_t mark = at;
        while (byte_at(mdx, mark) >= '0' && byte_at(mdx, mark) <= '9') {
            mark++;
        }
        char c = byte_at(mdx, mark);
        bool item = mark > at ? c == '.' || c == ')' : c == '-' || c == '*' || c == '+';
        if (item && is_space(byte_at(mdx, mark + 1))) {
            at = mark + 2;
        } else if (c == '>' && mark == at) {
            at++;
        } else {
            return at;
        }
    }
}

static size_t fence_length(const struct mdx *mdx, size_t at) {
    char c = byte_at(mdx, at);
    size_t length = c == '`' || c == '~' ? run_length(mdx, at, c) : 0;
    if (length < 3) {
        return 0;
    }
    struct slice info = {mdx->bytes + at + length, line_end(mdx, at) - at - length};
    return c == '`' && info.length && memchr(info.data, '`', info.length) ? 0 : length;
}

/* Fenced code is not code. */
static void skip_fence(struct mdx *mdx, size_t at, size_t length) {
    char c = mdx->bytes[at];
    size_t start = mdx->at, line = next_line(mdx, line_end(mdx, at));
    while (line < mdx->size) {
        size_t mark = skip_containers(mdx, line), run = run_length(mdx, mark, c);
        line = next_line(mdx, line_end(mdx, line));
        if (run >= length && is_blank_line(mdx, mark + run)) {
            break;
        }
    }
    blank(mdx, start, line);
    mdx->at = line;
}

static bool begins_esm(const struct mdx *mdx, size_t at) {
    struct slice rest = rest_of(mdx, at);
    return slice_starts(rest, SLICE("import ")) || slice_starts(rest, SLICE("export "));
}

static void take_esm(struct mdx *mdx) {
    size_t end = esm_end(mdx, mdx->at);
    memcpy(mdx->out + mdx->at, mdx->bytes + mdx->at, end - mdx->at);
    mdx->at = end;
}

/* `---` … `---` at the very start. */
static void skip_front_matter(struct mdx *mdx) {
    size_t line = mdx->at, start = mdx->at;
    if (!slice_starts(rest_of(mdx, line), SLICE("---")) || !is_blank_line(mdx, line + 3)) {
        return;
    }
    for (line = next_line(mdx, line_end(mdx, line)); line < mdx->size;) {
        bool ends = slice_starts(rest_of(mdx, line), SLICE("---")) && is_blank_line(mdx, line + 3);
        line = next_line(mdx, line_end(mdx, line));
        if (ends) {
            blank(mdx, start, line);
            mdx->at = line;
            return;
        }
    }
}

/* `# x`, `***`, and under a paragraph `===` and `---`. */
static bool is_heading_or_break(const struct mdx *mdx, size_t at, bool paragraph) {
    char mark = byte_at(mdx, at);
    size_t marks = 0;
    if (mark == '#') {
        return true;
    }
    if (!mark || !strchr("*-_=", mark)) {
        return false;
    }
    for (; at < mdx->size && !is_line_end(mdx->bytes[at]); at++) {
        if (mdx->bytes[at] != mark && !is_space(mdx->bytes[at])) {
            return false;
        }
        marks += mdx->bytes[at] == mark;
    }
    return mark == '=' ? paragraph : marks >= 3 || (mark == '-' && paragraph);
}

static void take_blocks(struct mdx *mdx) {
    bool paragraph = false; /* a line of text goes on on the next line */
    while (mdx->at < mdx->size && !mdx->error) {
        size_t at = skip_containers(mdx, mdx->at), fence = fence_length(mdx, at);
        if (is_blank_line(mdx, mdx->at)) {
            paragraph = false;
            take_text(mdx, mdx->at);
        } else if (fence) {
            paragraph = false;
            skip_fence(mdx, at, fence);
        } else if (!paragraph && begins_esm(mdx, mdx->at)) {
            take_esm(mdx);
        } else {
            bool ends = is_heading_or_break(mdx, at, paragraph);
            paragraph = take_text(mdx, at) && !ends;
        }
    }
}

static void begin(struct mdx *mdx) {
    if (slice_starts(rest_of(mdx, 0), SLICE("\xEF\xBB\xBF"))) {
        mdx->at = 3;
        blank(mdx, 0, 3);
    }
    skip_front_matter(mdx);
}

int mdx_mask(struct ledger *ledger, const char *bytes, size_t size, char *out, bool *broken) {
    struct mdx mdx = {.ledger = ledger, .bytes = bytes, .size = size, .out = out};
    begin(&mdx);
    take_blocks(&mdx);
    ledger_free(ledger, PROLOGUE_SUBSYSTEM_GRAMMAR, mdx.open, mdx.open_capacity);
    *broken = mdx.broken;
    return mdx.error;
}

/* ---- a directive that is none ---------------------------------------------------------------- */

static size_t skip_blank_lines(const struct mdx *mdx, size_t at) {
    while (at < mdx->size && is_blank_line(mdx, at)) {
        at = next_line(mdx, line_end(mdx, at));
    }
    return skip_spaces(mdx, at);
}

void mdx_note_directive(const struct directive_set *directives, const char *bytes, size_t size,
                        struct facts *facts) {
    struct mdx mdx = {.bytes = bytes, .size = size};
    size_t at = slice_starts(rest_of(&mdx, 0), SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    at = skip_blank_lines(&mdx, at);
    char quote = byte_at(&mdx, at);
    if (quote != '"' && quote != '\'') {
        return;
    }
    struct slice line = {bytes + at + 1, line_end(&mdx, at) - at - 1};
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
            .span = {.start = (uint32_t)(at + 1), .end = (uint32_t)(at + 1 + raw.length)},
            .text = text,
            .text_length = (uint32_t)raw.length,
            .code = NOTE_NEAR_MISS,
            .detail = MISS_MDX,
            .configured = (int16_t)rule,
        };
    }
}
