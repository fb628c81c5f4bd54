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

static void add_import(struct syntax_parse *parse, uint8_t kind, uint16_t flags, uint32_t group,
                       struct slice raw, struct slice text) {
    struct fact_import *fact = facts_add_import(parse->facts);
    if (!fact)
        return;
    fact->span.start = (uint32_t)(raw.data - parse->bytes);
    fact->span.end = (uint32_t)(fact->span.start + raw.length);
    fact->kind = kind;
    fact->flags = flags;
    fact->group = group;
    fact->text_length = (uint32_t)text.length;
    uint32_t offset = facts_add_text(parse->facts, text.data, text.length);
    fact->text = offset;
}

static void add_literal(struct syntax_parse *parse, uint8_t kind, uint16_t flags, TSNode literal) {
    struct slice raw = syntax_inner(parse, literal);
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
    uint16_t flags = 0;
    if (has_token(node, "type"))
        flags = FACT_TYPE_STATEMENT;
    else if (exports_types_only(node))
        flags = FACT_TYPE_NAMES;
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

struct pattern {
    struct syntax_parse *parse;
    char *text;
    size_t length;
    uint32_t start, end; /* from the first literal piece to the last */
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
    if (pattern->length && pattern->text[pattern->length - 1] == '*')
        return;
    pattern->text[pattern->length++] = '*';
}

static void pattern_literal(struct pattern *pattern, uint32_t start, uint32_t end) {
    struct slice raw = {pattern->parse->bytes + start, end - start};
    if (pattern->end == 0)
        pattern->start = start;
    pattern->end = end;
    if (raw.length)
        pattern->length += syntax_cook(raw, pattern->text + pattern->length);
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

static void pattern_build(struct pattern *pattern, TSNode node) {
    pattern_push(pattern, node);
    while (pattern->pending_count) {
        node = syntax_unwrap(pattern->pending[--pattern->pending_count]);
        if (is_addition(node)) {
            pattern_push(pattern, field(node, "right"));
            pattern_push(pattern, field(node, "left"));
        } else if (syntax_is(node, "template_string")) {
            pattern_template(pattern, node);
        } else if (syntax_is(node, "string")) {
            pattern_literal(pattern, ts_node_start_byte(node) + 1, ts_node_end_byte(node) - 1);
        } else {
            pattern_star(pattern);
        }
    }
}

/* A template or concatenation that begins with `./` or `../`. */
static bool read_relative_glob(struct syntax_parse *parse, TSNode node) {
    struct pattern pattern = {.parse = parse};
    if (!is_addition(node) && !syntax_is(node, "template_string"))
        return false;
    pattern.text = syntax_arena_take(parse->arena, syntax_text(parse, node).length + 1);
    pattern_build(&pattern, node);
    struct slice text = {pattern.text, pattern.length};
    if (!slice_starts(text, SLICE("./")) && !slice_starts(text, SLICE("../")))
        return false;
    struct slice raw = {parse->bytes + pattern.start, pattern.end - pattern.start};
    add_import(parse, FACT_GLOB, 0, ++parse->groups, raw, text);
    return true;
}

static void read_target(struct syntax_reading *reading, TSNode call, uint8_t kind, uint16_t flags) {
    TSNode written = syntax_first_child(field(call, "arguments")),
           argument = syntax_unwrap(written);
    if (ts_node_is_null(argument))
        return;
    if (is_literal(argument))
        add_literal(reading->parse, kind, flags, argument);
    else if (!read_relative_glob(reading->parse, argument))
        add_note(reading->parse, written, written);
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
    for (;;) {
        TSNode element = syntax_unwrap(syntax_next_child(array, &index));
        if (ts_node_is_null(element))
            return index > 0;
        if (!is_literal(element))
            return false;
    }
}

static void read_meta_glob(struct syntax_reading *reading, TSNode call) {
    struct syntax_parse *parse = reading->parse;
    TSNode argument = syntax_first_child(field(call, "arguments"));
    TSNode only = syntax_unwrap(argument);
    uint32_t index = 0;
    if (is_literal(only)) {
        parse->groups++;
        add_meta_pattern(parse, only);
        return;
    }
    if (!syntax_is(argument, "array") || !all_literal(argument)) {
        if (!ts_node_is_null(argument))
            add_note(parse, argument, argument);
        return;
    }
    parse->groups++;
    for (;;) {
        TSNode element = syntax_unwrap(syntax_next_child(argument, &index));
        if (ts_node_is_null(element))
            return;
        add_meta_pattern(parse, element);
    }
}

static bool is_meta_glob(const struct syntax_parse *parse, TSNode callee) {
    return syntax_is(callee, "member_expression") &&
           syntax_is(field(callee, "object"), "meta_property") &&
           slice_starts(syntax_text(parse, field(callee, "object")), SLICE("import")) &&
           slice_equal(syntax_text(parse, field(callee, "property")), SLICE("glob"));
}

static bool is_require(struct syntax_parse *parse, TSNode callee) {
    return syntax_is(callee, "identifier") &&
           slice_equal(syntax_cooked(parse, syntax_text(parse, callee)), SLICE("require")) &&
           !syntax_require_is_bound(parse, ts_node_start_byte(callee));
}

static void read_call(struct syntax_reading *reading, TSNode call, bool in_try) {
    TSNode callee = field(call, "function");
    if (!syntax_is(field(call, "arguments"), "arguments"))
        return;
    if (syntax_is(callee, "import")) {
        read_target(reading, call, FACT_DYNAMIC, 0);
    } else if (is_require(reading->parse, callee)) {
        read_target(reading, call, FACT_REQUIRE, in_try ? FACT_IN_TRY : 0);
    } else if (is_meta_glob(reading->parse, callee)) {
        read_meta_glob(reading, call);
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

static void widen(uint32_t *end, const struct syntax_event *event) {
    if (event->end > *end)
        *end = event->end;
}

void syntax_see_import(struct syntax_reading *reading, const struct syntax_event *event) {
    bool top = event->start >= reading->scope_end, typed = event->start < reading->type_end;
    switch (event->capture) {
    case CAPTURE_SCOPE_FUNCTION:
    case CAPTURE_SCOPE_BLOCK:
        widen(&reading->scope_end, event);
        break;
    case CAPTURE_TYPE:
        widen(&reading->type_end, event);
        break;
    case CAPTURE_TRY:
        widen(&reading->try_end, event);
        break;
    case CAPTURE_DOUBT:
        reading->parse->doubt = true;
        break;
    case CAPTURE_IMPORT:
        reading->import++;
        if (top)
            read_import(reading, event->node);
        break;
    case CAPTURE_EXPORT:
        if (top)
            read_export(reading, event->node);
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
