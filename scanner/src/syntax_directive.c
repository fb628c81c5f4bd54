#include "near_miss.h"
#include "syntax_tree.h"

static TSNode field(TSNode node, const char *name) {
    return ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

/* ---- names of functions ---------------------------------------------------------------------- */

static struct slice key_text(const struct syntax_parse *parse, TSNode key) {
    if (syntax_is(key, "string"))
        return syntax_inner(parse, key);
    if (ts_node_is_null(key) || syntax_is(key, "computed_property_name"))
        return SLICE("");
    return syntax_text(parse, key);
}

static struct slice target_text(const struct syntax_parse *parse, TSNode target) {
    if (syntax_is(target, "member_expression"))
        target = field(target, "property");
    if (syntax_is(target, "identifier") || syntax_is(target, "property_identifier") ||
        syntax_is(target, "private_property_identifier") ||
        syntax_is(target, "shorthand_property_identifier_pattern")) {
        return syntax_text(parse, target);
    }
    return SLICE("");
}

/* `export = …` */
static bool is_equals(TSNode export) {
    return syntax_is(ts_node_child(export, 1), "=");
}

/* What an anonymous function is assigned to. */
static struct slice assigned_name(const struct syntax_parse *parse, TSNode function) {
    TSNode parent = ts_node_parent(function);
    while (syntax_changes_nothing(parent))
        parent = ts_node_parent(parent);
    if (syntax_is(parent, "variable_declarator"))
        return target_text(parse, field(parent, "name"));
    if (syntax_is(parent, "required_parameter") || syntax_is(parent, "optional_parameter"))
        return target_text(parse, field(parent, "pattern"));
    if (syntax_is(parent, "assignment_expression") || syntax_is(parent, "assignment_pattern") ||
        syntax_is(parent, "object_assignment_pattern") ||
        syntax_is(parent, "augmented_assignment_expression")) {
        return target_text(parse, field(parent, "left"));
    }
    if (syntax_is(parent, "pair"))
        return key_text(parse, field(parent, "key"));
    if (syntax_is(parent, "public_field_definition"))
        return key_text(parse, field(parent, "name"));
    if (syntax_is(parent, "export_statement"))
        return is_equals(parent) ? SLICE("") : SLICE("default");
    return SLICE("");
}

static struct slice function_name(const struct syntax_parse *parse, TSNode function) {
    TSNode name = field(function, "name");
    if (!ts_node_is_null(name))
        return key_text(parse, name);
    return assigned_name(parse, function);
}

/* ---- prologues ------------------------------------------------------------------------------- */

static struct fact_directive *add_directive(struct syntax_parse *parse, TSNode string, int rule) {
    struct slice raw = syntax_inner(parse, string);
    syntax_doubt_string(parse, string);
    uint32_t length = (uint32_t)raw.length;
    if (raw.length > FACT_DIRECTIVE_LONGEST) {
        raw.length = FACT_DIRECTIVE_LONGEST;
    }
    uint32_t text = facts_add_text(parse->facts, raw.data, raw.length);
    struct fact_directive *directive = facts_add_directive(parse->facts);
    if (!directive)
        return NULL;
    directive->span.start = ts_node_start_byte(string) + 1;
    directive->span.end = directive->span.start + length;
    directive->text = text;
    directive->text_length = (uint32_t)raw.length;
    directive->configured = (int16_t)rule;
    return directive;
}

static void add_note(struct syntax_parse *parse, TSNode literal, uint8_t code, uint8_t detail,
                     int rule) {
    struct slice raw = syntax_inner(parse, literal);
    uint32_t text = facts_add_text(parse->facts, raw.data, raw.length);
    struct fact_note *note = facts_add_note(parse->facts);
    if (!note)
        return;
    note->span.start = (uint32_t)(raw.data - parse->bytes);
    note->span.end = (uint32_t)(note->span.start + raw.length);
    note->text = text;
    note->text_length = (uint32_t)raw.length;
    note->code = code;
    note->detail = detail;
    note->configured = (int16_t)rule;
}

static void check_conflict(struct syntax_reading *reading, TSNode string, int rule) {
    uint32_t environments = reading->parse->options->directives->rules[rule].environments;
    if (environments && reading->environments && environments != reading->environments) {
        add_note(reading->parse, string, NOTE_CONFLICTING, 0, rule);
    }
    reading->environments |= environments;
}

static void add_module_directive(struct syntax_reading *reading, TSNode string) {
    struct syntax_parse *parse = reading->parse;
    struct slice raw = syntax_inner(parse, string);
    int rule = directive_set_find(parse->options->directives, raw);
    add_directive(parse, string, rule);
    if (rule >= 0) {
        check_conflict(reading, string, rule);
        return;
    }
    rule = near_miss_find(parse->options->directives, raw);
    if (rule >= 0)
        add_note(parse, string, NOTE_NEAR_MISS, MISS_TYPO, rule);
}

static void add_function_directive(struct syntax_parse *parse, TSNode string, TSNode function) {
    int rule = directive_set_find(parse->options->directives, syntax_inner(parse, string));
    if (rule < 0)
        return;
    struct slice name = syntax_cooked(parse, function_name(parse, function));
    uint32_t text = facts_add_text(parse->facts, name.data, name.length);
    struct fact_directive *directive = add_directive(parse, string, rule);
    if (!directive)
        return;
    directive->in_function = true;
    directive->name = text;
    directive->name_length = (uint32_t)name.length;
}

/* Nothing but a byte order mark stands before it. */
static void doubt_hashbang(struct syntax_parse *parse, uint32_t start) {
    struct slice before = {parse->bytes, start};
    parse->doubt |= start && !slice_equal(before, SLICE("\xEF\xBB\xBF"));
}

/* `function` null: the module's own. */
static void read_body(struct syntax_reading *reading, TSNode body, TSNode function) {
    TSTreeCursor cursor = ts_tree_cursor_new(body);
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (syntax_is(child, "{") || syntax_is(child, "comment"))
            continue;
        if (syntax_is(child, "hash_bang_line")) {
            doubt_hashbang(reading->parse, ts_node_start_byte(child));
            continue;
        }
        TSNode string = syntax_only_string(child);
        if (ts_node_is_null(string))
            break;
        if (ts_node_is_null(function))
            add_module_directive(reading, string);
        else
            add_function_directive(reading->parse, string, function);
        reading->prologue_end = ts_node_end_byte(child);
    }
    ts_tree_cursor_delete(&cursor);
}

