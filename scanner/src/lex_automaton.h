/* The recogniser is a pushdown automaton. Each frame on the stack is a construct that has begun;
 * its state says what may come next. A handler looks at the current token and changes the state,
 * pushes a frame for a part of the construct, or pops its own. Nothing recurses on the input. */
#ifndef LEX_AUTOMATON_H
#define LEX_AUTOMATON_H

#include "lex_private.h"

void scope_close(struct lexer *lexer);

/* ---- the automaton (lex.c) ------------------------------------------------------------------- */

static inline struct frame *frame_top(struct lexer *lexer) {
    return &lexer->frames[lexer->frame_count - 1];
}

struct frame *frame_grow(struct lexer *lexer);       /* the slot for one more; never NULL */
void frame_step(struct lexer *lexer);                /* what the top frame does with the token */
void frame_run(struct lexer *lexer, uint32_t floor); /* until `floor` frames are left */

/* Never NULL. */
static inline struct frame *frame_push(struct lexer *lexer, enum state state) {
    struct frame *frame = lexer->frame_count < lexer->frame_capacity
                              ? &lexer->frames[lexer->frame_count++]
                              : frame_grow(lexer);
    *frame = (struct frame){.state = (uint8_t)state, .opened = lexer->previous.end};
    return frame;
}

/* Closes the scope that it owns. */
static inline void frame_pop(struct lexer *lexer) {
    if (lexer->frames[--lexer->frame_count].flags & F_SCOPE) {
        scope_close(lexer);
    }
}

/* ---- statements (lex_statement.c) ------------------------------------------------------------ */

void on_list(struct lexer *lexer);
void on_prologue(struct lexer *lexer);
void on_switch(struct lexer *lexer);
void on_statement(struct lexer *lexer);
void on_semicolon(struct lexer *lexer);
void on_if_else(struct lexer *lexer);
void on_do_while(struct lexer *lexer);
void on_try_after(struct lexer *lexer);
void on_catch_block(struct lexer *lexer);
void on_for_after_head(struct lexer *lexer);
void push_block(struct lexer *lexer);
bool statement_ends(const struct lexer *lexer); /* `;`, `}`, a new line or the end */

/* ---- declarations (lex_declare.c) ------------------------------------------------------------ */

void on_declarator(struct lexer *lexer);
void on_declarator_next(struct lexer *lexer);
void on_function_head(struct lexer *lexer);
void on_function_result(struct lexer *lexer);
void on_function_body(struct lexer *lexer);
void on_arrow_result(struct lexer *lexer);
void on_parameter(struct lexer *lexer);
void on_parameter_decorated(struct lexer *lexer);
void on_binding_next(struct lexer *lexer);
void on_binding_element(struct lexer *lexer);
void on_binding_key(struct lexer *lexer);
void on_binding_after_key(struct lexer *lexer);
void push_binding(struct lexer *lexer, unsigned flags); /* the target at the current token */
/* At the `function` keyword. `declares` puts the name in the enclosing scope. */
void push_function(struct lexer *lexer, bool async, bool declares, uint32_t name, uint32_t length);
struct frame *push_method(struct lexer *lexer, unsigned context, uint32_t name, uint32_t length);
void push_arrow(struct lexer *lexer, uint32_t references, uint32_t bindables, bool async,
                bool named);
void push_declarators(struct lexer *lexer, unsigned flags);

/* ---- classes and objects (lex_class.c) ------------------------------------------------------- */

void push_class(struct lexer *lexer, bool declares);
void on_class_head(struct lexer *lexer);
void on_class_key(struct lexer *lexer);
void on_class_after_key(struct lexer *lexer);
void on_object_key(struct lexer *lexer);
void on_object_after_key(struct lexer *lexer);

/* ---- expressions (lex_expression.c) ---------------------------------------------------------- */

void on_operand(struct lexer *lexer);
void on_operator(struct lexer *lexer);
void on_complete(struct lexer *lexer);
void on_finished(struct lexer *lexer);
struct frame *push_expression(struct lexer *lexer, enum expression_kind kind, unsigned flags);
void use_name(struct lexer *lexer); /* the name at the current token is an operand */
bool await_is_operator(struct lexer *lexer);

/* ---- parentheses (lex_paren.c) --------------------------------------------------------------- */

void paren_open(struct lexer *lexer, unsigned flags);
void paren_close(struct lexer *lexer);
/* Reads a file again that has failed, as TypeScript does: in `a ? (b): C => d : e` the parentheses
 * are parameters because a colon follows the arrow function. */
void paren_reconsider(struct lexer *lexer, void (*read)(struct lexer *lexer));
/* At the `?` of `(a?: T)` or `(a?) =>`: what follows it begins no operand. */
bool paren_optional_parameter(struct lexer *lexer);

/* Whether the current token begins an element of the frame. */
static inline bool at_element(const struct lexer *lexer, const struct frame *frame) {
    return lexer->previous.end == frame->opened;
}

/* Whether the current token begins what may be a parameter. */
static inline bool at_pattern(const struct lexer *lexer, const struct frame *frame) {
    return frame->flags & F_PATTERN && !(frame->extra & X_DEFAULT) && at_element(lexer, frame);
}

/* ---- TypeScript (lex_type.c, lex_typescript.c) ----------------------------------------------- */

