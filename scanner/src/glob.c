#include "glob.h"

/* Matching is iterative: a `*` remembers where it stood and takes one more byte when the rest
 * fails; a `**` likewise takes one more name. */
struct cursor {
    const char *pattern, *text;
};

static const char *class_end(const char *at, const char *end) {
    const char *close = at + 1 < end && (at[1] == '!' || at[1] == '^') ? at + 2 : at + 1;
    close = close < end && *close == ']' ? close + 1 : close;
    while (close < end && *close != ']') {
        close++;
    }
    return close < end ? close : NULL;
}

static bool class_takes(const char *at, const char *close, char c) {
    bool negated = at[1] == '!' || at[1] == '^', taken = false;
    for (at += negated ? 2 : 1; at < close; at++) {
        if (at + 2 < close && at[1] == '-') {
            taken |= c >= at[0] && c <= at[2];
            at += 2;
        } else {
            taken |= *at == c;
        }
    }
    return taken != negated;
}

/* One step where the pattern holds no star. False where it does not match. */
static bool step(struct cursor *at, const char *pattern_end, bool meta) {
    char c = *at->text;
    if (meta && *at->pattern == '?' && c != '/') {
        at->pattern++;
    } else if (meta && *at->pattern == '[' && class_end(at->pattern, pattern_end)) {
        const char *close = class_end(at->pattern, pattern_end);
        if (c == '/' || !class_takes(at->pattern, close, c)) {
            return false;
        }
        at->pattern = close + 1;
    } else {
        if (meta && *at->pattern == '\\' && at->pattern + 1 < pattern_end) {
            at->pattern++;
        }
        if (*at->pattern != c) {
            return false;
        }
        at->pattern++;
    }
    at->text++;
    return true;
}

static bool is_globstar(const struct cursor *at, const char *pattern_start,
                        const char *pattern_end) {
    return pattern_end - at->pattern >= 2 && at->pattern[0] == '*' && at->pattern[1] == '*' &&
           (at->pattern == pattern_start || at->pattern[-1] == '/') &&
           (pattern_end - at->pattern == 2 || at->pattern[2] == '/');
}

bool glob_matches(struct slice pattern, struct slice path, bool meta) {
    const char *end = pattern.data + pattern.length, *text_end = path.data + path.length;
    struct cursor at = {pattern.data, path.data}, star = {0}, deep = {0};
    for (;;) {
        if (at.pattern < end && meta && is_globstar(&at, pattern.data, end)) {
            at.pattern += end - at.pattern == 2 ? 2 : 3;
            deep = at;
            star = (struct cursor){0};
            if (at.pattern == end) {
                return true;
            }
            continue;
        }
        if (at.pattern < end && *at.pattern == '*') {
            bool first = at.text == path.data || at.text[-1] == '/';
            if (first && at.text < text_end && *at.text == '.') {
                /* A leading dot is matched only where the pattern names it. */
            } else {
                at.pattern++;
                star = at;
                continue;
            }
        } else if (at.pattern == end && at.text == text_end) {
            return true;
        } else if (at.pattern < end && at.text < text_end && step(&at, end, meta)) {
            continue;
        }
        if (star.pattern && star.text < text_end && *star.text != '/') {
            star.text++;
            at = star;
            continue;
        }
        star = (struct cursor){0};
        const char *slash = deep.pattern && deep.text < text_end && *deep.text != '.'
                                ? memchr(deep.text, '/', (size_t)(text_end - deep.text))
                                : NULL;
        if (!slash) {
            return false;
        }
        deep.text = slash + 1;
        at = deep;
    }
}

/* A folder still to be looked into, with the pattern that is left for what stands below it. */
struct visit {
    path_id folder;
    uint32_t segment;
};

struct expansion {
    const struct glob_request *request;
    struct slice segments[GLOB_MAX_SEGMENTS];
    uint32_t count;
    struct visit *visits;
    uint32_t visit_count, visit_capacity;
    void (*found)(void *payload, path_id path);
    void *payload;
};

