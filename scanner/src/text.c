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

/* Two bytes of UTF-8 as one number, the small letter for the capital. */
static unsigned fold_pair(const char *at) {
    unsigned code = ((unsigned char)at[0] & 31U) << 6 | ((unsigned char)at[1] & 63U);
    bool latin = code >= 0xC0 && code <= 0xDE && code != 0xD7;
    bool greek = code >= 0x391 && code <= 0x3A9, cyrillic = code >= 0x410 && code <= 0x42F;
    if (latin || greek || cyrillic) {
        return code + 32;
    }
    if (code >= 0x400 && code <= 0x40F) {
        return code + 80;
    }
    bool odd_capitals = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E);
    return code >= 0x100 && code <= 0x17F && (odd_capitals ? code & 1 : !(code & 1)) ? code + 1
                                                                                     : code;
}

static bool is_pair(struct slice text, size_t at) {
    return at + 1 < text.length && ((unsigned char)text.data[at] & 0xE0) == 0xC0;
}

bool text_equal_folded(struct slice a, struct slice b) {
    if (a.length != b.length) {
        return false;
    }
    for (size_t i = 0; i < a.length; i++) {
        char x = a.data[i], y = b.data[i];
        if (is_pair(a, i) && is_pair(b, i)) {
            if (fold_pair(a.data + i) != fold_pair(b.data + i)) {
                return false;
            }
            i++;
        } else if (x != y && ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z')) {
            return false;
        }
    }
    return true;
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
        uint64_t found = (word | (word - ones * ' ') | (quote - ones) | (escape - ones)) & highs;
        if (found) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return at + (size_t)(__builtin_ctzll(found) >> 3); /* borrows go upwards only */
#else
            break;
#endif
        }
    }
    while (at < text.length && is_plain((unsigned char)text.data[at])) {
        at++;
    }
    return at;
}
