/* Frames: what has begun, and what may come next in it. */
#ifndef LEX_FRAME_H
#define LEX_FRAME_H

#include "lex.h"

enum state {
    IN_MODULE,   /* statements up to the end of the file */
    IN_BLOCK,    /* statements up to `}` */
    IN_PROLOGUE, /* the start of a function's body */
    IN_SWITCH,
    STATEMENT, /* one statement */
    SEMICOLON, /* the end of a statement that may need one */
    IF_ELSE,
    DO_WHILE,
    TRY_AFTER,
    CATCH_BLOCK,
    FOR_AFTER_HEAD,
    AMBIENT_AFTER,
    DECLARATOR,
    DECLARATOR_NEXT,
    ENUM_MEMBER,
    ENUM_AFTER_KEY,
    INTERFACE_HEAD,
    ALIAS_HEAD,
    MODULE_BODY,
    FUNCTION_HEAD, /* type parameters and parameters */
    FUNCTION_RESULT,
    FUNCTION_BODY,
    ARROW_RESULT, /* `=>` after a result type */
    PARAMETER,
    PARAMETER_DECORATED,
    BINDING_NEXT, /* after the name or pattern of a binding */
    BINDING_ELEMENT,
    BINDING_KEY,
    BINDING_AFTER_KEY,
    CLASS_HEAD,
    CLASS_KEY,
    CLASS_AFTER_KEY,
    OBJECT_KEY,
    OBJECT_AFTER_KEY,
    OPERAND,
    OPERATOR,
    COMPLETE, /* after `as T`, `x++` and JSX: no call or member goes on in the next line */
    FINISHED, /* an arrow function, or a line end after `yield`, has ended the expression */
    TYPE_OPERAND,
    TYPE_OPERATOR,
    TYPE_LIST,   /* between brackets of any kind but braces */
    TYPE_OBJECT, /* between braces */
    JSX_NAME,
    JSX_ATTRIBUTES,
    JSX_CHILDREN,
    STATES
};

/* What an expression belongs to: how it ends. */
enum expression_kind {
    EX_PLAIN, /* ends where no operator follows; the frame below looks at the rest */
    EX_STATEMENT,
    EX_PAREN, /* parenthesised, or the parameters of an arrow function */
    EX_CALL,
    EX_SPECIFIER, /* the first argument of import() or require() */
    EX_GLOB,      /* the first argument of import.meta.glob() */
    EX_GLOB_LIST,
    EX_HEAD, /* the head of if, while, switch, with */
    EX_INDEX,
    EX_ARRAY,
    EX_TEMPLATE,
    EX_CONSEQUENT, /* between `?` and `:` */
    EX_CASE,
    EX_JSX, /* between braces in JSX */
    EX_FOR, /* the head of a for */
    EX_ARROW,
    EX_FIELD, /* of a class: what is an operator around it is none within */
    EX_DECORATOR,
    EX_HERITAGE,
};

/* What a list of statements belongs to. */
enum block_kind {
    BLOCK_PLAIN,
    BLOCK_FUNCTION,
    BLOCK_MODULE, /* `declare module "x" {`, `namespace X {`, `declare global {` */
};

enum frame_flag {
    F_SEQUENCE = 1, /* a comma continues it */
    F_NO_IN = 2,
    F_PATTERN = 4, /* its elements may turn out to be parameters */
    F_TYPED = 8,   /* has shown a type annotation: it must be parameters */
    F_NAMED = 16,  /* the function that it may become takes the name of the frame below */
    F_SCOPE = 32,  /* owns the innermost scope */
    F_ASYNC = 64,
    F_VAR = 128,  /* bindings belong to the function's scope */
    F_HOLE = 128, /* of a specifier: its operand is none, whatever literals are in it */
};

/* `extra` of an expression. */
enum expression_extra {
    X_DEFAULT = 1, /* of what may be a pattern: past the `=` of an element */
    X_URL = 2,     /* the arguments of `new URL` */
    X_PIECES = 4,  /* parentheses or a template in a specifier */
    /* 8 and 16: of a specifier, see lex_specifier.c */
    X_REQUIRE = 32, /* parentheses that hold `require` and nothing else so far */
    X_FIRST = 64,   /* parentheses before their first comma */
    X_INNER = 128,  /* the first thing in such parentheses */
    X_OPTIONS = 8,  /* the arguments of import.meta.glob: options may follow */
};

struct frame {
    uint8_t state, kind, flags, extra;
    uint32_t opened;            /* end of the token after which the current element begins */
    uint32_t mark;              /* references or pieces when it began */
    uint32_t bindables;         /* likewise; of a specifier: the reference to `require` */
    uint32_t name, name_length; /* what a function here would be called */
    uint32_t argument;          /* of a specifier: where it begins, of parentheses in it: their
                                   first piece */
    uint32_t operand; /* and the first piece of the operand; of other parentheses: `opened`
                                   of the last element with a type */
    uint32_t named, last_named; /* numbers of directives whose function may lose its name, or 0 */
};

#endif
