/* Bindings, for the few names that matter: those that imports bind, and `require`. A use counts for
 * an import where no declaration of the same name has a range around it. */
#include "syntax_tree.h"

#define NAME_REQUIRE 0
#define NO_NAME SIZE_MAX

struct name {
    struct slice text;
    bool used, everywhere; /* everywhere: declared at the top, beside what imports declare */
    bool imported;         /* to declare it again is an error that no tree shows */
};

struct import_name {
    size_t name, import;
    bool type;
};

struct range {
    size_t name;
    uint32_t start, end;
};

struct use {
    size_t name;
    uint32_t offset;
};

struct frame {
    uint32_t start, end;
    uint8_t capture;
};

struct syntax_scopes {
    struct name *names;
    size_t name_count, name_capacity;
    size_t *slots, slot_mask;    /* open addressing; name index + 1 */
    struct import_name *imports; /* in order of `import` */
    size_t import_count, import_capacity;
    struct range *ranges; /* where a name is declared anew */
    size_t range_count, range_capacity;
    struct use *uses;
    size_t use_count, use_capacity;
    struct frame *frames; /* the captures around the event that is looked at */
    size_t frame_count, frame_capacity;
    size_t type_depth, import_depth;
    size_t ambient_depth;
    uint32_t ambient_start; /* of the outermost ambient declaration */
    uint32_t erased;        /* start of the last name that no value is asked of */
    bool elements, fragments;
};

static uint64_t hash_text(struct slice text) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.length; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * 1099511628211u;
    }
    return hash ^ hash >> 29;
}

static size_t *slot_of(const struct syntax_scopes *scopes, struct slice text) {
    size_t at = hash_text(text) & scopes->slot_mask;
    while (scopes->slots[at] && !slice_equal(scopes->names[scopes->slots[at] - 1].text, text)) {
        at = (at + 1) & scopes->slot_mask;
    }
    return &scopes->slots[at];
}

static size_t find_name(const struct syntax_scopes *scopes, struct slice text) {
    return *slot_of(scopes, text) - 1;
}

/* Identifiers may be spelled with escapes. */
static struct slice cooked_text(struct syntax_parse *parse, TSNode node) {
    return syntax_cooked(parse, syntax_text(parse, node));
}

static size_t add_name(struct syntax_parse *parse, struct slice text) {
    struct syntax_scopes *scopes = parse->scopes;
    size_t *slot = slot_of(scopes, text);
    if (*slot)
        return *slot - 1;
    scopes->names = syntax_arena_grow(parse->arena, scopes->names, &scopes->name_capacity,
                                      scopes->name_count + 1, sizeof *scopes->names);
    scopes->names[scopes->name_count] = (struct name){.text = text};
    *slot = ++scopes->name_count;
    return *slot - 1;
}

static void make_slots(struct syntax_parse *parse) {
    size_t names = 1, size = 16;
    for (size_t i = 0; i < parse->event_count; i++) {
        names += parse->events[i].capture == CAPTURE_IMPORT_NAME;
    }
    while (size < names * 2)
        size *= 2;
    parse->scopes->slots = syntax_arena_take(parse->arena, size * sizeof(size_t));
    memset(parse->scopes->slots, 0, size * sizeof(size_t));
    parse->scopes->slot_mask = size - 1;
}

/* The frames that end before the event are over. */
static void leave_frames(struct syntax_scopes *scopes, uint32_t offset) {
    while (scopes->frame_count && scopes->frames[scopes->frame_count - 1].end <= offset) {
        uint8_t capture = scopes->frames[--scopes->frame_count].capture;
        scopes->type_depth -= capture == CAPTURE_TYPE;
        scopes->import_depth -= capture == CAPTURE_IMPORT;
        scopes->ambient_depth -= capture == CAPTURE_AMBIENT;
    }
}

static void enter_frame(struct syntax_parse *parse, const struct syntax_event *event) {
    struct syntax_scopes *scopes = parse->scopes;
    scopes->frames = syntax_arena_grow(parse->arena, scopes->frames, &scopes->frame_capacity,
                                       scopes->frame_count + 1, sizeof *scopes->frames);
    scopes->frames[scopes->frame_count++] =
        (struct frame){event->start, event->end, event->capture};
    scopes->type_depth += event->capture == CAPTURE_TYPE;
    scopes->import_depth += event->capture == CAPTURE_IMPORT;
    if (event->capture == CAPTURE_AMBIENT && scopes->ambient_depth++ == 0)
        scopes->ambient_start = event->start;
}

