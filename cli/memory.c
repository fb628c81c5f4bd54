#include "memory.h"

#include <stdlib.h>

#include "commands.h"

static bool read_all(struct memory_file *files, const struct options *options, size_t *count) {
    for (*count = 0; *count < options->file_count; ++*count)
        if (!memory_read(&files[*count], options->files[*count])) {
            ++*count;
            return false;
        }
    return true;
}

static bool can_be_drawn(const struct memory_file *files, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (files[i].dump) {
            complain("memory", "--svg draws traces: %s is a dump", files[i].name);
            return false;
        }
    return true;
}

static bool draw(const struct options *options, const struct memory_file *files, size_t count) {
    static struct output picture;
    struct options target = *options;
    target.output = options->svg;
    if (!can_be_drawn(files, count) || !command_open(&target, &picture))
        return false;
    memory_plot(&picture, files, count);
    return command_close(&target, &picture);
}

static bool print(const struct options *options, const struct memory_file *files, size_t count) {
    static struct output output;
    struct terminal terminal;
    bool good = true;
    if (!command_open(options, &output))
        return false;
    if (options->json) {
        good = memory_write(&output, options->memory_action, files, count);
    } else {
        terminal_init(&terminal, &output, options->color);
        memory_print(&terminal, options->memory_action, files, count);
    }
    if (!good && !output.error) {
        output_abandon(&output);
        complain("memory", "out of memory");
        return false;
    }
    return command_close(options, &output);
}

int command_memory(const struct options *options) {
    size_t count;
    struct memory_file *files = calloc(options->file_count, sizeof *files);
    if (!files) {
        complain("memory", "out of memory");
        return STATUS_LIMIT;
    }
    bool good = read_all(files, options, &count);
    good = good && (!options->svg || draw(options, files, count)) && print(options, files, count);
    for (size_t i = 0; i < count; i++)
        memory_free(&files[i]);
    free(files);
    return good ? STATUS_OK : STATUS_PROBLEM;
}
