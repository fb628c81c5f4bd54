; Bindings and uses, for elision and for `require`. Captures on a whole node span what they say:
; @scope.*   a declaration inside binds no further than its end
; @bind.*    identifiers inside are declared, in the block or, @bind.var, in the function
; @value     identifiers inside are used, though a @bind is around it
; @outside   identifiers inside do not see what the scope around declares
; @type      identifiers inside mean nothing at run time
; @ambient   declarations inside bind nothing outside
; @erased    the name that it begins with is no use, where the class member or class is erased

[
  (function_declaration)
  (function_expression)
  (generator_function_declaration)
  (generator_function)
  (arrow_function)
  (method_definition)
  (method_signature)
  (abstract_method_signature)
  (function_signature)
  (class_static_block)
  (internal_module)
  (module)
] @scope.function

[
  (statement_block)
  (for_statement)
  (for_in_statement)
  (catch_clause)
  (switch_body)
  (class)
  (enum_body)
] @scope.block

(variable_declaration (variable_declarator name: (_) @bind.var))
(lexical_declaration (variable_declarator name: (_) @bind.block))
(for_in_statement kind: "var" left: (_) @bind.var)
(for_in_statement kind: ["let" "const"] left: (_) @bind.block)
(catch_clause parameter: (_) @bind.block)
(required_parameter pattern: (_) @bind.block)
(optional_parameter pattern: (_) @bind.block)
(arrow_function parameter: (identifier) @bind.block)

(assignment_pattern right: (_) @value)
(object_assignment_pattern right: (_) @value)
(computed_property_name) @value
(method_definition name: (computed_property_name) @outside)
(method_signature name: (computed_property_name) @outside)
(abstract_method_signature name: (computed_property_name) @outside)
(required_parameter (decorator) @outside)
(optional_parameter (decorator) @outside)
(class_body (_ name: (computed_property_name)) @erased)
(class_heritage (extends_clause) @erased)

; A name that belongs to the scope around its own node, or to the node itself.
(function_declaration name: (identifier) @define.outer)
(generator_function_declaration name: (identifier) @define.outer)
(function_signature name: (identifier) @define.outer)
(class_declaration name: (type_identifier) @define.here)
(abstract_class_declaration name: (type_identifier) @define.here)
(enum_declaration name: (identifier) @define.here)
(internal_module name: (identifier) @define.outer)
(module name: (identifier) @define.outer)
(function_expression name: (identifier) @define.here)
(generator_function name: (identifier) @define.here)
(class name: (type_identifier) @define.here)
(enum_body name: (property_identifier) @define.here)
(enum_assignment name: (property_identifier) @define.here)
(enum_body name: (string . (string_fragment) @define.here .))
(enum_assignment name: (string . (string_fragment) @define.here .))

[
  (type_annotation)
  (asserts_annotation)
  (type_predicate_annotation)
  (omitting_type_annotation)
  (opting_type_annotation)
  (adding_type_annotation)
  (type_arguments)
  (type_parameters)
  (type_alias_declaration)
  (interface_declaration)
  (implements_clause)
  (index_signature)
] @type

(ambient_declaration) @ambient

(internal_module name: (nested_identifier) @type)
(module name: (nested_identifier) @type)

; From the keyword to the end of the whole.
(as_expression "as" @type.from) @type.to
(satisfies_expression "satisfies" @type.from) @type.to

(import_alias . (identifier) @define.here)

(export_statement "type") @type
(export_statement "as") @type
(export_statement source: (string)) @type
(export_specifier "type") @type
(export_specifier alias: (_) @type)
(namespace_export) @type

(identifier) @identifier
(shorthand_property_identifier) @identifier
(shorthand_property_identifier_pattern) @identifier
