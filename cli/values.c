#include "values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The digits at the start of `text`; `*end` is the first byte after them. */
static bool read_digits(const char *text, const char **end, uint64_t *out) {
    uint64_t value = 0;
    const char *at = text;
    for (; is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *end = at;
    *out = value;
    return at != text;
}

static uint64_t unit_factor(const char *unit) {
    static const char letters[] = "KMGT";
    if (!*unit || strcasecmp(unit, "B") == 0)
        return 1;
    uint64_t base = strcasecmp(unit + 1, "B") == 0 ? 1000 : 1024;
    if (unit[1] && base == 1024 && strcasecmp(unit + 1, "iB") != 0)
        return 0;
    uint64_t factor = 1;
    for (const char *letter = letters; *letter; letter++) {
        factor *= base;
        if ((*unit & ~0x20) == *letter)
            return factor;
    }
    return 0;
}

bool value_size(const char *text, uint64_t *out) {
    const char *unit;
    uint64_t value;
    if (!read_digits(text, &unit, &value))
        return false;
    uint64_t factor = unit_factor(unit);
    if (value == 0 || factor == 0 || value > INT64_MAX / factor)
        return false;
    *out = value * factor;
    return true;
}

bool value_number(const char *text, uint64_t least, uint64_t most, uint64_t *out) {
    const char *end;
    uint64_t value;
    if (!read_digits(text, &end, &value) || *end || value < least || value > most)
        return false;
    *out = value;
    return true;
}

int value_choice(const char *text, const char *const *choices) {
    for (int i = 0; choices[i]; i++)
        if (strcmp(text, choices[i]) == 0)
            return i;
    return -1;
}

bool value_is_name(const char *text, size_t length) {
    if (length == 0 || !(is_letter(text[0]) || text[0] == '_'))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    return true;
}

size_t value_entry_split(const char *text) {
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    return value_is_name(text, length) ? length : 0;
}

size_t value_list_capacity(const char *text) {
    size_t count = 2;
    for (; *text; text++)
        count += *text == ',';
    return count;
}

bool value_list(char *text, const char **out) {
    for (char *item = *text ? text : NULL; item;) {
        char *comma = strchr(item, ',');
        if (comma)
            *comma++ = '\0';
        if (!*item)
            return false;
        *out++ = item;
        item = comma;
    }
    *out = NULL;
    return true;
}

#define LONGEST_WORD 63

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Three rows of the usual table: the one before the last is what a swap looks back to. */
size_t value_distance(const char *a, const char *b) {
    size_t rows[3][LONGEST_WORD + 1];
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > LONGEST_WORD || b_length > LONGEST_WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least_of(changed, least_of(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least_of(row[j], higher[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

/* A beginning of at least three letters is taken for the whole word. */
static size_t distance_or_prefix(const char *text, const char *candidate) {
    size_t length = strlen(text);
    if (length >= 3 && strncmp(text, candidate, length) == 0)
        return 1;
    return value_distance(text, candidate);
}

const char *value_nearest(const char *text, const char *const *candidates, size_t count) {
    size_t best = strlen(text) <= 4 ? 2 : 3;
    if (strlen(text) <= 2)
        best = 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = distance_or_prefix(text, candidates[i]);
        if (distance > best || (distance == best && nearest))
            continue;
        best = distance;
        nearest = candidates[i];
    }
    return nearest;
}