void syntax_read_prologue(struct syntax_reading *reading) {
    read_body(reading, reading->parse->root, (TSNode){0});
}

/* ---- what looks like a directive and is none ------------------------------------------------- */

static void read_statement(struct syntax_parse *parse, TSNode statement) {
    TSNode node = syntax_only_string(statement);
    uint8_t detail = MISS_MISPLACED;
    if (ts_node_is_null(node)) {
        node = syntax_first_child(statement);
        detail = MISS_TEMPLATE;
        if (syntax_is(node, "parenthesized_expression")) {
            node = syntax_first_child(node);
            detail = MISS_PARENTHESISED;
        }
    }
    if (!syntax_is(node, "string") && !syntax_is(node, "template_string"))
        return;
    int rule = directive_set_find(parse->options->directives, syntax_inner(parse, node));
    if (rule >= 0)
        add_note(parse, node, NOTE_NEAR_MISS, detail, rule);
}

void syntax_see_directive(struct syntax_reading *reading, const struct syntax_event *event) {
    if (event->capture == CAPTURE_BODY && event->start >= reading->type_end) {
        read_body(reading, event->node, ts_node_parent(event->node));
    } else if (event->capture == CAPTURE_STATEMENT && event->start >= reading->prologue_end) {
        read_statement(reading->parse, event->node);
    }
}
