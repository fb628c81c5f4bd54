/* prologue scan: the report, for people or as JSON. */
#ifndef SCAN_H
#define SCAN_H

#include "options.h"

/* Returns the exit status. */
int command_scan(const struct options *options);

#endif
