#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# autogen.sh: from a fresh clone to a running or tested codev with one command.
set -eu
cd "$(dirname "$0")"

usage() {
    cat <<'END'
Usage: ./autogen.sh                          make ./configure, as everywhere
       ./autogen.sh run [--port N]           install what is missing, build, start a private instance
       ./autogen.sh check [MAKE-ARGUMENTS]   install what is missing, build, run every test
       ./autogen.sh bench                    install what is missing, build, measure
       ./autogen.sh install PURPOSE...       only install Debian packages (.ci/packages lists them)
       ./autogen.sh --help
END
}

die() {
    echo "autogen.sh: $*" >&2
    exit 1
}

# ---- steps: one line each; what they print goes to .log/NAME.log, shown when they fail

dots=
policy=
clean_up() {
    [ -z "$dots" ] || kill "$dots" 2>/dev/null || :
    [ -z "$policy" ] || $as_root rm -f "$policy"
    dots='' policy=''
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# step NAME TEXT COMMAND...
step() {
    name=$1 text=$2
    shift 2
    if ! mkdir -p .log 2>/dev/null || ! touch ".log/$name.log" 2>/dev/null; then
        die "$(id -un) cannot write here. Make the tree yours first: sudo chown -R $(id -un) ."
    fi
    printf '%s ' "$text"
    # The dots stand in a process of their own, so that Ctrl-C reaches the command at once.
    (while sleep 2; do printf .; done) &
    dots=$!
    began=$(date +%s)
    status=0
    "$@" >".log/$name.log" 2>&1 </dev/null || status=$?
    kill "$dots" 2>/dev/null || :
    dots=
    if [ "$status" -ne 0 ]; then
        echo " failed"
        tail -n 60 ".log/$name.log" >&2
        die "the step above failed; all it said is in .log/$name.log"
    fi
    echo " done ($(($(date +%s) - began)) s)"
}

# ---- Debian packages

as_root=
become_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null 2>&1 ||
        die "these Debian packages are missing, and only root can install them:$*"
    echo "Installing needs root; sudo may ask for your password."
    sudo -v || die "these Debian packages are missing, and sudo does not let $(id -un) install them:$*"
    as_root=sudo
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Packages of these purposes that are neither installed nor made unnecessary.
missing_packages() {
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' .ci/packages |
        while IFS='|' read -r purpose package unless _; do
            purpose=${purpose%% *} package=${package# } package=${package%% *}
            case " $* " in *" $purpose "*) ;; *) continue ;; esac
            if installed "$package"; then continue; fi
            if [ -n "${unless# }" ] && eval "$unless" >/dev/null 2>&1 </dev/null; then continue; fi
            printf ' %s' "$package"
        done
}

apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a service as soon as it is installed, on its usual port, unless this file says no.
keep_services_down() {
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' | $as_root sh -c "cat >$policy && chmod 755 $policy"
}

install_packages() {
    command -v dpkg-query >/dev/null 2>&1 ||
        die "this needs Debian 12 or a system with its packages; .ci/packages lists them"
    packages=$(missing_packages "$@")
    [ -n "$packages" ] || return 0
    become_root "$packages"
    step packages-list "Reading Debian's lists of packages" apt_get update
    echo "Missing:$packages"
    keep_services_down
    # shellcheck disable=SC2086 # a list of words
    step packages "Installing $(echo $packages | wc -w) Debian packages" \
        apt_get install --no-install-recommends $packages
    [ -z "$policy" ] || $as_root rm -f "$policy"
    policy=
}

# ---- build

build_files='configure.ac Makefile.am core/core.am plugins/plugins.am plugins/*/*.am schemas/schemas.am
    nginx/nginx.am tests/tests.am tests/*/*.am'

make_configure() {
    command -v autoreconf >/dev/null ||
        die "autoreconf is missing: install autoconf, automake, libtool and pkg-config," \
            "or let ./autogen.sh install run do it"
    mkdir -p .build-aux/m4
    autoreconf -i
}

# newer FILE OTHER...: whether FILE is missing or one of the others is newer.
outdated() {
    [ -e "$1" ] || return 0
    # shellcheck disable=SC2086 # a list of patterns
    [ -n "$(find $2 -newer "$1" -print 2>/dev/null)" ]
}

# configure leaves the unit tests out where cmocka is missing, which "check" installs after "run".
lacks_unit_tests() {
    grep -qx 'CMOCKA_LIBS = *' Makefile && pkg-config --exists cmocka
}

build() {
    if outdated configure "$build_files" || outdated Makefile.in "$build_files"; then
        step autoreconf "Making ./configure" make_configure
    fi
    # A tree that was moved still names its old place in what configure wrote.
    if outdated config.status configure || [ ! -e Makefile ] ||
        ! grep -qxF "abs_top_builddir = $(pwd -P)" Makefile || lacks_unit_tests; then
        step configure "Configuring" ./configure -q
    fi
    step build "Building codev" make_stage
}

make_stage() {
    make -j"$(nproc)" all && make stage
}

# ---- tests

# Their libraries are listed in tests/browser/package-lock.json.
fetch_browser_libraries() {
    [ -e tests/browser/package-lock.json ] || return 0
    outdated tests/browser/node_modules/.package-lock.json tests/browser/package-lock.json || return 0
    step npm "Fetching the libraries of the browser tests" \
        env PUPPETEER_SKIP_DOWNLOAD=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
        npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
    touch tests/browser/node_modules/.package-lock.json
}

run_tests() {
    echo "Running the tests, for some minutes"
    rm -f test-suite.log
    status=0
    make -j"$(nproc)" check CODEV_TESTS_COMPLETE=1 "$@" || status=$?
    [ ! -e test-suite.log ] || awk -f tests/count.awk test-suite.log
    return "$status"
}

case ${1-} in
'')
    make_configure
    echo "Now: ./configure && make"
    ;;
run)
    shift
    install_packages run
    build
    trap - EXIT
    exec sh nginx/private.sh run .run --stage _stage "$@"
    ;;
check)
    shift
    install_packages run check
    build
    fetch_browser_libraries
    run_tests "$@"
    ;;
bench)
    install_packages run bench
    build
    make bench
    ;;
install)
    shift
    [ $# -gt 0 ] || die "which purpose? .ci/packages names them"
    install_packages "$@"
    ;;
-h | --help | help)
    usage
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
