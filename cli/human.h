/* The report as people read it. */
#ifndef HUMAN_H
#define HUMAN_H

#include <prologue.h>

#include "terminal.h"

/* `ending` is what the scan returned: 0, PROLOGUE_ELIMIT or PROLOGUE_ECANCELLED. */
void human_report(struct terminal *terminal, prologue_report *report, int ending);

/* `N thing` or `N things`. */
void human_plural(struct terminal *terminal, unsigned long long count, const char *one,
                  const char *many);

#endif
