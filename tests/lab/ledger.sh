# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Talks with the ledger of a guest beside its client: for the tests of clocks and for tests/bench.
# Sourced; needs `lab`, and where it says so `dirtied_of HOST`, which prints how many bytes the
# guest has dirtied and in how many epochs, as the engine of HOST counts them.

# One line to the ledger; prints its answer. The first "dirty" fills the area before it is answered.
tell_ledger() { # ADDRESS PORT LINE
    # shellcheck disable=SC2016 # for the inner shell
    lab on adm timeout 60 bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo "$2" >&3 &&
        read -r line <&3 && echo "$line" && [[ $line == status* ]]' "$@"
}

# The rate at which the guest dirties its memory that makes 16 MiB an epoch: found by trying, since
# it changes how many epochs there are. Needs dirtied_of.
dirty_16_mb_per_epoch() { # HOST ADDRESS PORT
    local near rate=100 before after
    for _ in 1 2 3 4 5 6 7 8; do
        tell_ledger "$2" "$3" "dirty $rate" >/dev/null || return 1
        sleep 1
        before=$(dirtied_of "$1")
        sleep 3
        after=$(dirtied_of "$1")
        read -r near rate <<<"$(echo "$before $after $rate" | awk '{
            got = ($3 - $1) / ($4 > $2 ? $4 - $2 : 1) / 1048576
            want = got > 0 ? $5 * 16 / got : 400
            if (want > 2 * $5) want = 2 * $5
            printf("%d %d", (got >= 15 && got <= 17), (want < 1 ? 1 : want)) }')"
        [ "$near" = 0 ] || return 0
    done
    return 0
}
