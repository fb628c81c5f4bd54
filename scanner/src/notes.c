#include "notes.h"

#define TEXT_LIMIT 80 /* bytes of the user's own text in a message */

struct note_kind {
    enum prologue_severity severity;
    const char *code, *message;
};

/* `@` stands for what was written, `#` for the directive that was meant. */
static const struct note_kind kinds[NOTE_CODES] = {
    [NOTE_NEAR_MISS] = {PROLOGUE_WARNING, "near-miss-directive", ""},
    [NOTE_CONFLICTING] =
        {PROLOGUE_ERROR_DIAGNOSTIC, "conflicting-directives",
         "'@' conflicts with an earlier directive of this module; keep one of them"},
    [NOTE_NOT_FOLLOWED] = {PROLOGUE_INFO, "not-followed",
                           "what is loaded here is known only when it runs, so it is not followed"},
    [NOTE_NOT_CERTAIN] =
        {PROLOGUE_WARNING, "not-certain",
         "this file could not be read with certainty; what was found is a best guess"},
    [NOTE_NO_ROOM] =
        {PROLOGUE_WARNING, "not-certain",
         "there is no memory to read this file with certainty; what was found is a best guess"},
    [NOTE_SYNTAX] = {PROLOGUE_WARNING, "syntax-error",
                     "the syntax is not valid here; what follows may have been misread"},
    [NOTE_BINARY] = {PROLOGUE_WARNING, "not-source",
                     "this file is not UTF-8 source text, in spite of its name"},
};

static const char *const miss_messages[] = {
    [MISS_TYPO] = "'@' is not a directive; did you mean '#'?",
    [MISS_MISPLACED] = "'@' has no effect here; a directive stands before all other statements",
    [MISS_PARENTHESISED] = "'@' in parentheses is not a directive; remove the parentheses",
    [MISS_TEMPLATE] = "'@' as a template is not a directive; use quotes in place of backticks",
    [MISS_MDX] = "'@' has no effect in an MDX file, where it is a paragraph of text",
};

const char *severity_name(enum prologue_severity severity) {
    switch (severity) {
    case PROLOGUE_INFO:
        return "info";
    case PROLOGUE_WARNING:
        return "warning";
    default:
        return "error";
    }
}

static void append(struct note_text *out, size_t *length, struct slice text) {
    size_t room = NOTE_MESSAGE_SIZE - 1 - *length;
    if (text.length > room)
        text.length = room;
    if (text.length)
        memcpy(out->message + *length, text.data, text.length);
    *length += text.length;
}

/* Cut between characters where it is long. */
static void append_limited(struct note_text *out, size_t *length, struct slice text) {
    if (text.length <= TEXT_LIMIT) {
        append(out, length, text);
        return;
    }
    text.length = TEXT_LIMIT;
    while (text.length && ((unsigned char)text.data[text.length] & 0xC0) == 0x80)
        text.length--;
    append(out, length, text);
    append(out, length, SLICE("\xE2\x80\xA6"));
}

void note_describe(const struct fact_note *note, const struct facts *facts,
                   const struct directive_set *directives, struct note_text *out) {
    const struct note_kind *kind = &kinds[note->code];
    const char *message = kind->message;
    struct slice written = {NULL, 0}, meant = SLICE("use client");
    size_t length = 0;
    if (note->text_length)
        written = facts_text(facts, note->text, note->text_length);
    if (note->configured >= 0 && (uint32_t)note->configured < directives->count) {
        meant = directives->rules[note->configured].text;
    }
    if (note->code == NOTE_NEAR_MISS)
        message = miss_messages[note->detail];
    for (; *message; message++) {
        if (*message == '@')
            append_limited(out, &length, written);
        else if (*message == '#')
            append_limited(out, &length, meant);
        else
            append(out, &length, (struct slice){message, 1});
    }
    out->message[length] = '\0';
    out->severity = kind->severity;
    out->code = kind->code;
}
