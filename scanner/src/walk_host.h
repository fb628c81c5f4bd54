/* What only the host of a scan knows, shared by walk_host.c and walk_given.c and those who ask them. */
#ifndef WALK_HOST_H
#define WALK_HOST_H

#include "walk_private.h"

/* walk_host.c. Whether the host is asked first about a specifier, and for the source of a file. */
bool walk_host_resolves(const struct walk *walk, struct slice specifier, uint32_t environment);
bool walk_host_loads(const struct walk *walk, path_id path);
/* Native resolution has `failed` to answer, or a pattern names the specifier: the host may have an answer,
 * later. False where nobody is there to be asked. */
bool walk_ask_host(struct walk *walk, struct file *file, const struct facts *facts,
                   const struct waiter *edge, uint32_t *target, bool failed);
/* Asks everything that has gathered. False where nothing has. */
bool walk_hear_host(struct walk *walk);
/* Before the graph is walked again: what the host said of this file, or is, does not count any more. */
void walk_forget_host(struct walk *walk, struct file *file);

/* walk_given.c */
static inline bool walk_is_given(const struct walk *walk, const struct file *file) {
    return path_at(&walk->paths, file->path)->flags & PATH_GIVEN;
}
/* The source of a file is asked for, in its turn. */
void walk_ask_source(struct walk *walk, struct file *file);
/* Goes where an id leads; ids of up to WALK_ID_LONGEST bytes. */
enum { WALK_ID_LONGEST = PATH_LONGEST - PATH_TAG };
void walk_enter_id(struct walk *walk, struct slice id, const struct waiter *edge, uint32_t *target);
/* An id, or the text of a file's path; `text` has room for PATH_LONGEST + 2. */
struct slice walk_id_of(const struct walk *walk, path_id id, char *text);
/* The environment that a given file is of. */
uint32_t walk_given_environment(const struct walk *walk, const struct file *file);
/* What the host says of a file. */
void walk_take_source(struct walk *walk, struct file *file, struct slice id,
                      const prologue_source *source);
/* Before the graph is walked again: the source of a given file, of one that a pattern names, is asked for
 * again; what is known of the latter from the disk is kept for the answer that there is none. */
void walk_renew_given(struct walk *walk, struct file *file);
void walk_renew_named(struct walk *walk, struct file *file);
/* After it: a file that nobody asked for is what it was. */
void walk_restore_named(struct file *file);

#endif