static bool is_scope(uint8_t capture, bool function_only) {
    return capture == CAPTURE_SCOPE_FUNCTION || (!function_only && capture == CAPTURE_SCOPE_BLOCK);
}

/* The innermost scope, or with `skip` the one around it; NULL: the module. */
static const struct frame *scope_around(const struct syntax_scopes *scopes, bool function_only,
                                        bool skip) {
    for (size_t i = scopes->frame_count; i-- > 0;) {
        if (!is_scope(scopes->frames[i].capture, function_only))
            continue;
        if (!skip)
            return &scopes->frames[i];
        skip = false;
    }
    return NULL;
}

/* What a `var` is declared in: the function's body, which its parameters do not see. NULL: the module. */
static const struct frame *body_around(const struct syntax_scopes *scopes) {
    const struct frame *function = scope_around(scopes, true, false);
    const struct frame *end = scopes->frames + scopes->frame_count;
    for (const struct frame *frame = function ? function + 1 : end; frame < end; frame++) {
        if (frame->capture == CAPTURE_SCOPE_BLOCK)
            return frame;
    }
    return function;
}

static void declare(struct syntax_parse *parse, size_t name, const struct frame *scope) {
    struct syntax_scopes *scopes = parse->scopes;
    bool outside = scopes->ambient_depth && (!scope || scope->start < scopes->ambient_start);
    if (outside && name == NAME_REQUIRE)
        return;
    if (!scope) {
        scopes->names[name].everywhere = true;
        parse->doubt |= scopes->names[name].imported;
        return;
    }
    scopes->ranges = syntax_arena_grow(parse->arena, scopes->ranges, &scopes->range_capacity,
                                       scopes->range_count + 1, sizeof *scopes->ranges);
    scopes->ranges[scopes->range_count++] = (struct range){name, scope->start, scope->end};
}

static void add_use(struct syntax_parse *parse, size_t name, uint32_t offset) {
    struct syntax_scopes *scopes = parse->scopes;
    scopes->uses = syntax_arena_grow(parse->arena, scopes->uses, &scopes->use_capacity,
                                     scopes->use_count + 1, sizeof *scopes->uses);
    scopes->uses[scopes->use_count++] = (struct use){name, offset};
}

static uint8_t binding_around(const struct syntax_scopes *scopes) {
    for (size_t i = scopes->frame_count; i-- > 0;) {
        uint8_t capture = scopes->frames[i].capture;
        if (capture == CAPTURE_BIND_VAR || capture == CAPTURE_BIND_BLOCK)
            return capture;
        if (capture == CAPTURE_VALUE || is_scope(capture, false))
            break;
    }
    return CAPTURE_VALUE;
}

/* Where an identifier at the offset looks its declaration up: outside of the innermost scope if it
 * stands in the key of a method or in the decorator of a parameter. */
static uint32_t place_of(const struct syntax_scopes *scopes, uint32_t offset) {
    bool outside = false;
    for (size_t i = scopes->frame_count; i-- > 0;) {
        const struct frame *frame = &scopes->frames[i];
        if (is_scope(frame->capture, false))
            return outside && frame->start ? frame->start - 1 : offset;
        outside |= frame->capture == CAPTURE_OUTSIDE;
    }
    return offset;
}

/* Where a line ends between them the first may be no modifier. */
static bool parted(const struct syntax_parse *parse, TSNode modifier, TSNode next) {
    uint32_t end = ts_node_start_byte(next);
    for (uint32_t at = ts_node_end_byte(modifier); at < end && at < parse->size; at++) {
        if (strchr("\n\r\xE2", parse->bytes[at]))
            return true;
    }
    return false;
}

static bool is_erased(struct syntax_parse *parse, TSNode node) {
    bool erased = parse->scopes->ambient_depth > 0, accessor = false;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    TSNode modifier = {0};
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        parse->doubt |= !ts_node_is_null(modifier) && parted(parse, modifier, child);
        bool erases = syntax_is(child, "abstract") || syntax_is(child, "declare");
        accessor |= syntax_is(child, "accessor");
        erased |= erases;
        modifier = erases ? child : (TSNode){0};
    }
    ts_tree_cursor_delete(&cursor);
    return erased && !accessor;
}

