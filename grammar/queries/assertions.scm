; `<T>x`: only where JSX is off.

(type_assertion (type_arguments) @type)
