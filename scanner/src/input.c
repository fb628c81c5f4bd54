#include "input.h"

#include <string.h>

struct input input_whole(const char *bytes, uint32_t size) {
    return (struct input){.bytes = bytes, .end = size, .size = size};
}

struct input input_pieces(char *buffer, uint32_t capacity, uint32_t size, input_read *read,
                          void *context) {
    return (struct input){.bytes = buffer,
                          .size = size,
                          .buffer = buffer,
                          .capacity = capacity,
                          .piece = capacity,
                          .read = read,
                          .context = context};
}

/* Offsets stay those of the file, wherever the window is: the buffer is told by where its byte 0
 * would be. */
static void place(struct input *input, uint32_t start) {
    input->start = start;
    input->bytes = (const char *)((uintptr_t)input->buffer - start);
}

static int64_t read_some(struct input *input, char *to, size_t size, uint64_t at) {
    int64_t count = input->read(input->context, to, size, at);
    if (count <= 0) {
        input->error = count ? count : INPUT_ENDED;
    }
    return count;
}

/* Makes room for one more byte at least. */
static void slide(struct input *input, uint32_t from) {
    if (from < input->start || from >= input->end) {
        input->end = from;
    } else {
        memmove(input->buffer, input->buffer + (from - input->start), input->end - from);
    }
    place(input, from);
}

bool input_reach(struct input *input, uint32_t at) {
    if (!input->buffer || at >= input->size) {
        return at >= input->start && at < input->end;
    }
    uint32_t from = at < INPUT_BEHIND ? 0 : at - INPUT_BEHIND;
    if (from < input->start || at - input->start >= input->capacity || from > input->end) {
        slide(input, from);
    }
    while (input->end <= at && !input->error) {
        uint32_t held = input->end - input->start, room = input->capacity - held;
        uint32_t left = input->size - input->end;
        uint32_t size = room < left ? room : left;
        size = size < input->piece ? size : input->piece;
        int64_t count = read_some(input, input->buffer + held, size, input->end);
        input->end += count > 0 ? (uint32_t)count : 0;
    }
    return !input->error;
}

bool input_copy(struct input *input, uint32_t start, uint32_t end, char *to) {
    if (start >= input->start && end <= input->end) {
        memcpy(to, input->bytes + start, end - start);
        return true;
    }
    while (input->buffer && start < end && !input->error) {
        int64_t count = read_some(input, to, end - start, start);
        to += count > 0 ? count : 0;
        start += count > 0 ? (uint32_t)count : 0;
    }
    return start >= end;
}
