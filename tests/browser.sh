#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# browser.sh: the pages of a private instance in a real browser, driven by node.
set -eu
# shellcheck source=tests/environment.sh
. "$(dirname "$0")/environment.sh"
cd "$CODEV_SOURCE/tests/browser"

if [ -z "${CODEV_TESTS_COMPLETE-}" ] && { [ ! -d node_modules ] || ! command -v chromium >/dev/null; }; then
    echo "browser.sh: chromium and \"npm ci\" in tests/browser are needed: skipped"
    exit 77
fi

scratch=$(mktemp -d)
trap 'sh "$CODEV_PRIVATE" stop "$scratch/instance"; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
sh "$CODEV_PRIVATE" start "$scratch/instance" --stage "$CODEV_STAGE"
set -a
# shellcheck disable=SC1091 # made by the line above
. "$scratch/instance/env"
set +a
node --test --test-reporter=tap "$@"
