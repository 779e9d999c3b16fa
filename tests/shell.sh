# SPDX-License-Identifier: GPL-2.0-or-later
# What tests in bash say and expect, in the lab of namespaces (tests/lab) and on whole machines
# (tests/machines) alike. Sourced by their functions.sh, which say how a test fails: fail TEXT... does
# not return; and have a folder of the test's own, $test_folder, once something is run by `exits`.
# shellcheck shell=bash disable=SC2154 # test_folder is theirs

note() {
    echo "# $*"
}

# Fails the test unless the command succeeds.
must() { # COMMAND...
    "$@" || fail "exit code $?: $*"
}

# Runs a command that must end with this exit code; its output is kept in $output (stdout) and
# $complaint (stderr).
exits() { # CODE COMMAND...
    local expected=$1 code
    shift
    output=$("$@" 2>"$test_folder/stderr")
    code=$?
    complaint=$(cat "$test_folder/stderr")
    [ $code -eq "$expected" ] ||
        fail "exit code $code, not $expected: $*"$'\n'"$output"$'\n'"$complaint"
}

# Fails the test unless all the patterns are in the text.
has_all() { # TEXT PATTERN...
    local pattern
    for pattern in "${@:2}"; do
        grep -qE -- "$pattern" <<<"$1" || fail "no '$pattern' in: $1"
    done
}

# Fails the test unless what the last `exits` ran has complained in these words, or has said them at
# all.
complains() { # PATTERN...
    has_all "$complaint" "$@"
}

said() { # PATTERN...
    has_all "$output$complaint" "$@"
}

# ---- a ledger client's log ----------------------------------------------------------------

answers_in() { # LOG
    if [ -e "$1" ]; then grep -c '^answer ' "$1"; else echo 0; fi
}

has_answers() { # LOG COUNT
    [ "$(answers_in "$1")" -ge "$2" ]
}

# Has the client got an answer (sent and received) after this time?
answered_after() { # LOG TIME
    tail -n 1000 "$1" | awk -v time="$2" '
        $1 == "answer" && $11 > time { found = 1 }
        END { exit !found }'
}
