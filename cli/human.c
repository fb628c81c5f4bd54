#include "human.h"

#include <string.h>

#include "diagnostics.h"
#include "groups.h"

enum { MOST_ROWS = 24, MOST_FILES = 40, COLUMN = 9, NAME_LEAST = 24, NAME_MOST = 48 };

struct page {
    struct terminal *terminal;
    prologue_report *report;
    prologue_summary summary;
    struct groups groups;
    struct group rest; /* modules of folders and packages that hold no directive */
    size_t rest_count;
    uint64_t own_client, own_server, other, functions;
    size_t environment_count;
    int name_width;
};

static void text(struct page *page, const char *bytes) {
    output_text(page->terminal->output, bytes);
}

static void styled(struct page *page, enum style style, const char *bytes) {
    terminal_style(page->terminal, style);
    terminal_string(page->terminal, bytes);
    terminal_plain(page->terminal);
}

void human_plural(struct terminal *terminal, unsigned long long count, const char *one,
                  const char *many) {
    struct number_text number;
    output_print(terminal->output, "%s %s", terminal_count(&number, count),
                 count == 1 ? one : many);
}

/* ---- counting --------------------------------------------------------------------------------- */

static void add_module(struct group *group, const prologue_module *module) {
    group->modules++;
    group->client += module->client != 0;
    group->server += module->server != 0;
    group->other += module->directive_count > 0 && !module->client && !module->server;
    group->functions += module->function_directive_count;
    for (uint32_t bits = module->environments, i = 0; bits; bits >>= 1, i++)
        group->environments[i] += bits & 1;
}

static void add_group(struct group *sum, const struct group *group) {
    sum->modules += group->modules;
    for (size_t i = 0; i < PROLOGUE_MAX_ENVIRONMENTS; i++)
        sum->environments[i] += group->environments[i];
}

static bool has_directives(const struct group *group) {
    return group->client + group->server + group->other + group->functions > 0;
}

static bool module_at(struct page *page, size_t index, prologue_module *module) {
    *module = (prologue_module){.size = sizeof *module};
    return prologue_report_module(page->report, index, module) == 0;
}

static void count_modules(struct page *page) {
    prologue_module module;
    for (size_t i = 0; i < page->summary.module_count && module_at(page, i, &module); i++) {
        prologue_slice package = groups_package(module.path);
        bool own = package.length == 0;
        struct group *group =
            groups_find(&page->groups, own ? groups_folder(module.path) : package);
        if (!group)
            return;
        group->first_party = own;
        add_module(group, &module);
        page->own_client += own && module.client;
        page->own_server += own && module.server;
    }
    groups_sort(&page->groups);
}

static void count_rest(struct page *page) {
    size_t widest = NAME_LEAST;
    for (size_t i = 0; i < page->groups.count; i++) {
        const struct group *group = &page->groups.list[i];
        page->other += group->other;
        page->functions += group->functions;
        if (has_directives(group)) {
            widest = group->name.length > widest ? group->name.length : widest;
        } else {
            add_group(&page->rest, group);
            page->rest_count++;
        }
    }
    page->name_width = (int)(widest < NAME_MOST ? widest : NAME_MOST);
    while (prologue_report_environment(page->report, page->environment_count))
        page->environment_count++;
}

/* ---- headline --------------------------------------------------------------------------------- */

static void print_headline(struct page *page) {
    const prologue_summary *summary = &page->summary;
    struct number_text client, server, modules, time, size;
    terminal_string(page->terminal, summary->root);
    text(page, "\n\n");
    terminal_style(page->terminal, STYLE_BOLD);
    output_print(page->terminal->output, "%s client, %s server modules",
                 terminal_count(&client, summary->client_count),
                 terminal_count(&server, summary->server_count));
    terminal_plain(page->terminal);
    output_print(page->terminal->output, " of %s reached in %s, %s of memory\n",
                 terminal_count(&modules, summary->module_count),
                 terminal_time(&time, summary->stats.elapsed_ms),
                 terminal_size(&size, summary->stats.memory.peak));
}

/* ---- the table -------------------------------------------------------------------------------- */

static void print_number(struct page *page, uint64_t value) {
    struct number_text number;
    const char *none = terminal_either(page->terminal, "\xC2\xB7", ".");
    if (value > 0) {
        output_print(page->terminal->output, "%*s", COLUMN, terminal_count(&number, value));
        return;
    }
    terminal_style(page->terminal, STYLE_DIM);
    output_print(page->terminal->output, "%*s%s", COLUMN - 1, "", none);
    terminal_plain(page->terminal);
}

static size_t shown_environments(const struct page *page) {
    int columns = 2 + (page->other > 0) + (page->functions > 0);
    int room = (page->terminal->width - 2 - page->name_width) / COLUMN - columns;
    size_t most = room < 1 ? 1 : (size_t)room;
    return page->environment_count < most ? page->environment_count : most;
}

static void print_numbers(struct page *page, const struct group *group) {
    print_number(page, group->client);
    print_number(page, group->server);
    if (page->other > 0)
        print_number(page, group->other);
    if (page->functions > 0)
        print_number(page, group->functions);
    for (size_t i = 0; i < shown_environments(page); i++)
        print_number(page, group->environments[i]);
    text(page, "\n");
}

static void print_column(struct page *page, enum style style, const char *name) {
    terminal_style(page->terminal, style);
    output_print(page->terminal->output, " %*.*s", COLUMN - 1, COLUMN - 1, name);
    terminal_plain(page->terminal);
}

