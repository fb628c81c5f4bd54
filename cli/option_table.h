/* Every option, declared once: what it is called, what it takes, what help says, who has it. */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options.h"

enum option_group { GROUP_INPUT, GROUP_MEANING, GROUP_RESOLUTION, GROUP_LIMITS, GROUP_OUTPUT };

struct option_row {
    const char *name;
    const char *argument; /* NULL: it takes none, and the byte at `offset` becomes 1 */
    unsigned commands;    /* enum command */
    enum option_group group;
    /* Takes the argument, or explains what is wrong with it and returns false. NULL: the text at
     * `offset` becomes the argument. */
    bool (*take)(struct options *options, const char *value);
    size_t offset;
    const char *help;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

#endif
