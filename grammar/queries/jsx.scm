; `<Foo>` uses a name, `<foo>` does not; either needs the factory.

(jsx_element) @jsx
(jsx_self_closing_element) @jsx
(jsx_opening_element name: (identifier) @jsx.name)
(jsx_closing_element name: (identifier) @jsx.name)
(jsx_self_closing_element name: (identifier) @jsx.name)
(jsx_namespace_name) @type
