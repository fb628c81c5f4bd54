#include "json.h"

#include <stdio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum state { STATE_VALUE, STATE_FIRST, STATE_KEY, STATE_AFTER, STATE_END };

struct reading {
    struct json *json;
    const unsigned char *begin, *at, *end;
    unsigned flags;
    const char *const *wanted;
    uint32_t parent, last;         /* the open container that is kept, and its last member */
    uint32_t depth, skipped_below; /* members below this depth are not kept; 0: all are */
    uint32_t key, key_length;
    unsigned char
        objects[JSON_MAX_DEPTH / 8 + 1]; /* bit d: the container at depth d is an object */
};

void json_init(struct json *json, struct ledger *ledger, enum prologue_subsystem subsystem) {
    *json = (struct json){.ledger = ledger, .subsystem = subsystem};
}

void json_free(struct json *json) {
    ledger_free(json->ledger, json->subsystem, json->nodes, json->capacity * sizeof *json->nodes);
    ledger_free(json->ledger, json->subsystem, json->texts, json->texts_capacity);
    json_init(json, json->ledger, json->subsystem);
}

static int fail_at(struct reading *in, const unsigned char *at, const char *why) {
    in->json->error = why;
    in->json->error_offset = (uint32_t)(at - in->begin);
    return PROLOGUE_EINVALID;
}

static int skip_comment(struct reading *in) {
    const unsigned char *start = in->at;
    if (in->end - in->at > 1 && in->at[1] == '/') {
        while (in->at < in->end && *in->at != '\n' && *in->at != '\r') {
            in->at++;
        }
        return 0;
    }
    if (in->end - in->at < 2 || in->at[1] != '*') {
        return fail_at(in, start, "an unexpected '/'");
    }
    for (in->at += 2; in->end - in->at > 1; in->at++) {
        if (in->at[0] == '*' && in->at[1] == '/') {
            in->at += 2;
            return 0;
        }
    }
    in->at = in->end;
    return fail_at(in, start, "a comment that does not end");
}

static int skip_space(struct reading *in) {
    for (;;) {
        const unsigned char *at = in->at, *end = in->end;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) {
            at++;
        }
        in->at = at;
        if (at == end || *at != '/' || !(in->flags & JSON_COMMENTS)) {
            return 0;
        }
        int code = skip_comment(in);
        if (code) {
            return code;
        }
    }
}

static bool keeps(const struct reading *in) {
    return in->skipped_below == 0;
}

static int reserve_text(struct reading *in, size_t length) {
    struct json *json = in->json;
    return ledger_grow(json->ledger, json->subsystem, &json->texts, &json->texts_capacity,
                       json->texts_length + (uint32_t)length, 1);
}

static int32_t read_unit(const unsigned char *at, const unsigned char *end) {
    int32_t unit = 0;
    if (end - at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = text_hex_value((char)at[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

static char *write_utf8(char *to, uint32_t code) {
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 63));
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    }
    return to;
}

/* `at` stands behind `\u`. A surrogate without its other half becomes U+FFFD. */
static const unsigned char *decode_unit(const unsigned char *at, const unsigned char *end,
                                        char **to) {
    int32_t unit = read_unit(at, end);
    uint32_t code = (uint32_t)unit;
    at += 4;
    if (unit >= 0xD800 && unit < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        int32_t low = read_unit(at + 2, end);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
            at += 6;
        }
    }
    *to = write_utf8(*to, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    return at;
}

static size_t decode(const unsigned char *at, const unsigned char *end, char *to) {
    static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    char *start = to;
    while (at < end) {
        if (*at != '\\') {
            *to++ = (char)*at++;
        } else if (at[1] == 'u') {
            at = decode_unit(at + 2, end, &to);
        } else {
            const char *pair = escapes;
            while (*pair != (char)at[1]) {
                pair += 2;
            }
            *to++ = pair[1];
            at += 2;
        }
    }
    return (size_t)(to - start);
}

static int check_escape(struct reading *in) {
    const unsigned char *at = in->at;
    if (in->end - at < 2 || !at[1] || !strchr("\"\\/bfnrtu", at[1])) {
        return fail_at(in, at, "an escape that JSON does not have");
    }
    if (at[1] == 'u' && read_unit(at + 2, in->end) < 0) {
        return fail_at(in, at, "a \\u escape without four hexadecimal digits");
    }
    in->at += at[1] == 'u' ? 6 : 2;
    return 0;
}

/* Stops at a quote, a backslash, a control character or the end. */
static void skip_plain(struct reading *in) {
    do {
        in->at +=
            text_plain_length((struct slice){(const char *)in->at, (size_t)(in->end - in->at)});
    } while (in->at < in->end && *in->at >= 0x80 && ++in->at < in->end);
}

/* `at` stands on the opening quote, afterwards behind the closing one. */
static int read_string(struct reading *in, bool keep, uint32_t *text, uint32_t *length) {
    const unsigned char *start = ++in->at;
    bool escaped = false;
    for (;;) {
        skip_plain(in);
        if (in->at == in->end) {
            return fail_at(in, start - 1, "a string that does not end");
        }
        if (*in->at == '"') {
            break;
        }
        if (*in->at != '\\') {
            return fail_at(in, in->at, "a control character in a string");
        }
        escaped = true;
        int code = check_escape(in);
        if (code) {
            return code;
        }
    }
    const unsigned char *stop = in->at++;
    struct json *json = in->json;
    if (!keep) {
        return 0;
    }
    int code = reserve_text(in, (size_t)(stop - start) + 1);
    if (code) {
        return code;
    }
    *text = json->texts_length;
    char *to = json->texts + json->texts_length;
    if (escaped) {
        *length = (uint32_t)decode(start, stop, to);
    } else {
        *length = (uint32_t)(stop - start);
        memcpy(to, start, *length);
    }
    to[*length] = 0;
    json->texts_length += *length + 1;
    return 0;
}

static bool digits(struct reading *in) {
    const unsigned char *start = in->at;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        in->at++;
    }
    return in->at > start;
}

