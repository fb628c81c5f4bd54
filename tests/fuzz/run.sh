#!/usr/bin/env bash
# run.sh FUZZER FOUND RUNS CORPUS...
#
# RUNS runs of FUZZER that begin with the files of the folders CORPUS; what it finds on the way goes
# into the folder FOUND, emptied before. They are the same however fast the machine is: the corpus in
# the order of its names, no look at a clock, and addresses that stay where the system lets a process
# ask for that. PROLOGUE_FUZZ_SEED makes others (default: 1). A program that fails is printed, to be
# piped into `base64 -d`.
set -uo pipefail
fuzzer=$1 found=$2 runs=$3
shift 3

rm -rf "$found"
mkdir -p "$found/new"
find "$@" -type f | LC_ALL=C sort | paste -s -d , | tr -d '\n' >"$found/corpus"
fixed=()
setarch -R true 2>/dev/null && fixed=(setarch -R)
"${fixed[@]}" "$fuzzer" -seed="${PROLOGUE_FUZZ_SEED:-1}" -runs="$runs" -seed_inputs=@"$found/corpus" -reload=0 \
  -timeout=60 -rss_limit_mb=2048 -max_len=8192 -verbosity=0 -print_final_stats=1 \
  -artifact_prefix="$found/" "$found/new"
status=$?
for program in "$found"/*-*; do
  [[ -f $program ]] && echo "$program" && base64 "$program"
done
exit $status
