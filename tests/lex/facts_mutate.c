/* Reads mutations of each file named on standard input: no crash, no byte too far, no hang.
 * facts_mutate ROUNDS SEED < LIST */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lex.h"

#define ROOM (1u << 20)
#define SLOW 0.2 /* seconds: far too long for a mebibyte */

static const struct directive_rule rules[] = {
    {{"use client", 10}, false, 1},
    {{"use server", 10}, false, 2},
    {{"use cache: ", 11}, true, 0},
};
static const struct directive_set directives = {rules, 3};

static const char *const pieces[] = {
    "`",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "/",
    "/*",
    "*/",
    "//",
    "'",
    "\"",
    "=>",
    "?",
    ":",
    ";",
    ",",
    "\n",
    "...",
    "?.",
    "import",
    "import(",
    "require('x')",
    "export",
    "from",
    "class ",
    "extends ",
    "async ",
    "function ",
    "'use server';",
    "`use client`",
    "\\u0072",
    "\\u{",
    "<T,>(",
    "as ",
    "type ",
    "enum ",
    "declare ",
    "namespace ",
    "</a>",
    "<a b={",
    "@",
    "#x",
    "-->",
    "<!--",
    "\xE2\x80\xA8",
    "\xC2\xA0",
    "\xE2",
    "\xFF",
    "=",
    "yield",
    "await ",
    "import.meta.glob([",
};

static uint64_t state;

static uint32_t next_random(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

static size_t replace(char *bytes, size_t size, size_t at, size_t gone, const char *piece,
                      size_t length) {
    if (gone > size - at) {
        gone = size - at;
    }
    if (size - gone + length > ROOM) {
        return size;
    }
    memmove(bytes + at + length, bytes + at + gone, size - at - gone);
    memcpy(bytes + at, piece, length);
    return size - gone + length;
}

static size_t mutate(char *bytes, size_t size) {
    for (uint32_t i = 1 + next_random(4); i; i--) {
        size_t at = next_random((uint32_t)size + 1);
        const char *piece = pieces[next_random(sizeof pieces / sizeof *pieces)];
        switch (next_random(4)) {
        case 0:
            size = replace(bytes, size, at, 0, piece, strlen(piece));
            break;
        case 1:
            size = replace(bytes, size, at, 1 + next_random(8), "", 0);
            break;
        case 2:
            size = replace(bytes, size, at, 1, piece, strlen(piece));
            break;
        default:
            size = next_random(8) ? size : at;
        }
    }
    return size;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 10;
    state = argc > 2 ? (uint64_t)atoll(argv[2]) : 88172645463325252u;
    struct ledger ledger;
    struct facts facts;
    ledger_init(&ledger, NULL, UINT64_MAX);
    facts_init(&facts, &ledger);
    struct lexer *lexer = lexer_new(&ledger);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *map = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(map + ROOM, page, PROT_NONE);
    char *original = malloc(ROOM), *work = malloc(ROOM), line[4096];
    uint64_t count = 0, sure = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        FILE *file = fopen(line, "rb");
        if (!file) {
            continue;
        }
        size_t size = fread(original, 1, ROOM / 2, file);
        fclose(file);
        for (uint32_t i = 0; i < rounds; i++) {
            memcpy(work, original, size);
            size_t length = mutate(work, size);
            char *start = map + ROOM - length;
            memcpy(start, work, length);
            struct lex_options options = {&directives, next_random(4)};
            facts_clear(&facts);
            double begin = now();
            sure += lexer_read(lexer, &options, start, length, &facts) == LEX_SURE;
            facts_locate(&facts, start, length);
            if (now() - begin > SLOW) {
                fprintf(stderr, "slow: %s, %zu bytes\n", line, length);
            }
            count++;
        }
    }
    printf("%llu mutations, %llu sure\n", (unsigned long long)count, (unsigned long long)sure);
    free(original);
    free(work);
    lexer_free(lexer);
    facts_free(&facts);
    return ledger.total.current != 0;
}
