/* Asks the host of a scan: where imports lead that native resolution cannot answer, and for the source of
 * modules that stand in no file. It is asked when nothing else is left to do, so that one call holds as many
 * questions as possible, and what it is asked does not depend on who was first. */
#include "walk_host.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { BATCH = 256 };

static bool named_by(const prologue_pattern *patterns, size_t count, struct slice text,
                     struct slice environment) {
    for (size_t i = 0; i < count; i++) {
        const prologue_pattern *one = &patterns[i];
        if ((!one->environment || slice_equal(slice_of(one->environment), environment)) &&
            text_matches(slice_of(one->text), text)) {
            return true;
        }
    }
    return false;
}

bool walk_host_resolves(const struct walk *walk, struct slice specifier, uint32_t environment) {
    const prologue_scan_request *request = walk->host.request;
    return request && request->on_resolve && request->resolve_pattern_count &&
           named_by(request->resolve_patterns, request->resolve_pattern_count, specifier,
                    walk->config.environments[environment].name);
}

bool walk_host_loads(const struct walk *walk, path_id path) {
    const prologue_scan_request *request = walk->host.request;
    char text[PATH_LONGEST + 2];
    if (!request || !request->on_load || !request->load_pattern_count) {
        return false;
    }
    struct slice whole = {text, path_text(&walk->paths, path, text, sizeof text)};
    for (size_t i = 0; i < request->load_pattern_count; i++) {
        if (text_matches(slice_of(request->load_patterns[i]), whole)) {
            return true;
        }
    }
    return false;
}

/* ---- imports --------------------------------------------------------------------------------- */

static bool put_question(struct walk *walk, struct file *file, const struct waiter *edge,
                         bool failed) {
    struct host *host = &walk->host;
    int code =
        ledger_grow(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, &host->questions,
                    &host->question_capacity, host->question_count + 1, sizeof *host->questions);
    if (code) {
        walk_fail(walk, code);
        return false;
    }
    host->questions[host->question_count] = *edge;
    host->questions[host->question_count++].failed = failed;
    file->asked = host->answers = true;
    return true;
}

/* A relative specifier as the path that it would be; `text` has room for PATH_LONGEST + 2. */
static struct slice joined(struct walk *walk, const struct file *file, struct slice specifier,
                           char *text) {
    const char *query = memchr(specifier.data, '?', specifier.length);
    struct slice path = {specifier.data,
                         query ? (size_t)(query - specifier.data) : specifier.length};
    path_id spelled;
    int code = path_join(&walk->paths, walk_folder_of(walk, file)->path, path, &spelled);
    if (code) {
        if (code != PROLOGUE_EINVALID) {
            walk_fail(walk, code);
        }
        return (struct slice){"", 0};
    }
    size_t length = path_text(&walk->paths, spelled, text, PATH_LONGEST + 2);
    size_t rest = specifier.length - path.length;
    if (!length || length + rest > PATH_LONGEST) {
        return (struct slice){"", 0};
    }
    if (rest) {
        memcpy(text + length, query, rest);
    }
    return (struct slice){text, length + rest};
}

bool walk_ask_host(struct walk *walk, struct file *file, const struct facts *facts,
                   const struct waiter *edge, uint32_t *target, bool failed) {
    const prologue_scan_request *request = walk->host.request;
    if (!request) {
        return false;
    }
    if (request->on_resolve && edge->asked != HOST_ASKED) {
        *target = EDGE(EDGE_UNRESOLVED);
        return put_question(walk, file, edge, failed);
    }
    if (!request->on_load) {
        return false;
    }
    char text[PATH_LONGEST + 2];
    const struct fact_import *import = &facts->imports[edge->import];
    struct slice id = facts_text(facts, import->text, import->text_length);
    if (id.length && id.data[0] == '.') {
        id = joined(walk, file, id, text);
    }
    if (id.length && id.length <= WALK_ID_LONGEST) {
        walk_enter_id(walk, id, edge, target);
    }
    return true;
}

