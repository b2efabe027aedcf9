#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# driver.sh: runs one program for Automake's test harness and counts the single tests in what it
# prints: TAP (cmocka, node) or pytest's closing line. A program that ends well without any test
# is an error, as is one that ends badly without telling of a failed one; 77 skips it whole.
set -u

name='' log='' trs='' color=no
while [ $# -gt 0 ]; do
    case $1 in
    --test-name) name=$2 ;;
    --log-file) log=$2 ;;
    --trs-file) trs=$2 ;;
    --color-tests) color=$2 ;;
    --expect-failure | --enable-hard-errors | --collect-skipped-logs) ;;
    --) shift && break ;;
    *) break ;;
    esac
    shift 2
done

timeout --foreground --kill-after=10 "${CODEV_TEST_TIMEOUT:-900}" "$@" >"$log" 2>&1 </dev/null
status=$?

# Prints "PASSED FAILED SKIPPED". node sums up in "# pass N", whatever it nested; cmocka calls a
# skipped test "not ok N # SKIP".
counts=$(awk '
    /^# (pass|fail|cancelled|skipped|todo) [0-9]+$/ { node = 1; sum[$2] += $3 }
    /^(not )?ok [0-9]+/ {
        if (/# SKIP/) tap["skip"]++; else if (/^ok/) tap["pass"]++; else tap["fail"]++
    }
    / in [0-9.]+s/ && /[0-9] (passed|failed|errors?|skipped|xfailed|xpassed)/ {
        split("", py)
        for (i = 2; i <= NF; i++) { word = $i; sub(/,$/, "", word); py[word] = $(i - 1) + 0 }
        pytest = 1
    }
    END {
        if (node)
            print sum["pass"] + 0, sum["fail"] + sum["cancelled"], sum["skipped"] + sum["todo"]
        else if (pytest)
            print py["passed"] + py["xfailed"],
                py["failed"] + py["error"] + py["errors"] + py["xpassed"], py["skipped"] + 0
        else
            print tap["pass"] + 0, tap["fail"] + 0, tap["skip"] + 0
    }' "$log")
# shellcheck disable=SC2086 # three numbers
set -- $counts
passed=$1 failed=$2 skipped=$3 errors=0

if [ $status -eq 77 ]; then
    skipped=1
elif [ $status -eq 124 ] || [ $status -eq 137 ]; then
    errors=1
    echo "driver.sh: stopped after ${CODEV_TEST_TIMEOUT:-900} s" >>"$log"
elif [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
    errors=1
    echo "driver.sh: ended with status $status, though no test failed" >>"$log"
elif [ $status -eq 0 ] && [ $((passed + failed + skipped)) -eq 0 ]; then
    errors=1
    echo "driver.sh: ran no test" >>"$log"
fi

result=PASS tint=32
[ "$passed" -gt 0 ] || { result=SKIP tint=34; }
[ "$failed" -eq 0 ] || { result=FAIL tint=31; }
[ "$errors" -eq 0 ] || { result=ERROR tint=35; }
shown=$result
[ "$color" = no ] || shown=$(printf '\033[%sm%s\033[m' "$tint" "$result")
printf '%s: %s (%d passed, %d failed, %d skipped)\n' "$shown" "$name" "$passed" \
    $((failed + errors)) "$skipped"
if [ "$result" = FAIL ] || [ "$result" = ERROR ]; then
    tail -n 100 "$log"
fi

repeat() {
    awk -v n="$1" -v line=":test-result: $2" 'BEGIN { while (n-- > 0) print line }'
}
{
    repeat "$passed" PASS
    repeat "$failed" FAIL
    repeat "$skipped" SKIP
    repeat "$errors" ERROR
    echo ":global-test-result: $result"
    case $result in FAIL | ERROR) echo ":recheck: yes" ;; *) echo ":recheck: no" ;; esac
    echo ":copy-in-global-log: $([ "$result" = PASS ] && echo no || echo yes)"
} >"$trs"
