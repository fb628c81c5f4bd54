/* Runs the corpus: corpus FILE...            every case through both readers
 *                  corpus --extract DIR FILE...  each case as a source file, for the differential
 *                  corpus --seeds DIR FILE...    each case for the fuzzers, in DIR/scripts with a
 *                                                byte for its dialect, or in DIR/documents
 *
 * A case is a title and attributes that begin with `:` between two lines of `=`, the source, a
 * line `----`, and what is expected, one fact in each line:
 *   directive LINE:COLUMN TEXT
 *   function LINE:COLUMN TEXT (NAME)
 *   import|export|dynamic|require|glob LINE:COLUMN SPECIFIER [(FLAGS)]
 *   CODE LINE:COLUMN                       a note, by its diagnostic code
 * The last line of the source has no line end; an empty one gives it one.
 *
 * :dialect js|ts|tsx|mdx   tsx where it is not said
 * :escaped                 \xHH in the source is a byte
 * :tree-broken             valid, though the grammar's tree has an error: the lexer is sure
 * :invalid                 a syntax error: nobody is sure, and the best guess is expected
 * :directive TEXT          configures this one too */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language.h"
#include "notes.h"
#include "reader.h"
#include "supply.h"

#define MAX_RULES 8

struct test_case {
    const char *file;
    int line;
    char title[200], extension[8];
    bool escaped, tree_broken, invalid;
    struct directive_rule rules[MAX_RULES];
    uint32_t rule_count;
    char *source, *wanted;
    size_t source_size;
};

struct text {
    char *data;
    size_t length;
};

static int failures, cases, unsure_cases;
static bool seeds;

static void text_add(struct text *text, const char *data, size_t length) {
    text->data = realloc(text->data, text->length + length + 1);
    if (!text->data)
        abort();
    memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = '\0';
}

static void text_print(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#include <stdarg.h>

static void text_print(struct text *text, const char *format, ...) {
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_add(text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

/* ---- facts as lines -------------------------------------------------------------------------- */

static void print_flags(struct text *out, uint16_t flags) {
    static const struct {
        uint16_t flag;
        const char *name;
    } names[] = {
        {FACT_TYPE_STATEMENT, "type"}, {FACT_TYPE_NAMES, "type-names"}, {FACT_UNUSED, "unused"},
        {FACT_IN_TRY, "try"},          {FACT_GLOB_NEGATED, "not"},      {FACT_GLOB_META, "meta"},
        {FACT_GLOB_LEAF, "leaf"},      {FACT_GLOB_ALL, "all"},          {FACT_GLOB_FOLD, "fold"}};
    const char *before = " (";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(flags & names[i].flag))
            continue;
        text_print(out, "%s%s", before, names[i].name);
        before = " ";
    }
    if (*before == ' ' && before[1] == '\0')
        text_print(out, ")");
}

static void print_directives(struct text *out, const struct facts *facts) {
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        const struct fact_directive *item = &facts->directives[i];
        text_print(out, "%s %" PRIu32 ":%" PRIu32 " %.*s",
                   item->in_function ? "function" : "directive", item->span.line, item->span.column,
                   (int)item->text_length, facts->text + item->text);
        if (item->in_function) {
            text_print(out, " (%.*s)", (int)item->name_length, facts->text + item->name);
        }
        text_print(out, "\n");
    }
}

static void print_imports(struct text *out, const struct facts *facts) {
    static const char *const kinds[] = {"import", "export", "dynamic", "require", "glob"};
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const struct fact_import *item = &facts->imports[i];
        text_print(out, "%s %" PRIu32 ":%" PRIu32 " %.*s", kinds[item->kind], item->span.line,
                   item->span.column, (int)item->text_length, facts->text + item->text);
        print_flags(out, item->flags);
        text_print(out, "\n");
    }
}

static void print_notes(struct text *out, const struct facts *facts,
                        const struct directive_set *set) {
    for (uint32_t i = 0; i < facts->note_count; i++) {
        const struct fact_note *note = &facts->notes[i];
        struct note_text text;
        note_describe(note, facts, set, &text);
        if (note->code == NOTE_NOT_CERTAIN)
            continue;
        text_print(out, "%s %" PRIu32 ":%" PRIu32 "\n", text.code, note->span.line,
                   note->span.column);
    }
}

