/* What --help prints. */
#ifndef HELP_H
#define HELP_H

#include "options.h"
#include "output.h"

void help_overview(struct output *output);
void help_command(struct output *output, enum command command);

#endif
