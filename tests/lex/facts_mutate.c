/* Reads mutations of each file named on standard input: no crash, no byte too far, no hang, and the
 * same facts when the file comes in pieces.
 * facts_mutate ROUNDS SEED < LIST */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../reader/supply.h"
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

/* ---- in pieces ------------------------------------------------------------------------------- */

#define SAME(items, count)                                                                         \
    (a->count == b->count &&                                                                       \
     (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0))

static bool same_facts(const struct facts *a, const struct facts *b) {
    return SAME(imports, import_count) && SAME(directives, directive_count) &&
           SAME(notes, note_count) && SAME(text, text_length);
}

/* Through the smallest window, or one a little larger. */
static bool same_in_pieces(struct lexer *lexer, const struct lex_options *options,
                           struct supply *supply, const struct facts *whole, struct facts *facts) {
    char *window = malloc(INPUT_SMALLEST + 100);
    uint32_t capacity = INPUT_SMALLEST + next_random(100);
    struct input input =
        input_pieces(window, capacity, (uint32_t)supply->size, supply_read, supply);
    input.piece = 1 + next_random(capacity);
    facts_clear(facts);
    lexer_read(lexer, options, &input, facts);
    facts_locate(facts, &input);
    free(window);
    return !input.error && same_facts(whole, facts);
}

/* Skimmed wherever that is tried at all, against not at all. */
static bool same_when_skimmed(struct lexer *lexer, struct lex_options options,
                              const struct supply *supply, struct facts *facts,
                              struct facts *again) {
    struct input input = input_whole(supply->bytes, (uint32_t)supply->size);
    options.skim_least = UINT32_MAX;
    facts_clear(facts);
    if (lexer_read(lexer, &options, &input, facts) != LEX_SURE) {
        return true;
    }
    options.skim_least = 1;
    facts_clear(again);
    return lexer_read(lexer, &options, &input, again) == LEX_SURE && same_facts(facts, again);
}

int main(int argc, char **argv) {
    uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 10;
    state = argc > 2 ? (uint64_t)atoll(argv[2]) : 88172645463325252u;
    struct ledger ledger;
    struct facts facts, again;
    ledger_init(&ledger, NULL, UINT64_MAX);
    facts_init(&facts, &ledger);
    facts_init(&again, &ledger);
    struct lexer *lexer = lexer_new(&ledger);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *map = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(map + ROOM, page, PROT_NONE);
    char *original = malloc(ROOM), *work = malloc(ROOM), line[4096];
    uint64_t count = 0, sure = 0, different = 0;
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
            struct lex_options options = {.directives = &directives, .dialect = next_random(4)};
            facts_clear(&facts);
            double begin = now();
            struct input input = input_whole(start, (uint32_t)length);
            sure += lexer_read(lexer, &options, &input, &facts) == LEX_SURE;
            facts_locate(&facts, &input);
            if (now() - begin > SLOW) {
                fprintf(stderr, "slow: %s, %zu bytes\n", line, length);
            }
            struct supply supply = {start, length};
            if (!same_when_skimmed(lexer, options, &supply, &facts, &again)) {
                fprintf(stderr, "other facts when skimmed: %s, mutation %u\n", line, i);
                different++;
            }
            options.skim_least = UINT32_MAX;
            facts_clear(&facts);
            lexer_read(lexer, &options, &input, &facts);
            facts_locate(&facts, &input);
            if (!same_in_pieces(lexer, &options, &supply, &facts, &again)) {
                fprintf(stderr, "other facts in pieces: %s, mutation %u\n", line, i);
                different++;
            }
            count++;
        }
    }
    printf("%llu mutations, %llu sure\n", (unsigned long long)count, (unsigned long long)sure);
    free(original);
    free(work);
    lexer_free(lexer);
    facts_free(&facts);
    facts_free(&again);
    return ledger.total.current != 0 || count == 0 || different != 0;
}
