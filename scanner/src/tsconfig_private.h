/* Shared by the tsconfig_*.c files. */
#ifndef TSCONFIG_PRIVATE_H
#define TSCONFIG_PRIVATE_H

#include "tsconfig.h"

/* What a file says something of, be it null. */
enum tsconfig_said {
    SAID_BASE_URL = 1,
    SAID_PATHS = 2,
    SAID_VERBATIM = 4,
    SAID_PRESERVE = 8,
    SAID_ALLOW_JS = 16,
    SAID_CHECK_JS = 32,
    SAID_OUT_DIR = 64,
    SAID_DECLARATION_DIR = 128,
    SAID_FILES = 256,
    SAID_INCLUDE = 512,
    SAID_EXCLUDE = 1024,
};

enum layer_state { LAYER_NEW, LAYER_OPEN /* its bases are being read */, LAYER_DONE };

struct tsconfig_texts {
    const struct slice *items;
    uint32_t count;
};

/* What an entry of `extends` or `references` names. */
struct tsconfig_link {
    struct slice text;
    uint32_t line, column;
    uint32_t layer; /* what it extends, index + 1; 0: there is no such file */
};

/* One file, as it is written. */
struct tsconfig_layer {
    path_id file; /* as it is spelled, in a real folder */
    path_id real;
    uint8_t state;
    bool broken;
    unsigned said;
    bool verbatim, preserve, allow_js, check_js;
    struct slice base_url, out_dir, declaration_dir; /* no data: null */
    const struct tsconfig_path *paths;
    uint32_t path_count;
    struct tsconfig_texts files, include, exclude;
    struct tsconfig_link *extends, *references;
    uint32_t extend_count, reference_count;
    uint32_t merged;         /* the number of the last merge that came here */
    uint32_t gathered;       /* the config that gathered it last, index + 1 */
    struct tsconfig *config; /* with all that it extends; NULL: nobody has asked */
};

/* Leaves an error of memory in the realpath. */
bool tsconfig_check(struct tsconfigs *tsconfigs, int code);

static inline struct realpath *tsconfig_realpath(const struct tsconfigs *tsconfigs) {
    return tsconfigs->packages->manifests->realpath;
}

/* tsconfig_read.c: a file into its layer, `extends` not followed. Problems are told of. */
void tsconfig_read(struct tsconfigs *tsconfigs, struct tsconfig_layer *layer);

/* tsconfig_extends.c: what `extends` names: a file, relative or absolute, or a package's. `*file` is
 * its path in a real folder, `*real` where it leads. */
bool tsconfig_find_extended(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                            path_id *file, path_id *real);
/* The config that an entry of `references` names. */
bool tsconfig_find_project(struct tsconfigs *tsconfigs, path_id folder, struct slice text,
                           path_id *file, path_id *real);

/* tsconfig_files.c */
/* False where the entry takes nothing. The pattern is allocated from `texts`. */
bool tsconfig_spec(struct tsconfigs *tsconfigs, path_id base, struct slice text, bool exclude,
                   struct tsconfig_spec *spec);
/* Whether a file is among those of a config itself. `loose`: with `allowJs`, and of any extension. */
bool tsconfig_takes(const struct paths *paths, const struct tsconfig *tsconfig, path_id file,
                    bool loose);

#endif
