# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that look at the console on adm, through tmux; sourced after functions.sh, whose
# test_folder has its socket.

requires_program tmux

# shellcheck disable=SC2154 # functions.sh sets it
open_console() {
    lab on adm env LC_ALL=C.UTF-8 tmux -S "$test_folder/tmux" new-session -d -x 80 -y 24 \
        "$(built ftadmin)" 8>&-
}

screen() {
    lab on adm tmux -S "$test_folder/tmux" capture-pane -p 2>/dev/null
}

shows() { # TEXT...
    local all text
    all=$(screen)
    for text; do
        grep -qF -- "$text" <<<"$all" || return 1
    done
}

waits_for() { # SECONDS TEXT...
    local seconds end
    seconds=$(patience "$1")
    shift
    end=$(($(now_ms) + seconds * 1000))
    until shows "$@"; do
        [ "$(now_ms)" -lt "$end" ] || fail "not shown after $seconds s: $*
$(screen)"
        sleep 0.1
    done
}

press() { # KEY...
    lab on adm tmux -S "$test_folder/tmux" send-keys "$@"
}

console_has_ended() {
    ! lab on adm tmux -S "$test_folder/tmux" has-session 2>/dev/null
}
