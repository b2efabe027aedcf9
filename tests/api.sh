#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# api.sh: the tests of the interface, in Python, against private instances. Arguments go to pytest.
set -eu
# shellcheck source=tests/environment.sh
. "$(dirname "$0")/environment.sh"
python=/usr/bin/python3 # the one that Debian's python3-* packages belong to

if ! "$python" -c 'import cryptography, lxml, prometheus_client, psycopg2, pytest' 2>/dev/null &&
    [ -z "${CODEV_TESTS_COMPLETE-}" ]; then
    echo "api.sh: python3-pytest, python3-lxml, python3-psycopg2, python3-cryptography and" \
        "python3-prometheus-client are needed: skipped"
    exit 77
fi
# Two at a time, each with instances of its own, unless all are to use one that runs.
parallel=
if [ -z "${CODEV_URL-}" ] && "$python" -c 'import xdist' 2>/dev/null; then
    parallel='-n 2 --dist loadfile'
fi
# shellcheck disable=SC2086 # words
exec "$python" -m pytest -q -p no:cacheprovider --color=no $parallel \
    "$CODEV_SOURCE/tests/api" "$@"