static char *print_facts(const struct facts *facts, const struct directive_set *set) {
    struct text out = {calloc(1, 1), 0};
    print_directives(&out, facts);
    print_imports(&out, facts);
    print_notes(&out, facts, set);
    return out.data;
}

/* ---- one case -------------------------------------------------------------------------------- */

static void fail(const struct test_case *test, const char *what, const char *got) {
    failures++;
    printf("%s:%d: %s: %s\n", test->file, test->line, test->title, what);
    if (got)
        printf("--- expected\n%s--- got\n%s", test->wanted, got);
}

struct guarded {
    char *pages, *bytes;
    size_t size;
};

/* The bytes end where a page begins that cannot be touched. */
static struct guarded guard(const char *bytes, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (size / page + 1) * page;
    struct guarded out = {.size = body + page};
    out.pages = mmap(NULL, out.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (out.pages == MAP_FAILED || mprotect(out.pages + body, page, PROT_NONE))
        abort();
    out.bytes = out.pages + body - size;
    memcpy(out.bytes, bytes, size);
    return out;
}

static void check(const struct test_case *test, enum prologue_reader which, bool sure,
                  const struct facts *facts, const struct directive_set *set) {
    static const char *const names[] = {"auto", "lexer", "grammar"};
    char what[80];
    char *got = print_facts(facts, set);
    bool same = strcmp(got, test->wanted) == 0;
    snprintf(what, sizeof what, "%s%s", names[which], sure ? "" : " (not sure)");
    if (which == PROLOGUE_READER_AUTO) {
        if (!same || sure == test->invalid)
            fail(test, what, got);
    } else if (which == PROLOGUE_READER_LEXER) {
        if (sure && !same)
            fail(test, what, got);
        else if (sure && test->invalid)
            fail(test, "the lexer is sure of invalid source", NULL);
        else if (!sure && test->tree_broken)
            fail(test, "the lexer is not sure", got);
        unsure_cases += !sure && !test->invalid;
    } else if (sure && (test->tree_broken || test->invalid)) {
        fail(test, "the grammar's tree has no error", NULL);
    } else if (!test->tree_broken && !test->invalid && (!sure || !same)) {
        fail(test, what, got);
    }
    free(got);
}

static bool is_certain(const struct facts *facts) {
    for (uint32_t i = 0; i < facts->note_count; i++) {
        uint8_t code = facts->notes[i].code;
        if (code == NOTE_NOT_CERTAIN || code == NOTE_NO_ROOM)
            return false;
    }
    return true;
}

/* ---- in pieces ------------------------------------------------------------------------------- */

/* Through the smallest window, which ends at a page that cannot be touched. */
static void run_in_pieces(const struct test_case *test, const struct lex_options *options,
                          struct reader *reader, struct facts *facts, const char *whole,
                          bool unsure_whole) {
    static const uint32_t sizes[] = {1, 7, 64};
    char room[INPUT_SMALLEST] = {0};
    struct guarded window = guard(room, sizeof room);
    struct supply supply = {test->source, test->source_size};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char what[80];
        bool unsure = false;
        struct input input =
            input_pieces(window.bytes, INPUT_SMALLEST, (uint32_t)supply.size, supply_read, &supply);
        input.piece = sizes[i];
        snprintf(what, sizeof what, "in pieces of %" PRIu32, sizes[i]);
        int error = reader_read(reader, options, PROLOGUE_READER_LEXER, &input, facts, &unsure);
        char *got = print_facts(facts, options->directives);
        if (error || input.error || unsure != unsure_whole || strcmp(got, whole) != 0) {
            fail(test, what, got);
            printf("--- whole%s\n%s", unsure_whole ? " (not sure)" : "", whole);
        }
        free(got);
    }
    munmap(window.pages, window.size);
}

