; What a file loads, and where directives may stand. The reader looks at the parts of each node.

(import_statement) @import
(export_statement source: (string)) @export
(call_expression) @call
(new_expression) @new

; The names that an import binds. Those inside @type are `type` names.
(import_clause (identifier) @import.name)
(namespace_import (identifier) @import.name)
(import_specifier !alias name: (identifier) @import.name)
(import_specifier alias: (identifier) @import.name)
(import_require_clause (identifier) @import.name)
(import_specifier ["type" "typeof"]) @type

; A `require` in here may fail.
(try_statement body: (statement_block) @try)

; Bodies whose prologue holds directives.
(function_declaration body: (statement_block) @body)
(function_expression body: (statement_block) @body)
(generator_function_declaration body: (statement_block) @body)
(generator_function body: (statement_block) @body)
(arrow_function body: (statement_block) @body)
(method_definition body: (statement_block) @body)

; Directives that are none: after the prologue, in parentheses, templates.
(expression_statement (string)) @statement
(expression_statement (parenthesized_expression)) @statement
(expression_statement (template_string)) @statement

; tree-sitter takes `<!--` and `-->` for comments in modules too.
(html_comment) @doubt
; ... and for operators, where they stand in scripts.
(binary_expression operator: "<" @angle)
(binary_expression left: (update_expression (comment)) operator: ">") @doubt
; An arrow function is no operand: what follows it on the next line is a statement of its own.
(binary_expression left: (arrow_function)) @doubt
(ternary_expression condition: (arrow_function)) @doubt
; Nor is what an operator makes called, and a member of it is one of its last operand.
(call_expression function: [(arrow_function) (binary_expression) (unary_expression)
  (await_expression) (ternary_expression) (assignment_expression) (yield_expression)
  (augmented_assignment_expression) (update_expression) (as_expression)
  (satisfies_expression)]) @doubt
(member_expression object: [(arrow_function) (binary_expression) (unary_expression)
  (await_expression) (ternary_expression) (assignment_expression) (yield_expression)
  (augmented_assignment_expression) (update_expression)]) @doubt
(subscript_expression object: [(arrow_function) (binary_expression) (unary_expression)
  (await_expression) (ternary_expression) (assignment_expression) (yield_expression)
  (augmented_assignment_expression) (update_expression) (as_expression)
  (satisfies_expression)]) @doubt
(call_expression function: (non_null_expression [(arrow_function) (binary_expression)
  (unary_expression) (await_expression) (ternary_expression) (assignment_expression)
  (yield_expression) (augmented_assignment_expression) (update_expression) (as_expression)
  (satisfies_expression)])) @doubt
; ... and what is no operand stands behind no operator.
(binary_expression right: [(arrow_function) (assignment_expression)
  (augmented_assignment_expression) (yield_expression)]) @doubt
(binary_expression right: (_ (type_arguments) . [(arrow_function) (assignment_expression)
  (augmented_assignment_expression) (yield_expression)])) @doubt
(unary_expression argument: (_ (type_arguments) . [(arrow_function) (assignment_expression)
  (augmented_assignment_expression) (yield_expression)])) @doubt
(unary_expression argument: [(arrow_function) (assignment_expression)
  (augmented_assignment_expression) (yield_expression)]) @doubt
(await_expression [(arrow_function) (augmented_assignment_expression)
  (yield_expression)]) @doubt
(class_heritage (extends_clause value: [(arrow_function) (binary_expression) (unary_expression)
  (await_expression) (ternary_expression) (assignment_expression) (yield_expression)
  (augmented_assignment_expression) (update_expression) (as_expression)
  (satisfies_expression)])) @doubt
(yield_expression) @yield
(await_expression) @await
; `#a in b` is no operand of what binds as close or closer.
(binary_expression
  operator: ["+" "-" "*" "/" "%" "**" "<<" ">>" ">>>" "<" "<=" ">" ">=" "in" "instanceof"]
  right: (binary_expression left: (private_property_identifier))) @doubt