/* What TypeScript erases asks no value of the name that its key or the class that it extends begins
 * with. */
static void see_erased(struct syntax_parse *parse, TSNode node) {
    TSNode key = ts_node_child_by_field_name(node, "name", 4);
    TSNode first = syntax_first_child(ts_node_is_null(key) ? node : key);
    if (is_erased(parse, node) && !ts_node_is_null(first))
        parse->scopes->erased = ts_node_start_byte(first);
}

static void see_identifier(struct syntax_parse *parse, const struct syntax_event *event) {
    struct syntax_scopes *scopes = parse->scopes;
    if (scopes->type_depth || scopes->import_depth)
        return;
    size_t name = find_name(scopes, cooked_text(parse, event->node));
    if (name == NO_NAME)
        return;
    uint8_t binding = binding_around(scopes);
    if (event->capture == CAPTURE_DEFINE_OUTER) {
        declare(parse, name, scope_around(scopes, false, true));
    } else if (event->capture == CAPTURE_DEFINE_HERE || binding == CAPTURE_BIND_BLOCK) {
        declare(parse, name, scope_around(scopes, false, false));
    } else if (binding == CAPTURE_BIND_VAR) {
        declare(parse, name, body_around(scopes));
    } else if (event->start != scopes->erased || name == NAME_REQUIRE) {
        add_use(parse, name, place_of(scopes, event->start));
    }
}

/* `<foo>` is an element of the host; `<Foo>`, `<_foo>`, `<$foo>` are names. */
static bool is_host_element(struct slice text) {
    return text.length && text.data[0] >= 'a' && text.data[0] <= 'z';
}

static void see_import_name(struct syntax_parse *parse, const struct syntax_event *event,
                            size_t import) {
    struct syntax_scopes *scopes = parse->scopes;
    size_t name = add_name(parse, cooked_text(parse, event->node));
    scopes->imports = syntax_arena_grow(parse->arena, scopes->imports, &scopes->import_capacity,
                                        scopes->import_count + 1, sizeof *scopes->imports);
    scopes->imports[scopes->import_count++] =
        (struct import_name){name, import, scopes->type_depth + scopes->ambient_depth > 0};
    if (!scopes->ambient_depth) {
        parse->doubt |= scopes->names[name].imported;
        scopes->names[name].imported = true;
    }
    if (name == NAME_REQUIRE && !scopes->type_depth && !scopes->ambient_depth)
        scopes->names[name].everywhere = true;
}

/* An ambient module imports for itself: its names are not those of the file. */
static void shadow_import_name(struct syntax_parse *parse, const struct syntax_event *event) {
    size_t name = find_name(parse->scopes, cooked_text(parse, event->node));
    if (parse->scopes->ambient_depth && name != NO_NAME)
        declare(parse, name, scope_around(parse->scopes, false, false));
}

/* First pass: the names. */
static void find_import_names(struct syntax_parse *parse) {
    struct syntax_scopes *scopes = parse->scopes;
    size_t import = 0;
    for (size_t i = 0; i < parse->event_count; i++) {
        const struct syntax_event *event = &parse->events[i];
        leave_frames(scopes, event->start);
        if (event->capture == CAPTURE_IMPORT)
            import++;
        if (event->capture == CAPTURE_TYPE || event->capture == CAPTURE_AMBIENT)
            enter_frame(parse, event);
        if (event->capture == CAPTURE_IMPORT_NAME && import) {
            see_import_name(parse, event, import - 1);
        }
    }
    leave_frames(scopes, UINT32_MAX);
}

static bool same_place(const struct syntax_event *a, const struct syntax_event *b) {
    return a->start == b->start && a->end == b->end;
}

static bool is_fragment(TSNode element) {
    TSNode open = ts_node_child_by_field_name(element, "open_tag", 8);
    return !ts_node_is_null(open) && ts_node_is_null(ts_node_child_by_field_name(open, "name", 4));
}

