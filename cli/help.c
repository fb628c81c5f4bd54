#include "help.h"

#include <string.h>

#include "option_table.h"

enum { TEXT_COLUMN = 30, HELP_WIDTH = 88 };

static const char *const group_titles[] = {
    [GROUP_INPUT] = "Input",
    [GROUP_MEANING] = "Environments and directives",
    [GROUP_RESOLUTION] = "Reading and resolving",
    [GROUP_LIMITS] = "Limits",
    [GROUP_OUTPUT] = "Output",
};

struct command_help {
    enum command command;
    const char *usage, *about, *ending;
};

static const struct command_help command_helps[] = {
    {COMMAND_SCAN, "prologue scan [ROOT] [--entry [ENV=]FILE]... [--src DIR]... [options]",
     "Finds every \"use client\" and \"use server\" module that can be reached from the entries "
     "and\n"
     "from the source folders of the project at ROOT (default: the working directory).",
     "Exit status\n"
     "  0 scanned, warnings allowed; 1 scanned, with errors; 2 wrong usage, no such root or "
     "entry;\n"
     "  3 the memory limit was reached; 130 interrupted. 1 also where the output cannot be "
     "written.\n"
     "\n"
     "Examples\n"
     "  prologue scan\n"
     "  prologue scan app --entry src/worker.tsx --entry client=src/client.tsx\n"
     "  prologue scan --json --edges --output report.json\n"
     "  prologue scan --env ssr=node,module,production --directive 'use client=client,ssr'\n"},
    {COMMAND_INSPECT,
     "prologue inspect FILE... [options]\n"
     "       prologue inspect --files-from FILE|- [options]",
     "Prints what the reader sees in each file: directives, imports and diagnostics, one JSON "
     "line\n"
     "for each file, in the given order.",
     "Exit status\n"
     "  0; 1 where a file could not be read or the output not be written; 2 wrong usage;\n"
     "  3 the memory limit was reached; 130 interrupted.\n"
     "\n"
     "Examples\n"
     "  prologue inspect src/app.tsx\n"
     "  git ls-files -z '*.tsx' | prologue inspect --files-from -\n"
     "  prologue inspect --reader grammar --directive 'use workflow=' src/steps.ts\n"},
    {COMMAND_RESOLVE,
     "prologue resolve SPECIFIER --from FILE [--kind KIND] [options]\n"
     "       prologue resolve --batch [options] < JSON lines",
     "Tells where an import leads, and why. A line of --batch is\n"
     "{\"from\": \"/abs/file\", \"specifier\": \"x\", \"environment\": \"client\", \"kind\": "
     "\"import\"}; the\n"
     "answer is the same with \"resolved\", \"external\" and \"ignored\".",
     "Exit status\n"
     "  0 resolved, external or ignored; 1 not resolved; 2 wrong usage; with --batch 0.\n"
     "  1 also where the output cannot be written; 3 the memory limit was reached.\n"
     "\n"
     "Examples\n"
     "  prologue resolve react --from src/app.tsx --env client\n"
     "  prologue resolve '#internal/db' --from src/worker.ts --trace\n"
     "  prologue resolve --batch --trace < questions.jsonl\n"},
    {COMMAND_MEMORY,
     "prologue memory summary FILE... [options]\n"
     "       prologue memory diff BEFORE AFTER [options]\n"
     "       prologue memory phases FILE... [options]",
     "Reads the memory traces and dumps that `prologue scan --memory-trace` and --memory-dump\n"
     "write: what was held at most, when and by whom; what grew from one to the other; which\n"
     "phase took the largest jump.",
     "Exit status\n"
     "  0; 1 where a file is no memory trace or dump, or the output cannot be written; 2 wrong "
     "usage.\n"
     "\n"
     "Examples\n"
     "  prologue scan --memory-trace trace.jsonl --memory-attribution\n"
     "  prologue memory summary trace.jsonl --svg trace.svg\n"
     "  prologue memory diff before.jsonl after.jsonl --json\n"},
};

void help_overview(struct output *output) {
    output_text(
        output,
        "Finds every \"use client\" and \"use server\" module that an application can reach.\n"
        "\n"
        "Usage: prologue COMMAND [options]\n"
        "\n"
        "Commands\n"
        "  scan [ROOT]                       find every directive module that can be reached\n"
        "  inspect FILE...                   what the reader sees in each file, as JSON lines\n"
        "  resolve SPECIFIER --from FILE     where an import leads, and why\n"
        "  memory summary|diff|phases FILE... read memory traces and dumps\n"
        "\n"
        "  prologue COMMAND --help           the options of a command\n"
        "  prologue --version\n"
        "\n"
        "Examples\n"
        "  prologue scan\n"
        "  prologue scan app --entry src/worker.tsx --json --output report.json\n"
        "  prologue resolve react --from src/app.tsx --env client\n");
}

/* The length of the longest beginning that ends at a word and is at most `width` long. */
static size_t line_length(const char *text, size_t width) {
    size_t length = strlen(text), fit = 0;
    if (length <= width)
        return length;
    for (size_t i = 0; i <= width; i++)
        if (text[i] == ' ')
            fit = i;
    return fit ? fit : width;
}

static void print_wrapped(struct output *output, const char *text) {
    while (*text) {
        size_t length = line_length(text, HELP_WIDTH - TEXT_COLUMN);
        output_print(output, "%.*s\n", (int)length, text);
        text += length;
        text += *text == ' ';
        if (*text)
            output_print(output, "%*s", TEXT_COLUMN, "");
    }
}

static void print_option(struct output *output, const char *name, const char *argument,
                         const char *help) {
    size_t width = 4 + strlen(name) + (argument ? 1 + strlen(argument) : 0);
    output_print(output, "  --%s%s%s", name, argument ? " " : "", argument ? argument : "");
    if (width + 2 > TEXT_COLUMN)
        output_print(output, "\n%*s", TEXT_COLUMN, "");
    else
        output_print(output, "%*s", (int)(TEXT_COLUMN - width), "");
    print_wrapped(output, help);
}

static void print_group(struct output *output, enum command command, enum option_group group) {
    bool titled = false;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & command) || row->group != group)
            continue;
        if (!titled)
            output_print(output, "%s\n", group_titles[group]);
        titled = true;
        print_option(output, row->name, row->argument, row->help);
    }
    if (group == GROUP_OUTPUT)
        print_option(output, "help", NULL, "print this");
    if (titled)
        output_text(output, "\n");
}

void help_command(struct output *output, enum command command) {
    const struct command_help *help = command_helps;
    while (help->command != command)
        help++;
    output_print(output, "Usage: %s\n\n%s\n\n", help->usage, help->about);
    for (int group = GROUP_INPUT; group <= GROUP_OUTPUT; group++)
        print_group(output, command, (enum option_group)group);
    output_text(output,
                "A value may follow its option as --option=value too; -- ends the options.\n\n");
    output_text(output, help->ending);
}
