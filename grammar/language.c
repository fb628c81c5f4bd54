#include "language.h"

struct extension {
    struct slice text;
    unsigned dialect;
};

static const struct extension extensions[] = {
    {{".js", 3}, DIALECT_JSX},
    {{".mjs", 4}, DIALECT_JSX},
    {{".cjs", 4}, DIALECT_JSX},
    {{".jsx", 4}, DIALECT_JSX},
    {{".tsx", 4}, DIALECT_JSX | DIALECT_TYPESCRIPT},
    {{".ts", 3}, DIALECT_TYPESCRIPT},
    {{".mts", 4}, DIALECT_TYPESCRIPT},
    {{".cts", 4}, DIALECT_TYPESCRIPT},
    {{".mdx", 4}, DIALECT_JSX | DIALECT_MDX},
};

static struct slice base_name(struct slice path) {
    size_t start = path.length;
    while (start > 0 && path.data[start - 1] != '/' && path.data[start - 1] != '\\')
        start--;
    return slice_skip(path, start);
}

/* `x.d.ts`, and `x.d.css.ts`, which declares what x.css holds. */
static bool is_declaration(struct slice name, struct slice extension) {
    struct slice stem = {name.data, name.length - extension.length};
    if (slice_ends(stem, SLICE(".d")))
        return true;
    if (!slice_equal(extension, SLICE(".ts")))
        return false;
    for (size_t i = 0; i + 3 <= stem.length; i++) {
        if (memcmp(stem.data + i, ".d.", 3) == 0)
            return true;
    }
    return false;
}

bool language_of(struct slice file_name, unsigned *dialect) {
    struct slice name = base_name(file_name);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        const struct extension *extension = &extensions[i];
        if (!slice_ends(name, extension->text))
            continue;
        if (is_declaration(name, extension->text))
            return false;
        if (dialect)
            *dialect = extension->dialect;
        return true;
    }
    return false;
}

const TSLanguage *tree_sitter_tsx(void);
const TSLanguage *tree_sitter_typescript(void);
extern const char language_query_tsx[], language_query_typescript[];

const struct language languages[LANGUAGES] = {
    [LANGUAGE_TSX] = {tree_sitter_tsx, language_query_tsx},
    [LANGUAGE_TYPESCRIPT] = {tree_sitter_typescript, language_query_typescript},
};
