#include "near_miss.h"

#define BAND 2
#define WIDTH (2 * BAND + 1)
#define FAR (BAND + 1)
#define MAX_LENGTH 64 /* longer texts are no typing errors of a directive */
#define MIN_LENGTH 5  /* and all short texts are close to each other */

static int smaller(int a, int b) {
    return a < b ? a : b;
}

/* One row of the table of edit distances, on the diagonals that matter: diagonal k is column
 * row + k - BAND. Further off, more edits than BAND have been made already. */
static void next_row(const int *above, int *row, struct slice a, struct slice b, int i) {
    for (int k = 0; k < WIDTH; k++) {
        int j = i + k - BAND, best = FAR;
        if (j >= 0 && j <= (int)b.length) {
            if (j)
                best = above[k] + (a.data[i - 1] != b.data[j - 1]);
            if (k + 1 < WIDTH)
                best = smaller(best, above[k + 1] + 1);
            if (k && j)
                best = smaller(best, row[k - 1] + 1);
        }
        row[k] = smaller(best, FAR);
    }
}

static bool within_two_edits(struct slice a, struct slice b) {
    int row[WIDTH], above[WIDTH];
    int rows = (int)a.length, columns = (int)b.length;
    if (rows - columns > BAND || columns - rows > BAND)
        return false;
    for (int k = 0; k < WIDTH; k++)
        above[k] = k >= BAND ? k - BAND : FAR;
    for (int i = 1; i <= rows; i++) {
        next_row(above, row, a, b, i);
        memcpy(above, row, sizeof row);
    }
    return above[columns - rows + BAND] <= BAND;
}

int near_miss_find(const struct directive_set *set, struct slice raw) {
    if (raw.length > MAX_LENGTH || slice_equal(raw, SLICE("use strict")))
        return -1;
    for (uint32_t i = 0; i < set->count; i++) {
        struct slice text = set->rules[i].text;
        if (set->rules[i].prefix || text.length < MIN_LENGTH || text.length > MAX_LENGTH)
            continue;
        if (within_two_edits(raw, text))
            return (int)i;
    }
    return -1;
}
