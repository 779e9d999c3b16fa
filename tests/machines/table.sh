# SPDX-License-Identifier: GPL-2.0-or-later
# The table of results: a line for every round of a row, kept in the tree (README); and what a run
# has left. Sourced; only reads, but for table_add.
# shellcheck shell=bash
#   DATE COMMIT ROW ROUND pass|fail FIGURES...

# The last change to what is tested, and to how: lines that were added to a table change nothing, nor
# do the other tests and the manual.
table_commit() { # SOURCE-FOLDER
    local commit what=(configure.ac src ui db scripts tests/guest tests/lab tests/machines
        tests/shapes ':!tests/lab/test-*' ':!tests/machines/results' ':!tests/shapes/results')
    commit=$(git -C "$1" log -1 --format=%h -- "${what[@]}" 2>/dev/null)
    [ -n "$commit" ] || commit=unknown
    git -C "$1" diff --quiet HEAD -- "${what[@]}" 2>/dev/null || commit+=+
    echo "$commit"
}

# How many rounds are to be passed: each row says it in a line of its own.
rounds_of() { # ROW-FILE
    sed -n 's/^rounds=\([0-9]*\)$/\1/p' "$1"
}

# Rounds that were passed in a row at that commit, after the last failure there.
table_passed() { # TABLE COMMIT ROW
    [ -e "$1" ] || echo 0
    [ ! -e "$1" ] || awk -v commit="$2" -v row="$3" '
        $2 == commit && $3 == row { n = $5 == "pass" ? n + 1 : 0 }
        END { print n + 0 }' "$1"
}

table_add() { # TABLE COMMIT ROW ROUND VERDICT FIGURES
    printf '%s %s %s %s %s %s\n' "$(date -u +%FT%RZ)" "${@:2}" >>"$1"
}

# When and at which commit a row last passed all its rounds, and what came after.
table_summary() { # TABLE ROW ROUNDS
    awk -v row="$2" -v rounds="$3" '
        $3 != row { next }
        $2 != commit { commit = $2; n = 0 }
        $5 == "pass" { n++; if (n >= rounds) { whole = $2; when = $1; n_whole = n } }
        $5 != "pass" { n = 0; failed = $1 " at " $2 }
        { last = $5 " at " $2 ", " $1; in_a_row = n }
        END {
            if (whole == "") text = "never passed"
            else text = "last passed " substr(when, 1, 10) " at " whole
            if (rounds > 1 && whole != "") text = text ", " n_whole " rounds"
            if (last != "" && !(whole == commit && in_a_row >= rounds))
                text = text "; since: " in_a_row " of " rounds " rounds, the last: " last
            print "machines: " row ": " text
        }' "$1"
}

# Whether what is left of a run can be gone on with: it is of that row, and the machines that it
# began with, which its file `begun` names, run. Reads what `scripts/machines status` says.
can_go_on() { # FOLDER ROW
    local running host begun=
    running=$(awk '$3 == "on" { print $1 }')
    [ "$(cat "$1/row" 2>/dev/null)" = "$2" ] || return 1
    [ -e "$1/begun" ] || return 0
    while read -r host; do
        begun=yes
        grep -qxF -- "$host" <<<"$running" || return 1
    done <"$1/begun"
    [ -n "$begun" ]
}
