#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# smoke.sh: a private instance starts in a closed directory, answers, and leaves nothing behind.
# shellcheck disable=SC2317 # functions that are called through check
set -eu
# shellcheck source=tests/environment.sh
. "$(dirname "$0")/environment.sh"

scratch=$(mktemp -d)
instance=$scratch/instance
trap 'sh "$CODEV_PRIVATE" stop "$instance" >/dev/null 2>&1 || :; rm -rf "$scratch"' EXIT
number=0
failed=0

# check WHAT COMMAND...
check() {
    what=$1
    shift
    number=$((number + 1))
    if "$@" >"$scratch/output" 2>&1; then
        echo "ok $number - $what"
    else
        failed=1
        echo "not ok $number - $what"
        sed 's/^/# /' "$scratch/output"
    fi
}

fails() {
    ! "$@"
}

status_is() {
    expected=$1
    shift
    actual=$(curl -sS -o "$scratch/answer" -w '%{http_code}' --max-time 20 "$@")
    [ "$actual" = "$expected" ] || { echo "answered $actual"; cat "$scratch/answer"; return 1; }
}

no_process_left() {
    left=0
    for process in /proc/[0-9]*; do
        case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
        *"$instance"*) [ "$process" = "/proc/$$" ] || { left=1; echo "$process"; } ;;
        esac
    done
    [ "$left" -eq 0 ]
}

echo 1..7
check "starts" sh "$CODEV_PRIVATE" start "$instance" --stage "$CODEV_STAGE"
[ -e "$instance/env" ] || exit 1
# shellcheck disable=SC1091 # made by the line above
. "$instance/env"
check "is ready" status_is 200 "$CODEV_URL/health/ready"
check "shows the form" status_is 200 "$CODEV_URL/quotes/form"
check "lists requests for staff" \
    status_is 200 -H "Authorization: Bearer $CODEV_STAFF_TOKEN" "$CODEV_URL/quotes/requests"
check "refuses a second start" fails sh "$CODEV_PRIVATE" start "$instance" --stage "$CODEV_STAGE"
check "stops" sh "$CODEV_PRIVATE" stop "$instance"
check "leaves no process behind" no_process_left
exit "$failed"
