/* Scopes, for the few names whose bindings matter: the imported ones and `require`.
 *
 * References to a name form a chain from its newest to its oldest. A scope that declares the name
 * takes from the chain, when it closes, those that were made since it opened: each reference is
 * taken once, however deep the nesting. */
#include "lex_automaton.h"

#define REQUIRE 0 /* the name that is always there */

static bool grow(struct lexer *lexer, void *items, uint32_t *capacity, uint32_t need, size_t size) {
    if (need <= *capacity) {
        return true;
    }
    int error = ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, items, capacity, need, size);
    if (error) {
        lexer_fail_memory(lexer, error);
    }
    return !error;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Its first eight bytes and its last, which may overlap, or all of a short one. */
static uint32_t hash_of(struct slice text) {
    uint64_t first = 0, last = 0;
    if (text.length >= sizeof first) {
        memcpy(&first, text.data, sizeof first);
        memcpy(&last, text.data + text.length - sizeof last, sizeof last);
    } else {
        for (size_t i = 0; i < text.length; i++) {
            first = first << 8 | (unsigned char)text.data[i];
        }
    }
    uint64_t hash = (first ^ last << 7 ^ last >> 57 ^ text.length) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> 32);
}

static uint32_t *bucket_of(const struct lexer *lexer, struct slice text) {
    return &lexer->buckets[hash_of(text) & (lexer->bucket_count - 1)];
}

static struct slice name_text(const struct lexer *lexer, uint32_t name) {
    if (name == REQUIRE) {
        return SLICE("require");
    }
    const struct name *entry = &lexer->names[name];
    return (struct slice){lexer->texts + entry->text, entry->length};
}

/* The code point of the escape at `*at`, which moves past it. */
static uint32_t escape_value(struct slice text, size_t *at) {
    uint32_t value = 0;
    bool braces = text.data[*at + 2] == '{';
    size_t end = braces ? *at + 3 : *at + 6;
    while (braces && text.data[end] != '}') {
        end++;
    }
    for (size_t i = *at + (braces ? 3 : 2); i < end; i++) {
        value = value << 4 | ((uint32_t)text_hex_value(text.data[i]) & 15);
    }
    *at = end + braces;
    return value;
}

/* Copies the name that `text` spells, which is no longer than that. */
static uint32_t copy_cooked(char *to, struct slice text) {
    size_t length = 0;
    for (size_t i = 0; i < text.length;) {
        if (text.data[i] == '\\') {
            length += encode_utf8(escape_value(text, &i), to + length);
        } else {
            to[length++] = text.data[i++];
        }
    }
    return (uint32_t)length;
}

/* Whether the escaped name spells `plain`. */
static bool spells(struct slice escaped, struct slice plain) {
    size_t matched = 0;
    for (size_t i = 0; i < escaped.length;) {
        char piece[4] = {escaped.data[i]};
        size_t length = 1;
        if (escaped.data[i] == '\\') {
            length = encode_utf8(escape_value(escaped, &i), piece);
        } else {
            i++;
        }
        if (plain.length - matched < length || memcmp(plain.data + matched, piece, length) != 0) {
            return false;
        }
        matched += length;
    }
    return matched == plain.length;
}

static uint32_t find_escaped(const struct lexer *lexer, struct slice text) {
    for (uint32_t name = 0; name < lexer->name_count; name++) {
        if (spells(text, name_text(lexer, name))) {
            return name;
        }
    }
    return NONE;
}

uint32_t scope_name(struct lexer *lexer, const struct token *token) {
    struct slice text = token_text(lexer, token);
    if (token->escaped) {
        return find_escaped(lexer, text);
    }
    uint32_t bit = 1u << (text.length < 31 ? text.length : 31);
    if (text.length == 0 || !(lexer->lengths[(unsigned char)text.data[0]] & bit)) {
        return NONE;
    }
    uint32_t name = *bucket_of(lexer, text);
    while (name != NONE && !slice_equal(text, name_text(lexer, name))) {
        name = lexer->names[name].bucket;
    }
    return name;
}

#define MIN_BUCKETS 64

static bool resize_buckets(struct lexer *lexer, uint32_t count) {
    if (count == lexer->bucket_count) {
        return true;
    }
    size_t size = sizeof *lexer->buckets;
    void *buckets = ledger_resize(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, lexer->buckets,
                                  lexer->bucket_count * size, count * size);
    if (!buckets) {
        lexer_fail_memory(lexer, ledger_error(lexer->ledger));
        return false;
    }
    lexer->buckets = buckets;
    lexer->bucket_count = count;
    return true;
}

