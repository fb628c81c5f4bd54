#define _GNU_SOURCE
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unicode.h"

enum { TAB_STOP = 4, GUTTER = 6, CONTEXT_BEFORE = 30 };
#define LARGEST_FILE ((off_t)16 << 20)

/* ---- the file --------------------------------------------------------------------------------- */

void frame_file_free(struct frame_file *file) {
    free(file->path);
    free(file->bytes);
    file->path = file->bytes = NULL;
    file->length = 0;
}

static void read_whole(struct frame_file *file, int descriptor, size_t size) {
    file->bytes = calloc(1, size + 1);
    while (file->bytes && file->length < size) {
        ssize_t got = read(descriptor, file->bytes + file->length, size - file->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        file->length += (size_t)got;
    }
}

/* Takes `path`. A file that cannot be read is remembered as an empty one. */
static void load(struct frame_file *file, char *path) {
    struct stat status;
    frame_file_free(file);
    file->path = path;
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= LARGEST_FILE)
        read_whole(file, descriptor, (size_t)status.st_size);
    close(descriptor);
}

static char *join(const char *root, prologue_slice path) {
    bool absolute = path.length > 0 && path.data[0] == '/';
    size_t size = strlen(root) + path.length + 2;
    char *joined = malloc(size);
    if (joined)
        snprintf(joined, size, "%s%s%.*s", absolute ? "" : root, absolute ? "" : "/",
                 (int)path.length, path.data);
    return joined;
}

/* ---- the line --------------------------------------------------------------------------------- */

/* The length of the line end at `at`, 0 where there is none. */
static size_t line_end(const char *at, const char *end) {
    if (*at == '\n')
        return 1;
    if (*at == '\r')
        return at + 1 < end && at[1] == '\n' ? 2 : 1;
    bool separator =
        end - at >= 3 && at[0] == '\xE2' && at[1] == '\x80' && (at[2] == '\xA8' || at[2] == '\xA9');
    return separator ? 3 : 0;
}

bool frame_find_line(prologue_slice bytes, uint32_t line, prologue_slice *out) {
    const char *at = bytes.data, *end = at + bytes.length;
    if (bytes.length >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    const char *start = at;
    uint32_t number = 1;
    while (at < end) {
        size_t length = line_end(at, end);
        if (length > 0 && number == line)
            break;
        at += length ? length : 1;
        if (length > 0) {
            number++;
            start = at;
        }
    }
    *out = (prologue_slice){start, (size_t)(at - start)};
    return number == line;
}

size_t frame_column_offset(prologue_slice line, uint32_t column) {
    size_t at = 0, taken;
    for (uint32_t units = 1; at < line.length && units < column; at += taken)
        units += unicode_decode(line.data + at, line.length - at, &taken) > 0xFFFF ? 2 : 1;
    return at;
}

/* ---- as shown --------------------------------------------------------------------------------- */

/* The columns that the character at `at` takes when it is shown at column `column`. */
static size_t shown_width(prologue_slice line, size_t at, size_t column, size_t *taken) {
    uint32_t character = unicode_decode(line.data + at, line.length - at, taken);
    if (character == '\t')
        return TAB_STOP - column % TAB_STOP;
    return (size_t)unicode_width(character);
}

static size_t shown_column(prologue_slice line, size_t offset) {
    size_t column = 0, taken;
    for (size_t at = 0; at < offset && at < line.length; at += taken)
        column += shown_width(line, at, column, &taken);
    return column;
}

/* The columns of the line that are shown, from `first` up to `last`. */
struct window {
    size_t first, last;
};

static struct window choose_window(size_t width, size_t total, size_t caret) {
    if (total <= width)
        return (struct window){0, total};
    size_t first = caret > CONTEXT_BEFORE ? caret - CONTEXT_BEFORE : 0;
    if (first + width > total)
        first = total - width;
    return (struct window){first, first + width};
}

static void print_line(struct terminal *terminal, prologue_slice line, struct window window) {
    size_t column = 0, taken;
    for (size_t at = 0; at < line.length && column <= window.last; at += taken) {
        size_t width = shown_width(line, at, column, &taken);
        bool tab = line.data[at] == '\t', whole = column >= window.first;
        column += width;
        if (column <= window.first || column > window.last)
            continue;
        if (tab || !whole)
            terminal_spaces(terminal, (int)(whole ? width : column - window.first));
        else
            terminal_bytes(terminal, line.data + at, taken);
    }
}

static void print_gutter(struct terminal *terminal, uint32_t line) {
    const char *bar = terminal_either(terminal, "\xE2\x94\x82", "|");
    terminal_style(terminal, STYLE_DIM);
    if (line > 0)
        output_print(terminal->output, "%*u %s ", GUTTER, line, bar);
    else
        output_print(terminal->output, "%*s %s ", GUTTER, "", bar);
    terminal_plain(terminal);
}

static void print_carets(struct terminal *terminal, size_t from, size_t to, enum style style) {
    terminal_spaces(terminal, (int)from);
    terminal_style(terminal, style);
    for (size_t column = from; column < to; column++)
        output_text(terminal->output, "^");
    terminal_plain(terminal);
    output_text(terminal->output, "\n");
}

/* Where the carets stand, in columns of the line as shown. */
struct carets {
    size_t from, to;
};

static struct carets place_carets(prologue_slice line, struct frame_place place) {
    size_t start = frame_column_offset(line, place.column), end = start + place.length;
    if (end > line.length)
        end = line.length;
    struct carets carets = {shown_column(line, start), shown_column(line, end)};
    if (carets.to <= carets.from)
        carets.to = carets.from + 1;
    return carets;
}

void frame_print_bytes(struct terminal *terminal, prologue_slice bytes, struct frame_place place,
                       enum style style) {
    const char *dots = terminal_either(terminal, "\xE2\x80\xA6", "...");
    int dots_width = terminal->unicode ? 1 : 3;
    prologue_slice line;
    if (place.line == 0 || !frame_find_line(bytes, place.line, &line))
        return;
    struct carets carets = place_carets(line, place);
    size_t total = shown_column(line, line.length);
    size_t room = (size_t)(terminal->width - GUTTER - 3 - 2 * dots_width);
    struct window window = choose_window(room, total, carets.from);
    bool before = window.first > 0, after = window.last < total;
    print_gutter(terminal, place.line);
    output_text(terminal->output, before ? dots : "");
    print_line(terminal, line, window);
    output_text(terminal->output, after ? dots : "");
    output_text(terminal->output, "\n");
    if (place.column == 0)
        return;
    print_gutter(terminal, 0);
    terminal_spaces(terminal, before ? dots_width : 0);
    if (carets.to > window.last && carets.from < window.last)
        carets.to = window.last;
    print_carets(terminal, carets.from - window.first, carets.to - window.first, style);
}

void frame_print(struct terminal *terminal, struct frame_file *file, const char *root,
                 prologue_slice path, struct frame_place place, enum style style) {
    char *joined = join(root, path);
    if (!joined)
        return;
    if (file->path && strcmp(file->path, joined) == 0)
        free(joined);
    else
        load(file, joined);
    if (file->bytes)
        frame_print_bytes(terminal, (prologue_slice){file->bytes, file->length}, place, style);
}
