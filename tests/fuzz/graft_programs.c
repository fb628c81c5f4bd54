/* Writes programs that are grafted from those named on standard input, for the differential tests
 * to read: graft_programs FOLDER COUNT SEED < LIST */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graft.h"

enum { PROGRAM_LONGEST = 4096, GRAFTS_MOST = 4, TRIES = 16 };

struct program {
    char *bytes, extension[8];
    size_t size;
    unsigned dialect;
};

static struct ledger ledger;
static struct program *programs;
static size_t program_count, program_capacity;

static bool read_bytes(const char *path, struct program *program) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    program->bytes = malloc(PROGRAM_LONGEST + 1);
    program->size = program->bytes ? fread(program->bytes, 1, PROGRAM_LONGEST + 1, file) : 0;
    fclose(file);
    return program->size && program->size <= PROGRAM_LONGEST;
}

/* Whether nodes of it can be had. */
static bool is_parsed(const struct program *program) {
    static struct grafting tree;
    graft_open(&tree, &ledger, program->dialect, program->bytes, program->size);
    bool parsed = tree.count > 0;
    graft_close(&tree);
    return parsed;
}

static void add_program(const char *path) {
    struct program program = {0};
    const char *extension = strrchr(path, '.');
    if (!extension || strlen(extension) >= sizeof program.extension ||
        !language_of(slice_of(path), &program.dialect) || program.dialect & DIALECT_MDX) {
        return;
    }
    strcpy(program.extension, extension);
    if (!read_bytes(path, &program) || !is_parsed(&program)) {
        free(program.bytes);
        return;
    }
    if (program_count == program_capacity) {
        program_capacity = program_capacity ? program_capacity * 2 : 256;
        programs = realloc(programs, program_capacity * sizeof *programs);
    }
    if (!programs) {
        abort();
    }
    programs[program_count++] = program;
}

static void read_list(void) {
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = '\0';
        add_program(path);
    }
}

/* One graft, from `in` to `out`; 0: none was found. */
static size_t graft_once(const struct program *like, const char *in, size_t size, char *out,
                         uint32_t *state) {
    static struct grafting into, stock;
    const struct program *other = &programs[graft_random(state, (uint32_t)program_count)];
    graft_open(&into, &ledger, like->dialect, in, size);
    graft_open(&stock, &ledger, other->dialect, other->bytes, other->size);
    size_t made = graft_random(state, 6) ? graft_node(&into, &stock, state, out, PROGRAM_LONGEST)
                                         : graft_gap(&into, state, out, PROGRAM_LONGEST);
    graft_close(&into);
    graft_close(&stock);
    return made;
}

/* Another program, which may be none; 0: no graft was found. */
static size_t graft_some(const struct program *from, char *out, uint32_t *state) {
    char next[PROGRAM_LONGEST];
    size_t size = from->size;
    uint32_t grafts = 1 + graft_random(state, GRAFTS_MOST), done = 0;
    memcpy(out, from->bytes, size);
    for (uint32_t i = 0; i < TRIES && done < grafts; i++) {
        size_t made = graft_once(from, out, size, next, state);
        if (made) {
            memcpy(out, next, made);
            size = made;
            done++;
        }
    }
    return done ? size : 0;
}

static void write_program(const char *folder, unsigned number, const char *extension,
                          const char *bytes, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%07u%s", folder, number, extension);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
        perror(path);
        exit(2);
    }
}

int main(int count, char **arguments) {
    char bytes[PROGRAM_LONGEST];
    if (count != 4) {
        fputs("graft_programs FOLDER COUNT SEED < LIST\n", stderr);
        return 2;
    }
    unsigned wanted = (unsigned)atoi(arguments[2]);
    uint32_t state = (uint32_t)atoi(arguments[3]) * 2654435761u | 1;
    ledger_init(&ledger, NULL, UINT64_MAX);
    read_list();
    for (unsigned i = 0; i < wanted && program_count; i++) {
        const struct program *from = &programs[graft_random(&state, (uint32_t)program_count)];
        size_t size = graft_some(from, bytes, &state);
        if (size) {
            write_program(arguments[1], i, from->extension, bytes, size);
        }
    }
    return program_count ? 0 : 1;
}
