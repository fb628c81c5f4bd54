/* A report's diagnostics as people read them. */
#ifndef DIAGNOSTICS_H
#define DIAGNOSTICS_H

#include <prologue.h>

#include "terminal.h"

/* Notes and those of packages counted, then the project's own warnings, then all errors. */
void diagnostics_print(struct terminal *terminal, prologue_report *report,
                       const prologue_summary *summary);

#endif
