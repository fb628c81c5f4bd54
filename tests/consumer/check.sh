#!/usr/bin/env bash
# check.sh BUILD: installs BUILD below itself, and builds and runs the consumer in each way.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1/consumer
rm -rf "$work"
cmake --install "$1" --prefix "$work/prefix" >/dev/null
mkdir -p "$work/app/src"
echo "'use client'" >"$work/app/src/a.ts"

check() { # COMMAND...: its report names the module
  "$@" "$work/app" | grep -q '"clientFiles": *\["src/a.ts"\]' || { echo "$* gave no such report" >&2; exit 1; }
}

cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" --log-level=WARNING >/dev/null
cmake --build "$work/build" >/dev/null
check "$work/build/with_prologue"
check "$work/build/with_prologue_static"

pc=$(dirname "$(find "$work/prefix" -name prologue.pc)")
export PKG_CONFIG_PATH=$pc
# shellcheck disable=SC2046
cc -std=c11 -Wall -Werror "$here/main.c" $(pkg-config --cflags --libs prologue) -o "$work/with_pkg_config"
LD_LIBRARY_PATH=$(pkg-config --variable=libdir prologue) check "$work/with_pkg_config"
"$work/prefix/bin/prologue" --version

# The shared library shows the public names, and nothing else.
library=$(find "$work/prefix" -name libprologue.so)
strangers=$(nm -D --defined-only "$library" | awk 'NF == 3 && $3 !~ /^prologue_/ { print $3 }')
[[ -z $strangers ]] || { echo "exported: $strangers" >&2; exit 1; }