/* The grammar does not hold the names of its tags to each other. */
static void doubt_tags(struct syntax_parse *parse, TSNode element) {
    TSNode open = ts_node_child_by_field_name(element, "open_tag", 8);
    TSNode close = ts_node_child_by_field_name(element, "close_tag", 9);
    if (ts_node_is_null(open) || ts_node_is_null(close))
        return;
    TSNode first = ts_node_child_by_field_name(open, "name", 4);
    TSNode last = ts_node_child_by_field_name(close, "name", 4);
    if (ts_node_is_null(first) || ts_node_is_null(last))
        parse->doubt |= !ts_node_is_null(first) || !ts_node_is_null(last);
    else
        parse->doubt |= !slice_equal(syntax_text(parse, first), syntax_text(parse, last));
}

/* Second pass: declarations and uses. An identifier that an earlier capture explains is done. */
static void find_uses(struct syntax_parse *parse) {
    struct syntax_scopes *scopes = parse->scopes;
    const struct syntax_event *done = NULL;
    for (size_t i = 0; i < parse->event_count; i++) {
        const struct syntax_event *event = &parse->events[i];
        leave_frames(scopes, event->start);
        if (event->capture <= CAPTURE_OUTSIDE || event->capture == CAPTURE_IMPORT) {
            enter_frame(parse, event);
        } else if (event->capture == CAPTURE_ERASED) {
            see_erased(parse, event->node);
        } else if (event->capture == CAPTURE_JSX) {
            doubt_tags(parse, event->node);
            if (is_fragment(event->node))
                scopes->fragments = true;
            else
                scopes->elements = true;
        } else if (event->capture == CAPTURE_JSX_NAME) {
            if (is_host_element(syntax_text(parse, event->node)))
                done = event;
        } else if (event->capture >= CAPTURE_DEFINE_OUTER) {
            if (done && same_place(done, event))
                continue;
            done = event;
            if (event->capture == CAPTURE_IMPORT_NAME)
                shadow_import_name(parse, event);
            else
                see_identifier(parse, event);
        }
    }
    leave_frames(scopes, UINT32_MAX);
}

static bool range_before(const struct range *a, const struct range *b) {
    if (a->name != b->name)
        return a->name < b->name;
    return a->start != b->start ? a->start < b->start : a->end > b->end;
}

static void sift(struct range *ranges, size_t root, size_t count) {
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count && range_before(&ranges[child], &ranges[child + 1]))
            child++;
        if (!range_before(&ranges[root], &ranges[child]))
            return;
        struct range swap = ranges[root];
        ranges[root] = ranges[child];
        ranges[child] = swap;
        root = child;
    }
}

static void sort_ranges(struct range *ranges, size_t count) {
    for (size_t i = count / 2; i-- > 0;)
        sift(ranges, i, count);
    for (size_t end = count; end-- > 1;) {
        struct range swap = ranges[0];
        ranges[0] = ranges[end];
        ranges[end] = swap;
        sift(ranges, 0, end);
    }
}

/* Scopes nest: of the ranges of one name, the outermost say all. */
static void merge_ranges(struct syntax_scopes *scopes) {
    size_t kept = 0;
    sort_ranges(scopes->ranges, scopes->range_count);
    for (size_t i = 0; i < scopes->range_count; i++) {
        struct range range = scopes->ranges[i];
        bool inside = kept && scopes->ranges[kept - 1].name == range.name &&
                      scopes->ranges[kept - 1].end >= range.end;
        if (!inside)
            scopes->ranges[kept++] = range;
    }
    scopes->range_count = kept;
}

