/* A folder of a test's own, and the paths in it. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdio.h>

static char top[64];

/* Valid until the fourth call after. */
static const char *at(const char *name) {
    static char text[4][128];
    static int next;
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "%s/%s", top, name);
    return text[next];
}

#endif
