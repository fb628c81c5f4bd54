# Writes the queries as C strings. cmake -DOUTPUT=FILE -DQUERIES=DIR -P embed.cmake
function(embed result)
    set(text "")
    foreach(name ${ARGN})
        file(READ "${QUERIES}/${name}.scm" query)
        string(REGEX REPLACE "(^|\n);[^\n]*" "" query "${query}")
        string(REGEX REPLACE "\n+" "\n" query "${query}")
        string(REPLACE "\\" "\\\\" query "${query}")
        string(REPLACE "\"" "\\\"" query "${query}")
        string(REPLACE "\n" "\\n\"\n    \"" query "${query}")
        string(APPEND text "    \"${query}\"\n")
    endforeach()
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

embed(tsx modules bindings jsx)
embed(typescript modules bindings assertions)
file(WRITE "${OUTPUT}.tmp"
    "extern const char language_query_tsx[], language_query_typescript[];\n"
    "const char language_query_tsx[] =\n${tsx};\n"
    "const char language_query_typescript[] =\n${typescript};\n")
file(RENAME "${OUTPUT}.tmp" "${OUTPUT}")
