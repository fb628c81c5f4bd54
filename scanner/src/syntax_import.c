#include "syntax_tree.h"

/* From the start of one node to the end of another. */
static void add_note(struct syntax_parse *parse, TSNode first, TSNode last) {
    uint32_t start = ts_node_start_byte(first), end = ts_node_end_byte(last);
    uint32_t text = facts_add_text(parse->facts, parse->bytes + start, end - start);
    struct fact_note *note = facts_add_note(parse->facts);
    if (!note)
        return;
    note->span.start = start;
    note->span.end = end;
    note->text = text;
    note->text_length = end - start;
    note->code = NOTE_NOT_FOLLOWED;
    note->configured = -1;
}

/* The text is the end of facts->text, from `offset` on. */
static void add_fact(struct syntax_parse *parse, uint8_t kind, uint16_t flags, uint32_t group,
                     struct slice raw, uint32_t offset) {
    struct fact_import *fact = facts_add_import(parse->facts);
    if (!fact)
        return;
    fact->span.start = (uint32_t)(raw.data - parse->bytes);
    fact->span.end = (uint32_t)(fact->span.start + raw.length);
    fact->kind = kind;
    fact->flags = flags;
    fact->group = group;
    fact->text = offset;
    fact->text_length = parse->facts->text_length - offset;
}

static void add_import(struct syntax_parse *parse, uint8_t kind, uint16_t flags, uint32_t group,
                       struct slice raw, struct slice text) {
    uint32_t offset = facts_add_text(parse->facts, text.data, text.length);
    add_fact(parse, kind, flags, group, raw, offset);
}

static void add_literal(struct syntax_parse *parse, uint8_t kind, uint16_t flags, TSNode literal) {
    struct slice raw = syntax_inner(parse, literal);
    syntax_doubt_string(parse, literal);
    add_import(parse, kind, flags, 0, raw, syntax_cooked(parse, raw));
}

static TSNode field(TSNode node, const char *name) {
    return ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

static bool has_token(TSNode node, const char *token) {
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count && i < 4; i++) {
        TSNode child = ts_node_child(node, i);
        if (!ts_node_is_named(child) && syntax_is(child, token))
            return true;
    }
    return false;
}

static bool has_optional_chain(TSNode node) {
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count && i < 4; i++) {
        TSNode child = ts_node_child(node, i);
        if (syntax_is(child, "optional_chain") || syntax_is(child, "?."))
            return true;
    }
    return false;
}

static uint16_t import_flags(const struct syntax_reading *reading, TSNode node) {
    const struct syntax_parse *parse = reading->parse;
    struct import_use use = syntax_import_use(parse, reading->import - 1);
    if (has_token(node, "type") || has_token(node, "typeof"))
        return FACT_TYPE_STATEMENT;
    if (use.names && use.names == use.type_names)
        return FACT_TYPE_NAMES;
    bool typescript = parse->options->dialect & DIALECT_TYPESCRIPT;
    return typescript && use.names && !use.used ? FACT_UNUSED : 0;
}

static void read_import(struct syntax_reading *reading, TSNode node) {
    TSNode source = field(node, "source");
    uint8_t kind = FACT_IMPORT;
    uint32_t index = 0;
    TSNode clause = syntax_next_child(node, &index);
    if (syntax_is(clause, "import_require_clause")) {
        source = field(clause, "source");
        kind = FACT_REQUIRE;
    }
    if (!syntax_is(source, "string"))
        return;
    add_literal(reading->parse, kind, import_flags(reading, node), source);
}

/* All names of `export {type A, type B} from` are types, and there is one. */
static bool exports_types_only(TSNode node) {
    uint32_t index = 0, inner = 0;
    TSNode clause = syntax_next_child(node, &index);
    if (!syntax_is(clause, "export_clause"))
        return false;
    bool any = false;
    for (;;) {
        TSNode specifier = syntax_next_child(clause, &inner);
        if (ts_node_is_null(specifier))
            return any;
        if (!has_token(specifier, "type"))
            return false;
        any = true;
    }
}