static bool take(struct reading *in, const char *any_of) {
    if (in->at < in->end && *in->at && strchr(any_of, *in->at)) {
        in->at++;
        return true;
    }
    return false;
}

static int read_number(struct reading *in) {
    const unsigned char *start = in->at;
    take(in, "-");
    bool good = take(in, "0") || digits(in);
    if (good && take(in, ".")) {
        good = digits(in);
    }
    if (good && take(in, "eE")) {
        take(in, "+-");
        good = digits(in);
    }
    return good ? 0 : fail_at(in, start, "a value that JSON does not have");
}

static int read_word(struct reading *in, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0) {
        return fail_at(in, in->at, "a value that JSON does not have");
    }
    in->at += length;
    return 0;
}

/* A new node as the last member of the open container; JSON_NONE without memory. */
static uint32_t add_node(struct reading *in, enum json_type type) {
    struct json *json = in->json;
    if (ledger_grow(json->ledger, json->subsystem, &json->nodes, &json->capacity, json->count + 1,
                    sizeof *json->nodes)) {
        return JSON_NONE;
    }
    uint32_t node = json->count++;
    json->nodes[node] = (struct json_node){.type = type,
                                           .start = (uint32_t)(in->at - in->begin),
                                           .key = in->key,
                                           .key_length = in->key_length,
                                           .first = JSON_NONE,
                                           .next = JSON_NONE,
                                           .parent = in->parent};
    if (in->last != JSON_NONE) {
        json->nodes[in->last].next = node;
    } else if (in->parent != JSON_NONE) {
        json->nodes[in->parent].first = node;
    }
    in->last = node;
    return node;
}

static bool in_object(const struct reading *in) {
    return in->objects[in->depth >> 3] >> (in->depth & 7) & 1;
}

static int open_container(struct reading *in, bool object) {
    if (in->depth + 1 >= JSON_MAX_DEPTH) {
        return fail_at(in, in->at, "nested too deeply");
    }
    if (keeps(in)) {
        in->parent = in->last;
        in->last = JSON_NONE;
    }
    in->depth++;
    unsigned char bit = (unsigned char)(1U << (in->depth & 7));
    if (object) {
        in->objects[in->depth >> 3] |= bit;
    } else {
        in->objects[in->depth >> 3] &= (unsigned char)~bit;
    }
    in->at++;
    return 0;
}

/* The first member's place takes the second one's value. */
static void replace_member(struct json *json, uint32_t first, uint32_t second) {
    struct json_node *to = &json->nodes[first], from = json->nodes[second];
    to->type = from.type;
    to->start = from.start;
    to->text = from.text;
    to->text_length = from.text_length;
    to->first = from.first;
    for (uint32_t node = from.first; node != JSON_NONE; node = json->nodes[node].next) {
        json->nodes[node].parent = first;
    }
}

