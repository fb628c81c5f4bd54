/* Prints the lexer's facts of each file, one JSON line for each. Paths are arguments, or lines of
 * standard input where there are none. `--bench N` reads each file N times and prints the speed.
 * Every file is read at the end of a mapping: a byte too far is a fault. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lex.h"

static const struct directive_rule rules[] = {
    {{"use client", 10}, false, 1},
    {{"use server", 10}, false, 2},
};
static const struct directive_set directives = {rules, 2};

struct input {
    char *map;
    size_t mapped;
    const char *bytes;
    size_t size;
};

static bool input_open(struct input *input, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    fseek(file, 0, SEEK_END);
    input->size = (size_t)ftell(file);
    rewind(file);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (input->size + page - 1) / page * page;
    input->mapped = room + page;
    input->map =
        mmap(NULL, input->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(input->map + room, page, PROT_NONE);
    char *start = input->map + room - input->size;
    bool whole = fread(start, 1, input->size, file) == input->size;
    input->bytes = start;
    fclose(file);
    return whole;
}

static void input_close(struct input *input) {
    munmap(input->map, input->mapped);
}

static bool ends(const char *path, const char *tail) {
    size_t length = strlen(path), tail_length = strlen(tail);
    return length >= tail_length && strcmp(path + length - tail_length, tail) == 0;
}

static unsigned dialect_of(const char *path) {
    if (ends(path, ".mdx")) {
        return DIALECT_MDX;
    }
    if (ends(path, ".tsx")) {
        return DIALECT_TYPESCRIPT | DIALECT_JSX;
    }
    bool typescript = ends(path, ".ts") || ends(path, ".mts") || ends(path, ".cts");
    return typescript ? DIALECT_TYPESCRIPT : DIALECT_JSX;
}

static void print_text(const struct facts *facts, uint32_t offset, uint32_t length) {
    putchar('"');
    for (uint32_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)facts->text[offset + i];
        if (byte == '"' || byte == '\\') {
            printf("\\%c", byte);
        } else if (byte < 0x20) {
            printf("\\u%04x", byte);
        } else {
            putchar(byte);
        }
    }
    putchar('"');
}

static void print_span(const struct fact_span *span) {
    printf(",\"start\":%u,\"end\":%u,\"line\":%u,\"column\":%u", span->start, span->end, span->line,
           span->column);
}

static void print_directives(const struct facts *facts, bool in_function) {
    const char *separator = "";
    for (uint32_t i = 0; i < facts->directive_count; i++) {
        const struct fact_directive *item = &facts->directives[i];
        if (item->in_function != in_function) {
            continue;
        }
        printf("%s{\"value\":", separator);
        separator = ",";
        print_text(facts, item->text, item->text_length);
        if (in_function) {
            printf(",\"function\":");
            print_text(facts, item->name, item->name_length);
        }
        printf(",\"configured\":%d", item->configured);
        print_span(&item->span);
        printf("}");
    }
}

static void print_imports(const struct facts *facts) {
    static const char *const kinds[] = {"import", "export", "dynamic", "require", "glob"};
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const struct fact_import *item = &facts->imports[i];
        printf("%s{\"specifier\":", i ? "," : "");
        print_text(facts, item->text, item->text_length);
        printf(",\"kind\":\"%s\",\"flags\":%u,\"group\":%u", kinds[item->kind], item->flags,
               item->group);
        print_span(&item->span);
        printf("}");
    }
}

static void print_notes(const struct facts *facts) {
    static const char *const codes[] = {"near-miss",   "conflicting", "not-followed",
                                        "not-certain", "syntax",      "binary"};
    for (uint32_t i = 0; i < facts->note_count; i++) {
        const struct fact_note *item = &facts->notes[i];
        printf("%s{\"code\":\"%s\",\"detail\":%u,\"text\":", i ? "," : "", codes[item->code],
               item->detail);
        print_text(facts, item->text, item->text_length);
        print_span(&item->span);
        printf("}");
    }
}

static void print_facts(const char *path, enum lex_answer answer, const struct facts *facts) {
    printf("{\"path\":\"%s\",\"answer\":\"%s\",\"directives\":[", path,
           answer == LEX_SURE ? "sure" : "unsure");
    print_directives(facts, false);
    printf("],\"functionDirectives\":[");
    print_directives(facts, true);
    printf("],\"imports\":[");
    print_imports(facts);
    printf("],\"notes\":[");
    print_notes(facts);
    printf("]}\n");
}

struct totals {
    uint64_t files, bytes, unsure, imports;
    double seconds;
    unsigned rounds; /* 0: print */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void read_file(struct lexer *lexer, struct facts *facts, const char *path,
                      struct totals *totals) {
    struct input input;
    if (!input_open(&input, path)) {
        fprintf(stderr, "facts_dump: %s cannot be read\n", path);
        return;
    }
    struct lex_options options = {&directives, dialect_of(path)};
    enum lex_answer answer = LEX_SURE;
    unsigned rounds = totals->rounds ? totals->rounds : 1;
    double start = now();
    for (unsigned i = 0; i < rounds; i++) {
        facts_clear(facts);
        answer = lexer_read(lexer, &options, input.bytes, input.size, facts);
    }
    double seconds = now() - start;
    totals->seconds += seconds;
    if (totals->rounds && getenv("EACH")) {
        printf("%.1f\t%zu\t%s\n", seconds / rounds * 1e6, input.size, path);
    }
    totals->files++;
    totals->bytes += input.size;
    totals->unsure += answer == LEX_UNSURE;
    totals->imports += facts->import_count;
    if (!totals->rounds) {
        facts_locate(facts, input.bytes, input.size);
        print_facts(path, answer, facts);
    }
    input_close(&input);
}

int main(int argc, char **argv) {
    struct ledger ledger;
    struct facts facts;
    struct totals totals = {0};
    ledger_init(&ledger, NULL, UINT64_MAX);
    facts_init(&facts, &ledger);
    struct lexer *lexer = lexer_new(&ledger);
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "--bench") == 0) {
        totals.rounds = (unsigned)atoi(argv[2]);
        first = 3;
    }
    for (int i = first; i < argc; i++) {
        read_file(lexer, &facts, argv[i], &totals);
    }
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while (first >= argc && (length = getline(&line, &room, stdin)) > 0) {
        line[length - (line[length - 1] == '\n')] = 0;
        read_file(lexer, &facts, line, &totals);
    }
    if (totals.rounds) {
        printf("%llu files, %llu bytes, %llu imports, %llu unsure, %.0f MB/s\n",
               (unsigned long long)totals.files, (unsigned long long)totals.bytes,
               (unsigned long long)totals.imports, (unsigned long long)totals.unsure,
               (double)totals.bytes * totals.rounds / totals.seconds / 1e6);
    }
    free(line);
    lexer_free(lexer);
    facts_free(&facts);
    return ledger.total.current != 0;
}
