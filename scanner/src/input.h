/* The bytes of one file, for who reads them from front to back: all at once, or through a window
 * that slides over them and can go back. Offsets are those of the file. */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stays in the window before the byte that was asked for. */
#define INPUT_BEHIND 64u
#define INPUT_SMALLEST (2 * INPUT_BEHIND) /* a window */

/* Reads up to `size` bytes of the file from `at` on; their number, 0 at its end, or a libuv code. */
typedef int64_t input_read(void *context, char *to, size_t size, uint64_t at);

struct input {
    const char *bytes;   /* bytes[i] is byte i of the file for start <= i < end */
    uint32_t start, end; /* what the window holds */
    uint32_t size;       /* of the file */
    char *buffer;        /* NULL: the whole file is at hand */
    uint32_t capacity;   /* of the buffer */
    uint32_t piece;      /* so many bytes are read at a time */
    input_read *read;
    void *context;
    int64_t error; /* of a read; INPUT_ENDED: there were fewer bytes than `size` */
};

enum { INPUT_ENDED = 1 };

/* Looking a little past the end takes no care. */
#define INPUT_LARGEST (UINT32_MAX - 1024)

/* `bytes` and `buffer` are borrowed. A buffer is INPUT_SMALLEST or longer. */
struct input input_whole(const char *bytes, uint32_t size);
struct input input_pieces(char *buffer, uint32_t capacity, uint32_t size, input_read *read,
                          void *context);

/* Moves the window so that it holds the byte at `at`, and up to INPUT_BEHIND before it. false: the
 * file ends before, or cannot be read. */
bool input_reach(struct input *input, uint32_t at);

/* Copies bytes from anywhere in the file; the window stays. */
bool input_copy(struct input *input, uint32_t start, uint32_t end, char *to);

#endif
