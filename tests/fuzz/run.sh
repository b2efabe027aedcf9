#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# run.sh: "make fuzz": builds the harnesses with clang's libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer into _fuzz/, and runs them one after another. Called by make, with
#   CODEV_SOURCE     where the sources are
#   FUZZ_SECONDS     for each harness
#   FUZZ_HARNESSES   their names
#   FUZZ_SOURCES     C files that all of them are linked with, relative to CODEV_SOURCE
#   FUZZ_CFLAGS, FUZZ_LIBS
set -eu

command -v clang >/dev/null || { echo "make fuzz needs clang and libclang-rt-14-dev." >&2; exit 1; }
mkdir -p _fuzz/objects
echo "fuzz: building"
# shellcheck disable=SC2086,SC2016 # lists; what is in quotes expands in the inner shell
printf '%s\n' $FUZZ_SOURCES | grep '\.c$' | xargs -n 1 -P "$(nproc)" sh -c '
    clang -O1 -g -w -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
        $FUZZ_CFLAGS -c "$CODEV_SOURCE/$1" -o "_fuzz/objects/$(echo "$1" | tr / _).o"' -

# Findings stay in _fuzz/ beside the inputs that it learnt; they belong into the corpus by a name
# that tells what broke.
TEST_DATA=$CODEV_SOURCE
export TEST_DATA
status=0
for name in $FUZZ_HARNESSES; do
    # shellcheck disable=SC2086 # lists
    clang -O1 -g -w -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        $FUZZ_CFLAGS "$CODEV_SOURCE/tests/fuzz/fuzz_$name.c" _fuzz/objects/*.o $FUZZ_LIBS \
        -o "_fuzz/fuzz_$name"
    mkdir -p "_fuzz/learnt/$name"
    echo "fuzz: $name for $FUZZ_SECONDS s"
    if "_fuzz/fuzz_$name" -max_total_time="$FUZZ_SECONDS" -timeout=10 -max_len=8192 \
        -artifact_prefix="_fuzz/found-$name-" -print_final_stats=1 \
        "_fuzz/learnt/$name" "$CODEV_SOURCE/tests/fuzz/corpus/$name" >"_fuzz/$name.log" 2>&1; then
        grep -E 'stat::(number_of_executed_units|average_exec_per_sec)|DONE' "_fuzz/$name.log"
    else
        tail -n 60 "_fuzz/$name.log"
        status=1
    fi
done
exit $status
