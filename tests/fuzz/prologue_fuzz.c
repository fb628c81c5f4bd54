/* The directives of a module, by the letter of ECMAScript: what both readers find must be what the
 * simplest reading of the grammar finds. The first byte chooses the dialect. */
#include "reading.h"

struct text {
    const unsigned char *at, *end;
    bool newline; /* in the white space that was skipped last */
    bool unknown; /* something that has no meaning, or more than one */
};

static bool starts(const struct text *text, const char *with) {
    size_t length = strlen(with);
    return (size_t)(text->end - text->at) >= length && memcmp(text->at, with, length) == 0;
}

static bool skip(struct text *text, const char *what) {
    if (!starts(text, what)) {
        return false;
    }
    text->at += strlen(what);
    return true;
}

static bool skip_any(struct text *text, const char *const *what) {
    while (*what && !skip(text, *what)) {
        what++;
    }
    return *what != NULL;
}

static bool skip_line_terminator(struct text *text) {
    static const char *const all[] = {"\r\n", "\n", "\r", "\u2028", "\u2029", NULL};
    return skip_any(text, all);
}

static bool skip_white_space(struct text *text) {
    static const char *const all[] = {" ",      "\t",     "\v",     "\f",     "\u00A0", "\uFEFF",
                                      "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                      "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                      "\u202F", "\u205F", "\u3000", NULL};
    return skip_any(text, all);
}

static void skip_rest_of_line(struct text *text) {
    struct text line = *text;
    while (line.at < line.end && !skip_line_terminator(&line)) {
        text->at = ++line.at;
    }
}

static bool skip_comment(struct text *text) {
    if (skip(text, "//")) {
        skip_rest_of_line(text);
        return true;
    }
    if (!skip(text, "/*")) {
        return false;
    }
    while (text->at < text->end && !skip(text, "*/")) {
        if (skip_line_terminator(text)) {
            text->newline = true;
        } else {
            text->at++;
        }
        text->unknown = text->at == text->end && memcmp(text->end - 2, "*/", 2) != 0;
    }
    return true;
}

static void skip_trivia(struct text *text) {
    text->newline = false;
    for (;;) {
        if (skip_line_terminator(text)) {
            text->newline = true;
        } else if (!skip_white_space(text) && !skip_comment(text)) {
            break;
        }
    }
    text->unknown |= starts(text, "<!--") || starts(text, "-->"); /* a comment in scripts */
}

/* A string literal; its text is left in `*raw`. */
static bool read_string(struct text *text, struct slice *raw) {
    struct text ahead = *text;
    unsigned char quote = text->at < text->end ? *text->at : 0;
    if (quote != '"' && quote != '\'') {
        return false;
    }
    for (ahead.at++; ahead.at < ahead.end && *ahead.at != quote;) {
        if (*ahead.at == '\n' || *ahead.at == '\r') {
            return false;
        }
        if (*ahead.at++ == '\\' && ahead.at < ahead.end && !skip_line_terminator(&ahead)) {
            ahead.at++;
        }
    }
    if (ahead.at >= ahead.end) {
        return false;
    }
    raw->data = (const char *)text->at + 1;
    raw->length = (size_t)(ahead.at - text->at - 1);
    text->at = ahead.at + 1;
    return true;
}

static bool is_word(const struct text *text, const char *word) {
    size_t length = strlen(word);
    if (!starts(text, word)) {
        return false;
    }
    struct text behind = {text->at + length, text->end, false, false};
    if (skip_white_space(&behind) || skip_line_terminator(&behind)) {
        return true;
    }
    unsigned char next = behind.at < behind.end ? *behind.at : 0;
    return !(next >= 0x80 || next == '_' || next == '$' || next == '\\' ||
             (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
             (next >= 'A' && next <= 'Z'));
}

static bool closes_template(const struct text *text) {
    const unsigned char *at = text->at + 1;
    while (at < text->end && *at != '`') {
        at += *at == '\\' ? 2 : 1;
    }
    return at < text->end;
}

/* Whether what follows the line end after an expression goes on with it; else a semicolon is
 * inserted before it. */
static bool continues(const struct text *text) {
    static const char *const none[] = {"++", "--", "=>", "...", NULL};
    struct text ahead = *text;
    unsigned char next = text->at + 1 < text->end ? text->at[1] : 0;
    if (text->at == text->end || skip_any(&ahead, none) || *text->at == 0) {
        return false;
    }
    if (*text->at == '.') {
        return next < '0' || next > '9';
    }
    if (*text->at == '!') {
        return next == '=';
    }
    return strchr("([`,+-*/%=&|^<>?", *text->at) || is_word(text, "in") ||
           is_word(text, "instanceof");
}

static bool read_directive(struct text *text, struct slice *raw) {
    if (!read_string(text, raw)) {
        return false;
    }
    skip_trivia(text);
    if (skip(text, ";")) {
        return true;
    }
    text->unknown |= starts(text, "in\\") || starts(text, "instanceof\\");
    text->unknown |= text->at < text->end && *text->at == '`' && !closes_template(text);
    return text->at == text->end || *text->at == '}' || (text->newline && !continues(text));
}

static void compare(const struct facts *facts, const char *bytes, size_t size) {
    struct text text = {(const unsigned char *)bytes, (const unsigned char *)bytes + size, 0, 0};
    struct slice raw;
    uint32_t count = 0;
    skip(&text, "\uFEFF");
    if (starts(&text, "#!")) {
        skip_rest_of_line(&text);
    }
    while (count < facts->directive_count && !facts->directives[count].in_function) {
        count++;
    }
    for (uint32_t i = 0;; i++) {
        skip_trivia(&text);
        bool found = !text.unknown && read_directive(&text, &raw);
        if (text.unknown) {
            return;
        }
        require(found == (i < count), found ? "a directive is missed" : "one directive too many");
        if (!found) {
            return;
        }
        const struct fact_directive *item = &facts->directives[i];
        require(bytes + item->span.start == raw.data, "a directive's place");
        raw.length = raw.length < FACT_DIRECTIVE_LONGEST ? raw.length : FACT_DIRECTIVE_LONGEST;
        require(slice_equal(facts_text(facts, item->text, item->text_length), raw),
                "a directive's text");
    }
}

static bool is_binary(const char *bytes, size_t size) {
    return memchr(bytes, 0, size) ||
           (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct facts facts;
    if (size == 0 || is_binary((const char *)data + 1, size - 1)) {
        return 0;
    }
    unsigned dialect = dialect_of(data[0]);
    const char *bytes = (const char *)data + 1;
    read_bytes(PROLOGUE_READER_LEXER, dialect, bytes, size - 1, &facts);
    compare(&facts, bytes, size - 1);
    if (read_bytes(PROLOGUE_READER_GRAMMAR, dialect, bytes, size - 1, &facts)) {
        compare(&facts, bytes, size - 1);
    }
    return 0;
}
