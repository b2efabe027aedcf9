#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# private.sh: a private PostgreSQL, codev and nginx that live in one directory, for trying, testing
# and measuring. Nothing outside of that directory is changed, and instances do not meet.
set -eu

usage() {
    cat <<'END'
Usage: private.sh start DIR [--port N] [--stage STAGEDIR]   start all, write DIR/env, return
       private.sh run DIR [--port N] [--stage STAGEDIR]     start all, wait; Ctrl-C stops all
       private.sh stop DIR                                  stop all
STAGEDIR is where "make stage" installed codev (_stage). PORT in the environment is as --port.
END
}

die() {
    echo "private.sh: $*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")" && pwd -P)
PATH=$PATH:/usr/sbin:/sbin # nginx, for people who are not root
# A setting of the caller's own database must not lead ours astray.
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE \
    PGOPTIONS PGDATA PGAPPNAME PGSSLMODE PGCLIENTENCODING PGTZ

# ---- who runs what: PostgreSQL refuses root, so as root everything runs as the user postgres

user=$(id -un)
as_user=
if [ "$(id -u)" -eq 0 ]; then
    user=postgres
    as_user="setpriv --reuid=postgres --regid=postgres --init-groups"
fi

# Whether the kernel lets us hand on this capability: bit number of CapBnd.
may_hand_on() {
    bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
    [ $((0x$bounding >> $1 & 1)) -eq 1 ]
}

# A directory above may be closed to the user (mktemp -d makes them so). Rather than opening it, let
# the processes look through it.
look_through() {
    [ -n "$as_user" ] || return 0
    # shellcheck disable=SC2086 # a command's words
    if $as_user test -x "$dir" -a -x "$here" -a -r "$here/site" -a -x "$sbindir" -a -r "$pkgdatadir"; then
        return 0
    elif may_hand_on 2; then
        as_user="$as_user --inh-caps=+dac_read_search --ambient-caps=+dac_read_search"
    elif may_hand_on 1; then
        as_user="$as_user --inh-caps=+dac_override --ambient-caps=+dac_override"
    else
        die "a directory above $dir or $here is closed to the user $user"
    fi
}

# own DIRECTORY: make it, for the user alone.
own() {
    mkdir -p "$1"
    [ -z "$as_user" ] || [ "$(stat -c %U "$1")" = "$user" ] || chown -R "$user:" "$1"
    chmod 700 "$1"
}

# ---- processes: known by a pid file, and believed only when their command line names DIR

# alive PID WORD: whether that process runs and is ours.
alive() {
    [ -n "$1" ] && tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF -- "$2"
}

# ended PID: whether our child has ended. Its command line tells nothing before it has become what it
# is to be.
ended() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
    '' | Z*) ;;
    *) return 1 ;;
    esac
}

first_line() {
    head -n 1 "$1" 2>/dev/null || :
}
nginx_pid() { first_line "$dir/nginx/pid"; }
codev_pid() { first_line "$dir/codev.pid"; }
postgres_pid() { first_line "$dir/postgresql/postmaster.pid"; }
nginx_runs() { alive "$(nginx_pid)" "$dir/nginx/"; }
codev_runs() { alive "$(codev_pid)" "$dir/codev.xml"; }
postgres_runs() { alive "$(postgres_pid)" "$dir/postgresql"; }

# gone CHECK SECONDS: wait until the process of CHECK is gone.
gone() {
    tries=$(($2 * 20))
    while $1; do
        [ "$tries" -gt 0 ] || return 1
        tries=$((tries - 1))
        sleep 0.05
    done
}

# end NAME PID CHECK SIGNAL SECONDS SIGNAL: ask, wait, insist.
end() {
    $3 || return 0
    kill "-$4" "$2" 2>/dev/null || $3 || return 0
    if ! gone "$3" "$5"; then
        echo "$1 did not stop in $5 s, so it is made to stop"
        kill "-$6" "$2" 2>/dev/null || :
        gone "$3" 10 || die "$1 (process $2) cannot be stopped"
    fi
}

# end_orphans PID: workers outlive a master that was killed. They are in its session, and ours when
# they hold a file of DIR open.
end_orphans() {
    session=$1
    [ -n "$session" ] || return 0
    for stat in /proc/[0-9]*/stat; do
        # after "pid (name)": state, parent, group, session
        # shellcheck disable=SC2046
        set -- $(sed 's/.*) //' "$stat" 2>/dev/null)
        process=${stat%/stat}
        if [ "${4-}" = "$session" ] && find "$process/fd" -lname "$dir/*" 2>/dev/null | grep -q .; then
            kill -KILL "${process#/proc/}" 2>/dev/null || :
        fi
    done
}

