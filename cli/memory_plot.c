#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "unicode.h"

enum {
    WIDTH = 960,
    HEIGHT = 460,
    LEFT = 84,
    RIGHT = 236, /* the legend's */
    TOP = 92,
    BOTTOM = 56,
    INNER_WIDTH = WIDTH - LEFT - RIGHT,
    INNER_HEIGHT = HEIGHT - TOP - BOTTOM,
    COLUMNS = 320,
    COLORS = 9,
    LABEL_ROWS = 2,
    LETTER = 7, /* the width of a letter of a label, about */
};

struct plot {
    struct output *output;
    const struct memory_file *files;
    size_t count;
    double span;   /* ms */
    uint64_t most; /* bytes at the upper edge */
    uint64_t step; /* bytes between grid lines */
    double x_step; /* ms */
};

/* What is drawn of one trace: of each column of the picture the moment with the largest total. */
struct line {
    const struct memory_moment *at[COLUMNS];
    double x[COLUMNS];
    size_t count;
};

/* Colours by class, not by variables, which not every viewer knows. A viewer that does not know of
 * colour schemes shows the light one. */
static const char style[] =
    "<style>\n"
    "svg { font: 12px system-ui, sans-serif }\n"
    ".paper { fill: #ffffff } .band { fill: #f3f5f8 } text { fill: #1f2328 } .faint { fill: "
    "#59636e "
    "}\n"
    ".grid { stroke: #d8dee4 } .edge { stroke: #59636e; stroke-dasharray: 1 3 }\n"
    ".total, .resident { stroke: #1f2328; stroke-width: 1.5; fill: none } .resident { "
    "stroke-dasharray: 5 3 }\n"
    ".limit { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 8 3 2 3 }\n"
    ".title { font-size: 15px; font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: "
    "middle }\n"
    ".c0 { fill: #4269d0 } .s0 { stroke: #4269d0 }\n"
    ".c1 { fill: #d99a00 } .s1 { stroke: #d99a00 }\n"
    ".c2 { fill: #e8543f } .s2 { stroke: #e8543f }\n"
    ".c3 { fill: #3fa896 } .s3 { stroke: #3fa896 }\n"
    ".c4 { fill: #3ca951 } .s4 { stroke: #3ca951 }\n"
    ".c5 { fill: #e0699b } .s5 { stroke: #e0699b }\n"
    ".c6 { fill: #8a4fe0 } .s6 { stroke: #8a4fe0 }\n"
    ".c7 { fill: #7ea3dd } .s7 { stroke: #7ea3dd }\n"
    ".c8 { fill: #9c6b4e } .s8 { stroke: #9c6b4e }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  .paper { fill: #0d1117 } .band { fill: #151b23 } text { fill: #e6edf3 } .faint { fill: "
    "#9198a1 }\n"
    "  .grid { stroke: #2a313a } .edge { stroke: #9198a1 } .total, .resident { stroke: #e6edf3 }\n"
    "  .limit { stroke: #ff7b72 }\n"
    "  .c0 { fill: #6d8ff0 } .s0 { stroke: #6d8ff0 }\n"
    "  .c1 { fill: #efb118 } .s1 { stroke: #efb118 }\n"
    "  .c2 { fill: #ff725c } .s2 { stroke: #ff725c }\n"
    "  .c3 { fill: #6cc5b0 } .s3 { stroke: #6cc5b0 }\n"
    "  .c4 { fill: #57c76d } .s4 { stroke: #57c76d }\n"
    "  .c5 { fill: #ff8ab7 } .s5 { stroke: #ff8ab7 }\n"
    "  .c6 { fill: #b58bff } .s6 { stroke: #b58bff }\n"
    "  .c7 { fill: #a9c6f7 } .s7 { stroke: #a9c6f7 }\n"
    "  .c8 { fill: #c08f70 } .s8 { stroke: #c08f70 }\n"
    "}\n"
    "</style>\n";

/* ---- text --------------------------------------------------------------------------------------- */

static void escaped(struct output *output, const char *text) {
    size_t length = strlen(text), taken;
    for (size_t at = 0; at < length; at += taken) {
        uint32_t c = unicode_decode(text + at, length - at, &taken);
        bool malformed = c == UNICODE_REPLACEMENT && taken == 1;
        if (malformed || c < 0x20 || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE)
            output_text(output, "?");
        else if (c == '&' || c == '<' || c == '>' || c == '"')
            output_print(output, "&#%u;", (unsigned)c);
        else
            output_write(output, text + at, taken);
    }
}