/* ---- asking ---------------------------------------------------------------------------------- */

struct batch {
    const prologue_scan_request *request;
    struct arena texts;
    size_t count;
    union {
        struct {
            prologue_question questions[BATCH];
            prologue_answer answers[BATCH];
        };
        struct {
            prologue_wanted wanted[BATCH];
            prologue_source sources[BATCH];
        };
    };
};

static int call_resolve(void *argument) {
    struct batch *batch = argument;
    return batch->request->on_resolve(batch->questions, batch->answers, batch->count,
                                      batch->request->payload);
}

static int call_load(void *argument) {
    struct batch *batch = argument;
    return batch->request->on_load(batch->wanted, batch->sources, batch->count,
                                   batch->request->payload);
}

static bool run(struct walk *walk, struct batch *batch, int (*call)(void *argument)) {
    if (walk_goes_on(walk) && walk->host.run(walk->host.payload, call, batch)) {
        walk_fail(walk, PROLOGUE_ECANCELLED);
    }
    return walk_goes_on(walk);
}

/* As the caller's functions take it: a copy where it is no part of the tables. */
static bool put_id(struct walk *walk, struct batch *batch, const struct file *file,
                   prologue_slice *out) {
    char text[PATH_LONGEST + 2];
    struct slice id = walk_id_of(walk, file->path, text);
    out->data = id.data == text ? arena_copy(&batch->texts, id) : id.data;
    out->length = id.length;
    if (!out->data) {
        walk_fail(walk, ledger_error(walk->ledger));
    }
    return out->data != NULL;
}

static bool put_import(struct walk *walk, struct batch *batch, const struct waiter *edge) {
    const struct file *file = graph_at(&walk->graph, edge->file);
    struct facts facts = graph_facts(&walk->graph, file);
    const struct fact_import *import = &facts.imports[edge->import];
    prologue_question *question = &batch->questions[batch->count];
    struct slice specifier = facts_text(&facts, import->text, import->text_length);
    question->specifier = (prologue_slice){arena_copy(&batch->texts, specifier), specifier.length};
    question->environment = walk->config.environments[edge->environment].name.data;
    question->kind = (enum prologue_kind)import->kind;
    question->unresolved = edge->failed;
    batch->answers[batch->count] = (prologue_answer){0};
    if (!question->specifier.data) {
        walk_fail(walk, ledger_error(walk->ledger));
        return false;
    }
    return put_id(walk, batch, file, &question->importer) && ++batch->count;
}

/* The answers of a scan as a number, whatever their order. */
static void note_answer(struct walk *walk, const uint64_t about[2], const char *language,
                        prologue_slice text) {
    uint64_t seed = XXH3_64bits(about, 2 * sizeof *about);
    if (language) {
        seed = XXH3_64bits_withSeed(language, strlen(language), seed);
    }
    walk->host.digest += XXH3_64bits_withSeed(text.data, text.length, seed);
}

static void take_answer(struct walk *walk, const struct waiter *question,
                        const prologue_answer *answer) {
    struct waiter edge = *question;
    const uint64_t about[] = {(uint64_t)edge.file << 32 | edge.import,
                              (uint64_t)edge.environment << 32 | (uint32_t)answer->kind};
    note_answer(walk, about, NULL, answer->id);
    edge.asked = answer->kind == PROLOGUE_NATIVE_FIRST ? HOST_DEFERRED : HOST_ASKED;
    edge.answered = answer->kind == PROLOGUE_ANSWER_ID || answer->kind == PROLOGUE_ANSWER_EXTERNAL;
    if (!edge.answered) {
        walk_follow_again(walk, &edge);
        return;
    }
    uint32_t *target = walk_target_of(walk, &edge);
    if (target && answer->kind == PROLOGUE_ANSWER_EXTERNAL) {
        *target = EDGE(EDGE_EXTERNAL);
    } else if (target && answer->id.length > WALK_ID_LONGEST) {
        walk_fail(walk,
                  walk_refuse(walk, PROLOGUE_EINVALID, "an id that is longer than a path can be"));
    } else if (target) {
        walk_enter_id(walk, (struct slice){answer->id.data, answer->id.length}, &edge, target);
    }
}

