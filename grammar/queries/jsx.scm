; `<Foo>` uses a name, `<foo>` does not; either needs the factory.

(jsx_element) @jsx
(jsx_self_closing_element) @jsx
(jsx_opening_element name: (identifier) @jsx.name)
(jsx_closing_element name: (identifier) @jsx.name)
(jsx_self_closing_element name: (identifier) @jsx.name)
(jsx_namespace_name) @type

; TypeScript ends the statement behind an element at a line end; the grammar calls it.
(call_expression function: [(jsx_element) (jsx_self_closing_element)]) @doubt
(member_expression object: [(jsx_element) (jsx_self_closing_element)]) @doubt
(subscript_expression object: [(jsx_element) (jsx_self_closing_element)]) @doubt
