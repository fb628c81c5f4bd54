#include "json_write.h"

#include <math.h>

enum { BUFFER_LARGEST = 32 << 10, BUFFER_SMALLEST = 1 << 10 };

int json_writer_init(struct json_writer *writer, struct ledger *ledger,
                     enum prologue_subsystem subsystem, prologue_write write, void *payload) {
    *writer = (struct json_writer){
        .ledger = ledger, .subsystem = subsystem, .write = write, .payload = payload};
    for (uint32_t size = BUFFER_LARGEST; size >= BUFFER_SMALLEST && !writer->buffer; size /= 2) {
        writer->buffer = ledger_resize(ledger, subsystem, NULL, 0, size);
        writer->size = size;
    }
    if (!writer->buffer)
        writer->error = ledger_error(ledger);
    return writer->error;
}

int json_writer_flush(struct json_writer *writer) {
    if (!writer->error && writer->length &&
        writer->write(writer->payload, writer->buffer, writer->length) != 0) {
        writer->error = PROLOGUE_EWRITE;
    }
    writer->length = 0;
    return writer->error;
}

void json_writer_free(struct json_writer *writer) {
    if (writer->buffer) {
        ledger_free(writer->ledger, writer->subsystem, writer->buffer, writer->size);
    }
    writer->buffer = NULL;
}

static void put_pieces(struct json_writer *writer, const char *bytes, size_t length) {
    while (length && !writer->error) {
        size_t room = writer->size - writer->length;
        size_t part = length < room ? length : room;
        memcpy(writer->buffer + writer->length, bytes, part);
        writer->length += (uint32_t)part;
        bytes += part;
        length -= part;
        if (writer->length == writer->size)
            json_writer_flush(writer);
    }
}

static inline void put(struct json_writer *writer, const char *bytes, size_t length) {
    if (length < writer->size - writer->length && !writer->error) {
        memcpy(writer->buffer + writer->length, bytes, length);
        writer->length += (uint32_t)length;
    } else {
        put_pieces(writer, bytes, length);
    }
}

static void put_char(struct json_writer *writer, char c) {
    put(writer, &c, 1);
}

static void before_value(struct json_writer *writer) {
    if (writer->comma)
        put_char(writer, ',');
    writer->comma = true;
}

void json_put_open(struct json_writer *writer, char bracket) {
    before_value(writer);
    put_char(writer, bracket);
    writer->comma = false;
}

void json_put_close(struct json_writer *writer, char bracket) {
    put_char(writer, bracket);
    writer->comma = true;
}

static void put_quoted(struct json_writer *writer, const char *text) {
    put_char(writer, '"');
    put(writer, text, strlen(text));
    put_char(writer, '"');
}

void json_put_literal(struct json_writer *writer, const char *text) {
    before_value(writer);
    put_quoted(writer, text);
}

static void after_key(struct json_writer *writer) {
    put_char(writer, ':');
    writer->comma = false;
}

void json_put_key(struct json_writer *writer, const char *key) {
    json_put_literal(writer, key);
    after_key(writer);
}

void json_put_key_string(struct json_writer *writer, struct slice key) {
    json_put_string(writer, key);
    after_key(writer);
}

/* The length of a well-formed sequence at the start of `text`, 0 where there is none: overlong
 * forms, surrogates and what is past U+10FFFF are none. */
static size_t sequence_length(struct slice text) {
    const unsigned char *c = (const unsigned char *)text.data;
    size_t length = c[0] < 0x80   ? 1
                    : c[0] < 0xC2 ? 0
                    : c[0] < 0xE0 ? 2
                    : c[0] < 0xF0 ? 3
                    : c[0] < 0xF5 ? 4
                                  : 0;
    if (length == 0 || length > text.length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xC0) != 0x80)
            return 0;
    }
    bool bad = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F) ||
               (c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F);
    return bad ? 0 : length;
}

static void put_escape(struct json_writer *writer, unsigned char c) {
    static const char names[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t",
                      hex[] = "0123456789abcdef";
    const char *value = c ? strchr(values, c) : NULL;
    if (value) {
        char text[2] = {'\\', names[value - values]};
        put(writer, text, 2);
    } else {
        char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        put(writer, text, 6);
    }
}

/* One character that is not plain. Returns how many bytes it took. */
static size_t put_special(struct json_writer *writer, struct slice rest) {
    unsigned char c = (unsigned char)rest.data[0];
    if (c < 0x80) {
        put_escape(writer, c);
        return 1;
    }
    size_t length = sequence_length(rest);
    if (length == 0) {
        put(writer, "\xEF\xBF\xBD", 3);
        return 1;
    }
    put(writer, rest.data, length);
    return length;
}

void json_put_string(struct json_writer *writer, struct slice text) {
    before_value(writer);
    put_char(writer, '"');
    while (text.length) {
        size_t plain = text_plain_length(text);
        put(writer, text.data, plain);
        text = slice_skip(text, plain);
        if (text.length)
            text = slice_skip(text, put_special(writer, text));
    }
    put_char(writer, '"');
}

static void put_digits(struct json_writer *writer, uint64_t value, int least) {
    char digits[20];
    int at = 20;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value || 20 - at < least);
    put(writer, digits + at, (size_t)(20 - at));
}

void json_put_unsigned(struct json_writer *writer, uint64_t value) {
    before_value(writer);
    put_digits(writer, value, 1);
}

void json_put_decimal(struct json_writer *writer, double value, int digits) {
    uint64_t scale = 1;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    double scaled = fabs(value) * (double)scale + 0.5;
    if (!(scaled < 1e18)) {
        json_put_null(writer);
        return;
    }
    uint64_t units = (uint64_t)scaled, fraction = units % scale;
    before_value(writer);
    if (value < 0 && units)
        put_char(writer, '-');
    put_digits(writer, units / scale, 1);
    while (fraction && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    if (fraction == 0)
        return;
    put_char(writer, '.');
    put_digits(writer, fraction, digits);
}

void json_put_bool(struct json_writer *writer, bool value) {
    before_value(writer);
    put(writer, value ? "true" : "false", value ? 4 : 5);
}

void json_put_null(struct json_writer *writer) {
    before_value(writer);
    put(writer, "null", 4);
}

void json_put_newline(struct json_writer *writer) {
    put_char(writer, '\n');
    writer->comma = false;
}

void json_put_raw(struct json_writer *writer, struct slice bytes) {
    put(writer, bytes.data, bytes.length);
}
