#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The console's first start, in a terminal: from an empty database to a protected VM by Enter alone,
# where ~/.ssh/config names the hosts and known_hosts has their keys; and a key that is not known is
# shown, and trusted by t.
. "$(dirname "$0")/functions.sh"

requires_program tmux

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
    local seconds=$1 end
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

start_lab
start_guest h1 vm1
lab on adm sh -c 'cat >/root/.ssh/config' <<END
Host h1 h2 w1
 User root
END
lab on adm sh -c 'ssh-keyscan h1 h2 2>/dev/null >/root/.ssh/known_hosts'

note "the names, before anybody was contacted"
lab on adm env LC_ALL=C.UTF-8 tmux -S "$test_folder/tmux" new-session -d -x 80 -y 24 "$(built ftadmin)" 8>&-
waits_for 20 "nothing contacted yet" "[x] h1" "[x] w1" "Enter look at 3"

note "looked at: one key is not known"
press Enter
waits_for 30 "h1 and h2 can be added. w1 needs you: key new." "1 VM"
press Down Down
waits_for 5 "w1 shows an SSH host key" "t trust"
press t
waits_for 20 "h1, h2 and w1 can be added" "Enter add 3"

note "added, and which VM first"
press Enter
waits_for 120 "No VM is protected yet. vm1 could be the first one." "Enter protect it"
[ "$(ftadmin host list --json | jq '.hosts | length')" = 3 ] || fail "$(ftadmin host list)"

note "the sheet, by Enter alone"
press Enter
waits_for 60 "protect vm1" "decides"
for _ in 1 2 3 4; do
    press Enter
    sleep 0.3
done
wait_for 120 protected_from h1
press Enter
waits_for 20 "vm1" "actions"
press 1
waits_for 20 "1 protected"
press F10