/* What an answer leads to may ask more: those are of the next round. */
static void ask_questions(struct walk *walk, struct batch *batch) {
    struct host *host = &walk->host;
    struct waiter asked[BATCH];
    while (host->question_count && !walk->error) {
        uint32_t count = host->question_count < BATCH ? host->question_count : BATCH;
        host->question_count -= count;
        memcpy(asked, host->questions + host->question_count, count * sizeof *asked);
        batch->count = 0;
        while (batch->count < count && put_import(walk, batch, &asked[batch->count])) {
        }
        if (run(walk, batch, call_resolve)) {
            for (uint32_t i = 0; i < count && !walk->error; i++) {
                take_answer(walk, &asked[i], &batch->answers[i]);
            }
        }
        arena_free(&batch->texts);
    }
}

static bool put_module(struct walk *walk, struct batch *batch, uint32_t index) {
    const struct file *file = graph_at(&walk->graph, index);
    prologue_wanted *wanted = &batch->wanted[batch->count];
    wanted->environment =
        walk_is_given(walk, file)
            ? walk->config.environments[walk_given_environment(walk, file)].name.data
            : NULL;
    batch->sources[batch->count] = (prologue_source){0};
    return put_id(walk, batch, file, &wanted->id) && ++batch->count;
}

static void ask_for_modules(struct walk *walk, struct batch *batch) {
    struct host *host = &walk->host;
    uint32_t asked[BATCH];
    while (host->module_count && !walk->error) {
        uint32_t count = host->module_count < BATCH ? host->module_count : BATCH;
        host->module_count -= count;
        memcpy(asked, host->modules + host->module_count, count * sizeof *asked);
        batch->count = 0;
        while (batch->count < count && put_module(walk, batch, asked[batch->count])) {
        }
        if (run(walk, batch, call_load)) {
            for (uint32_t i = 0; i < count && !walk->error; i++) {
                const prologue_source *source = &batch->sources[i];
                prologue_slice id = batch->wanted[i].id;
                const uint64_t about[] = {~(uint64_t)asked[i],
                                          2 * (source->language != NULL) + (source->found != 0)};
                note_answer(walk, about, source->language, source->text);
                walk_take_source(walk, graph_at(&walk->graph, asked[i]),
                                 (struct slice){id.data, id.length}, source);
            }
        }
        arena_free(&batch->texts);
    }
}

bool walk_hear_host(struct walk *walk) {
    struct host *host = &walk->host;
    if (!host->question_count && !host->module_count) {
        return false;
    }
    struct batch *batch = ledger_new(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, sizeof *batch);
    if (!batch) {
        walk_fail(walk, ledger_error(walk->ledger));
        return false;
    }
    batch->request = host->request;
    arena_init(&batch->texts, walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH);
    ask_questions(walk, batch);
    ask_for_modules(walk, batch);
    arena_free(&batch->texts);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, batch, sizeof *batch);
    return true;
}

void walk_leave_host(struct walk *walk) {
    struct host *host = &walk->host;
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, host->questions,
                host->question_capacity * sizeof *host->questions);
    ledger_free(walk->ledger, PROLOGUE_SUBSYSTEM_GRAPH, host->modules,
                host->module_capacity * sizeof *host->modules);
    *host = (struct host){.answers = host->answers, .digest = host->digest};
}

void walk_forget_host(struct walk *walk, struct file *file) {
    if (walk_is_given(walk, file)) {
        walk_renew_given(walk, file);
    } else if (walk_host_loads(walk, file->path)) {
        walk_renew_named(walk, file);
    }
    if (file->asked) {
        int code = graph_drop_edges(&walk->graph, file);
        if (code) {
            walk_fail(walk, code);
        }
        file->troubled = false;
    }
    file->asked = false;
}
