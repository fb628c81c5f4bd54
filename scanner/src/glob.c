#include "glob.h"

enum op {
    BYTE,
    ONE,   /* any byte but `/` */
    DEEP,  /* any byte, but no dot that begins a name */
    CLASS, /* `byte` is its number */
    TAIL,  /* the rest of a character of several bytes */
    GUARD, /* reads nothing: no dot that begins a name follows */
    SPLIT,
    JUMP,
    END,
};

#define NOWHERE UINT16_MAX

/* ---- compiling ------------------------------------------------------------------------------- */

struct group {
    char close;     /* `}` or `)` */
    uint16_t entry; /* a jump to what follows it, which a quantifier turns into a split */
    uint16_t split; /* whose second way is the next alternative */
    uint16_t jumps; /* ends of alternatives, linked by their `next` */
};

struct compiler {
    struct glob *glob;
    struct slice pattern;
    size_t at;
    bool failed;
    struct group groups[GLOB_MAX_GROUPS];
    unsigned depth;
};

static int peek(const struct compiler *compiler, size_t ahead) {
    size_t at = compiler->at + ahead;
    return at < compiler->pattern.length ? (unsigned char)compiler->pattern.data[at] : -1;
}

/* -1: where the pattern begins. */
static int before(const struct compiler *compiler) {
    return compiler->at ? (unsigned char)compiler->pattern.data[compiler->at - 1] : -1;
}

/* The number of the step that comes next. */
static uint16_t here(const struct compiler *compiler) {
    return (uint16_t)compiler->glob->count;
}

static struct glob_step *emit(struct compiler *compiler, enum op op) {
    struct glob *glob = compiler->glob;
    if (glob->count == GLOB_MAX_STEPS) {
        compiler->failed = true;
        glob->count--;
    }
    struct glob_step *step = &glob->steps[glob->count++];
    *step = (struct glob_step){.op = (uint8_t)op, .next = (uint16_t)glob->count};
    return step;
}

