#include "resolve_private.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Sorted; sub-paths of builtins too. */
static const char *const builtins[] = {
    "_http_agent",
    "_http_client",
    "_http_common",
    "_http_incoming",
    "_http_outgoing",
    "_http_server",
    "_stream_duplex",
    "_stream_passthrough",
    "_stream_readable",
    "_stream_transform",
    "_stream_wrap",
    "_stream_writable",
    "_tls_common",
    "_tls_wrap",
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
};

static const char *const schemes[] = {
    "node:", "bun:", "cloudflare:", "http:", "https:", "data:", "virtual:", "//"};

struct memo {
    const char *specifier;
    uint32_t length;
    path_id folder;
    uint32_t tsconfig;
    uint32_t variant; /* environment * 2 + require */
    struct answer answer;
};

bool check_memory(struct question *question, int code) {
    if (code && code != PROLOGUE_EINVALID) {
        question->resolver->realpath->error = code;
    }
    if (code == PROLOGUE_EINVALID) {
        say_why(question, "the path is longer than the system's limit, or holds a NUL");
    }
    return code == 0;
}

enum found redirect(struct question *question, struct folder *base, struct slice head,
                    struct slice tail) {
    char *text = question->texts[!question->which];
    if (head.length + tail.length > PATH_LONGEST) {
        say_why(question, "the specifier is longer than a path can be");
        return stop(question, "unresolved-import");
    }
    memcpy(text, head.data, head.length);
    if (tail.length) {
        memcpy(text + head.length, tail.data, tail.length);
    }
    question->which = !question->which;
    question->specifier = (struct slice){text, head.length + tail.length};
    question->base = base;
    question->redirected = true;
    question->replaced = false;
    return AGAIN;
}

enum found stop(struct question *question, const char *code) {
    question->answer.outcome = RESOLVE_FAILED;
    question->answer.code = code;
    return STOPPED;
}

static enum found external(struct question *question, const char *why) {
    say(question, "external: %s", why);
    question->answer.outcome = RESOLVE_EXTERNAL;
    return FOUND;
}

/* ".", "..", "./x" or "../x" */
static bool is_relative(struct slice specifier) {
    size_t dots = 0;
    while (dots < specifier.length && dots < 3 && specifier.data[dots] == '.') {
        dots++;
    }
    return (dots == 1 || dots == 2) && (dots == specifier.length || specifier.data[dots] == '/');
}

