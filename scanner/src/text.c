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