static void read_export(struct syntax_reading *reading, TSNode node) {
    TSNode source = field(node, "source");
    bool typescript = reading->parse->options->dialect & DIALECT_TYPESCRIPT;
    uint16_t flags = 0;
    if (has_token(node, "type"))
        flags = FACT_TYPE_STATEMENT;
    else if (exports_types_only(node))
        flags = FACT_TYPE_NAMES;
    if (flags == FACT_TYPE_STATEMENT && !typescript)
        return; /* Flow's, which exports nothing */
    add_literal(reading->parse, FACT_EXPORT, flags, source);
}

static bool is_plain_template(TSNode node) {
    if (!syntax_is(node, "template_string"))
        return false;
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        if (syntax_is(ts_node_child(node, i), "template_substitution"))
            return false;
    }
    return true;
}

static bool is_literal(TSNode node) {
    return syntax_is(node, "string") || is_plain_template(node);
}

/* What is built is the end of facts->text. */
struct pattern {
    struct syntax_parse *parse;
    uint32_t start, end; /* from the first literal piece to the last */
    bool starred;        /* it ends with a star that stands for a hole */
    TSNode *pending;     /* operands that are still to come, the next one last */
    size_t pending_count, pending_capacity;
};

static void pattern_push(struct pattern *pattern, TSNode node) {
    pattern->pending =
        syntax_arena_grow(pattern->parse->arena, pattern->pending, &pattern->pending_capacity,
                          pattern->pending_count + 1, sizeof *pattern->pending);
    pattern->pending[pattern->pending_count++] = node;
}

static void pattern_star(struct pattern *pattern) {
    if (!pattern->starred)
        facts_add_text(pattern->parse->facts, "*", 1);
    pattern->starred = true;
}

static void pattern_literal(struct pattern *pattern, uint32_t start, uint32_t end) {
    end = end < start ? start : end; /* the closing quote is missing */
    struct slice raw = {pattern->parse->bytes + start, end - start};
    if (pattern->end == 0)
        pattern->start = start;
    pattern->end = end;
    struct slice text = syntax_cooked(pattern->parse, raw);
    uint32_t from = facts_add_text(pattern->parse->facts, text.data, text.length);
    facts_quote(pattern->parse->facts, from);
    pattern->starred &= text.length == 0;
}

static void pattern_template(struct pattern *pattern, TSNode node) {
    uint32_t start = ts_node_start_byte(node) + 1, count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_child(node, i);
        if (!syntax_is(child, "template_substitution"))
            continue;
        pattern_literal(pattern, start, ts_node_start_byte(child));
        pattern_star(pattern);
        start = ts_node_end_byte(child);
    }
    pattern_literal(pattern, start, ts_node_end_byte(node) - 1);
}

static bool is_addition(TSNode node) {
    return syntax_is(node, "binary_expression") && syntax_is(field(node, "operator"), "+");
}

/* The operand that the expression begins with, or null. */
static TSNode first_operand(TSNode node) {
    static const char *const names[] = {"left", "object", "function", "argument"};
    TSNode first = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names && ts_node_is_null(first); i++)
        first = field(node, names[i]);
    return first;
}

/* To the grammar the `!` of `a + b! * c` belongs to `a + b`. */
static void doubt_assertion(struct syntax_parse *parse, TSNode node) {
    for (node = first_operand(node); !ts_node_is_null(node); node = first_operand(node)) {
        if (syntax_is(node, "non_null_expression")) {
            node = ts_node_child(node, 0);
            parse->doubt |= syntax_is(node, "binary_expression");
        }
    }
}

/* ... and so does the `as` of `a && b as c`. */
static void doubt_typing(struct syntax_parse *parse, TSNode node) {
    while (syntax_changes_nothing(node)) {
        TSNode inner = syntax_inside(node);
        bool bare = !syntax_is(node, "parenthesized_expression");
        parse->doubt |= bare && syntax_is(inner, "binary_expression") && !is_addition(inner);
        node = inner;
    }
}

