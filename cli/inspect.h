/* prologue inspect: what the reader sees in each file. */
#ifndef INSPECT_H
#define INSPECT_H

#include "options.h"

/* Returns the exit status. */
int command_inspect(const struct options *options);

#endif