/* Makes the table empty and big enough for one more name, then puts the names back. */
static bool rehash(struct lexer *lexer) {
    uint32_t wanted = lexer->bucket_count ? lexer->bucket_count : MIN_BUCKETS;
    while (wanted <= lexer->name_count && wanted < NONE / 2) {
        wanted *= 2;
    }
    if (!resize_buckets(lexer, wanted)) {
        return false;
    }
    memset(lexer->buckets, 0xFF, lexer->bucket_count * sizeof *lexer->buckets);
    for (uint32_t i = 0; i < lexer->name_count; i++) {
        uint32_t *bucket = bucket_of(lexer, name_text(lexer, i));
        lexer->names[i].bucket = *bucket;
        *bucket = i;
    }
    return true;
}

static uint32_t name_push(struct lexer *lexer, struct slice text) {
    uint32_t start = lexer->text_count;
    if (!grow(lexer, &lexer->texts, &lexer->text_capacity, start + (uint32_t)text.length, 1) ||
        !grow(lexer, &lexer->names, &lexer->name_capacity, lexer->name_count + 1,
              sizeof *lexer->names) ||
        (lexer->name_count >= lexer->bucket_count && !rehash(lexer))) {
        return NONE;
    }
    uint32_t length = copy_cooked(lexer->texts + start, text);
    lexer->text_count += length;
    text = (struct slice){lexer->texts + start, length};
    uint32_t *bucket = bucket_of(lexer, text);
    lexer->names[lexer->name_count] =
        (struct name){start, length, NONE, NONE, *bucket, NONE, false};
    lexer->lengths[(unsigned char)text.data[0]] |= 1u << (length < 31 ? length : 31);
    *bucket = lexer->name_count;
    return lexer->name_count++;
}

uint32_t scope_add_name(struct lexer *lexer, const struct token *token, uint32_t owner) {
    uint32_t name = scope_name(lexer, token);
    if (name == NONE) {
        lexer->late_import |= lexer->past_head || lexer->reference_count > 0;
        struct slice text = token_text(lexer, token);
        name = text.length ? name_push(lexer, text) : NONE;
    }
    if (name == REQUIRE) {
        lexer->names[REQUIRE].bound = true;
    }
    if (name != NONE && (owner == NONE || lexer->names[name].owner == NONE)) {
        lexer->names[name].owner = owner; /* the first one: the other may be taken back */
    }
    return name;
}

void scope_disown(struct lexer *lexer, const struct token *token, uint32_t owner) {
    uint32_t name = scope_name(lexer, token);
    if (name != NONE && lexer->names[name].owner == owner) {
        lexer->names[name].owner = NONE;
        lexer->names[name].bound = false;
    }
}

/* ---- references ------------------------------------------------------------------------------ */

static INLINE uint32_t reference_push(struct lexer *lexer, struct reference reference) {
    if (!grow(lexer, &lexer->references, &lexer->reference_capacity, lexer->reference_count + 1,
              sizeof *lexer->references)) {
        return NONE;
    }
    reference.previous = lexer->names[reference.name].newest;
    lexer->references[lexer->reference_count] = reference;
    lexer->names[reference.name].newest = lexer->reference_count;
    return lexer->reference_count++;
}

uint32_t scope_reference(struct lexer *lexer, const struct token *token) {
    uint32_t name = scope_name(lexer, token);
    if (name == NONE || (token->start == lexer->erased && name != REQUIRE)) {
        return NONE;
    }
    return reference_push(lexer, (struct reference){NONE, name, token->start, NONE, NONE, false});
}

void scope_bindable(struct lexer *lexer, uint32_t reference) {
    if (grow(lexer, &lexer->bindables, &lexer->bindable_capacity, lexer->bindable_count + 1,
             sizeof *lexer->bindables)) {
        lexer->bindables[lexer->bindable_count++] = reference;
    }
}

void scope_alias(struct lexer *lexer, const struct token *local, const struct token *target,
                 bool used) {
    if (used || lexer->scope_count > 1) {
        scope_use(lexer, target);
        return;
    }
    uint32_t aliased = scope_name(lexer, target);
    bool matters = aliased != NONE || scope_name(lexer, local) == REQUIRE;
    uint32_t name = matters ? scope_add_name(lexer, local, NONE) : NONE;
    if (name != NONE) {
        lexer->names[name].alias = aliased;
    }
}

void scope_take_async(struct lexer *lexer, uint32_t references) {
    struct reference *last = references ? &lexer->references[references - 1] : NULL;
    if (last && slice_equal(name_text(lexer, last->name), SLICE("async"))) {
        last->dead = true;
    }
}

