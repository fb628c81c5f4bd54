#include "language.h"

/* The three characters behind the last dot; ".js" and ".ts" have a NUL before theirs. */
#define EXTENSION(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

static unsigned dialect_of(uint32_t extension) {
    switch (extension) {
    case EXTENSION(0, 'j', 's'):
    case EXTENSION('m', 'j', 's'):
    case EXTENSION('c', 'j', 's'):
    case EXTENSION('j', 's', 'x'):
        return DIALECT_JSX;
    case EXTENSION('t', 's', 'x'):
        return DIALECT_JSX | DIALECT_TYPESCRIPT;
    case EXTENSION(0, 't', 's'):
    case EXTENSION('m', 't', 's'):
    case EXTENSION('c', 't', 's'):
        return DIALECT_TYPESCRIPT;
    case EXTENSION('m', 'd', 'x'):
        return DIALECT_JSX | DIALECT_MDX;
    default:
        return 0;
    }
}

/* `x.d.ts`, and `x.d.css.ts`, which declares what x.css holds. `stem` ends before the extension. */
static bool is_declaration(struct slice stem, bool typescript) {
    if (slice_ends(stem, SLICE(".d"))) {
        return true;
    }
    for (size_t i = stem.length; typescript && i-- > 0 && !strchr("/\\", stem.data[i]);) {
        if (i + 3 <= stem.length && memcmp(stem.data + i, ".d.", 3) == 0) {
            return true;
        }
    }
    return false;
}

bool language_of(struct slice file_name, unsigned *dialect) {
    size_t length = file_name.length;
    if (length < 3) {
        return false;
    }
    const unsigned char *end = (const unsigned char *)file_name.data + length;
    bool is_short = end[-3] == '.';
    if (!is_short && (length < 4 || end[-4] != '.')) {
        return false;
    }
    unsigned found = dialect_of(EXTENSION(is_short ? 0 : end[-3], end[-2], end[-1]));
    struct slice stem = {file_name.data, length - (is_short ? 3 : 4)};
    if (!found || is_declaration(stem, is_short && end[-2] == 't')) {
        return false;
    }
    if (dialect) {
        *dialect = found;
    }
    return true;
}

const TSLanguage *tree_sitter_tsx(void);
const TSLanguage *tree_sitter_typescript(void);
extern const char language_query_tsx[], language_query_typescript[];

const struct language languages[LANGUAGES] = {
    [LANGUAGE_TSX] = {tree_sitter_tsx, language_query_tsx},
    [LANGUAGE_TYPESCRIPT] = {tree_sitter_typescript, language_query_typescript},
};
