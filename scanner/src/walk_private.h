/* Shared by the walk_*.c files. */
#ifndef WALK_PRIVATE_H
#define WALK_PRIVATE_H

#include "walk.h"

void walk_fail(struct walk *walk, int code);
/* False once the walk has to end. */
bool walk_goes_on(struct walk *walk);
int walk_refuse(struct walk *walk, int code, const char *what);

/* path_join() of what the user named; `refusal` where it cannot be a path. 0 or a code. */
int walk_join(struct walk *walk, path_id base, const char *text, int refusal, path_id *out);

/* Bits. */
uint32_t walk_all_environments(const struct walk *walk);
/* The environments that the user excluded a path from, as bits. */
uint32_t walk_exclusions(const struct walk *walk, path_id path);
/* Notes in a file's row whether it is excluded; and the environments that it is excluded from. */
void walk_exclude(const struct walk *walk, struct file *file);
uint32_t walk_excluded(const struct walk *walk, const struct file *file);
bool walk_excludes(const struct walk *walk, path_id path);
/* The row of a path. NULL: no memory, and the walk has failed. */
struct file *walk_row(struct walk *walk, path_id path);
/* The row of a script, asked for now if nobody has. NULL: excluded from all these environments, or
 * no memory. */
struct file *walk_ask_for(struct walk *walk, path_id path, uint32_t environments);
void walk_request(struct walk *walk, struct file *file, uint32_t environments);
/* Hands what is asked for to the workers, as far as they have room. */
void walk_feed(struct walk *walk);
/* The environments that its directive switches to; 0: none. */
uint32_t walk_switched(const struct walk *walk, const struct file *file);
/* The environments in which a source file stands for itself: those of its directive. */
uint32_t walk_own_environments(const struct walk *walk, const struct file *file);
/* Its read is asked for, when its turn comes. */
void walk_put_unread(struct walk *walk, struct file *file);
/* Follows what is requested to its end. */
void walk_finish(struct walk *walk);
/* Makes the readers' window as wide as what is left of the limit allows. */
void walk_fit_window(struct walk *walk);
/* Throws away what the workers still bring. */
void walk_drain(struct walk *walk);

/* walk_follow.c: visits a file in the environments in which it is requested: its imports are followed. */
void walk_visit(struct walk *walk, struct file *file);
/* Asks once more where one import leads, and goes there. */
void walk_follow_again(struct walk *walk, const struct waiter *edge);
/* The next edge that waits for a file; false where none does. */
bool walk_take_waiter(struct walk *walk, struct file *file, struct waiter *out);

/* Where it leads by what others have found out: its own target. NULL: no memory. */
uint32_t *walk_target_of(struct walk *walk, const struct waiter *edge);
/* Goes to a script, or waits until it is known to be one. */
void walk_enter(struct walk *walk, path_id path, const struct waiter *edge);
/* The edge waits for this file. */
void walk_wait(struct walk *walk, struct file *target, const struct waiter *edge);

/* Its read is asked for, unless an earlier walk knows what stands in it. */
void walk_read(struct walk *walk, struct file *file);
/* walk_again.c: the same of a file that is not what it was. */
void walk_read_again(struct walk *walk, struct file *file);
/* What a reader brought of a file. */
void walk_take_result(struct walk *walk, const struct read_result *result);

/* walk_start.c: the entries and the source folders. 0 or a code, with walk->detail. */
int walk_start(struct walk *walk, const prologue_scan_request *scan);
/* Begins at an entry, again. */
void walk_start_at(struct walk *walk, const struct walk_entry *entry);

#endif
