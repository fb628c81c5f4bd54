#include "resolve.h"

#include "batch.h"
#include "commands.h"
#include "interrupt.h"
#include "terminal.h"

enum { MOST_STEPS = 6 };

static void print_steps(struct terminal *terminal, const prologue_resolution *resolution,
                        size_t most) {
    size_t count = resolution->step_count;
    for (size_t i = 0; i < count && i < most; i++) {
        output_print(terminal->output, "  %2zu  ", i + 1);
        terminal_string(terminal, resolution->steps[i]);
        output_text(terminal->output, "\n");
    }
    if (count > most)
        output_print(terminal->output, "  ... and %zu more (--trace shows all)\n", count - most);
}

static void print_question(const struct options *options, struct terminal *terminal) {
    terminal_string(terminal, options->specifier);
    terminal_style(terminal, STYLE_DIM);
    output_print(terminal->output, "  (%s in %s, from ", options_kind_name(options->kind),
                 options->environment ? options->environment : "server");
    terminal_string(terminal, options->from);
    output_text(terminal->output, ")");
    terminal_plain(terminal);
    output_text(terminal->output, "\n");
}

static void print_failure(struct terminal *terminal, const prologue_resolution *resolution) {
    terminal_style(terminal, STYLE_ERROR);
    output_text(terminal->output, resolution->code ? resolution->code : "not resolved");
    terminal_plain(terminal);
    if (resolution->reason) {
        output_text(terminal->output, ": ");
        terminal_string(terminal, resolution->reason);
    }
    output_text(terminal->output, "\n");
}

/* The answer stands on the first line, alone where there is one. */
static int print_people(const struct options *options, struct terminal *terminal,
                        const prologue_resolution *resolution) {
    bool answered = true;
    if (resolution->resolved) {
        terminal_style(terminal, STYLE_BOLD);
        terminal_string(terminal, resolution->resolved);
        terminal_plain(terminal);
        output_text(terminal->output, "\n");
    } else if (resolution->external || resolution->ignored) {
        output_text(terminal->output, resolution->external ? "external\n" : "ignored\n");
    } else {
        answered = false;
        print_failure(terminal, resolution);
    }
    print_question(options, terminal);
    print_steps(terminal, resolution, answered && !options->trace ? MOST_STEPS : SIZE_MAX);
    return answered ? STATUS_OK : STATUS_PROBLEM;
}

static int answer_people(const struct options *options, prologue_session *session,
                         struct output *output) {
    struct terminal terminal;
    prologue_resolution resolution = {.size = sizeof resolution};
    prologue_resolve_request request = {
        .size = sizeof request,
        .from = options->from,
        .specifier = options->specifier,
        .environment = options->environment,
        .kind = options->kind,
        .config = &options->config,
        .trace = 1,
    };
    int code = prologue_session_resolve(session, &request, &resolution);
    if (code != 0)
        return command_failed(options, session, code, NULL);
    terminal_init(&terminal, output, options->color);
    return print_people(options, &terminal, &resolution);
}

static int answer(const struct options *options, prologue_session *session) {
    static struct output output;
    int status;
    if (!command_open(options, &output))
        return STATUS_PROBLEM;
    if (options->batch)
        status = batch_answer(options, session, &output);
    else if (options->json)
        status = batch_answer_one(options, session, &output);
    else
        status = answer_people(options, session, &output);
    bool cut_short = options->batch ? status != STATUS_OK : status > STATUS_PROBLEM;
    if (cut_short) {
        output_flush(&output);
        output_abandon(&output);
        return status;
    }
    return command_close(options, &output) ? status : STATUS_PROBLEM;
}

int command_resolve(const struct options *options) {
    int status;
    prologue_session *session = command_session(options, &status);
    if (!session)
        return status;
    interrupt_release(); /* most of its time may pass in waiting for standard input */
    status = answer(options, session);
    command_end(options, session, NULL);
    return status;
}