void push_type(struct lexer *lexer);
void push_type_list(struct lexer *lexer); /* at the opening bracket */
bool type_arguments_follow(struct lexer *lexer);
void on_type_operand(struct lexer *lexer);
void on_type_operator(struct lexer *lexer);
void on_type_list(struct lexer *lexer);
void on_type_object(struct lexer *lexer);
bool typescript_statement(struct lexer *lexer); /* false: it is none */
void on_ambient_after(struct lexer *lexer);
void on_enum_member(struct lexer *lexer);
void on_enum_after_key(struct lexer *lexer);
void on_interface_head(struct lexer *lexer);
void on_alias_head(struct lexer *lexer);
void on_module_body(struct lexer *lexer);
void push_enum(struct lexer *lexer);

/* ---- JSX (lex_jsx.c) ------------------------------------------------------------------------- */

void push_jsx(struct lexer *lexer); /* at the `<` */
void on_jsx_name(struct lexer *lexer);
void on_jsx_attributes(struct lexer *lexer);
void on_jsx_children(struct lexer *lexer);
bool jsx_arrow_follows(struct lexer *lexer); /* `<T,>() => …`, not an element */

/* ---- scopes (lex_scope.c) -------------------------------------------------------------------- */

void scope_reset(struct lexer *lexer);
void scope_open(struct lexer *lexer, bool function, uint32_t first_reference);
void scope_begin_body(struct lexer *lexer); /* of the function whose scope is the innermost */
void scope_close(struct lexer *lexer);
void scope_declare(struct lexer *lexer, const struct token *token, bool var);
/* What is no value: within ambient code it is declared nevertheless. */
void scope_declare_inside(struct lexer *lexer, const struct token *token);
/* An enum or a namespace: of the module itself it adds to what an import of its name binds. */
void scope_merge(struct lexer *lexer, const struct token *token);
uint32_t scope_name(struct lexer *lexer, const struct token *token); /* NONE: does not matter */
uint32_t scope_add_name(struct lexer *lexer, const struct token *token, uint32_t owner);
/* The import `owner` does not bind the name. */
void scope_disown(struct lexer *lexer, const struct token *token, uint32_t owner);
/* A value use. NONE where the name does not matter. */
uint32_t scope_reference(struct lexer *lexer, const struct token *token);
void scope_bindable(struct lexer *lexer, uint32_t reference);
void scope_bind(struct lexer *lexer, uint32_t bindables); /* they are parameters of the top scope */
/* `import local = target.…;`: the target is used where the local name is. */
void scope_alias(struct lexer *lexer, const struct token *local, const struct token *target,
                 bool used);
void scope_rewind(struct lexer *lexer, uint32_t references);
/* The `async` before parentheses, which the references before the given one end with, was no use. */
void scope_take_async(struct lexer *lexer, uint32_t references);
void scope_finish(struct lexer *lexer);
/* The references from the given one on are made outside of the innermost scope. */
void scope_defer(struct lexer *lexer, uint32_t references);
bool scope_imports_require(const struct lexer *lexer);
/* Between two statements: forgets references that cannot change the outcome. */
void scope_thin(struct lexer *lexer);

static inline uint32_t scope_use(struct lexer *lexer, const struct token *token) {
    uint32_t length = token->end - token->start;
    uint32_t bit = 1u << (length < 31 ? length : 31);
    if (token->start >= lexer->start && !token->escaped &&
        !(lexer->lengths[(unsigned char)lexer->bytes[token->start]] & bit)) {
        return NONE;
    }
    return scope_reference(lexer, token);
}

/* ---- imports and directives (lex_import.c, lex_directive.c) ----------------------------------- */

void read_import(struct lexer *lexer);
void read_export(struct lexer *lexer);
bool read_plain(struct lexer *lexer); /* a declaration of plain names; false: it is none */
uint32_t import_add(struct lexer *lexer, enum fact_kind kind, unsigned flags,
                    const struct token *literal);
bool in_specifier(const struct frame *frame); /* whose literals are pieces of a specifier */
/* The argument of import.meta.glob(), in parentheses or not. */
bool takes_list(const struct lexer *lexer, const struct frame *frame);
void specifier_operand(struct lexer *lexer);
void specifier_operator(struct lexer *lexer);
void specifier_end(struct lexer *lexer);
void specifier_close_paren(struct lexer *lexer, const struct frame *paren, bool parameters);
void template_piece(struct lexer *lexer);
void specifier_open(struct lexer *lexer, enum fact_kind kind, uint32_t reference);
void glob_open(struct lexer *lexer);
/* `(require)` and `require!` are `require`. */
void require_close_paren(struct lexer *lexer, const struct frame *paren);
void require_assert(struct lexer *lexer);                           /* at the `!` */
void glob_option(struct lexer *lexer, const struct frame *options); /* at the `:` */
/* At `import` and at `new` where they begin an operand. */
void read_import_expression(struct lexer *lexer);
void read_new(struct lexer *lexer);
size_t encode_utf8(uint32_t code, char *out); /* 1 to 4 bytes */
uint32_t cook(struct lexer *lexer, uint32_t start, uint32_t end, bool escaped, uint32_t *length);

void read_prologue(struct lexer *lexer);
bool directive_add_function(struct lexer *lexer);
void directive_settle_names(struct lexer *lexer, const struct frame *body);
void directive_drop_names(struct lexer *lexer, struct frame *paren);
void directive_check_statement(struct lexer *lexer);
void note_add(struct lexer *lexer, enum fact_note_code code, unsigned detail, int configured,
              uint32_t start, uint32_t end);

#endif
