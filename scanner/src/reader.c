#include "reader.h"

#include "mdx.h"

void reader_init(struct reader *reader, struct ledger *ledger, struct syntax *syntax) {
    *reader = (struct reader){.ledger = ledger, .syntax = syntax, .shared = syntax};
    facts_init(&reader->spare, ledger);
}

void reader_free(struct reader *reader) {
    lexer_free(reader->lexer);
    if (!reader->shared) {
        syntax_free(reader->syntax);
    }
    facts_free(&reader->spare);
    reader->lexer = NULL;
    reader->syntax = NULL;
}

static void swap_facts(struct facts *a, struct facts *b) {
    struct facts swap = *a;
    *a = *b;
    *b = swap;
}

static bool has_note(const struct facts *facts, enum fact_note_code code) {
    for (uint32_t i = 0; i < facts->note_count; i++) {
        if (facts->notes[i].code == code)
            return true;
    }
    return false;
}

static void note_doubt(struct facts *facts, enum fact_note_code code) {
    if (has_note(facts, NOTE_NOT_CERTAIN) || has_note(facts, NOTE_NO_ROOM))
        return;
    struct fact_note *note = facts_add_note(facts);
    if (!note)
        return;
    note->code = code;
    note->configured = -1;
}

/* That the lexer could not go on says nothing of a file that nobody else has read. */
static void note_no_room(struct facts *facts) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facts->note_count; i++) {
        if (facts->notes[i].code != NOTE_SYNTAX)
            facts->notes[kept++] = facts->notes[i];
    }
    facts->note_count = kept;
    note_doubt(facts, NOTE_NO_ROOM);
}

static int prepare_lexer(struct reader *reader) {
    if (!reader->lexer)
        reader->lexer = lexer_new(reader->ledger);
    return reader->lexer ? 0 : ledger_error(reader->ledger);
}

static int read_with_lexer(struct reader *reader, const struct lex_options *options,
                           struct input *input, struct facts *facts, bool *sure) {
    int error = prepare_lexer(reader);
    if (error)
        return error;
    *sure = lexer_read(reader->lexer, options, input, facts) == LEX_SURE;
    return facts->error;
}

/* Its own lack of memory is no error: the lexer's facts are there. It takes the file whole. */
static enum syntax_answer read_with_grammar(struct reader *reader,
                                            const struct lex_options *options,
                                            const struct input *input, bool guess,
                                            struct facts *facts) {
    if (input->buffer)
        return SYNTAX_BROKEN;
    if (!reader->syntax)
        reader->syntax = syntax_new(reader->ledger);
    if (!reader->syntax)
        return SYNTAX_NOMEM;
    return syntax_read(reader->syntax, options, input->bytes, input->size, guess, facts);
}

static int read_forced_grammar(struct reader *reader, const struct lex_options *options,
                               const struct input *input, struct facts *facts, bool *sure) {
    facts->grammar = true;
    enum syntax_answer answer = read_with_grammar(reader, options, input, true, facts);
    *sure = answer == SYNTAX_SURE;
    if (!*sure)
        note_doubt(facts, answer == SYNTAX_NOMEM ? NOTE_NO_ROOM : NOTE_NOT_CERTAIN);
    return facts->error;
}

static int read_auto(struct reader *reader, const struct lex_options *options, struct input *input,
                     struct facts *facts) {
    bool sure = false;
    int error = read_with_lexer(reader, options, input, facts, &sure);
    if (error || sure)
        return error;
    facts_clear(&reader->spare);
    enum syntax_answer answer = read_with_grammar(reader, options, input, false, &reader->spare);
    if (answer == SYNTAX_SURE && !reader->spare.error) {
        swap_facts(facts, &reader->spare);
    } else if (answer == SYNTAX_NOMEM || reader->spare.error) {
        note_no_room(facts);
    } else {
        note_doubt(facts, NOTE_NOT_CERTAIN);
    }
    return facts->error;
}

static int read_script(struct reader *reader, const struct lex_options *options,
                       enum prologue_reader which, struct input *input, struct facts *facts,
                       bool *sure) {
    switch (which) {
    case PROLOGUE_READER_LEXER:
        return read_with_lexer(reader, options, input, facts, sure);
    case PROLOGUE_READER_GRAMMAR:
        return read_forced_grammar(reader, options, input, facts, sure);
    default:
        return read_auto(reader, options, input, facts);
    }
}

/* The whole file where it comes in pieces: a document is not read otherwise. */
static int gather(struct reader *reader, struct input *input, const char **bytes, char **copy) {
    *bytes = input->bytes;
    *copy = NULL;
    if (!input->buffer || !input->size) {
        return 0;
    }
    *copy = ledger_resize(reader->ledger, PROLOGUE_SUBSYSTEM_LEASES, NULL, 0, input->size);
    if (!*copy) {
        return ledger_error(reader->ledger);
    }
    *bytes = *copy;
    input_copy(input, 0, input->size, *copy);
    return 0;
}

/* Its code alone, as JavaScript with JSX. */
static int read_code(struct reader *reader, const struct lex_options *options,
                     enum prologue_reader which, const char *bytes, uint32_t size,
                     struct facts *facts, bool *sure) {
    struct lex_options script = {.directives = options->directives,
                                 .dialect = DIALECT_JSX | DIALECT_MODULE};
    char *code = ledger_resize(reader->ledger, PROLOGUE_SUBSYSTEM_LEASES, NULL, 0, size + 1);
    bool broken = false;
    if (!code) {
        return ledger_error(reader->ledger);
    }
    int error = prepare_lexer(reader);
    if (!error) {
        facts_clear(&reader->spare);
        error = mdx_mask(reader->lexer, &reader->spare, bytes, size, code, &broken);
    }
    if (!error) {
        struct input input = input_whole(code, size);
        error = read_script(reader, &script, which, &input, facts, sure);
        mdx_note_directive(options->directives, bytes, size, facts);
        if (broken) {
            note_doubt(facts, NOTE_NOT_CERTAIN);
        }
    }
    ledger_free(reader->ledger, PROLOGUE_SUBSYSTEM_LEASES, code, size + 1);
    return error;
}

static int read_mdx(struct reader *reader, const struct lex_options *options,
                    enum prologue_reader which, struct input *input, struct facts *facts,
                    bool *sure) {
    const char *bytes;
    char *copy;
    int error = gather(reader, input, &bytes, &copy);
    if (!error && !input->error) {
        error = read_code(reader, options, which, bytes, input->size, facts, sure);
    }
    ledger_free(reader->ledger, PROLOGUE_SUBSYSTEM_LEASES, copy, copy ? input->size : 0);
    return error ? error : facts->error;
}

int reader_read(struct reader *reader, const struct lex_options *options,
                enum prologue_reader which, struct input *input, struct facts *facts,
                bool *unsure) {
    bool sure = true, mdx = options->dialect & DIALECT_MDX;
    facts_clear(facts);
    int error = mdx ? read_mdx(reader, options, which, input, facts, &sure)
                    : read_script(reader, options, which, input, facts, &sure);
    if (unsure) {
        *unsure = !sure;
    }
    facts_locate(facts, input);
    return error;
}