static void pattern_build(struct pattern *pattern, TSNode node) {
    pattern_push(pattern, node);
    while (pattern->pending_count) {
        node = pattern->pending[--pattern->pending_count];
        doubt_typing(pattern->parse, node);
        node = syntax_unwrap(node);
        if (is_addition(node)) {
            pattern_push(pattern, field(node, "right"));
            pattern_push(pattern, field(node, "left"));
        } else if (syntax_is(node, "template_string")) {
            pattern_template(pattern, node);
        } else if (syntax_is(node, "string")) {
            pattern_literal(pattern, ts_node_start_byte(node) + 1, ts_node_end_byte(node) - 1);
        } else {
            doubt_assertion(pattern->parse, node);
            pattern_star(pattern);
        }
    }
}

/* A template or concatenation that begins with `./` or `../`. */
static bool read_relative_glob(struct syntax_parse *parse, TSNode node) {
    struct pattern pattern = {.parse = parse};
    uint32_t offset = parse->facts->text_length;
    if (!is_addition(node) && !syntax_is(node, "template_string"))
        return false;
    pattern_build(&pattern, node);
    struct slice text = facts_text(parse->facts, offset, parse->facts->text_length - offset);
    if (!slice_starts(text, SLICE("./")) && !slice_starts(text, SLICE("../"))) {
        parse->facts->text_length = offset;
        return false;
    }
    struct slice raw = {parse->bytes + pattern.start, pattern.end - pattern.start};
    add_fact(parse, FACT_GLOB, 0, ++parse->groups, raw, offset);
    return true;
}

static void read_target(struct syntax_reading *reading, TSNode call, uint8_t kind, uint16_t flags) {
    TSNode written = syntax_first_child(field(call, "arguments")),
           argument = syntax_unwrap(written);
    if (ts_node_is_null(argument))
        return;
    if (is_literal(argument)) {
        add_literal(reading->parse, kind, flags, argument);
    } else if (!read_relative_glob(reading->parse, argument)) {
        doubt_assertion(reading->parse, argument);
        add_note(reading->parse, written, written);
    }
}

static void add_meta_pattern(struct syntax_parse *parse, TSNode literal) {
    struct slice raw = syntax_inner(parse, literal), text = syntax_cooked(parse, raw);
    uint16_t flags = FACT_GLOB_META;
    if (slice_starts(text, SLICE("!"))) {
        flags |= FACT_GLOB_NEGATED;
        text = slice_skip(text, 1);
    }
    add_import(parse, FACT_GLOB, flags, parse->groups, raw, text);
}

static bool all_literal(TSNode array) {
    uint32_t index = 0;
    for (uint32_t count = 0; count <= FACT_GLOB_MOST; count++) {
        TSNode element = syntax_unwrap(syntax_next_child(array, &index));
        if (ts_node_is_null(element))
            return true;
        if (!is_literal(element))
            return false;
    }
    return false;
}

static void add_meta_patterns(struct syntax_parse *parse, TSNode patterns) {
    uint32_t index = 0;
    parse->groups++;
    if (is_literal(patterns)) {
        add_meta_pattern(parse, patterns);
        return;
    }
    for (;;) {
        TSNode element = syntax_unwrap(syntax_next_child(patterns, &index));
        if (ts_node_is_null(element))
            return;
        add_meta_pattern(parse, element);
    }
}

