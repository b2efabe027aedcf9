#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# browser.sh: the pages in a real browser, driven by node.
set -eu
# shellcheck source=tests/environment.sh
. "$(dirname "$0")/environment.sh"
cd "$CODEV_SOURCE/tests/browser"

if [ -z "${CODEV_TESTS_COMPLETE-}" ] && { [ ! -d node_modules ] || ! command -v chromium >/dev/null; }; then
    echo "browser.sh: chromium and \"npm ci\" in tests/browser are needed: skipped"
    exit 77
fi
exec node --test --test-reporter=tap .
