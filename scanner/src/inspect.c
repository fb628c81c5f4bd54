#include "inspect.h"

#include "notes.h"

static const char *kind_name(uint8_t kind) {
    switch (kind) {
    case FACT_IMPORT:
        return "import";
    case FACT_EXPORT:
        return "export";
    case FACT_DYNAMIC:
        return "dynamic";
    case FACT_REQUIRE:
        return "require";
    default:
        return "glob";
    }
}

static void put_text(struct json_writer *writer, const char *key, struct slice text) {
    json_put_key(writer, key);
    json_put_string(writer, text);
}

static void put_number(struct json_writer *writer, const char *key, uint64_t value) {
    json_put_key(writer, key);
    json_put_unsigned(writer, value);
}

static void put_flag(struct json_writer *writer, const char *key, bool value) {
    json_put_key(writer, key);
    json_put_bool(writer, value);
}

static void put_span(struct json_writer *writer, const struct fact_span *span) {
    put_number(writer, "start", span->start);
    put_number(writer, "end", span->end);
    put_number(writer, "line", span->line);
    put_number(writer, "column", span->column);
}

static void open_list(struct json_writer *writer, const char *key) {
    json_put_key(writer, key);
    json_put_open(writer, '[');
}

static void put_directives(struct json_writer *writer, const struct facts *facts,
                           bool in_function) {
    open_list(writer, in_function ? "functionDirectives" : "directives");
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        const struct fact_directive *directive = &facts->directives[i];
        if (directive->in_function != in_function)
            continue;
        json_put_open(writer, '{');
        put_text(writer, "value", facts_text(facts, directive->text, directive->text_length));
        if (in_function) {
            put_text(writer, "function",
                     facts_text(facts, directive->name, directive->name_length));
        }
        put_span(writer, &directive->span);
        json_put_close(writer, '}');
    }
    json_put_close(writer, ']');
}

static void put_import(struct json_writer *writer, const struct facts *facts,
                       const struct fact_import *fact) {
    struct slice text = facts_text(facts, fact->text, fact->text_length);
    json_put_open(writer, '{');
    put_text(writer, "specifier", text);
    put_text(writer, "kind", slice_of(kind_name(fact->kind)));
    put_flag(writer, "typeOnly", fact->flags & (FACT_TYPE_STATEMENT | FACT_TYPE_NAMES));
    put_flag(writer, "elided", fact->flags & FACT_UNUSED);
    if (fact->flags & FACT_GLOB_NEGATED)
        put_flag(writer, "negated", true);
    put_span(writer, &fact->span);
    json_put_close(writer, '}');
}

static void put_diagnostic(struct json_writer *writer, const struct facts *facts,
                           const struct directive_set *directives, const struct fact_note *note) {
    struct note_text text;
    note_describe(note, facts, directives, &text);
    json_put_open(writer, '{');
    put_text(writer, "severity", slice_of(severity_name(text.severity)));
    put_text(writer, "code", slice_of(text.code));
    put_number(writer, "line", note->span.line);
    put_number(writer, "column", note->span.column);
    put_text(writer, "message", slice_of(text.message));
    json_put_close(writer, '}');
}

int inspect_write_line(struct json_writer *writer, const char *path, const struct facts *facts,
                       const struct directive_set *directives, bool unsure) {
    json_put_open(writer, '{');
    put_text(writer, "path", slice_of(path));
    put_text(writer, "reader", facts->grammar ? SLICE("grammar") : SLICE("lexer"));
    if (unsure)
        put_flag(writer, "unsure", true);
    put_directives(writer, facts, false);
    put_directives(writer, facts, true);
    open_list(writer, "imports");
    for (uint32_t i = 0; i < facts->import_count; i++) {
        put_import(writer, facts, &facts->imports[i]);
    }
    json_put_close(writer, ']');
    open_list(writer, "diagnostics");
    for (uint32_t i = 0; i < facts->note_count; i++) {
        put_diagnostic(writer, facts, directives, &facts->notes[i]);
    }
    json_put_close(writer, ']');
    json_put_close(writer, '}');
    json_put_newline(writer);
    return writer->error;
}

int inspect_write_failure(struct json_writer *writer, const char *path, const char *code,
                          const char *message) {
    json_put_open(writer, '{');
    put_text(writer, "path", slice_of(path));
    put_text(writer, "reader", SLICE("lexer"));
    open_list(writer, "directives");
    json_put_close(writer, ']');
    open_list(writer, "functionDirectives");
    json_put_close(writer, ']');
    open_list(writer, "imports");
    json_put_close(writer, ']');
    open_list(writer, "diagnostics");
    json_put_open(writer, '{');
    put_text(writer, "severity", SLICE("error"));
    put_text(writer, "code", slice_of(code));
    put_number(writer, "line", 0);
    put_number(writer, "column", 0);
    put_text(writer, "message", slice_of(message));
    json_put_close(writer, '}');
    json_put_close(writer, ']');
    json_put_close(writer, '}');
    json_put_newline(writer);
    return writer->error;
}
