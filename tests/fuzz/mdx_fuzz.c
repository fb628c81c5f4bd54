/* Whatever the document: no crash, positions inside the file and in order; and where the reader is
 * certain, what does not change a document for MDX changes nothing that is found in it. */
#include "mdx.h"
#include "reading.h"

static struct facts first, second;

static bool read_document(const char *bytes, size_t size, struct facts *facts) {
    return read_bytes(PROLOGUE_READER_LEXER, DIALECT_MDX, bytes, size, facts);
}

static void require_same(const char *what) {
    require(first.import_count == second.import_count, what);
    for (uint32_t i = 0; i < first.import_count; i++) {
        require(first.imports[i].kind == second.imports[i].kind, what);
        require(slice_equal(text_of(&first, i), text_of(&second, i)), what);
    }
}

/* The same, with `line_end` for each line feed and `mark` before each line. */
static size_t rewrite(const char *bytes, size_t size, const char *mark, const char *line_end,
                      char *out) {
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (i == 0 || bytes[i - 1] == '\n') {
            length += (size_t)sprintf(out + length, "%s", mark);
        }
        if (bytes[i] == '\n') {
            length += (size_t)sprintf(out + length, "%s", line_end);
        } else {
            out[length++] = bytes[i];
        }
    }
    return length;
}

static bool holds(const char *bytes, size_t size, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static void check_rewritten(const char *bytes, size_t size, const char *mark, const char *line_end,
                            const char *what) {
    char *copy = malloc(3 * size + 3);
    require(copy != NULL, "memory");
    size_t length = rewrite(bytes, size, mark, line_end, copy);
    require(read_document(copy, length, &second), what);
    require_same(what);
    free(copy);
}

/* Specifiers over several lines are told apart by the marks before them, also where a line ends in a
 * backslash. */
static bool has_long_text(const char *bytes) {
    for (uint32_t i = 0; i < first.import_count; i++) {
        struct fact_span span = first.imports[i].span;
        if (memchr(bytes + span.start, '\n', span.end - span.start)) {
            return true;
        }
    }
    return false;
}

/* One container more may be one too many. */
static bool may_be_deep(const char *bytes, size_t size) {
    size_t marks = 0;
    for (size_t i = 0; i < size; i++) {
        marks += bytes[i] && strchr(">-+*.)", bytes[i]);
    }
    return marks >= MDX_MAX_CONTAINERS;
}

static bool may_be_quoted(const char *bytes, size_t size) {
    static const char *const changed[] = {"import ", "export ", "\t", "\xEF\xBB\xBF", "---", NULL};
    for (int i = 0; changed[i]; i++) {
        if (holds(bytes, size, changed[i])) {
            return false;
        }
    }
    return !may_be_deep(bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *bytes = (const char *)data;
    if (!read_document(bytes, size, &first) || memchr(bytes, '\r', size) || has_long_text(bytes)) {
        return 0;
    }
    check_rewritten(bytes, size, "", "\n", "the same document");
    check_rewritten(bytes, size, "", "\r\n", "the same with other line ends");
    check_rewritten(bytes, size, "", "\r", "the same with old line ends");
    if (may_be_quoted(bytes, size)) {
        check_rewritten(bytes, size, "> ", "\n", "the same in a block quote");
    }
    return 0;
}
