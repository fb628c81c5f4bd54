#define _GNU_SOURCE
#include "terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unicode.h"

enum { WIDTH_WITHOUT_TERMINAL = 100, WIDTH_LEAST = 40 };

static bool wants_color(const struct output *output, enum color color) {
    const char *never = getenv("NO_COLOR"), *kind = getenv("TERM");
    if (color != COLOR_AUTO)
        return color == COLOR_ALWAYS;
    if (never && *never)
        return false;
    return output->terminal && kind && strcmp(kind, "dumb") != 0;
}

static bool locale_is_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

static int width_of(const struct output *output) {
    struct winsize size;
    if (!output->terminal || ioctl(output->descriptor, TIOCGWINSZ, &size) != 0 || !size.ws_col)
        return WIDTH_WITHOUT_TERMINAL;
    return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
}

void terminal_init(struct terminal *terminal, struct output *output, enum color color) {
    terminal->output = output;
    terminal->color = wants_color(output, color);
    terminal->unicode = locale_is_utf8();
    terminal->width = width_of(output);
}

/* Only those of the sixteen colours that stand out from white and from black. */
static const char *const style_codes[] = {
    [STYLE_BOLD] = "\033[1m",       [STYLE_DIM] = "\033[2m",   [STYLE_ERROR] = "\033[1;31m",
    [STYLE_WARNING] = "\033[1;35m", [STYLE_NOTE] = "\033[36m", [STYLE_CLIENT] = "\033[36m",
    [STYLE_SERVER] = "\033[35m",
};

void terminal_style(struct terminal *terminal, enum style style) {
    if (terminal->color)
        output_text(terminal->output, style_codes[style]);
}

void terminal_plain(struct terminal *terminal) {
    if (terminal->color)
        output_text(terminal->output, "\033[0m");
}

static bool is_control(uint32_t character) {
    return character < 0x20 || (character >= 0x7F && character < 0xA0) ||
           (character >= 0x202A && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069);
}

void terminal_bytes(struct terminal *terminal, const char *bytes, size_t length) {
    const char *replacement = terminal_either(terminal, "\xEF\xBF\xBD", "?");
    size_t clean = 0, at = 0, taken;
    for (; at < length; at += taken) {
        uint32_t character = unicode_decode(bytes + at, length - at, &taken);
        bool malformed = character == UNICODE_REPLACEMENT && taken == 1;
        if (!malformed && !is_control(character))
            continue;
        output_write(terminal->output, bytes + clean, at - clean);
        output_text(terminal->output, replacement);
        clean = at + taken;
    }
    output_write(terminal->output, bytes + clean, length - clean);
}

void terminal_string(struct terminal *terminal, const char *text) {
    terminal_bytes(terminal, text, strlen(text));
}

void terminal_spaces(struct terminal *terminal, int count) {
    if (count > 0)
        output_print(terminal->output, "%*s", count, "");
}

const char *terminal_either(const struct terminal *terminal, const char *unicode,
                            const char *ascii) {
    return terminal->unicode ? unicode : ascii;
}

const char *terminal_count(struct number_text *buffer, unsigned long long value) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", value);
    char *out = buffer->bytes;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return buffer->bytes;
}

const char *terminal_size(struct number_text *buffer, unsigned long long bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1023.95 && unit < 4; unit++)
        value /= 1024;
    snprintf(buffer->bytes, sizeof buffer->bytes, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return buffer->bytes;
}

const char *terminal_time(struct number_text *buffer, double milliseconds) {
    if (milliseconds < 9.95)
        snprintf(buffer->bytes, sizeof buffer->bytes, "%.1f ms", milliseconds);
    else if (milliseconds < 999.5)
        snprintf(buffer->bytes, sizeof buffer->bytes, "%.0f ms", milliseconds);
    else
        snprintf(buffer->bytes, sizeof buffer->bytes, "%.2f s", milliseconds / 1000);
    return buffer->bytes;
}

static bool silent;

void complain_never(void) {
    silent = true;
}

bool complain_allowed(void) {
    return !silent;
}

void complain(const char *command, const char *format, ...) {
    char line[8192];
    if (silent)
        return;
    int length =
        snprintf(line, sizeof line, "prologue%s%s: ", command ? " " : "", command ? command : "");
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    if (more < 0)
        return;
    size_t total = (size_t)length + (size_t)more;
    if (total > sizeof line - 2)
        total = sizeof line - 2;
    for (size_t i = 0; i < total; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = '?';
    line[total++] = '\n';
    if (write(STDERR_FILENO, line, total) < 0)
        return;
}