/* Whatever can be skimmed is. */
static void run_skimming(const struct test_case *test, struct lex_options options,
                         struct reader *reader, struct facts *facts, const char *whole) {
    struct input input = input_whole(test->source, (uint32_t)test->source_size);
    options.skim_least = 1;
    int error = reader_read(reader, &options, PROLOGUE_READER_LEXER, &input, facts, NULL);
    char *got = print_facts(facts, options.directives);
    if (error || strcmp(got, whole) != 0) {
        fail(test, "skimmed", got);
    }
    free(got);
}

static void run(const struct test_case *test, struct reader *reader, struct facts *facts) {
    struct directive_set set = {test->rules, test->rule_count};
    struct lex_options options = {.directives = &set, .skim_least = UINT32_MAX};
    struct slice name = slice_of(test->extension);
    bool unsure = false;
    if (!language_of(name, &options.dialect)) {
        fail(test, "no such dialect", NULL);
        return;
    }
    struct guarded source = guard(test->source, test->source_size);
    for (int which = PROLOGUE_READER_AUTO; which <= PROLOGUE_READER_GRAMMAR; which++) {
        struct input input = input_whole(source.bytes, (uint32_t)test->source_size);
        int error =
            reader_read(reader, &options, (enum prologue_reader)which, &input, facts, &unsure);
        if (error) {
            fail(test, prologue_error_name(error), NULL);
            continue;
        }
        check(test, (enum prologue_reader)which, !unsure && is_certain(facts), facts, &set);
        if (which == PROLOGUE_READER_LEXER) {
            char *whole = print_facts(facts, &set);
            run_in_pieces(test, &options, reader, facts, whole, unsure);
            if (!unsure) {
                run_skimming(test, options, reader, facts, whole);
            }
            free(whole);
        }
    }
    munmap(source.pages, source.size);
    cases++;
}

static void write_source(const struct test_case *test, const char *path, int dialect) {
    FILE *file = fopen(path, "wb");
    if (!file || (dialect >= 0 && fputc(dialect, file) == EOF) ||
        fwrite(test->source, 1, test->source_size, file) != test->source_size || fclose(file))
        abort();
}

static void extract(const struct test_case *test, const char *folder) {
    char path[4096];
    if (test->invalid || !strcmp(test->extension, ".mdx"))
        return;
    snprintf(path, sizeof path, "%s/%04d%s", folder, cases++, test->extension);
    write_source(test, path, -1);
}

static void write_seed(const struct test_case *test, const char *folder) {
    char path[4096];
    unsigned dialect = 0;
    language_of(slice_of(test->extension), &dialect);
    bool mdx = dialect & DIALECT_MDX;
    snprintf(path, sizeof path, "%s/%s", folder, mdx ? "documents" : "scripts");
    if (mkdir(path, 0777) && errno != EEXIST)
        abort();
    snprintf(path + strlen(path), 16, "/%04d", cases++);
    write_source(test, path, mdx ? -1 : (int)dialect);
}

/* ---- corpus files ---------------------------------------------------------------------------- */

static bool is_rule(const char *line, char c) {
    size_t length = strspn(line, (char[2]){c, '\0'});
    return length >= 4 && line[length] == '\0';
}

static void decode(struct test_case *test) {
    size_t length = 0;
    for (size_t i = 0; i < test->source_size; i++) {
        unsigned byte;
        if (test->source[i] == '\\' && sscanf(test->source + i, "\\x%2X", &byte) == 1) {
            test->source[length++] = (char)byte;
            i += 3;
        } else {
            test->source[length++] = test->source[i];
        }
    }
    test->source_size = length;
}

static void add_rule(struct test_case *test, const char *text, uint32_t environments) {
    struct slice slice = slice_of(strdup(text));
    bool prefix = slice_ends(slice, SLICE("*"));
    if (test->rule_count == MAX_RULES)
        abort();
    slice.length -= prefix;
    test->rules[test->rule_count++] = (struct directive_rule){slice, prefix, environments};
}

static void attribute(struct test_case *test, const char *line) {
    if (!strncmp(line, ":dialect ", 9))
        snprintf(test->extension, 8, ".%s", line + 9);
    else if (!strcmp(line, ":escaped"))
        test->escaped = true;
    else if (!strcmp(line, ":tree-broken"))
        test->tree_broken = true;
    else if (!strcmp(line, ":invalid"))
        test->invalid = true;
    else if (!strncmp(line, ":directive ", 11))
        add_rule(test, line + 11, 0);
    else
        fail(test, "no such attribute", NULL);
}