static uint32_t member_slot(const struct json *json, const uint32_t *slots, uint32_t mask,
                            uint32_t node) {
    struct slice key = json_key(json, node);
    uint32_t slot = (uint32_t)XXH3_64bits(key.data, key.length) & mask;
    while (slots[slot] && !slice_equal(json_key(json, slots[slot] - 1), key)) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

static void merge_members(struct json *json, uint32_t object, uint32_t *slots, uint32_t mask) {
    uint32_t before = JSON_NONE;
    for (uint32_t node = json->nodes[object].first; node != JSON_NONE;
         node = json->nodes[node].next) {
        uint32_t slot = member_slot(json, slots, mask, node);
        if (slots[slot]) {
            replace_member(json, slots[slot] - 1, node);
            json->nodes[before].next = json->nodes[node].next;
        } else {
            slots[slot] = node + 1;
            before = node;
        }
    }
}

/* Whether a key may stand twice: two look alike at first sight. */
static bool may_repeat(const struct json *json, uint32_t object, uint32_t *count) {
    uint64_t seen = 0;
    bool repeats = false;
    *count = 0;
    for (uint32_t node = json->nodes[object].first; node != JSON_NONE;
         node = json->nodes[node].next) {
        struct slice key = json_key(json, node);
        unsigned last = key.length ? (unsigned char)key.data[key.length - 1] : 0;
        uint64_t bit = UINT64_C(1) << ((key.length * 5 + last) & 63);
        repeats |= (seen & bit) != 0;
        seen |= bit;
        ++*count;
    }
    return repeats;
}

/* Where a key stands twice, the last value counts, in the first one's place. */
static int merge_object(struct json *json, uint32_t object) {
    enum { FEW = 16 };
    uint32_t few[2 * FEW], capacity = 2 * FEW, count;
    if (!may_repeat(json, object, &count)) {
        return 0;
    }
    if (count <= FEW) {
        memset(few, 0, sizeof few);
        merge_members(json, object, few, capacity - 1);
        return 0;
    }
    while (capacity < count * 2) {
        capacity *= 2;
    }
    size_t size = capacity * sizeof(uint32_t);
    uint32_t *many = ledger_new(json->ledger, json->subsystem, size);
    if (!many) {
        return ledger_error(json->ledger);
    }
    merge_members(json, object, many, capacity - 1);
    ledger_free(json->ledger, json->subsystem, many, size);
    return 0;
}

static int close_container(struct reading *in) {
    int code = 0;
    in->at++;
    in->depth--;
    if (keeps(in)) {
        if (in->json->nodes[in->parent].type == JSON_OBJECT) {
            code = merge_object(in->json, in->parent);
        }
        in->last = in->parent;
        in->parent = in->json->nodes[in->parent].parent;
    }
    return code;
}

static enum json_type type_of(unsigned char c) {
    switch (c) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

static int read_scalar(struct reading *in, enum json_type type, uint32_t node) {
    uint32_t text = 0, length = 0;
    switch (type) {
    case JSON_STRING: {
        int code = read_string(in, keeps(in), &text, &length);
        if (!code && keeps(in)) {
            in->json->nodes[node].text = text;
            in->json->nodes[node].text_length = length;
        }
        return code;
    }
    case JSON_TRUE:
        return read_word(in, "true");
    case JSON_FALSE:
        return read_word(in, "false");
    case JSON_NULL:
        return read_word(in, "null");
    default:
        return read_number(in);
    }
}

static int read_value(struct reading *in, enum state *state) {
    if (in->at == in->end) {
        return fail_at(in, in->at, "the text ends where a value should stand");
    }
    enum json_type type = type_of(*in->at);
    uint32_t node = JSON_NONE;
    if (keeps(in)) {
        node = add_node(in, type);
        if (node == JSON_NONE) {
            return ledger_error(in->json->ledger);
        }
    }
    if (type == JSON_OBJECT || type == JSON_ARRAY) {
        *state = STATE_FIRST;
        return open_container(in, type == JSON_OBJECT);
    }
    *state = STATE_AFTER;
    return read_scalar(in, type, node);
}

static bool is_wanted(const struct reading *in) {
    if (!in->wanted || in->depth != 1) {
        return true;
    }
    struct slice key = {in->json->texts + in->key, in->key_length};
    for (const char *const *name = in->wanted; *name; name++) {
        if (key.length && key.data[0] == **name && slice_equal(key, slice_of(*name))) {
            return true;
        }
    }
    in->json->texts_length = in->key;
    return false;
}

static int read_key(struct reading *in, enum state *state) {
    if (in->at == in->end || *in->at != '"') {
        return fail_at(in, in->at, "a key in double quotes should stand here");
    }
    bool keep = keeps(in);
    int code = read_string(in, keep, &in->key, &in->key_length);
    if (!code) {
        code = skip_space(in);
    }
    if (code) {
        return code;
    }
    if (in->at == in->end || *in->at != ':') {
        return fail_at(in, in->at, "a ':' should stand here");
    }
    in->at++;
    if (keep && !is_wanted(in)) {
        in->skipped_below = in->depth;
    }
    *state = STATE_VALUE;
    return 0;
}

/* Behind `{` or `[`, or behind a comma that may trail. */
static int read_first(struct reading *in, enum state *state) {
    bool object = in_object(in);
    if (in->at < in->end && *in->at == (object ? '}' : ']')) {
        *state = STATE_AFTER;
        return close_container(in);
    }
    *state = object ? STATE_KEY : STATE_VALUE;
    if (!object) {
        in->key_length = 0;
    }
    return 0;
}

static int read_after(struct reading *in, enum state *state) {
    if (in->depth == in->skipped_below) {
        in->skipped_below = 0;
    }
    if (in->depth == 0) {
        *state = STATE_END;
        return in->at == in->end ? 0 : fail_at(in, in->at, "text behind the end of the value");
    }
    bool object = in_object(in);
    if (in->at < in->end && *in->at == (object ? '}' : ']')) {
        return close_container(in);
    }
    if (in->at == in->end || *in->at != ',') {
        return fail_at(in, in->at,
                       object ? "a ',' or '}' should stand here"
                              : "a ',' or ']' should stand here");
    }
    in->at++;
    if (!object) {
        in->key_length = 0;
    }
    *state = in->flags & JSON_COMMENTS ? STATE_FIRST : object ? STATE_KEY : STATE_VALUE;
    return 0;
}

static int read_state(struct reading *in, enum state *state) {
    switch (*state) {
    case STATE_VALUE:
        return read_value(in, state);
    case STATE_FIRST:
        return read_first(in, state);
    case STATE_KEY:
        return read_key(in, state);
    default:
        return read_after(in, state);
    }
}

static int read_all(struct reading *in) {
    int code = 0;
    for (enum state state = STATE_VALUE; state != STATE_END && !code;) {
        code = skip_space(in);
        if (!code) {
            code = read_state(in, &state);
        }
    }
    return code;
}

int json_read(struct json *json, const char *bytes, size_t size, unsigned flags,
              const char *const *wanted) {
    struct reading in = {.json = json,
                         .begin = (const unsigned char *)bytes,
                         .at = (const unsigned char *)bytes,
                         .end = (const unsigned char *)bytes + size,
                         .flags = flags,
                         .wanted = wanted,
                         .parent = JSON_NONE,
                         .last = JSON_NONE};
    json->count = json->texts_length = 0;
    json->error = NULL;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        in.at += 3;
    }
    return read_all(&in);
}

uint32_t json_get(const struct json *json, uint32_t object, struct slice key) {
    if (object >= json->count || json->nodes[object].type != JSON_OBJECT) {
        return JSON_NONE;
    }
    uint32_t node = json->nodes[object].first;
    while (node != JSON_NONE && !slice_equal(json_key(json, node), key)) {
        node = json->nodes[node].next;
    }
    return node;
}

static uint32_t index_in_parent(const struct json *json, uint32_t node) {
    uint32_t index = 0;
    for (uint32_t at = json->nodes[json->nodes[node].parent].first; at != node;
         at = json->nodes[at].next) {
        index++;
    }
    return index;
}

void json_key_path(const struct json *json, uint32_t node, char *text, size_t size) {
    uint32_t chain[8];
    int count = 0;
    for (; json->nodes[node].parent != JSON_NONE; node = json->nodes[node].parent) {
        memmove(chain + 1, chain, 7 * sizeof *chain);
        chain[0] = node;
        count += count < 8;
    }
    size_t length = 0;
    text[0] = 0;
    for (int i = 0; i < count && length < size; i++) {
        const struct json_node *at = &json->nodes[chain[i]];
        const char *gap = i ? " > " : "";
        int wrote =
            json->nodes[at->parent].type == JSON_OBJECT
                ? snprintf(text + length, size - length, "%s\"%s\"", gap, json->texts + at->key)
                : snprintf(text + length, size - length, "%s[%u]", gap,
                           index_in_parent(json, chain[i]));
        length += wrote > 0 ? (size_t)wrote : 0;
    }
}

void json_locate(const char *bytes, size_t size, uint32_t offset, uint32_t *line,
                 uint32_t *column) {
    const unsigned char *at = (const unsigned char *)bytes;
    *line = *column = 1;
    size_t i = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (; i < offset && i < size; i++) {
        if (at[i] == '\n' || (at[i] == '\r' && !(i + 1 < size && at[i + 1] == '\n'))) {
            ++*line;
            *column = 1;
        } else if (at[i] != '\r') {
            *column += (at[i] & 0xC0) != 0x80;
            *column += at[i] >= 0xF0;
        }
    }
}
