/* What only the host of a scan knows, shared by walk_host.c and walk_given.c and those who ask them. */
#ifndef WALK_HOST_H
#define WALK_HOST_H

#include "walk_private.h"

/* walk_host.c. Whether the host is asked first about a specifier, and for what stands at a path. */
bool walk_host_resolves(const struct walk *walk, struct slice specifier, uint32_t environment);
bool walk_host_loads(const struct walk *walk, path_id path, uint32_t environment);
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
/* The row of a file whose source the host is asked for in an environment, although it stands on the disk.
 * NULL: excluded there, or no memory. */
struct file *walk_ask_given(struct walk *walk, path_id real, uint32_t environment);
void walk_enter_given(struct walk *walk, path_id real, const struct waiter *edge, uint32_t *target);
/* Goes where an id leads; ids of up to WALK_ID_LONGEST bytes. */
enum { WALK_ID_LONGEST = PATH_LONGEST - PATH_TAG };
void walk_enter_id(struct walk *walk, struct slice id, const struct waiter *edge, uint32_t *target);
/* An id, or the text of a file's path; `text` has room for PATH_LONGEST + 2. */
struct slice walk_id_of(const struct walk *walk, path_id id, char *text);
/* Whether a file of its path stands on the disk. */
bool walk_is_on_disk(struct walk *walk, const struct file *file);
/* The environment that a given file is of. */
uint32_t walk_given_environment(const struct walk *walk, const struct file *file);
/* What the host says of a given file. */
void walk_take_source(struct walk *walk, struct file *file, struct slice id,
                      const prologue_source *source);
/* Its source is to be asked for again. */
void walk_renew_given(struct walk *walk, struct file *file);

#endif
