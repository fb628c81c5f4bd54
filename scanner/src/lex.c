/* The automaton's stack, and the reading of one file from its head to its last candidate. */
#include "lex_automaton.h"

/* ---- frames ---------------------------------------------------------------------------------- */

struct frame *frame_grow(struct lexer *lexer) {
    int error = ledger_grow(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, &lexer->frames,
                            &lexer->frame_capacity, lexer->frame_count + 1, sizeof *lexer->frames);
    if (error) {
        lexer_fail_memory(lexer, error);
        return lexer->frame_count ? frame_top(lexer) : &lexer->nowhere;
    }
    return &lexer->frames[lexer->frame_count++];
}

void lexer_fail_at(struct lexer *lexer, uint32_t at) {
    if (!lexer->failed) {
        lexer->failed = lexer->halted = true;
        lexer->failed_at = at;
    }
}

void lexer_fail(struct lexer *lexer) {
    lexer_fail_at(lexer, lexer->token.start);
}

void lexer_fail_memory(struct lexer *lexer, int error) {
    lexer->failed = lexer->halted = true;
    lexer->facts->error = error;
}

typedef void handler(struct lexer *lexer);

static handler *const handlers[STATES] = {
    [IN_MODULE] = on_list,
    [IN_BLOCK] = on_list,
    [IN_PROLOGUE] = on_prologue,
    [IN_SWITCH] = on_switch,
    [STATEMENT] = on_statement,
    [SEMICOLON] = on_semicolon,
    [IF_ELSE] = on_if_else,
    [DO_WHILE] = on_do_while,
    [TRY_AFTER] = on_try_after,
    [CATCH_BLOCK] = on_catch_block,
    [FOR_AFTER_HEAD] = on_for_after_head,
    [AMBIENT_AFTER] = on_ambient_after,
    [DECLARATOR] = on_declarator,
    [DECLARATOR_NEXT] = on_declarator_next,
    [ENUM_MEMBER] = on_enum_member,
    [ENUM_AFTER_KEY] = on_enum_after_key,
    [INTERFACE_HEAD] = on_interface_head,
    [ALIAS_HEAD] = on_alias_head,
    [MODULE_BODY] = on_module_body,
    [FUNCTION_HEAD] = on_function_head,
    [FUNCTION_RESULT] = on_function_result,
    [FUNCTION_BODY] = on_function_body,
    [ARROW_RESULT] = on_arrow_result,
    [PARAMETER] = on_parameter,
    [PARAMETER_DECORATED] = on_parameter_decorated,
    [BINDING_NEXT] = on_binding_next,
    [BINDING_ELEMENT] = on_binding_element,
    [BINDING_KEY] = on_binding_key,
    [BINDING_AFTER_KEY] = on_binding_after_key,
    [CLASS_HEAD] = on_class_head,
    [CLASS_KEY] = on_class_key,
    [CLASS_AFTER_KEY] = on_class_after_key,
    [OBJECT_KEY] = on_object_key,
    [OBJECT_AFTER_KEY] = on_object_after_key,
    [OPERAND] = on_operand,
    [OPERATOR] = on_operator,
    [COMPLETE] = on_complete,
    [FINISHED] = on_finished,
    [TYPE_OPERAND] = on_type_operand,
    [TYPE_OPERATOR] = on_type_operator,
    [TYPE_LIST] = on_type_list,
    [TYPE_OBJECT] = on_type_object,
    [JSX_NAME] = on_jsx_name,
    [JSX_ATTRIBUTES] = on_jsx_attributes,
    [JSX_CHILDREN] = on_jsx_children,
};

void frame_step(struct lexer *lexer) {
    handlers[frame_top(lexer)->state](lexer);
}

void frame_run(struct lexer *lexer, uint32_t floor) {
    while (lexer->frame_count > floor && !lexer->halted) {
        frame_step(lexer);
    }
}

/* ---- the lexer ------------------------------------------------------------------------------- */

struct lexer *lexer_new(struct ledger *ledger) {
    struct lexer *lexer = ledger_new(ledger, PROLOGUE_SUBSYSTEM_FACTS, sizeof *lexer);
    if (lexer) {
        lexer->ledger = ledger;
        words_prepare(lexer);
    }
    return lexer;
}

#define RELEASE(items, capacity)                                                                   \
    ledger_free(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, lexer->items,                             \
                lexer->capacity * sizeof *lexer->items)

void lexer_free(struct lexer *lexer) {
    if (!lexer) {
        return;
    }
    RELEASE(frames, frame_capacity);
    RELEASE(scopes, scope_capacity);
    RELEASE(names, name_capacity);
    RELEASE(buckets, bucket_count);
    RELEASE(references, reference_capacity);
    RELEASE(deferred, deferred_capacity);
    RELEASE(bindables, bindable_capacity);
    RELEASE(declarations, declaration_capacity);
    RELEASE(pieces, piece_capacity);
    RELEASE(texts, text_capacity);
    RELEASE(candidates, candidate_capacity);
    RELEASE(brackets, bracket_capacity);
    RELEASE(scratch, scratch_capacity);
    ledger_free(lexer->ledger, PROLOGUE_SUBSYSTEM_FACTS, lexer, sizeof *lexer);
}