static bool is_literal(struct slice segment, bool meta) {
    for (size_t i = 0; i < segment.length; i++) {
        if (segment.data[i] == '*' || (meta && strchr("?[\\", segment.data[i]))) {
            return false;
        }
    }
    return true;
}

static void push(struct expansion *all, path_id folder, uint32_t segment) {
    struct ledger *ledger = all->request->realpath->ledger;
    int code = ledger_grow(ledger, PROLOGUE_SUBSYSTEM_GRAPH, &all->visits, &all->visit_capacity,
                           all->visit_count + 1, sizeof *all->visits);
    if (code) {
        all->request->realpath->error = code;
        return;
    }
    all->visits[all->visit_count++] = (struct visit){folder, segment};
}

static void take(struct expansion *all, struct folder *folder, struct slice name, uint32_t segment,
                 bool deep) {
    path_id real;
    struct realpath *realpath = all->request->realpath;
    bool last = segment + 1 == all->count;
    bool matches = glob_matches(all->segments[segment], name, all->request->meta);
    if (!matches && !deep) {
        return;
    }
    switch (realpath_child(realpath, folder, name, false, &real)) {
    case PATH_FILE:
        if (matches && last) {
            all->found(all->payload, real);
        }
        return;
    case PATH_FOLDER:
        if (matches && !last) {
            push(all, real, segment + 1);
        }
        if (deep && name.data[0] != '.' && !slice_equal(name, SLICE("node_modules"))) {
            push(all, real, segment - 1);
        }
        return;
    default:
        return;
    }
}

static void visit_folder(struct expansion *all, struct folder *folder, uint32_t segment) {
    bool deep = all->request->meta && slice_equal(all->segments[segment], SLICE("**"));
    if (deep && ++segment == all->count) {
        return;
    }
    if (!deep && is_literal(all->segments[segment], all->request->meta)) {
        take(all, folder, all->segments[segment], segment, false);
        return;
    }
    if (!realpath_list(all->request->realpath, folder)) {
        return;
    }
    for (uint32_t i = 0; i < listing_count(folder->listing); i++) {
        take(all, folder, listing_at(folder->listing, i).name, segment, deep);
    }
}

/* Splits at slashes; leading `./`, `../` and `/` move the base. */
static bool split(struct expansion *all, struct slice pattern, path_id *base) {
    const struct paths *paths = all->request->realpath->paths;
    if (slice_starts(pattern, SLICE("/"))) {
        *base = all->request->root;
    }
    while (pattern.length) {
        const char *slash = memchr(pattern.data, '/', pattern.length);
        size_t length = slash ? (size_t)(slash - pattern.data) : pattern.length;
        struct slice segment = {pattern.data, length};
        pattern = slice_skip(pattern, length + (slash != NULL));
        if (!length || slice_equal(segment, SLICE("."))) {
            continue;
        }
        if (slice_equal(segment, SLICE("..")) && all->count == 0) {
            *base = path_at(paths, *base)->parent;
            continue;
        }
        if (all->count == GLOB_MAX_SEGMENTS) {
            return false;
        }
        all->segments[all->count++] = segment;
    }
    return all->count > 0;
}

void glob_expand(const struct glob_request *request, void (*found)(void *payload, path_id path),
                 void *payload) {
    struct expansion all = {.request = request, .found = found, .payload = payload};
    path_id base = request->base;
    if (split(&all, request->pattern, &base)) {
        push(&all, base, 0);
    }
    while (all.visit_count > 0 && !request->realpath->error) {
        struct visit visit = all.visits[--all.visit_count];
        struct folder *folder = realpath_folder(request->realpath, visit.folder);
        if (folder) {
            visit_folder(&all, folder, visit.segment);
        }
    }
    ledger_free(request->realpath->ledger, PROLOGUE_SUBSYSTEM_GRAPH, all.visits,
                all.visit_capacity * sizeof *all.visits);
}
