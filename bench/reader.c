/* Reads files that are in memory already, again and again, on one thread.
 *   reader [--tree-sitter] ROUNDS < LIST
 * Prints one line of JSON: files, bytes, files that took the grammar, and the time of each round. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tree_sitter/api.h>

#include "language.h"
#include "reader.h"

struct file {
    char *bytes;
    uint32_t size;
    unsigned dialect;
};

struct files {
    struct file *items;
    size_t count, capacity;
    uint64_t bytes;
};

static void fail(const char *what) {
    fprintf(stderr, "reader: %s\n", what);
    exit(2);
}

static void *allocate(void *pointer, size_t size) {
    pointer = realloc(pointer, size ? size : 1);
    if (!pointer) {
        fail("no memory");
    }
    return pointer;
}

static void load(struct files *files, const char *path) {
    struct file file = {0};
    FILE *stream = fopen(path, "rb");
    if (!stream || !language_of(slice_of(path), &file.dialect)) {
        fail(path);
    }
    fseek(stream, 0, SEEK_END);
    file.size = (uint32_t)ftell(stream);
    rewind(stream);
    file.bytes = allocate(NULL, file.size);
    if (fread(file.bytes, 1, file.size, stream) != file.size) {
        fail(path);
    }
    fclose(stream);
    if (files->count == files->capacity) {
        files->capacity = 2 * files->capacity + 64;
        files->items = allocate(files->items, files->capacity * sizeof *files->items);
    }
    files->items[files->count++] = file;
    files->bytes += file.size;
}

static double now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/* ---- the reader ------------------------------------------------------------------------------ */

static const struct directive_rule rules[] = {
    {SLICE("use client"), false, 2},
    {SLICE("use server"), false, 1},
};
static const struct directive_set directives = {rules, 2};

static struct ledger ledger;
static struct reader reader;
static struct facts facts;

static uint32_t read_all(const struct files *files) {
    uint32_t grammar = 0;
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        struct lex_options options = {.directives = &directives, .dialect = file->dialect};
        struct input input = input_whole(file->bytes, file->size);
        if (reader_read(&reader, &options, PROLOGUE_READER_AUTO, &input, &facts, NULL)) {
            fail("a file could not be read");
        }
        grammar += facts.grammar;
    }
    return grammar;
}

/* ---- tree-sitter alone ----------------------------------------------------------------------- */

static uint32_t parse_all(const struct files *files) {
    TSParser *parser = ts_parser_new();
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        ts_parser_set_language(parser, languages[language_for(file->dialect)].grammar());
        ts_tree_delete(ts_parser_parse_string(parser, NULL, file->bytes, file->size));
    }
    ts_parser_delete(parser);
    return (uint32_t)files->count;
}

int main(int argc, char **argv) {
    bool tree_sitter = argc > 1 && strcmp(argv[1], "--tree-sitter") == 0;
    if (argc != 2 + tree_sitter) {
        fail("reader [--tree-sitter] ROUNDS < LIST");
    }
    struct files files = {0};
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = 0;
        load(&files, path);
    }
    ledger_init(&ledger, NULL, UINT64_MAX);
    reader_init(&reader, &ledger, NULL);
    facts_init(&facts, &ledger);
    uint32_t grammar = 0;
    printf("{\"files\":%zu,\"bytes\":%" PRIu64 ",\"ms\":[", files.count, files.bytes);
    for (int round = 0; round < atoi(argv[argc - 1]); round++) {
        double begin = now();
        grammar = tree_sitter ? parse_all(&files) : read_all(&files);
        printf("%s%.3f", round ? "," : "", now() - begin);
    }
    printf("],\"grammar\":%" PRIu32 "}\n", grammar);
    return 0;
}