static void print_columns(struct page *page) {
    int directives = 2 + (page->other > 0) + (page->functions > 0);
    text(page, "\n");
    terminal_style(page->terminal, STYLE_DIM);
    output_print(page->terminal->output, "  %*s%*s", page->name_width, "", COLUMN * directives,
                 "directives");
    output_print(page->terminal->output, "   modules in\n  %*s", page->name_width, "");
    terminal_plain(page->terminal);
    print_column(page, STYLE_CLIENT, "client");
    print_column(page, STYLE_SERVER, "server");
    if (page->other > 0)
        print_column(page, STYLE_NOTE, "other");
    if (page->functions > 0)
        print_column(page, STYLE_NOTE, "function");
    for (size_t i = 0; i < shown_environments(page); i++)
        print_column(page, STYLE_DIM, prologue_report_environment(page->report, i));
    text(page, "\n");
}

/* A name that is too long loses its beginning. */
static void print_name(struct page *page, prologue_slice name) {
    const char *dots = terminal_either(page->terminal, "\xE2\x80\xA6", "~");
    size_t width = (size_t)page->name_width, length = name.length;
    text(page, "  ");
    if (length > width) {
        text(page, dots);
        name.data += length - width + 1;
        name.length = width - 1;
    }
    terminal_bytes(page->terminal, name.data, name.length);
    if (length < width)
        terminal_spaces(page->terminal, (int)(width - length));
}

static size_t count_rows(const struct page *page, bool first_party) {
    size_t count = 0;
    for (size_t i = 0; i < page->groups.count; i++)
        count += page->groups.list[i].first_party == first_party &&
                 has_directives(&page->groups.list[i]);
    return count;
}

/* As many of `count` as are listed: never all but one. */
static uint64_t listed(uint64_t count, uint64_t most) {
    return count <= most + 1 ? count : most;
}

static void print_more(struct page *page, uint64_t more, const char *things) {
    struct number_text number;
    if (more > 0)
        output_print(page->terminal->output, "  ... and %s more%s (--json lists all)\n",
                     terminal_count(&number, more), things);
}

static void print_rows(struct page *page, bool first_party) {
    uint64_t count = count_rows(page, first_party), most = listed(count, MOST_ROWS), shown = 0;
    for (size_t i = 0; shown < most; i++) {
        const struct group *group = &page->groups.list[i];
        if (group->first_party != first_party || !has_directives(group))
            continue;
        print_name(page, group->name);
        print_numbers(page, group);
        shown++;
    }
    print_more(page, count - most, first_party ? " folders" : " packages");
}

static void print_table(struct page *page) {
    static const char without[] = "without directives";
    if (page->summary.module_count == 0)
        return;
    print_columns(page);
    print_rows(page, true);
    print_rows(page, false);
    if (page->rest_count == 0)
        return;
    terminal_style(page->terminal, STYLE_DIM);
    print_name(page, (prologue_slice){without, sizeof without - 1});
    terminal_plain(page->terminal);
    print_numbers(page, &page->rest);
}

/* ---- the files -------------------------------------------------------------------------------- */

static void print_files(struct page *page, bool client, uint64_t count) {
    prologue_module module;
    uint64_t shown = 0, most = listed(count, MOST_FILES);
    if (count == 0)
        return;
    text(page, "\n");
    styled(page, client ? STYLE_CLIENT : STYLE_SERVER,
           client ? "\"use client\"" : "\"use server\"");
    struct number_text number;
    output_print(page->terminal->output, ", %s of your own\n", terminal_count(&number, count));
    for (size_t i = 0; shown < most && module_at(page, i, &module); i++) {
        if (!(client ? module.client : module.server) || groups_package(module.path).length > 0)
            continue;
        text(page, "  ");
        terminal_bytes(page->terminal, module.path.data, module.path.length);
        text(page, "\n");
        shown++;
    }
    print_more(page, count - most, "");
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void print_memory(struct page *page) {
    const prologue_memory *memory = &page->summary.stats.memory;
    struct number_text size, peak;
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS; i++)
        output_print(page->terminal->output, "  %-20s %12s %12s at most\n",
                     prologue_subsystem_name((enum prologue_subsystem)i),
                     terminal_size(&size, memory->subsystems[i].current),
                     terminal_size(&peak, memory->subsystems[i].peak));
}

static void print_ending(struct page *page, int ending) {
    struct number_text limit;
    if (page->summary.complete)
        return;
    text(page, "\n");
    if (ending == PROLOGUE_ECANCELLED) {
        styled(page, STYLE_ERROR, "interrupted");
        text(page, ": this is what was known until then\n");
        return;
    }
    styled(page, STYLE_ERROR, "incomplete");
    output_print(page->terminal->output,
                 ": the memory limit of %s was reached; --memory-limit raises it. Memory held:\n",
                 terminal_size(&limit, page->summary.stats.memory.limit));
    print_memory(page);
}

void human_report(struct terminal *terminal, prologue_report *report, int ending) {
    struct page page = {.terminal = terminal, .report = report};
    page.summary.size = sizeof page.summary;
    prologue_report_summary(report, &page.summary);
    count_modules(&page);
    count_rest(&page);
    print_headline(&page);
    print_table(&page);
    print_files(&page, true, page.own_client);
    print_files(&page, false, page.own_server);
    diagnostics_print(terminal, report, &page.summary);
    print_ending(&page, ending);
    groups_free(&page.groups);
}