static void read_option(struct syntax_parse *parse, TSNode pair, uint32_t first) {
    TSNode key = field(pair, "key"), value = field(pair, "value");
    struct slice name =
        syntax_is(key, "string") ? syntax_inner(parse, key) : syntax_text(parse, key);
    struct slice text = {0};
    enum glob_value kind = GLOB_TEXT;
    if (is_literal(value)) {
        text = syntax_cooked(parse, syntax_inner(parse, value));
    } else if (syntax_is(value, "true") || syntax_is(value, "false")) {
        kind = syntax_is(value, "true") ? GLOB_TRUE : GLOB_FALSE;
    } else if (syntax_is(value, "object")) {
        kind = GLOB_OBJECT;
    } else {
        return;
    }
    uint32_t offset = facts_add_text(parse->facts, text.data, text.length);
    facts_set_option(parse->facts, first, name, kind, offset, (uint32_t)text.length);
}

static void read_options(struct syntax_parse *parse, TSNode options, uint32_t first) {
    uint32_t index = 0;
    if (!syntax_is(options, "object"))
        return;
    for (;;) {
        TSNode pair = syntax_next_child(options, &index);
        if (ts_node_is_null(pair))
            return;
        if (syntax_is(pair, "pair"))
            read_option(parse, pair, first);
    }
}

/* `followed`: it is not called in a way that nobody follows. */
static void read_meta_glob(struct syntax_reading *reading, TSNode call, bool followed) {
    struct syntax_parse *parse = reading->parse;
    uint32_t index = 0, first = parse->facts->import_count;
    TSNode arguments = field(call, "arguments");
    TSNode written = syntax_next_child(arguments, &index), patterns = syntax_unwrap(written);
    if (ts_node_is_null(written))
        return;
    bool array = syntax_is(patterns, "array");
    if (array && ts_node_is_null(syntax_first_child(patterns)) && followed)
        return;
    if (!followed || !(is_literal(patterns) || (array && all_literal(patterns)))) {
        add_note(parse, written, written);
        return;
    }
    add_meta_patterns(parse, patterns);
    read_options(parse, syntax_next_child(arguments, &index), first);
}

static bool is_meta(const struct syntax_parse *parse, TSNode callee, struct slice name) {
    return syntax_is(callee, "member_expression") && !has_optional_chain(callee) &&
           syntax_is(field(callee, "object"), "meta_property") &&
           slice_starts(syntax_text(parse, field(callee, "object")), SLICE("import")) &&
           slice_equal(syntax_text(parse, field(callee, "property")), name);
}

static bool is_require(struct syntax_parse *parse, TSNode callee) {
    return syntax_is(callee, "identifier") &&
           slice_equal(syntax_cooked(parse, syntax_text(parse, callee)), SLICE("require")) &&
           !syntax_require_is_bound(parse, ts_node_start_byte(callee));
}

/* JavaScript has parentheses alone. */
static bool is_typed(TSNode node) {
    while (syntax_is(node, "parenthesized_expression"))
        node = syntax_inside(node);
    return syntax_changes_nothing(node);
}

static void read_call(struct syntax_reading *reading, TSNode call, bool in_try) {
    TSNode callee = field(call, "function"), bare = syntax_unwrap(callee);
    bool typescript = reading->parse->options->dialect & DIALECT_TYPESCRIPT;
    if (!syntax_is(field(call, "arguments"), "arguments"))
        return;
    if (!typescript && !ts_node_is_null(field(call, "type_arguments")))
        return; /* `a < b > (c)` */
    if (syntax_is(callee, "import")) {
        read_target(reading, call, FACT_DYNAMIC, 0);
    } else if (is_require(reading->parse, bare)) {
        reading->parse->doubt |= !typescript && is_typed(callee);
        read_target(reading, call, FACT_REQUIRE, in_try ? FACT_IN_TRY : 0);
    } else if (is_meta(reading->parse, callee, SLICE("glob"))) {
        read_meta_glob(reading, call, !has_optional_chain(call));
    } else if (is_meta(reading->parse, callee, SLICE("globEager"))) {
        read_meta_glob(reading, call, false); /* removed with Vite 3 */
    }
}