static void begin(struct test_case *test, const char *file, int line) {
    *test = (struct test_case){.file = file, .line = line, .extension = ".tsx"};
    add_rule(test, "use client", 1);
    add_rule(test, "use server", 2);
}

enum part { PART_NONE, PART_TITLE, PART_SOURCE, PART_FACTS };

struct corpus {
    struct test_case test;
    struct text source, wanted;
    enum part part;
};

static void end_case(struct corpus *corpus, const char *folder, struct reader *reader,
                     struct facts *facts) {
    struct test_case *test = &corpus->test;
    if (corpus->part == PART_NONE)
        return;
    if (corpus->source.length)
        corpus->source.length--;
    test->source = corpus->source.data ? corpus->source.data : calloc(1, 1);
    test->source_size = corpus->source.length;
    test->source[test->source_size] = '\0';
    test->wanted = corpus->wanted.data ? corpus->wanted.data : calloc(1, 1);
    if (test->escaped)
        decode(test);
    if (folder && seeds)
        write_seed(test, folder);
    else if (folder)
        extract(test, folder);
    else
        run(test, reader, facts);
    free(test->source);
    free(test->wanted);
    for (uint32_t i = 0; i < test->rule_count; i++)
        free((char *)test->rules[i].text.data);
    corpus->source = corpus->wanted = (struct text){NULL, 0};
    corpus->part = PART_NONE;
}

static void take_line(struct corpus *corpus, const char *line) {
    struct test_case *test = &corpus->test;
    switch (corpus->part) {
    case PART_TITLE:
        if (is_rule(line, '='))
            corpus->part = PART_SOURCE;
        else if (line[0] == ':')
            attribute(test, line);
        else
            snprintf(test->title, sizeof test->title, "%s", line);
        return;
    case PART_SOURCE:
        if (is_rule(line, '-')) {
            corpus->part = PART_FACTS;
            return;
        }
        text_add(&corpus->source, line, strlen(line));
        text_add(&corpus->source, "\n", 1);
        return;
    default:
        if (line[0] == '\0')
            return;
        text_add(&corpus->wanted, line, strlen(line));
        text_add(&corpus->wanted, "\n", 1);
    }
}

static void run_file(const char *path, const char *folder, struct reader *reader,
                     struct facts *facts) {
    struct corpus corpus = {.part = PART_NONE};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int number = 0;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((length = getline(&line, &capacity, file)) >= 0) {
        number++;
        if (length && line[length - 1] == '\n')
            line[length - 1] = '\0';
        bool starts = corpus.part == PART_NONE || corpus.part == PART_FACTS;
        if (starts && is_rule(line, '=')) {
            end_case(&corpus, folder, reader, facts);
            begin(&corpus.test, path, number + 1);
            corpus.part = PART_TITLE;
        } else if (corpus.part != PART_NONE) {
            take_line(&corpus, line);
        }
    }
    end_case(&corpus, folder, reader, facts);
    free(line);
    fclose(file);
}

int main(int count, char **arguments) {
    struct ledger ledger;
    struct reader reader;
    struct facts facts;
    const char *folder = NULL;
    int first = 1;
    seeds = count > 2 && !strcmp(arguments[1], "--seeds");
    if (seeds || (count > 2 && !strcmp(arguments[1], "--extract"))) {
        folder = arguments[2];
        first = 3;
    }
    ledger_init(&ledger, NULL, (uint64_t)1 << 30);
    reader_init(&reader, &ledger, NULL);
    facts_init(&facts, &ledger);
    for (int i = first; i < count; i++)
        run_file(arguments[i], folder, &reader, &facts);
    facts_free(&facts);
    reader_free(&reader);
    printf("%d cases, %d failures, %d where the lexer leaves it to the grammar\n", cases, failures,
           unsure_cases);
    if (atomic_load(&ledger.total.current)) {
        printf("%" PRIu64 " bytes were not given back\n", atomic_load(&ledger.total.current));
        return 1;
    }
    return failures ? 1 : 0;
}
