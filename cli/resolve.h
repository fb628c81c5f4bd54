/* prologue resolve: where an import leads. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "options.h"

/* Returns the exit status. */
int command_resolve(const struct options *options);

#endif