void lexer_begin(struct lexer *lexer) {
    cursor_return(lexer, 0);
    lexer->token = lexer->previous = (struct token){0};
    lexer->failed = lexer->halted = false;
    lexer->frame_count = lexer->piece_count = 0;
    lexer->speculated = 0;
    lexer->unsettled = lexer->colon_count = 0;
    lexer->ambient = lexer->try_depth = lexer->group = lexer->context = 0;
    lexer->require_end = lexer->glob_end = lexer->url_end = lexer->async_end =
        lexer->async_parameter = lexer->parameters_end = lexer->erased = NONE;
    lexer->has_elements = lexer->has_fragments = lexer->has_html_comment = false;
    lexer->has_module_syntax = lexer->options->dialect & DIALECT_MODULE;
    lexer->late_import = false;
    lexer->past_head = lexer->top_await = false;
    lexer->last_candidate = NONE;
    lexer->environments = 0;
    memset(lexer->pragmas, 0, sizeof lexer->pragmas);
    scope_reset(lexer);
}

/* `import …` and `export … from` at the head of the file. */
static void read_head(struct lexer *lexer) {
    while (!lexer->failed && (at_word(lexer, W_IMPORT) || at_word(lexer, W_EXPORT))) {
        if (read_plain(lexer)) {
            continue;
        }
        if (at_word(lexer, W_IMPORT)) {
            struct token next = token_peek(lexer);
            if (next.kind == T_LPAREN || next.kind == T_DOT) {
                return;
            }
            read_import(lexer);
        } else {
            struct token next = token_peek(lexer);
            if (next.kind != T_LBRACE && next.kind != T_STAR) {
                return;
            }
            read_export(lexer);
        }
    }
}

/* A NUL may stand in a string or a comment. Where the reading fails it tells of a binary, and so a
 * file with one is read to its end. */
static bool has_nul(struct lexer *lexer) {
    struct slice head = lexer_text(lexer, 0, lexer->size < 512 ? lexer->size : 512);
    return head.length && memchr(head.data, 0, head.length);
}

static bool elision_is_open(const struct lexer *lexer) {
    return lexer->typescript && (lexer->name_count > 1 || scope_imports_require(lexer));
}

#define SKIM_LEAST 1024u /* bytes: less is read as fast */

static bool is_worth_skimming(const struct lexer *lexer) {
    uint32_t least = lexer->options->skim_least ? lexer->options->skim_least : SKIM_LEAST;
    return lexer->may_skim && !lexer->careful &&
           lexer->last_candidate - lexer->token.start >= least;
}

static void read_rest(struct lexer *lexer) {
    if (lexer->failed || at_kind(lexer, T_END)) {
        return;
    }
    lexer->past_head = true;
    if (!elision_is_open(lexer) && !has_nul(lexer)) {
        lexer->last_candidate = scan_last_candidate(lexer, lexer->token.start);
        if (lexer->last_candidate == NONE) {
            return;
        }
        if (is_worth_skimming(lexer)) {
            lexer->careful = !skim_rest(lexer);
            return;
        }
    }
    frame_run(lexer, 0);
}

static void read_once(struct lexer *lexer) {
    lexer_begin(lexer);
    if (lexer->failed) {
        return;
    }
    lexer->in_prologue = true;
    read_prologue(lexer);
    lexer->in_prologue = false;
    frame_push(lexer, IN_MODULE);
    read_head(lexer);
    read_rest(lexer);
    bool as_script = lexer->has_html_comment || (lexer->script && lexer->top_await);
    if (as_script && lexer->has_module_syntax && !lexer->failed) {
        lexer_fail(lexer); /* it is a module, and so that was no comment, and `await` no name */
    }
    lexer->late_import &= lexer->typescript && !lexer->again;
}

/* Once more where skimming was in vain. */
static void read_pass(struct lexer *lexer) {
    bool careful = lexer->careful;
    read_once(lexer);
    if (lexer->careful && !careful && !lexer->facts->error) {
        facts_clear(lexer->facts);
        read_once(lexer);
    }
}

static bool is_utf16(struct lexer *lexer) {
    int first = byte_at(lexer, 0), second = byte_at(lexer, 1);
    return (first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF);
}

/* ---- a file ---------------------------------------------------------------------------------- */

void lexer_take(struct lexer *lexer, struct input *input) {
    lexer->input = input;
    lexer->bytes = input->bytes;
    lexer->start = input->start;
    lexer->end = input->end;
    lexer->size = input->size;
}

enum lex_answer lexer_read(struct lexer *lexer, const struct lex_options *options,
                           struct input *input, struct facts *facts) {
    lexer->options = options;
    lexer->facts = facts;
    lexer_take(lexer, input);
    lexer->typescript = options->dialect & DIALECT_TYPESCRIPT;
    lexer->jsx = options->dialect & DIALECT_JSX;
    lexer->again = lexer->script = lexer->module = lexer->careful = false;
    facts->grammar = false;
    if (is_utf16(lexer)) {
        note_add(lexer, NOTE_BINARY, 0, -1, 0, 0);
        return LEX_SURE;
    }
    if (options->dialect & DIALECT_MDX) {
        return LEX_UNSURE;
    }
    lexer->result_count = 0;
    read_pass(lexer);
    paren_reconsider(lexer, read_pass);
    lexer->again = lexer->late_import && !lexer->failed;
    lexer->script = lexer->failed && lexer->top_await && !lexer->has_module_syntax;
    lexer->module = lexer->failed && lexer->has_html_comment && !lexer->script;
    if (!facts->error && (lexer->again || lexer->script || lexer->module)) {
        facts_clear(facts);
        read_pass(lexer);
    }
    if (facts->error) {
        return LEX_UNSURE;
    }
    scope_finish(lexer);
    facts_sort(facts);
    if (lexer->failed && has_nul(lexer)) {
        note_add(lexer, NOTE_BINARY, 0, -1, 0, 0);
        return LEX_SURE;
    }
    if (lexer->failed) {
        note_add(lexer, NOTE_SYNTAX, 0, -1, lexer->failed_at, lexer->failed_at);
        return LEX_UNSURE;
    }
    return LEX_SURE;
}
