#include "text.h"

/* Goes back to the newest `*` only: an older one could take nothing that this one cannot. */
bool text_matches(struct slice pattern, struct slice text) {
    size_t at = 0, star = SIZE_MAX, retry = 0, i = 0;
    while (i < text.length) {
        if (at < pattern.length && pattern.data[at] == '*') {
            star = at++;
            retry = i;
        } else if (at < pattern.length && pattern.data[at] == text.data[i]) {
            at++;
            i++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            i = ++retry;
        } else {
            return false;
        }
    }
    while (at < pattern.length && pattern.data[at] == '*') {
        at++;
    }
    return at == pattern.length;
}

static bool is_plain(unsigned char c) {
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

size_t text_plain_length(struct slice text) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    size_t at = 0;
    /* In each word the high bit of a byte is set where it is not ASCII, or where taking away a
     * space, or one from its difference to a quote or a backslash, borrows. */
    for (uint64_t word; text.length - at >= 8; at += 8) {
        memcpy(&word, text.data + at, 8);
        uint64_t quote = word ^ ones * '"', escape = word ^ ones * '\\';
        if ((word | (word - ones * ' ') | (quote - ones) | (escape - ones)) & highs) {
            break;
        }
    }
    while (at < text.length && is_plain((unsigned char)text.data[at])) {
        at++;
    }
    return at;
}