/* `new URL('…', import.meta.url)`, alone or in `new Worker(…)`. */
static void read_new(struct syntax_reading *reading, TSNode node) {
    struct syntax_parse *parse = reading->parse;
    uint32_t index = 0;
    if (!slice_equal(syntax_text(parse, field(node, "constructor")), SLICE("URL")))
        return;
    TSNode arguments = field(node, "arguments");
    if (ts_node_is_null(arguments))
        return;
    TSNode target = syntax_next_child(arguments, &index);
    TSNode base = syntax_next_child(arguments, &index);
    if (ts_node_is_null(base))
        return;
    if (slice_equal(syntax_text(parse, base), SLICE("import.meta.url")))
        add_note(parse, target, base);
}

/* Whether the innermost function around the node shows `token`, or there is none. */
static bool function_has(TSNode node, const char *token) {
    static const char *const functions[] = {
        "function_declaration", "function_expression", "generator_function_declaration",
        "generator_function",   "arrow_function",      "method_definition"};
    for (node = ts_node_parent(node); !ts_node_is_null(node); node = ts_node_parent(node)) {
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            if (syntax_is(node, functions[i]))
                return has_token(node, token);
        }
    }
    return true;
}

static bool is_module(TSNode root) {
    uint32_t index = 0;
    for (TSNode child; !ts_node_is_null(child = syntax_next_child(root, &index));) {
        if (syntax_is(child, "import_statement") || syntax_is(child, "export_statement"))
            return true;
    }
    return false;
}

static void widen(uint32_t *end, const struct syntax_event *event) {
    if (event->end > *end)
        *end = event->end;
}

/* Only an ambient module imports within braces. */
static void doubt_inner(struct syntax_reading *reading, const struct syntax_event *event) {
    bool ambient = event->start < reading->ambient_end;
    reading->parse->doubt |= !ambient && !ts_node_is_null(field(event->node, "source"));
}

void syntax_see_import(struct syntax_reading *reading, const struct syntax_event *event) {
    bool top = event->start >= reading->scope_end, typed = event->start < reading->type_end;
    switch (event->capture) {
    case CAPTURE_SCOPE_FUNCTION:
        if (has_token(event->node, "*"))
            widen(&reading->generator_end, event);
        /* fall through */
    case CAPTURE_SCOPE_BLOCK:
        widen(&reading->scope_end, event);
        break;
    case CAPTURE_AMBIENT:
        widen(&reading->ambient_end, event);
        /* fall through */
    case CAPTURE_TYPE:
        widen(&reading->type_end, event);
        break;
    case CAPTURE_TRY:
        widen(&reading->try_end, event);
        break;
    case CAPTURE_DOUBT:
    case CAPTURE_TYPED:
    case CAPTURE_FLAGS:
    case CAPTURE_OPEN_BRACE:
    case CAPTURE_OPEN_WORD:
        reading->parse->doubt = true;
        break;
    case CAPTURE_LINE:
        syntax_doubt_line(reading->parse, event->node);
        break;
    case CAPTURE_YIELD: /* a name, and a regular expression after it a division */
        reading->parse->doubt |= event->start >= reading->generator_end;
        if (syntax_is_unclear(reading->parse, syntax_first_child(event->node)))
            reading->parse->doubt |= !function_has(event->node, "*");
        break;
    case CAPTURE_AWAIT:
        reading->parse->doubt |= !function_has(event->node, "async");
        break;
    case CAPTURE_ANGLE:
        reading->parse->doubt |= !is_module(reading->parse->root);
        break;
    case CAPTURE_IMPORT:
        reading->import++;
        if (top)
            read_import(reading, event->node);
        else
            doubt_inner(reading, event);
        break;
    case CAPTURE_EXPORT:
        if (top)
            read_export(reading, event->node);
        else
            doubt_inner(reading, event);
        break;
    case CAPTURE_CALL:
        if (!typed)
            read_call(reading, event->node, event->start < reading->try_end);
        break;
    case CAPTURE_NEW:
        if (!typed)
            read_new(reading, event->node);
        break;
    default:
        break;
    }
}
