# SPDX-License-Identifier: MPL-2.0
# environment.sh: sourced by the suites; says where things are when no make does.
# shellcheck shell=sh
: "${CODEV_SOURCE:=$(cd "$(dirname "$0")/.." && pwd -P)}"   # the tree
: "${CODEV_STAGE:=$CODEV_SOURCE/_stage}"                    # codev, installed by "make stage"
: "${CODEV_TEST_PLUGINS:=$(dirname "$CODEV_STAGE")/tests/plugins}" # built by "make stage" as well
: "${CODEV_PRIVATE:=$CODEV_SOURCE/nginx/private.sh}"        # starts and stops private instances
: "${PYTHONDONTWRITEBYTECODE:=1}"
export CODEV_SOURCE CODEV_STAGE CODEV_TEST_PLUGINS CODEV_PRIVATE PYTHONDONTWRITEBYTECODE