static void text_at(struct plot *plot, double x, double y, const char *class, const char *text) {
    output_print(plot->output, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
    escaped(plot->output, text);
    output_text(plot->output, "</text>\n");
}

/* The end of a name that fits `letters` letters. */
static const char *fitting(const char *name, size_t letters) {
    size_t length = strlen(name);
    const char *end = length > letters ? name + length - letters : name;
    while (((unsigned char)*end & 0xC0) == 0x80)
        end++;
    return end;
}

/* ---- scales ------------------------------------------------------------------------------------- */

static double x_of(const struct plot *plot, const struct memory_file *file, double ms) {
    double share = (ms - file->began) / plot->span;
    return LEFT + INNER_WIDTH * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static double y_of(const struct plot *plot, uint64_t bytes) {
    double share = (double)bytes / (double)plot->most;
    return TOP + INNER_HEIGHT * (1 - (share > 1 ? 1 : share));
}

/* 1, 2 or 5 times a power of ten, eight of which are no less than the span. */
static double time_step(double span) {
    static const double factors[] = {1, 2, 5};
    double power = pow(10, floor(log10(span / 8)));
    for (size_t i = 0; i < 3; i++)
        if (power * factors[i] * 8 >= span)
            return power * factors[i];
    return power * 10;
}

static void scale(struct plot *plot) {
    uint64_t most = 1;
    plot->span = 0.001;
    for (size_t i = 0; i < plot->count; i++) {
        const struct memory_file *file = &plot->files[i];
        most = file->peak.bytes > most ? file->peak.bytes : most;
        most = file->resident.bytes > most ? file->resident.bytes : most;
        plot->span = fmax(plot->span, file->ended - file->began);
    }
    const uint64_t held = most;
    for (size_t i = 0; i < plot->count; i++) {
        const uint64_t limit = plot->files[i].limit;
        if (limit > most && limit / 2 < held)
            most = limit;
    }
    plot->step = 1;
    while (plot->step < UINT64_C(1) << 60 && most / plot->step >= 6)
        plot->step *= 2;
    plot->most = (most / plot->step + 1) * plot->step;
    plot->x_step = time_step(plot->span);
}

/* ---- axes and phases ---------------------------------------------------------------------------- */

static void draw_axes(struct plot *plot) {
    struct number_text text;
    for (uint64_t bytes = 0; bytes <= plot->most; bytes += plot->step) {
        double y = y_of(plot, bytes);
        output_print(plot->output,
                     "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>\n", LEFT,
                     LEFT + INNER_WIDTH, y, y);
        text_at(plot, LEFT - 8, y + 4, "faint end", terminal_size(&text, bytes));
    }
    for (int i = 0; i * plot->x_step <= plot->span; i++) {
        double x = LEFT + INNER_WIDTH * (i * plot->x_step / plot->span);
        output_print(plot->output,
                     "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"grid\"/>\n", x, x,
                     TOP + INNER_HEIGHT, TOP + INNER_HEIGHT + 5);
        text_at(plot, x, TOP + INNER_HEIGHT + 20, "faint middle",
                i ? terminal_time(&text, i * plot->x_step) : "0");
    }
    text_at(plot, LEFT + INNER_WIDTH / 2.0, HEIGHT - 12, "faint middle",
            plot->count > 1 ? "time since each trace began" : "time since the trace began");
}

static void draw_phases(struct plot *plot) {
    const struct memory_file *file = &plot->files[0];
    double free_from[LABEL_ROWS] = {0};
    struct number_text time;
    for (size_t i = 0; i < file->mark_count; i++) {
        const struct memory_mark *mark = &file->marks[i];
        const char *name = memory_phase_name(file, mark->phase);
        double from = x_of(plot, file, mark->from), to = x_of(plot, file, mark->to);
        if (i % 2 == 0)
            output_print(plot->output,
                         "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"band\">",
                         from, TOP, to - from, INNER_HEIGHT);
        else
            output_print(plot->output, "<g>");
        output_text(plot->output, "<title>");
        escaped(plot->output, name);
        output_print(plot->output, ", %s</title>%s\n", terminal_time(&time, mark->to - mark->from),
                     i % 2 == 0 ? "</rect>" : "</g>");
        output_print(plot->output,
                     "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"edge\"/>\n", from,
                     from, TOP - 6, TOP + INNER_HEIGHT);
        for (int row = 0; row < LABEL_ROWS; row++)
            if (from >= free_from[row]) {
                text_at(plot, from + 2, TOP - 8 - 14 * row, "faint phase", name);
                free_from[row] = from + LETTER * ((double)strlen(name) + 1);
                break;
            }
    }
}

/* ---- lines and areas ---------------------------------------------------------------------------- */

static void thin_out(const struct plot *plot, const struct memory_file *file, struct line *line) {
    long last = -1;
    line->count = 0;
    for (size_t i = 0; i < file->moment_count; i++) {
        const struct memory_moment *moment = &file->moments[i];
        double x = x_of(plot, file, moment->ms);
        long column = (long)((x - LEFT) * (COLUMNS - 1) / INNER_WIDTH);
        if (column > last) {
            last = column;
            line->x[line->count] = x;
            line->at[line->count++] = moment;
        } else if (moment->total > line->at[line->count - 1]->total) {
            line->at[line->count - 1] = moment;
        }
    }
}

static uint64_t total_of(const struct memory_moment *moment) {
    return moment->total;
}

static uint64_t resident_of(const struct memory_moment *moment) {
    return moment->resident;
}

static void draw_line(struct plot *plot, const struct line *line,
                      uint64_t (*value)(const struct memory_moment *), const char *class) {
    output_print(plot->output, "<polyline class=\"%s\" points=\"", class);
    for (size_t i = 0; i < line->count; i++)
        output_print(plot->output, "%.1f,%.1f ", line->x[i], y_of(plot, value(line->at[i])));
    output_text(plot->output, "\"/>\n");
}

static uint64_t stacked(const struct memory_moment *moment, const uint8_t *order, size_t upto) {
    uint64_t sum = 0;
    for (size_t i = 0; i < upto; i++)
        sum += moment->parts[order[i]];
    return sum;
}

static void draw_area(struct plot *plot, const struct line *line, const uint8_t *order,
                      size_t which) {
    output_print(plot->output, "<polygon class=\"c%zu\" points=\"", which % COLORS);
    for (size_t i = 0; i < line->count; i++)
        output_print(plot->output, "%.1f,%.1f ", line->x[i],
                     y_of(plot, stacked(line->at[i], order, which + 1)));
    for (size_t i = line->count; i-- > 0;)
        output_print(plot->output, "%.1f,%.1f ", line->x[i],
                     y_of(plot, stacked(line->at[i], order, which)));
    output_text(plot->output, "\"><title>");
    escaped(plot->output, plot->files[0].parts[order[which]]);
    output_text(plot->output, "</title></polygon>\n");
}

static void draw_limit(struct plot *plot, uint64_t limit, const char *class) {
    if (limit && limit <= plot->most)
        output_print(plot->output,
                     "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", LEFT,
                     LEFT + INNER_WIDTH, y_of(plot, limit), y_of(plot, limit), class);
}

/* The largest first, which lies at the bottom. What is never held is left out. */
static size_t order_parts(const struct memory_file *file, uint8_t *order) {
    size_t count = 0;
    for (size_t i = 0; i < file->part_count; i++) {
        size_t at = count;
        if (!file->part_peaks[i].bytes)
            continue;
        while (at > 0 && file->part_peaks[order[at - 1]].bytes < file->part_peaks[i].bytes) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint8_t)i;
        count++;
    }
    return count;
}

/* ---- legend ------------------------------------------------------------------------------------- */

static void legend_row(struct plot *plot, int *row, const char *mark, const char *name,
                       uint64_t bytes) {
    struct number_text size;
    double x = LEFT + INNER_WIDTH + 20, y = TOP + 10 + 20 * (*row)++;
    output_print(plot->output, "<g transform=\"translate(%.1f %.1f)\">%s</g>\n", x, y - 4, mark);
    text_at(plot, x + 24, y, "", name);
    text_at(plot, WIDTH - 12, y, "faint end", terminal_size(&size, bytes));
}

static void legend_line(struct plot *plot, int *row, const char *class, const char *name,
                        uint64_t bytes) {
    char mark[96];
    snprintf(mark, sizeof mark, "<line x1=\"0\" x2=\"18\" y1=\"0\" y2=\"0\" class=\"%s\"/>", class);
    legend_row(plot, row, mark, name, bytes);
}

static void legend_limit(struct plot *plot, int *row, uint64_t limit, const char *class) {
    if (limit && limit <= plot->most)
        legend_line(plot, row, class, "limit", limit);
    else if (limit)
        legend_row(plot, row, "", "limit (above)", limit);
}

static void legend_head(struct plot *plot) {
    text_at(plot, WIDTH - 12, TOP - 12, "faint end", "at most");
}

/* ---- whole pictures ----------------------------------------------------------------------------- */

static void draw_one(struct plot *plot) {
    const struct memory_file *file = &plot->files[0];
    uint8_t order[MEMORY_PARTS];
    static struct line line;
    char mark[96];
    int row = 0;
    size_t count = order_parts(file, order);
    thin_out(plot, file, &line);
    for (size_t i = 0; i < count; i++)
        draw_area(plot, &line, order, i);
    draw_line(plot, &line, total_of, "total");
    draw_line(plot, &line, resident_of, "resident");
    draw_limit(plot, file->limit, "limit");
    legend_head(plot);
    legend_line(plot, &row, "resident", "resident set", file->resident.bytes);
    legend_line(plot, &row, "total", "ledger, all of:", file->peak.bytes);
    for (size_t i = count; i-- > 0;) {
        snprintf(mark, sizeof mark, "<rect y=\"-6\" width=\"18\" height=\"12\" class=\"c%zu\"/>",
                 i % COLORS);
        legend_row(plot, &row, mark, file->parts[order[i]], file->part_peaks[order[i]].bytes);
    }
    legend_limit(plot, &row, file->limit, "limit");
}

/* "total", "resident" or "limit" in the colour of one of two traces. */
static const char *colored(char *text, size_t size, const char *class, size_t which) {
    snprintf(text, size, "%s s%zu", class, which * 2);
    return text;
}

static void draw_two(struct plot *plot) {
    static struct line line;
    char class[32];
    int row = 0;
    bool one_limit = plot->files[0].limit == plot->files[1].limit;
    enum { SIZE = sizeof class };
    for (size_t i = 0; i < plot->count; i++) {
        const struct memory_file *file = &plot->files[i];
        thin_out(plot, file, &line);
        draw_line(plot, &line, total_of, colored(class, SIZE, "total", i));
        draw_line(plot, &line, resident_of, colored(class, SIZE, "resident", i));
        if (!one_limit)
            draw_limit(plot, file->limit, colored(class, SIZE, "limit", i));
    }
    if (one_limit)
        draw_limit(plot, plot->files[0].limit, "limit");
    legend_head(plot);
    for (size_t i = 0; i < plot->count; i++) {
        const struct memory_file *file = &plot->files[i];
        text_at(plot, LEFT + INNER_WIDTH + 20, TOP + 10 + 20 * row++, "", fitting(file->name, 28));
        legend_line(plot, &row, colored(class, SIZE, "total", i), "ledger", file->peak.bytes);
        legend_line(plot, &row, colored(class, SIZE, "resident", i), "resident set",
                    file->resident.bytes);
        if (!one_limit)
            legend_limit(plot, &row, file->limit, colored(class, SIZE, "limit", i));
    }
    if (one_limit)
        legend_limit(plot, &row, plot->files[0].limit, "limit");
}

void memory_plot(struct output *output, const struct memory_file *files, size_t count) {
    struct plot plot = {.output = output, .files = files, .count = count};
    scale(&plot);
    output_print(output,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                 "height=\"%d\" role=\"img\">\n<title>Memory of ",
                 WIDTH, HEIGHT, WIDTH, HEIGHT);
    escaped(output, files[0].name);
    output_text(output, "</title>\n");
    output_text(output, style);
    output_print(output, "<rect width=\"%d\" height=\"%d\" class=\"paper\"/>\n", WIDTH, HEIGHT);
    text_at(&plot, LEFT, 28, "title",
            count > 1 ? "Memory held, two traces" : "Memory held, by subsystem");
    text_at(&plot, LEFT, 46, "faint", fitting(files[0].name, 100));
    draw_phases(&plot);
    draw_axes(&plot);
    if (count > 1)
        draw_two(&plot);
    else
        draw_one(&plot);
    output_text(output, "</svg>\n");
}