void scope_rewind(struct lexer *lexer, uint32_t references) {
    while (lexer->reference_count > references) {
        struct reference *last = &lexer->references[--lexer->reference_count];
        lexer->names[last->name].newest = last->previous;
    }
}

void scope_defer(struct lexer *lexer, uint32_t references) {
    for (uint32_t i = references; i < lexer->reference_count; i++) {
        if (!lexer->references[i].dead &&
            grow(lexer, &lexer->deferred, &lexer->deferred_capacity, lexer->deferred_count + 1,
                 sizeof *lexer->deferred)) {
            lexer->deferred[lexer->deferred_count++] =
                (struct deferred){lexer->references[i], lexer->scope_count};
        }
    }
    scope_rewind(lexer, references);
}

/* The innermost scope has ended. */
static NOINLINE void make_deferred(struct lexer *lexer) {
    uint32_t first = lexer->deferred_count;
    while (first && lexer->deferred[first - 1].scope > lexer->scope_count) {
        first--;
    }
    for (uint32_t i = first; i < lexer->deferred_count; i++) {
        reference_push(lexer, lexer->deferred[i].reference);
    }
    lexer->deferred_count = first;
}

/* ---- thinning -------------------------------------------------------------------------------- */

#define CROWD 4096

static bool is_needed(const struct lexer *lexer, const struct reference *reference,
                      uint32_t first) {
    uint32_t newest = lexer->names[reference->name].newest;
    bool alone = newest == NONE || newest < first;
    return !reference->dead && (alone || reference->import != NONE || reference->note != NONE);
}

/* Between statements all references since the innermost scope was opened are that scope's: what
 * becomes of one that carries nothing becomes of any other to the same name. */
