/* SIGINT and SIGTERM: the first cancels what the session does, the next ends the program. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <prologue.h>

/* From now on SIGUSR2 asks the session that is watched for a dump, and ends nothing. */
void interrupt_dump(void);
/* Instead of asking, it says this, once. `line` has to stay. */
void interrupt_explain(const char *line);
void interrupt_watch(prologue_session *session);
/* There is nothing left to cancel: a signal now removes an unfinished file and ends the program. */
void interrupt_release(void);

#endif
