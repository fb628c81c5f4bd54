# Language, warnings and sanitizers of our own targets.
option(PROLOGUE_WERROR "Warnings are errors" ON)
set(PROLOGUE_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined")

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(PROLOGUE_WARNINGS
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef -Wvla
  $<$<BOOL:${PROLOGUE_WERROR}>:-Werror>)

function(prologue_compile target)
  target_compile_options(${target} PRIVATE ${PROLOGUE_WARNINGS})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE=) # as an empty #define, which may follow
  if(PROLOGUE_SANITIZE)
    set(flags -fsanitize=${PROLOGUE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${flags})
    target_link_options(${target} PRIVATE ${flags})
  endif()
  if(PROLOGUE_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()