void scope_thin(struct lexer *lexer) {
    uint32_t first = lexer->scope_count ? lexer->scopes[lexer->scope_count - 1].body : 0;
    uint32_t count = lexer->reference_count, kept = first;
    if (count - first < lexer->crowd) {
        return;
    }
    scope_rewind(lexer, first);
    for (uint32_t i = first; i < count; i++) {
        struct reference reference = lexer->references[i];
        if (is_needed(lexer, &reference, first)) {
            reference.previous = lexer->names[reference.name].newest;
            lexer->names[reference.name].newest = kept;
            lexer->references[kept++] = reference;
        }
    }
    lexer->reference_count = kept;
    lexer->crowd = kept - first < CROWD / 2 ? CROWD : 2 * (kept - first);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

void scope_open(struct lexer *lexer, bool function, uint32_t first_reference) {
    if (!grow(lexer, &lexer->scopes, &lexer->scope_capacity, lexer->scope_count + 1,
              sizeof *lexer->scopes)) {
        return;
    }
    uint32_t at = lexer->scope_count++;
    lexer->scopes[at] =
        (struct scope){first_reference, NONE,
                       function || at == 0 ? at : lexer->scopes[at - 1].function, first_reference};
}

void scope_begin_body(struct lexer *lexer) {
    if (lexer->scope_count) {
        lexer->scopes[lexer->scope_count - 1].body = lexer->reference_count;
    }
}

static void declare(struct lexer *lexer, uint32_t name, uint32_t scope) {
    if (!grow(lexer, &lexer->declarations, &lexer->declaration_capacity,
              lexer->declaration_count + 1, sizeof *lexer->declarations)) {
        return;
    }
    lexer->declarations[lexer->declaration_count] =
        (struct declaration){name, lexer->scopes[scope].declarations, lexer->scopes[scope].body};
    lexer->scopes[scope].declarations = lexer->declaration_count++;
}

void scope_declare(struct lexer *lexer, const struct token *token, bool var) {
    uint32_t name = scope_name(lexer, token);
    if (name == NONE || lexer->scope_count == 0) {
        return;
    }
    uint32_t scope = lexer->scope_count - 1;
    scope = var ? lexer->scopes[scope].function : scope;
    if (name != REQUIRE || !lexer->ambient || scope >= lexer->ambient_scope) {
        declare(lexer, name, scope);
    }
}

void scope_declare_inside(struct lexer *lexer, const struct token *token) {
    if (!lexer->ambient || lexer->scope_count > lexer->ambient_scope) {
        scope_declare(lexer, token, false);
    }
}

void scope_merge(struct lexer *lexer, const struct token *token) {
    bool merges = lexer->scope_count == 1 && !lexer->ambient;
    if (merges && scope_name(lexer, token) != REQUIRE) {
        scope_use(lexer, token);
    } else {
        scope_declare(lexer, token, false);
    }
}

void scope_bind(struct lexer *lexer, uint32_t bindables) {
    while (lexer->bindable_count > bindables && lexer->scope_count) {
        struct reference *reference = &lexer->references[lexer->bindables[--lexer->bindable_count]];
        reference->dead = true;
        declare(lexer, reference->name, lexer->scope_count - 1);
    }
}

#define FACT_DROPPED 0x8000 /* not kept past the reading */

/* The name is no free `require`: what rested on it falls. */
static void reference_drop(struct lexer *lexer, const struct reference *reference) {
    if (reference->import != NONE) {
        lexer->facts->imports[reference->import].flags |= FACT_DROPPED;
    }
    if (reference->note != NONE) {
        lexer->facts->notes[reference->note].code = NOTE_CODES;
    }
}

/* The reference is bound in a scope that ends. */
static void reference_resolve(struct lexer *lexer, struct reference *reference) {
    reference->dead = true;
    reference_drop(lexer, reference);
}

void scope_close(struct lexer *lexer) {
    if (lexer->scope_count == 0) {
        return;
    }
    struct scope *scope = &lexer->scopes[--lexer->scope_count];
    uint32_t at = scope->declarations;
    for (; at != NONE; at = lexer->declarations[at].next) {
        const struct declaration *declaration = &lexer->declarations[at];
        struct name *name = &lexer->names[declaration->name];
        if (lexer->scope_count == 0 && name->owner == NONE) {
            name->bound = true;
        }
        while (name->newest != NONE && name->newest >= declaration->first_reference) {
            struct reference *reference = &lexer->references[name->newest];
            reference_resolve(lexer, reference);
            name->newest = reference->previous;
        }
    }
    if (lexer->deferred_count) {
        make_deferred(lexer);
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

void scope_reset(struct lexer *lexer) {
    lexer->scope_count = lexer->reference_count = lexer->bindable_count = 0;
    lexer->declaration_count = lexer->deferred_count = 0;
    lexer->crowd = CROWD;
    if (lexer->again) { /* the names that the first pass has found stay */
        for (uint32_t i = 0; i < lexer->name_count; i++) {
            lexer->names[i].newest = NONE;
            lexer->names[i].owner = NONE;
            lexer->names[i].bound = false;
        }
    } else {
        if (lexer->name_count != 1) {
            lexer->name_count = lexer->text_count = 0;
            memset(lexer->lengths, 0, sizeof lexer->lengths);
            if (!rehash(lexer) || name_push(lexer, SLICE("require")) == NONE) {
                return;
            }
        }
        lexer->names[REQUIRE] = (struct name){0, 7, NONE, NONE, NONE, NONE, false};
    }
    scope_open(lexer, true, 0);
}

bool scope_imports_require(const struct lexer *lexer) {
    return lexer->names[REQUIRE].owner != NONE;
}

static bool name_is_used(const struct lexer *lexer, const struct name *name) {
    for (uint32_t at = name->newest; at != NONE; at = lexer->references[at].previous) {
        if (!lexer->references[at].dead) {
            return true;
        }
    }
    return false;
}

/* The import that binds the name; NULL: none does, or its declaration has no end. */
static struct fact_import *owner_of(const struct lexer *lexer, uint32_t name) {
    uint32_t owner = lexer->names[name].owner;
    return owner < lexer->facts->import_count ? &lexer->facts->imports[owner] : NULL;
}

static void mark_used(struct lexer *lexer, uint32_t name) {
    for (; name != NONE && !lexer->names[name].bound; name = lexer->names[name].alias) {
        struct fact_import *import = owner_of(lexer, name);
        lexer->names[name].bound = true; /* from here on: has been seen */
        if (import) {
            import->flags &= (uint16_t)~FACT_UNUSED;
        }
    }
}

/* Whether a pragma may follow the byte. */
static bool precedes_pragma(int byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '*' ||
           byte == '@';
}

/* Past what stands at `at` before ASCII white space. */
static uint32_t skip_pragma_word(struct lexer *lexer, uint32_t at, uint32_t end) {
    int byte;
    while (at < end && (byte = byte_at(lexer, at)) != ' ' && (byte < '\t' || byte > '\r')) {
        at++;
    }
    return at;
}

/* The pragma whose name is the word: 0 `@jsx`, 1 `@jsxFrag`; 2: another one that has a value; 3: none. */
static unsigned pragma_of(struct lexer *lexer, uint32_t at, uint32_t end) {
    static const struct slice names[] = {SLICE("@jsx"), SLICE("@jsxFrag"), SLICE("@jsxRuntime"),
                                         SLICE("@jsxImportSource")};
    for (unsigned i = 0; i < 4; i++) {
        if (end - at == names[i].length && text_follows(lexer, at, names[i])) {
            return i < 2 ? i : 2;
        }
    }
    return 3;
}

/* At a word that begins with `@jsx`. Keeps what a pragma's value names, the `a` of `a.b`; returns where
 * the value ends, or the word. */
static uint32_t take_pragma(struct lexer *lexer, uint32_t at, uint32_t end) {
    uint32_t word_end = skip_pragma_word(lexer, at, end), start = word_end;
    unsigned pragma = pragma_of(lexer, at, word_end);
    if (pragma == 3) {
        return word_end;
    }
    while (start < end && (byte_at(lexer, start) == ' ' || byte_at(lexer, start) == '\t')) {
        start++;
    }
    uint32_t value_end = skip_pragma_word(lexer, start, end), name_end = start + 1;
    if (value_end == start) {
        return word_end;
    }
    if (pragma < 2) {
        while (name_end < value_end && byte_at(lexer, name_end) != '.') {
            name_end++;
        }
        lexer->pragmas[pragma] = (struct token){.start = start, .end = name_end, .kind = T_NAME};
    }
    return value_end;
}

/* The first `@` from `at` on; `end`: there is none. */
static uint32_t next_pragma(struct lexer *lexer, uint32_t at, uint32_t end) {
    while (at < end && byte_at(lexer, at) != '@') {
        const char *here = lexer->bytes + at;
        uint32_t last = lexer->end < end ? lexer->end : end;
        const char *found = at < last ? memchr(here, '@', last - at) : NULL;
        at = found ? at + (uint32_t)(found - here) : at < last ? last : end;
    }
    return at;
}

void scope_pragmas(struct lexer *lexer, uint32_t start, uint32_t end) {
    cursor_return(lexer, start);
    end -= byte_at(lexer, start + 1) == '*' ? 2 : 0; /* its own */
    for (uint32_t at = start; (at = next_pragma(lexer, at, end)) < end; at++) {
        bool begins = at == start + 2 || precedes_pragma(byte_at(lexer, at - 1));
        if (begins && text_follows(lexer, at, SLICE("@jsx"))) {
            at = take_pragma(lexer, at, end);
        }
    }
}

static uint32_t find_react(const struct lexer *lexer) {
    for (uint32_t i = 0; i < lexer->name_count; i++) {
        if (slice_equal(name_text(lexer, i), SLICE("React"))) {
            return i;
        }
    }
    return NONE;
}

/* What JSX is turned into calls of: `React`, or what a pragma before the first statement names. */
static void use_factories(struct lexer *lexer) {
    uint32_t react = find_react(lexer), factories[2];
    for (unsigned i = 0; i < 2; i++) {
        const struct token *name = &lexer->pragmas[i];
        factories[i] = name->end ? scope_name(lexer, name) : react;
    }
    mark_used(lexer, lexer->has_elements ? factories[0] : NONE);
    mark_used(lexer, lexer->has_fragments ? factories[1] : NONE);
}

static void settle_elision(struct lexer *lexer) {
    for (uint32_t i = 0; i < lexer->name_count; i++) {
        struct fact_import *import = owner_of(lexer, i);
        if (import) {
            import->flags |= FACT_UNUSED;
        }
    }
    for (uint32_t i = 0; i < lexer->name_count; i++) {
        bool matters = lexer->names[i].owner != NONE || lexer->names[i].alias != NONE;
        if (matters && name_is_used(lexer, &lexer->names[i])) {
            mark_used(lexer, i);
        }
    }
    if (lexer->has_elements || lexer->has_fragments) {
        use_factories(lexer);
    }
}

static void drop_bound(struct facts *facts) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facts->import_count; i++) {
        if (!(facts->imports[i].flags & FACT_DROPPED)) {
            facts->imports[kept++] = facts->imports[i];
        }
    }
    facts->import_count = kept;
    kept = 0;
    for (uint32_t i = 0; i < facts->note_count; i++) {
        if (facts->notes[i].code != NOTE_CODES) {
            facts->notes[kept++] = facts->notes[i];
        }
    }
    facts->note_count = kept;
}

void scope_finish(struct lexer *lexer) {
    while (lexer->scope_count) {
        scope_close(lexer);
    }
    if (lexer->names[REQUIRE].bound) {
        uint32_t at = lexer->names[REQUIRE].newest;
        for (; at != NONE; at = lexer->references[at].previous) {
            reference_drop(lexer, &lexer->references[at]);
        }
        lexer->names[REQUIRE].bound = false;
    }
    if (lexer->typescript) {
        settle_elision(lexer);
    }
    drop_bound(lexer->facts);
}