(unary_expression argument: (binary_expression left: (private_property_identifier))) @doubt
(await_expression (binary_expression left: (private_property_identifier))) @doubt
; No line ends before their second part.
(as_expression) @line
(satisfies_expression) @line
(non_null_expression) @line
(break_statement label: (_)) @line
(continue_statement label: (_)) @line
(type_alias_declaration) @line
(interface_declaration) @line
(ambient_declaration) @line
(abstract_class_declaration "abstract" . (comment)) @doubt
(public_field_definition . "abstract") @line
(module) @line
(internal_module) @line
; Perhaps one member, if the first is called `static`, `get` or `set`.
(class_body (public_field_definition ["abstract" "declare"] name: (property_identifier)) .
  (_ name: (computed_property_name))) @doubt
; Letters that are no flags tell of a division.
(regex flags: (_) @flags)
; A string that a line ends in, and so perhaps several.
(string (comment)) @doubt
; No JavaScript.
(non_null_expression) @typed
(instantiation_expression) @typed
(new_expression type_arguments: (_) .) @typed
; No module imports or exports there.
(if_statement consequence: [(import_statement) (export_statement)]) @doubt
(else_clause [(import_statement) (export_statement)]) @doubt
(for_statement body: [(import_statement) (export_statement)]) @doubt
(for_in_statement body: [(import_statement) (export_statement)]) @doubt
(while_statement body: [(import_statement) (export_statement)]) @doubt
(do_statement body: [(import_statement) (export_statement)]) @doubt
(with_statement body: [(import_statement) (export_statement)]) @doubt
(labeled_statement body: [(import_statement) (export_statement)]) @doubt
; Whether the name of `import a = b.c` is used is not followed.
(import_alias (nested_identifier)) @doubt
(import_alias . (identifier) . (identifier)) @doubt
(comment) @comment
; Perhaps type arguments, or perhaps none.
(binary_expression left: (binary_expression operator: "<") operator: ">") @doubt
(non_null_expression (instantiation_expression)) @doubt
(subscript_expression object: (instantiation_expression)) @doubt
(non_null_expression (new_expression type_arguments: (_) !arguments)) @doubt
(binary_expression left: (binary_expression operator: "<") operator: ">>") @doubt
(binary_expression left: (new_expression type_arguments: (_) !arguments)) @doubt
(subscript_expression object: (new_expression type_arguments: (_) !arguments)) @doubt
(instantiation_expression (binary_expression)) @doubt
; An argument may be missing at the end alone, and so may a property.
(arguments "(" . ",") @doubt
(arguments "," . ",") @doubt
(object "{" . ",") @doubt
(object "," . ",") @doubt
(object_pattern "{" . ",") @doubt
(object_pattern "," . ",") @doubt
; Flow's, or nobody's.
(parenthesized_expression type: (_)) @doubt
(flow_maybe_type) @doubt
(existential_type) @doubt
(type_query (call_expression
  function: [(identifier) (member_expression) (subscript_expression)])) @doubt
(constraint ":") @doubt
(object_type "{|") @doubt
(object_type (export_statement)) @doubt
(export_statement "default" declaration: [(lexical_declaration) (variable_declaration)
  (enum_declaration) (type_alias_declaration) (ambient_declaration) (import_alias)]) @doubt
(function_signature (formal_parameters (_ value: (_)))) @doubt
(method_signature (formal_parameters (_ value: (_)))) @doubt
(abstract_method_signature (formal_parameters (_ value: (_)))) @doubt
(new_expression constructor: (call_expression arguments: (arguments))) @doubt
(for_in_statement operator: "of" right: (sequence_expression)) @doubt
; A brace that a statement or the body of an arrow function begins with is a block's, and a keyword
; a declaration's.
(expression_statement) @open.brace
(expression_statement) @open.word
(arrow_function body: (_) @open.brace)
(export_statement value: (_) @open.word)
