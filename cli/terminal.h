/* Text for people: colours, width, characters that a terminal can show, and complaints. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "output.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum style {
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_ERROR,
    STYLE_WARNING,
    STYLE_NOTE,
    STYLE_CLIENT,
    STYLE_SERVER
};

struct terminal {
    struct output *output;
    bool color, unicode;
    int width; /* columns */
};

/* With COLOR_AUTO there are colours where the output is a terminal, NO_COLOR is not set, and TERM is
 * not `dumb`. */
void terminal_init(struct terminal *terminal, struct output *output, enum color color);

void terminal_style(struct terminal *terminal, enum style style);
void terminal_plain(struct terminal *terminal);

/* Bytes that came from elsewhere: control characters and malformed UTF-8 are replaced. */
void terminal_bytes(struct terminal *terminal, const char *bytes, size_t length);
void terminal_string(struct terminal *terminal, const char *text);
void terminal_spaces(struct terminal *terminal, int count);
/* The one that the terminal can show. */
const char *terminal_either(const struct terminal *terminal, const char *unicode,
                            const char *ascii);

/* `1,234`. Returns `buffer`. */
struct number_text {
    char bytes[32];
};
const char *terminal_count(struct number_text *buffer, unsigned long long value);
const char *terminal_size(struct number_text *buffer, unsigned long long bytes);
const char *terminal_time(struct number_text *buffer, double milliseconds);

/* One line on standard error: `prologue scan: ...`. `command` may be NULL. */
__attribute__((format(printf, 2, 3))) void complain(const char *command, const char *format, ...);
/* From here on standard error stays silent (--quiet). */
void complain_never(void);
bool complain_allowed(void);

#endif