stop_all() {
    end nginx "$(nginx_pid)" nginx_runs QUIT 3 TERM
    end_orphans "$(nginx_pid)"
    end codev "$(codev_pid)" codev_runs TERM 20 KILL
    end_orphans "$(codev_pid)"
    end PostgreSQL "$(postgres_pid)" postgres_runs INT 30 QUIT
    rm -f "$dir/nginx/pid" "$dir/codev.pid" "$dir/env"
    sockets=$(first_line "$dir/sockets.path")
    case $sockets in
    "$dir"/*) ;;
    */codev-sockets.*) rm -rf "$sockets" ;;
    esac
    rm -f "$dir/sockets.path"
}

# ---- setting up

# What goes between quotes in configuration files must need no escape there.
check_path() {
    case $1 in
    *[\'\"\\\$\;\{\}\<\>\&\|\#]* | *"
"*) die "the path $1 has a character that configuration files cannot hold" ;;
    esac
}

find_stage() {
    [ -d "$stage" ] || die "there is no $stage: make stage makes it"
    stage=$(cd "$stage" && pwd -P)
    sbindir=/sbin pkglibdir=/lib/codev pkgdatadir=/share/codev
    # shellcheck disable=SC1091 # written by make stage
    [ ! -r "$stage/layout" ] || . "$stage/layout"
    sbindir=$stage$sbindir pkglibdir=$stage$pkglibdir pkgdatadir=$stage$pkgdatadir
    [ -x "$sbindir/codev" ] || die "there is no codev in $sbindir: make stage makes it"
    check_path "$stage"
}

find_postgres() {
    for postgres in /usr/lib/postgresql/*/bin; do
        [ ! -r "$dir/postgresql/PG_VERSION" ] ||
            [ "$postgres" = "/usr/lib/postgresql/$(cat "$dir/postgresql/PG_VERSION")/bin" ] || continue
        [ ! -x "$postgres/initdb" ] || return 0
    done
    die "PostgreSQL is missing: install postgresql-15"
}

# As root everything can be taken over; a user has the own instances alone.
check_owner() {
    [ -z "$as_user" ] || return 0
    for path in "$dir" "$dir/postgresql"; do
        [ ! -e "$path" ] || [ -O "$path" ] ||
            die "$path belongs to $(stat -c %U "$path"), not to $user, who can neither use nor stop what is there"
    done
}

make_directories() {
    [ -d "$dir" ] || mkdir -m 755 "$dir"
    for name in postgresql nginx log mail; do
        own "$dir/$name"
    done
    sockets=$dir/sockets
    # A unix socket's path has at most 107 bytes; the longest here is /.s.PGSQL.5432.lock.
    if [ "$(printf %s "$sockets/.s.PGSQL.5432.lock" | wc -c)" -gt 107 ]; then
        sockets=$(mktemp -d "${TMPDIR:-/tmp}/codev-sockets.XXXXXX")
    fi
    check_path "$sockets"
    own "$sockets"
    echo "$sockets" >"$dir/sockets.path"
}

# start_daemon LOG PIDFILE COMMAND...: in a session of its own, so that Ctrl-C reaches us alone.
start_daemon() {
    log=$1 pidfile=$2
    shift 2
    # shellcheck disable=SC2086 # a command's words
    setsid $as_user "$@" >>"$log" 2>&1 </dev/null &
    echo $! >"$pidfile"
}

# show LOG...: the end of what they say, when a start failed.
show() {
    for log in "$@"; do
        [ ! -s "$log" ] || { echo "--- $log" && tail -n 30 "$log"; } >&2
    done
}

start_postgres() {
    data=$dir/postgresql
    if [ ! -e "$data/PG_VERSION" ]; then
        echo "Making a PostgreSQL cluster in $data"
        rm -rf "$data.new"
        own "$data.new"
        # shellcheck disable=SC2086
        $as_user "$postgres/initdb" --auth=peer --encoding=UTF8 --locale=C.UTF-8 --username=postgres \
            -D "$data.new" >"$dir/log/initdb.log" 2>&1 || { show "$dir/log/initdb.log"; return 1; }
        rmdir "$data"
        mv "$data.new" "$data"
    fi
    cat >"$data/postgresql.conf" <<END
listen_addresses = ''
port = 5432
unix_socket_directories = '"$sockets"'
max_connections = 100
shared_buffers = 64MB
timezone = UTC
log_timezone = UTC
lc_messages = 'C'
END
    echo "local all all peer map=codev" >"$data/pg_hba.conf"
    for name in postgres root "$(id -un)"; do
        for role in postgres codev_owner codev; do
            echo "codev \"$name\" $role"
        done
    done | sort -u >"$data/pg_ident.conf"
    # After a crash its number may have gone to another process, which PostgreSQL takes for itself.
    rm -f "$sockets"/.s.PGSQL.*
    pid=$(postgres_pid)
    [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null || rm -f "$data/postmaster.pid"

    echo "Starting PostgreSQL"
    start_daemon "$dir/log/postgresql.log" /dev/null "$postgres/postgres" -D "$data"
    tries=1200
    until [ "$(sed -n 8p "$data/postmaster.pid" 2>/dev/null)" = "ready   " ]; do
        sleep 0.05
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ended $!; then
            echo "private.sh: PostgreSQL did not start" >&2
            show "$dir/log/postgresql.log"
            return 1
        fi
    done
    psql_as_postgres -d postgres <<'END'
SELECT 'CREATE ROLE codev_owner LOGIN CREATEROLE'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'codev_owner') \gexec
SELECT 'CREATE ROLE codev LOGIN NOINHERIT'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'codev') \gexec
SELECT 'CREATE DATABASE codev OWNER codev_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'codev') \gexec
REVOKE ALL ON DATABASE codev FROM PUBLIC;
GRANT CONNECT ON DATABASE codev TO codev;
END
}

psql_as_postgres() {
    # shellcheck disable=SC2086
    $as_user "$postgres/psql" -X -q -v ON_ERROR_STOP=1 -h "$sockets" -U postgres "$@"
}

# DIR/issuers.xml, where somebody has put one, holds elements <issuer> for codev.xml.
write_configuration() {
    [ -e "$dir/key.pem" ] ||
        (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
            -out "$dir/key.pem.new" 2>/dev/null && mv "$dir/key.pem.new" "$dir/key.pem")
    [ -z "$as_user" ] || chown "$user:" "$dir/key.pem"
    escaped=$(echo "$sockets" | sed 's/ /\\ /g')
    cat >"$dir/codev.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by private.sh at every start. -->
<codev xmlns="urn:codev:config:1">
  <plugin-directory>$pkglibdir</plugin-directory>
  <data-directory>$pkgdatadir</data-directory>
  <database>
    <application>host=$escaped port=5432 dbname=codev user=codev</application>
    <owner>host=$escaped port=5432 dbname=codev user=codev_owner</owner>
  </database>
  <tokens issuer="urn:codev:installation">
    <key id="private">$dir/key.pem</key>
$(cat "$dir/issuers.xml" 2>/dev/null || :)
  </tokens>
  <pool name="main" workers="8" socket="$sockets/main.sock">
$(for plugin in "$pkglibdir"/*.so; do echo "    <plugin>$(basename "$plugin" .so)</plugin>"; done)
  </pool>
</codev>
END
    chmod 644 "$dir/codev.xml"
}

codev() {
    command=$1
    shift
    # shellcheck disable=SC2086
    $as_user "$sbindir/codev" "$command" --config "$dir/codev.xml" "$@"
}

start_codev() {
    echo "Bringing the database up to date"
    codev migrate >"$dir/log/migrate.log" 2>&1 || { show "$dir/log/migrate.log"; return 1; }
    echo "Starting codev"
    rm -f "$sockets/main.sock"
    start_daemon "$dir/log/codev.log" "$dir/codev.pid" \
        "$sbindir/codev" serve --config "$dir/codev.xml"
}

# Whether something listens on that port of this machine.
busy() {
    grep -qiE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:0000 0A " \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# The port may be taken by another between our look and nginx's bind: then the next one is tried.
start_nginx() {
    wanted=$port
    cp "$here/codev-http.conf" "$dir/nginx/codev-http.conf"
    sed -e "s|@SOCKET@|$sockets/main.sock|g" -e "s|@DATADIR@|$pkgdatadir|g" \
        "$here/codev.conf.in" >"$dir/nginx/codev.conf"
    echo "Starting nginx"
    while :; do
        while busy "$port"; do
            port=$((port + 1))
        done
        [ "$port" -le 65535 ] || die "no port from $wanted to 65535 is free"
        sed -e "s|@DIR@|$dir|g" -e "s|@SITE@|$here/site|g" -e "s|@PORT@|$port|g" \
            "$here/private.conf.in" >"$dir/nginx/nginx.conf"
        # shellcheck disable=SC2086
        if setsid $as_user nginx -p "$dir/nginx/" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx.log" \
            >"$dir/log/nginx-start.log" 2>&1 </dev/null; then
            break
        fi
        if ! grep -q 'Address already in use' "$dir/log/nginx-start.log"; then
            show "$dir/log/nginx-start.log"
            return 1
        fi
        port=$((port + 1))
    done
    [ "$port" = "$wanted" ] || echo "Port $wanted is taken, so $port is used"
}

get() {
    curl -q -sS -o /dev/null -w '%{http_code}' --noproxy '*' --max-time 20 "$@" 2>&1 || :
}

wait_until_ready() {
    deadline=$(($(date +%s) + 20))
    until [ "$(get "$url/health/ready")" = 200 ]; do
        sleep 0.05
        if ! codev_runs || [ "$(date +%s)" -ge "$deadline" ]; then
            echo "private.sh: codev is not ready: /health/ready says $(get "$url/health/ready")" >&2
            show "$dir/log/codev.log" "$dir/log/nginx.log"
            return 1
        fi
    done
}

write_env() {
    token=$(codev token --organisation ecole --subject staff --role staff --ttl 2592000) 
    (
        umask 077
        cat >"$dir/env.new" <<END
CODEV_URL='$url'
CODEV_STAFF_TOKEN='$token'
CODEV_BIN='$sbindir/codev'
CODEV_CONFIG='$dir/codev.xml'
CODEV_PID='$(codev_pid)'
CODEV_DATABASE='host=$escaped port=5432 dbname=codev user=codev'
CODEV_MAIL='$dir/mail'
END
    )
    mv "$dir/env.new" "$dir/env"
    # The token's first use makes the person.
    answer=$(echo "header = \"Authorization: Bearer $token\"" | get -K - "$url/quotes/requests")
    if [ "$answer" != 200 ]; then
        echo "private.sh: $url/quotes/requests answered staff with $answer" >&2
        show "$dir/log/codev.log"
        return 1
    fi
}

start_all() {
    find_stage
    case $port in *[!0-9]* | '') die "--port takes a number" ;; esac
    if [ "$port" -lt 1024 ] || [ "$port" -gt 65535 ]; then
        die "--port takes a number from 1024 to 65535"
    fi
    for running in nginx codev postgres; do
        ! "${running}_runs" || die "an instance is already running in $dir; to stop it:" \
            "$here/private.sh stop $dir"
    done
    check_owner
    stop_all # what a crash left
    trap 'failed 1' EXIT
    trap 'failed 130' INT
    trap 'failed 143' TERM
    trap 'failed 129' HUP
    find_postgres
    make_directories
    look_through
    cd /
    start_postgres
    write_configuration
    start_codev
    start_nginx
    url=http://127.0.0.1:$port/codev
    wait_until_ready
    write_env
}

# What was started is stopped whole, even if Ctrl-C comes twice.
failed() {
    trap - EXIT
    trap '' INT TERM HUP
    stop_all
    exit "$1"
}

where_to_look() {
    cat <<END

  The demo site              http://127.0.0.1:$port/
  The form alone             $url/quotes/form
  Sign in as staff           http://127.0.0.1:$port/entrer?jeton=$token
  As staff in a terminal     . $dir/env
                             curl -H "Authorization: Bearer \$CODEV_STAFF_TOKEN" \$CODEV_URL/quotes/requests
  Logs and data              $dir

Ctrl-C stops everything.
END
}

wait_for_the_end() {
    while :; do
        sleep 1 &
        wait $! || :
        for running in nginx codev postgres; do
            if ! "${running}_runs"; then
                echo "private.sh: $running has ended by itself" >&2
                show "$dir/log/nginx.log" "$dir/log/codev.log" "$dir/log/postgresql.log"
                return 1
            fi
        done
    done
}

# ---- the command line

[ $# -ge 1 ] || { usage >&2 && exit 2; }
action=$1
case $action in
start | run | stop) ;;
-h | --help | help) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac
[ $# -ge 2 ] || { usage >&2 && exit 2; }
dir=$2
shift 2
port=${PORT:-8080} stage=$here/../_stage
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || { usage >&2 && exit 2; }
    case $1 in
    --port) port=$2 ;;
    --stage) stage=$2 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift 2
done
check_path "$here"
parent=$(cd "$(dirname "$dir")" 2>/dev/null && pwd -P) || die "there is no $(dirname "$dir")"
dir=${parent%/}/$(basename "$dir")
check_path "$dir"

case $action in
stop)
    check_owner
    stop_all
    ;;
start)
    start_all
    trap - EXIT INT TERM HUP
    echo "Ready: http://127.0.0.1:$port/"
    ;;
run)
    start_all
    trap 'echo && echo Stopping && failed 0' INT TERM HUP
    where_to_look
    wait_for_the_end || failed 1
    ;;
esac