static bool is_shadowed(const struct syntax_scopes *scopes, size_t name, uint32_t offset) {
    struct range wanted = {name, offset, 0};
    size_t low = 0, high = scopes->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (range_before(&wanted, &scopes->ranges[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    if (low == 0)
        return false;
    const struct range *range = &scopes->ranges[low - 1];
    return range->name == name && offset >= range->start && offset < range->end;
}

static void use_by_text(struct syntax_scopes *scopes, struct slice text) {
    size_t name = find_name(scopes, text);
    if (name != NO_NAME)
        scopes->names[name].used = true;
}

#define PRAGMA_SPACE " \t\n\v\f\r"

static size_t count_until(struct slice text, const char *ends) {
    size_t length = 0;
    while (length < text.length && !memchr(ends, text.data[length], strlen(ends)))
        length++;
    return length;
}

/* `@jsx h`, `@jsxFrag Fragment`: what stands there, before a dot, of the last one of each. */
static void read_pragmas(struct slice comment, struct slice *elements, struct slice *fragments) {
    comment.length -= slice_starts(comment, SLICE("/*")) ? 2 : 0;
    for (size_t i = 2; i < comment.length; i++) {
        struct slice rest = slice_skip(comment, i);
        bool follows = i == 2 || memchr(" \t\n\r*@", rest.data[-1], 6);
        if (!follows || !slice_starts(rest, SLICE("@jsx")))
            continue;
        struct slice word = {rest.data, count_until(rest, PRAGMA_SPACE)};
        bool fragment = slice_equal(word, SLICE("@jsxFrag"));
        bool other =
            slice_equal(word, SLICE("@jsxRuntime")) || slice_equal(word, SLICE("@jsxImportSource"));
        rest = slice_skip(rest, word.length);
        i += word.length;
        if (!fragment && !other && word.length != 4)
            continue;
        while (rest.length && (rest.data[0] == ' ' || rest.data[0] == '\t'))
            rest = slice_skip(rest, 1);
        rest.length = count_until(rest, PRAGMA_SPACE);
        if (rest.length == 0)
            continue;
        if (!other)
            *(fragment ? fragments : elements) = (struct slice){rest.data, count_until(rest, ".")};
        i = (size_t)(rest.data - comment.data) + rest.length;
    }
}

/* Where the first statement begins that is no directive. */
static uint32_t find_head_end(const struct syntax_parse *parse) {
    uint32_t end = (uint32_t)parse->size;
    TSTreeCursor cursor = ts_tree_cursor_new(parse->root);
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (!syntax_is(child, "comment") && !syntax_is(child, "hash_bang_line") &&
            ts_node_is_null(syntax_only_string(child))) {
            end = ts_node_start_byte(child);
            break;
        }
    }
    ts_tree_cursor_delete(&cursor);
    return end;
}

/* What JSX is turned into calls of: `React`, or what a pragma before the first statement names. */
static void use_factories(struct syntax_parse *parse) {
    struct syntax_scopes *scopes = parse->scopes;
    struct slice elements = SLICE("React"), fragments = elements;
    if (!scopes->elements && !scopes->fragments)
        return;
    uint32_t head_end = find_head_end(parse);
    for (size_t i = 0; i < parse->event_count && parse->events[i].start < head_end; i++) {
        if (parse->events[i].capture != CAPTURE_COMMENT)
            continue;
        struct slice comment = syntax_text(parse, parse->events[i].node);
        read_pragmas(comment, &elements, &fragments);
    }
    if (scopes->elements)
        use_by_text(scopes, elements);
    if (scopes->fragments)
        use_by_text(scopes, fragments);
}

void syntax_scopes_build(struct syntax_parse *parse) {
    struct syntax_scopes *scopes = syntax_arena_take(parse->arena, sizeof *scopes);
    memset(scopes, 0, sizeof *scopes);
    scopes->erased = UINT32_MAX;
    parse->scopes = scopes;
    make_slots(parse);
    add_name(parse, SLICE("require"));
    find_import_names(parse);
    find_uses(parse);
    merge_ranges(scopes);
    for (size_t i = 0; i < scopes->use_count; i++) {
        struct use use = scopes->uses[i];
        if (!is_shadowed(scopes, use.name, use.offset))
            scopes->names[use.name].used = true;
    }
    use_factories(parse);
}

bool syntax_require_is_bound(const struct syntax_parse *parse, uint32_t offset) {
    const struct syntax_scopes *scopes = parse->scopes;
    return scopes->names[NAME_REQUIRE].everywhere || is_shadowed(scopes, NAME_REQUIRE, offset);
}

struct import_use syntax_import_use(const struct syntax_parse *parse, size_t import) {
    const struct syntax_scopes *scopes = parse->scopes;
    struct import_use use = {0, 0, 0};
    size_t low = 0, high = scopes->import_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scopes->imports[middle].import < import)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < scopes->import_count && scopes->imports[i].import == import; i++) {
        use.names++;
        use.type_names += scopes->imports[i].type;
        use.used += !scopes->imports[i].type && scopes->names[scopes->imports[i].name].used;
    }
    return use;
}