static bool is_builtin(struct slice specifier) {
    size_t low = 0, high = sizeof builtins / sizeof *builtins;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = slice_compare(slice_of(builtins[middle]), specifier);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

static bool is_url(struct slice specifier) {
    if (specifier.data[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (schemes[i][0] == specifier.data[0] && slice_starts(specifier, slice_of(schemes[i]))) {
            return true;
        }
    }
    return specifier.data[0] == 0;
}

bool resolve_is_made_up(struct slice specifier) {
    return specifier.data[0] == 0 || slice_starts(specifier, SLICE("virtual:"));
}

/* The user's aliases, in the given order: the exact specifier, or what stands before a `/`. */
static enum found apply_alias(struct question *question) {
    struct resolver *resolver = question->resolver;
    struct slice specifier = question->specifier;
    for (uint32_t i = 0; i < resolver->alias_count; i++) {
        const struct resolve_alias *alias = &resolver->aliases[i];
        if (!(alias->environments & question->bit)) {
            continue;
        }
        bool whole = slice_equal(specifier, alias->from);
        bool part =
            slice_starts(specifier, alias->from) && specifier.length > alias->from.length &&
            (specifier.data[alias->from.length] == '/' || slice_ends(alias->from, SLICE("/")));
        if ((!whole && !part) || slice_starts(specifier, alias->to)) {
            continue;
        }
        say(question, "the alias '%.*s' says '%.*s'", (int)alias->from.length, alias->from.data,
            (int)alias->to.length, alias->to.data);
        struct folder *root = is_relative(alias->to)
                                  ? realpath_folder(resolver->realpath, resolver->root)
                                  : question->base;
        enum found found = redirect(question, root ? root : question->base, alias->to,
                                    slice_skip(specifier, alias->from.length));
        question->redirected = false;
        return found;
    }
    return NOT_FOUND;
}

/* `star` has no text where the target's `*` means itself. */
static enum found try_target(struct question *question, path_id base, struct slice target,
                             struct slice star) {
    char text[PATH_LONGEST + 1];
    const char *at = star.data && target.length ? memchr(target.data, '*', target.length) : NULL;
    size_t before = at ? (size_t)(at - target.data) : target.length;
    size_t after = at ? target.length - before - 1 : 0;
    size_t middle = at ? star.length : 0;
    if (before + middle + after > PATH_LONGEST) {
        return NOT_FOUND;
    }
    memcpy(text, target.data, before);
    if (middle) {
        memcpy(text + before, star.data, middle);
    }
    memcpy(text + before + middle, target.data + target.length - after, after);
    struct slice whole = {text, before + middle + after};
    enum found found = NOT_FOUND;
    resolve_text(question, base, whole, slice_ends(whole, SLICE("/")), &found);
    return found;
}

static enum found resolve_tsconfig(struct question *question) {
    struct tsconfig *tsconfig = tsconfig_at(question->resolver->tsconfigs, question->from.tsconfig);
    struct slice star;
    if (!tsconfig) {
        return NOT_FOUND;
    }
    const struct tsconfig_path *path = tsconfig_match(tsconfig, question->specifier, &star);
    say(question,
        path ? "the importer belongs to %s" : "the importer belongs to %s; no \"paths\" match",
        show(question, tsconfig->file));
    if (path && !slice_equal(path->pattern, SLICE("*"))) {
        question->mapped = path->pattern;
    }
    for (uint32_t i = 0; path && i < path->target_count; i++) {
        struct slice target = path->targets[i];
        say(question, "\"paths\" of %s says '%.*s'", show(question, tsconfig->file),
            (int)target.length, target.data);
        path_id base = tsconfig_base(tsconfig, tsconfig->paths_base, &target);
        enum found found = try_target(question, base, target, star);
        if (found != NOT_FOUND) {
            return found;
        }
    }
    if (!tsconfig->has_base_url) {
        return NOT_FOUND;
    }
    say(question, "trying \"baseUrl\" of %s", show(question, tsconfig->file));
    return try_target(question, tsconfig->base_url, question->specifier, (struct slice){NULL, 0});
}

static enum found resolve_relative(struct question *question) {
    struct slice specifier = question->specifier;
    enum found found;
    /* `..` and `./x/.` may be files with an extension, as the peers have it. */
    bool folder_only = slice_ends(specifier, SLICE("/")) || slice_equal(specifier, SLICE("."));
    return resolve_text(question, question->base->path, specifier, folder_only, &found)
               ? found
               : stop(question, "unresolved-import");
}

/* file:///a%20b and file:/a%20b: the only place where percent escapes are decoded. */
static enum found redirect_url(struct question *question) {
    char text[PATH_LONGEST + 1];
    size_t length = 0;
    struct slice rest = slice_skip(question->specifier, 5);
    if (slice_starts(rest, SLICE("//localhost/"))) {
        rest = slice_skip(rest, 11);
    } else if (slice_starts(rest, SLICE("///"))) {
        rest = slice_skip(rest, 2);
    }
    for (size_t i = 0; i < rest.length && length < PATH_LONGEST; i++) {
        char c = rest.data[i];
        if (c == '%' && i + 2 < rest.length && text_hex_value(rest.data[i + 1]) >= 0 &&
            text_hex_value(rest.data[i + 2]) >= 0) {
            c = (char)(text_hex_value(rest.data[i + 1]) * 16 + text_hex_value(rest.data[i + 2]));
            i += 2;
        }
        text[length++] = c;
    }
    if (!length || text[0] != '/' || slice_starts((struct slice){text, length}, SLICE("//"))) {
        say_why(question, "the file: URL does not name a path on this machine");
        return stop(question, "unresolved-import");
    }
    return redirect(question, question->base, (struct slice){text, length}, SLICE(""));
}

static bool is_external_by_user(const struct question *question) {
    const struct resolver *resolver = question->resolver;
    for (uint32_t i = 0; i < resolver->external_count; i++) {
        const struct resolve_pattern *pattern = &resolver->externals[i];
        if (pattern->environments & question->bit &&
            text_matches(pattern->text, question->specifier)) {
            return true;
        }
    }
    return false;
}

/* What rewrites a specifier before it is looked up. */
static enum found rewrite(struct question *question) {
    enum found found = question->redirected ? NOT_FOUND : apply_alias(question);
    if (found != NOT_FOUND) {
        return found;
    }
    if (is_external_by_user(question)) {
        return external(question, "as the options say");
    }
    if (is_url(question->specifier)) {
        question->answer.made_up = resolve_is_made_up(question->specifier);
        return external(question, "a builtin, a URL or a virtual module");
    }
    return question->environment->browser ? resolve_browser_request(question) : NOT_FOUND;
}

static enum found look_up(struct question *question) {
    struct slice specifier = question->specifier;
    if (is_relative(specifier) || specifier.data[0] == '/') {
        return resolve_relative(question);
    }
    if (slice_starts(specifier, SLICE("file:"))) {
        return redirect_url(question);
    }
    enum found found = question->redirected ? NOT_FOUND : resolve_tsconfig(question);
    if (found != NOT_FOUND) {
        return found;
    }
    if (specifier.data[0] == '#') {
        return resolve_imports(question);
    }
    if (!is_builtin(specifier)) {
        return resolve_bare(question);
    }
    /* A browser has no builtins: a browser map means the package, where there is one. */
    found = question->replaced ? resolve_bare(question) : NOT_FOUND;
    return found == NOT_FOUND ? external(question, "a builtin of Node.js") : found;
}

static enum found ask_all(struct question *question) {
    for (int i = 0; i < RESOLVE_MAX_REDIRECTS; i++) {
        if (!question->specifier.length) {
            say_why(question, "the specifier is empty");
            return stop(question, "unresolved-import");
        }
        enum found found = rewrite(question);
        if (found == NOT_FOUND) {
            found = look_up(question);
        }
        if (found != AGAIN) {
            return found;
        }
        say(question, "now '%.*s'", (int)question->specifier.length, question->specifier.data);
    }
    say_why(question, "the specifier was replaced more than 32 times");
    return stop(question, "unresolved-import");
}

static struct answer ask_once(struct question *question, struct slice specifier) {
    question->specifier = specifier;
    question->base = question->from.folder;
    question->redirected = question->imported = question->replaced = question->queried = false;
    question->entry = question->main = question->main_field = question->mapped =
        (struct slice){NULL, 0};
    const struct resolver *resolver = question->resolver;
    question->answer = (struct answer){.outcome = RESOLVE_FAILED,
                                       .path = NO_PATH,
                                       .plain = is_relative(specifier) && !resolver->alias_count &&
                                                !resolver->external_count};
    if (ask_all(question) == NOT_FOUND || question->answer.outcome == RESOLVE_FAILED) {
        question->answer.outcome = RESOLVE_FAILED;
        question->answer.path = NO_PATH;
        if (!question->answer.code) {
            question->answer.code = "unresolved-import";
        }
    }
    if ((question->leaf || question->queried) && question->answer.outcome == RESOLVE_MODULE) {
        question->answer.outcome = RESOLVE_LEAF;
    }
    say_end(question);
    return question->answer;
}

/* A query makes a leaf of what it asks for; a fragment is cut where no name has it. */
static struct answer ask(struct question *question, struct slice specifier) {
    const char *query = specifier.length ? memchr(specifier.data, '?', specifier.length) : NULL;
    if (query && !is_url(specifier)) {
        question->leaf = true;
        return ask_once(question, (struct slice){specifier.data, (size_t)(query - specifier.data)});
    }
    struct answer answer = ask_once(question, specifier);
    const char *hash =
        specifier.length > 1 ? memchr(specifier.data + 1, '#', specifier.length - 1) : NULL;
    if (answer.outcome != RESOLVE_FAILED || !hash) {
        return answer;
    }
    struct answer without =
        ask_once(question, (struct slice){specifier.data, (size_t)(hash - specifier.data)});
    return without.outcome == RESOLVE_FAILED ? answer : without;
}

static bool memo_matches(const void *context, uint32_t row, const void *key_pointer) {
    const struct resolver *resolver = context;
    const struct memo *memo = rows_at(&resolver->memos, row), *key = key_pointer;
    return memo->folder == key->folder && memo->variant == key->variant &&
           memo->tsconfig == key->tsconfig && memo->length == key->length &&
           memcmp(memo->specifier, key->specifier, key->length) == 0;
}

static bool still_holds(const struct resolver *resolver, const struct answer *answer) {
    if (answer->outcome != RESOLVE_MODULE) {
        return true;
    }
    uint8_t state = path_at(resolver->realpath->paths, answer->path)->state;
    return state == PATH_FILE || state == PATH_ASSUMED;
}

/* The memo of a question; one with an empty text where there is none yet. NULL: no memory. */
static struct memo *memo_of(struct resolver *resolver, const struct memo *key) {
    if (table_reserve(&resolver->memo_table)) {
        return NULL;
    }
    uint64_t hash =
        XXH3_64bits_withSeed(key->specifier, key->length,
                             (uint64_t)key->folder << 32 | (key->variant ^ key->tsconfig << 8));
    struct table_slot *slot = table_slot(&resolver->memo_table, (uint32_t)(hash ^ hash >> 32),
                                         memo_matches, resolver, key);
    if (slot->row) {
        return rows_at(&resolver->memos, slot->row - 1);
    }
    const char *copy =
        arena_copy(&resolver->memo_texts, (struct slice){key->specifier, key->length});
    struct memo *memo = copy ? rows_add(&resolver->memos) : NULL;
    if (!memo) {
        return NULL;
    }
    *memo = *key;
    memo->specifier = copy;
    memo->answer.path = NO_PATH;
    memo->answer.code = "";
    table_put(&resolver->memo_table, slot, (uint32_t)(hash ^ hash >> 32),
              resolver->memos.count - 1);
    return memo;
}

/* A file that is known, or taken to exist. */
static bool is_there(struct realpath *realpath, struct folder *folder, struct slice specifier,
                     struct slice name, path_id *path) {
    bool plain = !memchr(specifier.data, '?', specifier.length) &&
                 !memchr(name.data, 0, name.length) && name.length <= PATH_LONGEST;
    if (plain && folder->listing) {
        return resolve_listed(realpath, folder, name, path);
    }
    *path = path_find(realpath->paths, folder->path, name);
    if (*path != NO_PATH && resolve_is_known_file(realpath, *path)) {
        return true;
    }
    if (!plain || !resolve_is_script(name)) {
        return false;
    }
    enum path_state state = realpath_child(realpath, folder, name, true, path);
    return state == PATH_FILE || state == PATH_ASSUMED;
}

/* Most questions: a relative specifier that spells out a file which is known already, or a script that
 * can be taken to exist, where nobody rewrites anything. */
static bool is_known(struct resolver *resolver, struct folder *from, struct slice specifier,
                     uint32_t environment, struct answer *answer) {
    struct realpath *realpath = resolver->realpath;
    if (resolver->alias_count || resolver->external_count || !is_relative(specifier) ||
        slice_ends(specifier, SLICE("/")) || slice_ends(specifier, SLICE("."))) {
        return false;
    }
    path_id path, parent;
    struct slice name = resolve_last_name(specifier);
    struct slice folders = {specifier.data, specifier.length - name.length};
    if (resolve_join(resolver, from->path, folders, &parent) ||
        path_at(realpath->paths, parent)->state != PATH_FOLDER ||
        resolve_has_map(resolver, from, environment)) {
        return false;
    }
    struct folder *folder = folder_of(realpath, parent);
    if (resolve_has_map(resolver, folder, environment) ||
        !is_there(realpath, folder, specifier, name, &path)) {
        return false;
    }
    *answer = resolve_accept(realpath, path);
    answer->plain = true;
    return true;
}

static struct answer mark_spelled(const struct resolver *resolver, struct importer from,
                                  struct slice specifier, struct answer answer) {
    answer.spelled = (answer.outcome == RESOLVE_MODULE || answer.outcome == RESOLVE_LEAF) &&
                     resolve_is_spelled(resolver, from.folder->path, specifier, answer.path);
    return answer;
}

struct answer resolve(struct resolver *resolver, struct importer from, struct slice specifier,
                      uint32_t environment, bool require, struct trace *trace) {
    struct question question;
    resolver->resolved++;
    if (!trace && is_known(resolver, from.folder, specifier, environment, &question.answer)) {
        return mark_spelled(resolver, from, specifier, question.answer);
    }
    question.resolver = resolver;
    question.environment = &resolver->environments[environment];
    question.bit = UINT32_C(1) << environment;
    question.require = require;
    question.from = from;
    question.trace = trace;
    question.which = 0;
    question.leaf = false;
    if (trace || !specifier.length || is_relative(specifier) || specifier.length > PATH_LONGEST) {
        return mark_spelled(resolver, from, specifier, ask(&question, specifier));
    }
    struct memo key = {.specifier = specifier.data,
                       .length = (uint32_t)specifier.length,
                       .folder = resolve_scope(resolver, from.folder),
                       .tsconfig = from.tsconfig,
                       .variant = environment * 2 + require};
    struct memo *memo = memo_of(resolver, &key);
    if (!memo) {
        resolver->realpath->error = ledger_error(resolver->ledger);
        return (struct answer){
            .outcome = RESOLVE_FAILED, .path = NO_PATH, .code = "unresolved-import"};
    }
    bool fresh = memo->answer.code && !*memo->answer.code;
    if (fresh || !still_holds(resolver, &memo->answer)) {
        memo->answer = ask(&question, specifier);
    } else {
        resolver->memo_hits++;
    }
    return memo->answer;
}

void resolver_init(struct resolver *resolver, struct ledger *ledger, struct realpath *realpath,
                   struct packages *packages, struct tsconfigs *tsconfigs) {
    *resolver = (struct resolver){
        .ledger = ledger, .realpath = realpath, .packages = packages, .tsconfigs = tsconfigs};
    rows_init(&resolver->memos, ledger, PROLOGUE_SUBSYSTEM_PACKAGES, sizeof(struct memo));
    table_init(&resolver->memo_table, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
    arena_init(&resolver->memo_texts, ledger, PROLOGUE_SUBSYSTEM_PACKAGES);
}

void resolver_free(struct resolver *resolver) {
    rows_free(&resolver->memos);
    table_free(&resolver->memo_table);
    arena_free(&resolver->memo_texts);
}
