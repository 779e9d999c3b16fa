#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How the table of `make check-machines` is read: what is passed, and since when; and when a run
# goes on with what another has left.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/table.sh"
table=$(mktemp "${TMPDIR:-/tmp}/table.XXXXXX") || exit 1
run=$table.run
trap 'rm -rf "$table" "$run"' EXIT
failed=0

is() { # EXPECTED COMMAND...
    local expected=$1 got
    shift
    got=$("$@")
    [ "$got" = "$expected" ] && return
    printf 'FAIL: %s\n  is:       %s\n  expected: %s\n' "$*" "$got" "$expected"
    failed=1
}

is 0 table_passed "$table.none" aaaa1 takeover
is 0 table_passed "$table" aaaa1 takeover
is "machines: takeover: never passed" table_summary "$table" takeover 3
table_add "$table" aaaa1 takeover 1 pass lost=0
table_add "$table" aaaa1 takeover 2 pass lost=0
table_add "$table" aaaa1 unequal 1 pass ""
is 2 table_passed "$table" aaaa1 takeover
is 0 table_passed "$table" bbbb2 takeover
today=$(date -u +%F)
is "machines: unequal: last passed $today at aaaa1" table_summary "$table" unequal 1
[[ $(table_summary "$table" takeover 3) == \
    "machines: takeover: never passed; since: 2 of 3 rounds, the last: pass at aaaa1, "* ]] || failed=1
table_add "$table" aaaa1 takeover 3 fail "lost=1"
is 0 table_passed "$table" aaaa1 takeover
for round in 1 2 3; do
    table_add "$table" aaaa1 takeover $round pass lost=0
done
is "machines: takeover: last passed $today at aaaa1, 3 rounds" table_summary "$table" takeover 3
table_add "$table" bbbb2 takeover 1 pass lost=0
is 1 table_passed "$table" bbbb2 takeover
[[ $(table_summary "$table" takeover 3) == "machines: takeover: last passed $today at aaaa1, 3 rounds;\
 since: 1 of 3 rounds, the last: pass at bbbb2, "* ]] || failed=1
goes_on() { # yes|no ROW MACHINE=STATE...
    local got=no
    ! printf '%s\n' "${@:3}" | sed 's/=/ debian13 /' | can_go_on "$run" "$2" || got=yes
    [ $got = "$1" ] && return
    echo "FAIL: goes on: $got: ${*:2}"
    failed=1
}

goes_on no takeover
mkdir "$run"
echo takeover >"$run/row"
goes_on yes takeover # it had not begun
goes_on no unequal
printf 'm1\nm2\n' >"$run/begun"
goes_on yes takeover m1=on m2=on
goes_on yes takeover m1=on m2=on m3=off
goes_on no takeover m1=on m2=off
goes_on no takeover m1=on m22=on
goes_on no takeover
goes_on no unequal m1=on m2=on
: >"$run/begun"
goes_on no takeover m1=on
# every row says how many rounds it takes
for row in "$here"/rows/*.sh; do
    [[ $(rounds_of "$row") =~ ^[1-9][0-9]?$ ]] || {
        echo "FAIL: no rounds= in $row"
        failed=1
    }
done
exit $failed
