# SPDX-License-Identifier: MPL-2.0
# count.awk: single tests, from the test-suite.log that Automake's harness leaves.
/^# (PASS|FAIL|XPASS|ERROR|SKIP|XFAIL): / { count[$2] += $3 }
END {
    printf "%d passed, %d failed, %d skipped\n", count["PASS:"] + count["XFAIL:"],
        count["FAIL:"] + count["XPASS:"] + count["ERROR:"], count["SKIP:"]
}
