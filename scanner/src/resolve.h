/* (folder, specifier, environment, kind) -> a path. Never reads source text.
 *
 * A relative specifier with a script's extension is answered without asking the disk: the answer's
 * path is then PATH_ASSUMED, and opening it is the test. Whoever finds it missing sets its state and
 * asks again; the second answer follows from what is known by then. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "package_json.h"
#include "tsconfig.h"

enum { RESOLVE_MAX_REDIRECTS = 32 };

enum resolve_outcome {
    RESOLVE_FAILED,
    RESOLVE_MODULE,   /* `path` is a script */
    RESOLVE_LEAF,     /* `path` is another file, or a script asked for with a query */
    RESOLVE_EXTERNAL, /* left as it is written */
    RESOLVE_IGNORED,  /* `false` in a browser map */
};

struct answer {
    enum resolve_outcome outcome;
    path_id path;     /* real */
    bool plain;       /* by names alone: the same in every environment without a browser map */
    bool made_up;     /* external by its name: a virtual module, which somebody else may know */
    bool spelled;     /* the specifier is the start of how one writes the path from the importer */
    const char *code; /* the diagnostic's, where it failed */
};

struct resolve_environment {
    struct slice name;
    const struct slice *conditions;
    uint32_t condition_count;
    const struct slice *main_fields;
    uint32_t main_field_count;
    bool browser; /* browser maps apply */
};

struct resolve_alias {
    struct slice from, to;
    uint32_t environments; /* bits */
};

struct resolve_pattern {
    struct slice text;
    uint32_t environments; /* bits */
};

enum { TRACE_LONGEST = 1024 }; /* bytes of one step */

/* The steps taken, for people. */
struct trace {
    struct arena texts;
    const char **steps;
    uint32_t count, capacity;
    const char *reason;    /* why it failed: the last that was said */
    const char *format;    /* the kind of that reason: one address for each */
    path_id subject;       /* the file that the failure is about, where that is not the importer */
    path_id near;          /* a name that differs from a missing one in case only */
    path_id dangling;      /* a link that leads nowhere */
    const char *gathering; /* the kind of the list that is being said; NULL: none */
    path_id gathered_folder;
    size_t gathered_length;
    char gathered[TRACE_LONGEST];
};

void trace_init(struct trace *trace, struct ledger *ledger);
void trace_clear(struct trace *trace);
void trace_free(struct trace *trace);

enum { RESOLVE_JOINED_LONGEST = 112 };

/* Where the folders of a specifier led that was asked about last. */
struct joined {
    path_id base, path;
    uint32_t length;
    bool spelled; /* as one writes it */
    char text[RESOLVE_JOINED_LONGEST];
};

struct resolver {
    struct ledger *ledger;
    struct realpath *realpath;
    struct packages *packages;
    struct tsconfigs *tsconfigs;
    path_id root;
    const struct resolve_environment *environments;
    uint32_t environment_count;
    const struct resolve_alias *aliases;
    uint32_t alias_count;
    const struct resolve_pattern *externals;
    uint32_t external_count;
    struct rows memos; /* answers for bare specifiers */
    struct table memo_table;
    struct arena memo_texts;
    struct joined joined;
    uint64_t resolved, memo_hits;
};

/* What to do where a project has no node_modules folders; the reason of the code `plug-n-play`. */
extern const char resolve_plug_n_play[];

void resolver_init(struct resolver *resolver, struct ledger *ledger, struct realpath *realpath,
                   struct packages *packages, struct tsconfigs *tsconfigs);
void resolver_free(struct resolver *resolver);

struct importer {
    struct folder *folder; /* real */
    uint32_t tsconfig;     /* what tsconfig_owner() answers */
};

/* `require`: the kind's condition is `require`, not `import`. `trace` may be NULL. Memory errors are
 * left in realpath->error. */
struct answer resolve(struct resolver *resolver, struct importer from, struct slice specifier,
                      uint32_t environment, bool require, struct trace *trace);

/* `#x/` and a glob, by the "imports" of the package around `from`: the folder that the entry leads to,
 * and what of the glob stands for its `*`. False where no entry ends that way. */
bool resolve_imports_glob(struct resolver *resolver, struct folder *from, struct slice *glob,
                          uint32_t environment, path_id *base);

/* The name of a virtual module. */
bool resolve_is_made_up(struct slice specifier);

/* Whether a browser map speaks of what stands in this folder. */
bool resolve_has_map(struct resolver *resolver, struct folder *folder, uint32_t environment);

#endif