static uint8_t folded(unsigned flags, uint8_t byte) {
    return flags & GLOB_FOLD && byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

static void emit_byte(struct compiler *compiler, int byte) {
    emit(compiler, BYTE)->byte = folded(compiler->glob->flags, (uint8_t)byte);
}

static void emit_guard(struct compiler *compiler) {
    int byte = before(compiler);
    if ((byte < 0 || byte == '/') && !(compiler->glob->flags & GLOB_DOTS)) {
        emit(compiler, GUARD);
    }
}

/* ---- classes --------------------------------------------------------------------------------- */

static void class_add(uint64_t *class, uint8_t byte) {
    class[byte / 64] |= UINT64_C(1) << byte % 64;
}

static void class_add_range(uint64_t *class, uint8_t first, uint8_t last, unsigned flags) {
    for (unsigned byte = first; byte <= last; byte++) {
        class_add(class, (uint8_t)byte);
        bool upper = byte >= 'A' && byte <= 'Z', lower = byte >= 'a' && byte <= 'z';
        if (flags & GLOB_FOLD && (upper || lower)) {
            class_add(class, (uint8_t)(byte ^ 32));
        }
    }
}

static bool class_has(const uint64_t *class, uint8_t byte) {
    return class[byte / 64] >> byte % 64 & 1;
}

/* A new class and the step that reads it; NULL: there are too many. */
static uint64_t *emit_class(struct compiler *compiler) {
    struct glob *glob = compiler->glob;
    if (glob->class_count == GLOB_MAX_CLASSES) {
        compiler->failed = true;
        return NULL;
    }
    emit(compiler, CLASS)->byte = (uint8_t)glob->class_count;
    memset(glob->classes[glob->class_count], 0, sizeof *glob->classes);
    return glob->classes[glob->class_count++];
}

/* `[:alpha:]`; the length of it, 0 where it is none. */
static size_t add_posix(uint64_t *class, struct slice text, unsigned flags) {
    static const struct {
        const char *name, *ranges;
    } names[] = {{"[:alnum:]", "azAZ09"}, {"[:alpha:]", "azAZ"},    {"[:digit:]", "09"},
                 {"[:lower:]", "az"},     {"[:upper:]", "AZ"},      {"[:word:]", "azAZ09__"},
                 {"[:space:]", "\t\r  "}, {"[:xdigit:]", "afAF09"}, {"[:punct:]", "!.:@[`{~"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!slice_starts(text, slice_of(names[i].name))) {
            continue;
        }
        for (const char *range = names[i].ranges; *range; range += 2) {
            class_add_range(class, (uint8_t)range[0], (uint8_t)range[1], flags);
        }
        return strlen(names[i].name);
    }
    return 0;
}

static void class_fill(uint64_t *class, struct slice text, unsigned flags) {
    while (text.length) {
        size_t posix = add_posix(class, text, flags);
        if (posix) {
            text = slice_skip(text, posix);
            continue;
        }
        text = slice_skip(text, text.data[0] == '\\' && text.length > 1);
        uint8_t first = (uint8_t)text.data[0], last = first;
        text = slice_skip(text, 1);
        if (text.length > 1 && text.data[0] == '-') {
            last = (uint8_t)text.data[1];
            text = slice_skip(text, 2);
        }
        class_add_range(class, first, last, flags);
    }
}

static void class_negate(uint64_t *class) {
    for (unsigned i = 0; i < 4; i++) {
        class[i] = ~class[i];
    }
    class['/' / 64] &= ~(UINT64_C(1) << '/' % 64);
}

/* The length of `[…]` at the cursor; 0 where nothing closes it. */
static size_t class_length(const struct compiler *compiler) {
    size_t at = 1;
    at += peek(compiler, at) == '!' || peek(compiler, at) == '^';
    at += peek(compiler, at) == ']';
    for (int byte; (byte = peek(compiler, at)) >= 0; at++) {
        if (byte == ']') {
            return at + 1;
        }
        if (byte == '\\') {
            at++;
        } else if (byte == '[' && peek(compiler, at + 1) == ':') {
            while (peek(compiler, at + 1) >= 0 && peek(compiler, at) != ']') {
                at++;
            }
        }
    }
    return 0;
}

/* `[id]` is a class, and a name that is spelled with brackets: it matches as either. */
static bool may_be_name(struct slice inner) {
    for (size_t i = 0; i < inner.length; i++) {
        if (strchr("-*+?.^!${}(|)[]\\", inner.data[i])) {
            return false;
        }
    }
    return true;
}

static void compile_class(struct compiler *compiler, size_t length) {
    struct slice inner = {compiler->pattern.data + compiler->at + 1, length - 2};
    bool negated = inner.data[0] == '!' || inner.data[0] == '^', name = may_be_name(inner);
    uint16_t split = here(compiler), jump = NOWHERE;
    if (name) {
        emit(compiler, SPLIT);
        for (size_t i = 0; i < length; i++) {
            emit_byte(compiler, peek(compiler, i));
        }
        jump = here(compiler);
        emit(compiler, JUMP);
        compiler->glob->steps[split].other = here(compiler);
    }
    uint64_t *class = emit_class(compiler);
    if (class) {
        class_fill(class, slice_skip(inner, negated), compiler->glob->flags);
        if (negated) {
            class_negate(class);
        }
    }
    emit(compiler, TAIL);
    if (name) {
        compiler->glob->steps[jump].next = here(compiler);
    }
    compiler->at += length;
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* What stands between the bracket at the cursor and the one that closes it. */
struct inside {
    size_t length; /* 0: nothing closes it */
    bool alternatives;
    size_t dots; /* where the first `..` stands, 0: nowhere */
};

static struct inside look_inside(const struct compiler *compiler, char open, char close) {
    struct inside inside = {0};
    unsigned depth = 0;
    for (size_t at = 1;; at++) {
        int byte = peek(compiler, at);
        if (byte < 0 || (byte == close && depth == 0)) {
            inside.length = byte < 0 ? 0 : at - 1;
            return inside;
        }
        if (byte == '\\') {
            at++;
        } else if (byte == open) {
            depth++;
        } else if (byte == close) {
            depth--;
        } else if (depth == 0 && byte == ',') {
            inside.alternatives = true;
        } else if (depth == 0 && !inside.dots && byte == '.' && peek(compiler, at + 1) == '.') {
            inside.dots = at;
        }
    }
}

static void open_group(struct compiler *compiler, char close) {
    if (compiler->depth == GLOB_MAX_GROUPS) {
        compiler->failed = true;
        return;
    }
    struct group *group = &compiler->groups[compiler->depth++];
    *group = (struct group){close, here(compiler), (uint16_t)(here(compiler) + 1), NOWHERE};
    emit(compiler, JUMP);
    emit(compiler, SPLIT)->other = NOWHERE;
    compiler->at++;
}

static struct group *innermost(struct compiler *compiler) {
    return compiler->depth ? &compiler->groups[compiler->depth - 1] : NULL;
}

static void next_alternative(struct compiler *compiler) {
    struct group *group = innermost(compiler);
    uint16_t jump = here(compiler);
    emit(compiler, JUMP)->next = group->jumps;
    group->jumps = jump;
    compiler->glob->steps[group->split].other = here(compiler);
    group->split = here(compiler);
    emit(compiler, SPLIT)->other = NOWHERE;
    compiler->at++;
}

static void quantify(struct compiler *compiler, const struct group *group) {
    if (peek(compiler, 0) == '+') {
        struct glob_step *split = emit(compiler, SPLIT);
        split->other = (uint16_t)(group->entry + 1);
        compiler->at++;
    } else if (peek(compiler, 0) == '?') {
        struct glob_step *entry = &compiler->glob->steps[group->entry];
        entry->op = SPLIT;
        entry->other = here(compiler);
        compiler->at++;
    }
}

static void close_group(struct compiler *compiler) {
    struct group group = compiler->groups[--compiler->depth];
    struct glob_step *steps = compiler->glob->steps;
    steps[group.split].op = JUMP;
    while (group.jumps != NOWHERE && !compiler->failed) {
        struct glob_step *jump = &steps[group.jumps];
        group.jumps = jump->next;
        jump->next = here(compiler);
    }
    compiler->at++;
    if (group.close == ')') {
        quantify(compiler, &group);
    }
}

/* `{a..c}` is the class of what stands around the dots, as picomatch has it: `{1..12}` is 1 or 2. */
static void compile_range(struct compiler *compiler, const struct inside *inside) {
    const char *data = compiler->pattern.data + compiler->at;
    struct slice low = {data + 1, inside->dots - 1};
    struct slice high = {data + inside->dots + 2, inside->length - inside->dots - 1};
    if (slice_compare(low, high) > 0) {
        struct slice swap = low;
        low = high;
        high = swap;
    }
    uint64_t *class = emit_class(compiler);
    compiler->at += inside->length + 2;
    if (!class || !low.length || !high.length) {
        compiler->failed = true;
        return;
    }
    unsigned flags = compiler->glob->flags;
    class_fill(class, (struct slice){low.data, low.length - 1}, flags);
    class_add_range(class, (uint8_t)low.data[low.length - 1], (uint8_t)high.data[0], flags);
    class_fill(class, slice_skip(high, 1), flags);
}

static bool compile_brace(struct compiler *compiler) {
    struct inside inside = look_inside(compiler, '{', '}');
    if (inside.length && inside.alternatives) {
        open_group(compiler, '}');
    } else if (inside.length && inside.dots) {
        compile_range(compiler, &inside);
    } else {
        return false;
    }
    return true;
}

/* ---- stars ----------------------------------------------------------------------------------- */

static void compile_star(struct compiler *compiler) {
    emit_guard(compiler);
    while (peek(compiler, 0) == '*') {
        compiler->at++;
    }
    uint16_t start = here(compiler);
    emit(compiler, SPLIT)->other = (uint16_t)(start + 3);
    emit(compiler, ONE);
    emit(compiler, JUMP)->next = start;
}

/* A `**` that is a whole name is any number of names with the `/` after them; one that begins a name
 * is any text. */
static void compile_globstar(struct compiler *compiler) {
    compiler->at += 2;
    bool whole = peek(compiler, 0) == '/';
    while (whole && peek(compiler, 1) == '*' && peek(compiler, 2) == '*' &&
           peek(compiler, 3) == '/') {
        compiler->at += 3;
    }
    uint16_t start = here(compiler);
    emit(compiler, SPLIT);
    emit(compiler, DEEP);
    if (whole) {
        emit(compiler, SPLIT)->other = (uint16_t)(start + 1);
        emit_byte(compiler, '/');
        compiler->at++;
    } else {
        emit(compiler, JUMP)->next = start;
    }
    compiler->glob->steps[start].other = here(compiler);
}

static bool is_globstar(struct compiler *compiler) {
    int byte = before(compiler);
    const struct group *group = innermost(compiler);
    bool starts = byte < 0 || byte == '/' || byte == '(' || byte == '|' ||
                  (group && group->close == '}' && (byte == '{' || byte == ','));
    return starts && peek(compiler, 1) == '*' && peek(compiler, 2) != '*';
}

/* ---- patterns -------------------------------------------------------------------------------- */

static bool compile_meta(struct compiler *compiler, int byte) {
    const struct group *group = innermost(compiler);
    bool groups = compiler->glob->flags & GLOB_GROUPS;
    size_t length;
    switch (byte) {
    case '*':
        if (is_globstar(compiler)) {
            compile_globstar(compiler);
        } else {
            compile_star(compiler);
        }
        return true;
    case '?':
        emit_guard(compiler);
        emit(compiler, ONE);
        emit(compiler, TAIL);
        compiler->at++;
        return true;
    case '[':
        length = class_length(compiler);
        if (length > 2) {
            compile_class(compiler, length);
        }
        return length > 2;
    case '{':
        return compile_brace(compiler);
    case '(':
        if (!groups || !look_inside(compiler, '(', ')').length) {
            return false;
        }
        open_group(compiler, ')');
        return true;
    case ',':
    case '|':
        if (!group || group->close != (byte == ',' ? '}' : ')')) {
            return false;
        }
        next_alternative(compiler);
        return true;
    case '}':
    case ')':
        if (!group || group->close != byte) {
            return false;
        }
        close_group(compiler);
        return true;
    default:
        return false;
    }
}

bool glob_compile(struct glob *glob, struct slice pattern, unsigned flags) {
    struct compiler compiler = {.glob = glob, .pattern = pattern};
    glob->count = glob->class_count = 0;
    glob->flags = flags;
    while (compiler.at < pattern.length && !compiler.failed) {
        int byte = peek(&compiler, 0);
        if (!(flags & GLOB_META) && byte == '*') {
            compile_star(&compiler);
        } else if (!(flags & GLOB_META) || !compile_meta(&compiler, byte)) {
            compiler.at += byte == '\\' && peek(&compiler, 1) >= 0;
            emit_byte(&compiler, peek(&compiler, 0));
            compiler.at++;
        }
    }
    emit(&compiler, END);
    return !compiler.failed && !compiler.depth;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Steps that are still to be looked at, each once. */
struct pending {
    uint64_t seen[GLOB_MAX_STEPS / 64];
    uint16_t steps[GLOB_MAX_STEPS];
    uint32_t count;
};

static void set(uint64_t *bits, uint16_t step) {
    bits[step / 64] |= UINT64_C(1) << step % 64;
}

static void look_at(struct pending *pending, uint16_t step) {
    if (!(pending->seen[step / 64] >> step % 64 & 1)) {
        set(pending->seen, step);
        pending->steps[pending->count++] = step;
    }
}

static uint32_t words(const struct glob *glob) {
    return (glob->count + 63) / 64;
}

static void look_at_all(const struct glob *glob, struct pending *pending,
                        const struct glob_states *states) {
    pending->count = 0;
    memset(pending->seen, 0, words(glob) * sizeof *pending->seen);
    for (uint32_t word = 0; word < words(glob); word++) {
        for (uint64_t bits = states->bits[word]; bits; bits &= bits - 1) {
            look_at(pending, (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(bits)));
        }
    }
}

/* Whether a step takes the byte. */
static bool takes(const struct glob *glob, const struct glob_step *step, uint8_t byte, bool first) {
    switch ((enum op)step->op) {
    case BYTE:
        return step->byte == folded(glob->flags, byte);
    case ONE:
        return byte != '/';
    case DEEP:
        return byte != '.' || !first || glob->flags & GLOB_DOTS;
    case CLASS:
        return class_has(glob->classes[step->byte], byte);
    default:
        return false;
    }
}

static void read_byte(const struct glob *glob, struct glob_states *states, uint8_t byte,
                      bool first) {
    struct pending pending;
    bool continues = (byte & 0xC0) == 0x80;
    look_at_all(glob, &pending, states);
    memset(states->bits, 0, words(glob) * sizeof *states->bits);
    while (pending.count) {
        uint16_t at = pending.steps[--pending.count];
        const struct glob_step *step = &glob->steps[at];
        if (step->op == SPLIT || step->op == JUMP) {
            look_at(&pending, step->next);
            if (step->op == SPLIT) {
                look_at(&pending, step->other);
            }
        } else if (step->op == GUARD) {
            if (!first || byte != '.') {
                look_at(&pending, step->next);
            }
        } else if (step->op == TAIL) {
            if (continues) {
                set(states->bits, at);
            } else {
                look_at(&pending, step->next);
            }
        } else if (takes(glob, step, byte, first)) {
            set(states->bits, step->next);
        }
    }
}

void glob_begin(struct glob_states *states) {
    *states = (struct glob_states){.bits = {1}};
}

void glob_read(const struct glob *glob, struct glob_states *states, struct slice text, bool first) {
    for (size_t i = 0; i < text.length; i++) {
        read_byte(glob, states, (uint8_t)text.data[i], first);
        first = text.data[i] == '/';
    }
}

bool glob_accepts(const struct glob *glob, const struct glob_states *states) {
    struct pending pending;
    look_at_all(glob, &pending, states);
    while (pending.count) {
        const struct glob_step *step = &glob->steps[pending.steps[--pending.count]];
        switch ((enum op)step->op) {
        case END:
            return true;
        case SPLIT:
            look_at(&pending, step->other);
            look_at(&pending, step->next);
            break;
        case JUMP:
        case GUARD:
        case TAIL:
            look_at(&pending, step->next);
            break;
        default:
            break;
        }
    }
    return false;
}

bool glob_is_dead(const struct glob *glob, const struct glob_states *states) {
    for (uint32_t word = 0; word < words(glob); word++) {
        if (states->bits[word]) {
            return false;
        }
    }
    return true;
}

bool glob_matches(const struct glob *glob, struct slice path) {
    struct glob_states states;
    glob_begin(&states);
    glob_read(glob, &states, path, true);
    return glob_accepts(glob, &states);
}

/* ---- where a pattern begins ------------------------------------------------------------------ */

/* Takes `.` and `..` away by their letters; those that lead out of the pattern move the base. */
static size_t normalize(const struct paths *paths, struct slice pattern, path_id *base, char *out) {
    size_t length = 0;
    while (pattern.length) {
        const char *slash = memchr(pattern.data, '/', pattern.length);
        struct slice name = {pattern.data, slash ? (size_t)(slash - pattern.data) : pattern.length};
        pattern = slice_skip(pattern, name.length + (slash != NULL));
        if (!name.length || slice_equal(name, SLICE("."))) {
            continue;
        }
        if (!slice_equal(name, SLICE(".."))) {
            memcpy(out + length, name.data, name.length);
            length += name.length;
            out[length++] = '/';
        } else if (!length) {
            *base = path_at(paths, *base)->parent;
        } else {
            do {
                length--;
            } while (length && out[length - 1] != '/');
        }
    }
    return length ? length - 1 : 0;
}

/* The length of the literal name at the start of what is left, with the `/` after it; its value is
 * written to `name`. 0: it is the last one, or no literal. */
static size_t literal_name(struct slice rest, unsigned flags, char *name, size_t *length) {
    const char *special = flags & GLOB_META ? "*?[{(" : "*";
    *length = 0;
    for (size_t at = 0; at < rest.length && *length < PATH_LONGEST; at++) {
        if (rest.data[at] == '/') {
            return at + 1;
        }
        if (strchr(special, rest.data[at])) {
            return 0;
        }
        at += rest.data[at] == '\\' && at + 1 < rest.length;
        name[(*length)++] = rest.data[at];
    }
    return 0;
}

int glob_root(struct paths *paths, path_id root, struct slice pattern, unsigned flags,
              path_id *base, char *rest, size_t *rest_length) {
    char name[PATH_LONGEST];
    size_t length;
    if (slice_starts(pattern, SLICE("/"))) {
        *base = root;
    }
    struct slice left = {rest, normalize(paths, pattern, base, rest)};
    for (size_t taken; (taken = literal_name(left, flags, name, &length)) > 0;) {
        *base = path_child(paths, *base, (struct slice){name, length});
        if (*base == NO_PATH) {
            return ledger_error(paths->rows.ledger);
        }
        left = slice_skip(left, taken);
    }
    memmove(rest, left.data, left.length);
    *rest_length = left.length;
    return 0;
}
