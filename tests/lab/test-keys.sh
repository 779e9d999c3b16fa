#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The console at work, in a terminal: what its keys change is what the command in its last row
# changes; a host that dies is told within 3 s, then the takeover, then that all is well again;
# commands outlive a console that is killed; the same act line by line.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/console.sh"

# What the administrator has now, as far as it does not change by itself; A and B are given as the
# names of h1 and h2, so that a thing and its mirror image are equal.
state_of_all() { # A B
    {
        ftadmin status --json 2>/dev/null | jq -S '[.pairs[] | {vm, uuid, state, primary,
            standby, witness, peer_connected, witness_reachable}]'
        ftadmin vm list --json 2>/dev/null | jq -S '[.vms[] | {vm, host, state, protection}]'
        for host in "$1" "$2"; do
            echo "on $host:"
            lab on "$host" virsh list --name | sort
            lab on "$host" virsh dominfo vm1 2>/dev/null | grep -E '^(Autostart|Persistent)'
            lab on "$host" find /etc/ftadmin /var/lib/ftadmin -printf '%P %y\n' 2>/dev/null |
                grep -vE 'events|series|sock' | sort
        done
    } | sed "s/$1/A/g; s/$2/B/g"
}

# The command that the question on the screen shows.
command_shown() {
    screen | sed -n 's/^ *\$ ftadmin \(.*[^ ]\) *$/\1/p' | tail -1
}

is_unprotected() {
    ftadmin status --json 2>/dev/null | jq -e '.pairs == []' >/dev/null
}

start_lab
start_guest h1 vm1
protect_guest vm1
wait_for 120 protected_from h1

note "a switchover by keys"
open_console
waits_for 60 "1 protected" "vm1" "live"
press a
waits_for 5 "s  switch over..."
press s
waits_for 5 "[ No ]" "$ ftadmin switchover vm1 --yes"
command=$(command_shown)
press Enter # No
waits_for 5 "nothing was done"
press a
waits_for 5 "s  switch over..."
press s
waits_for 5 "[ No ]"
press Tab Enter
wait_for 60 protected_from h2
waits_for 60 "1 protected"
by_keys=$(state_of_all h2 h1)

note "and back by the command that was shown: $command"
# shellcheck disable=SC2086 # words of a command
exits 0 ftadmin $command
wait_for 60 protected_from h1
waits_for 60 "1 protected"
by_command=$(state_of_all h1 h2)
[ "$by_keys" = "$by_command" ] || fail "$(diff <(echo "$by_keys") <(echo "$by_command"))"

note "unprotected by keys, by its name"
press a
waits_for 5 "u  unprotect..."
press u
waits_for 5 "SEVERE  unprotect vm1" "$ ftadmin unprotect vm1 --yes"
command=$(command_shown)
press v m 2 Enter
waits_for 5 "that is not the name, from letter 3 on"
press BSpace 1 Enter
wait_for 60 is_unprotected
waits_for 60 "0 protected" "p protects it"
by_keys=$(state_of_all h1 h2)

note "protected by the sheet; the console is killed as it is done"
press p
waits_for 60 "protect vm1" "decides"
for _ in 1 2 3; do
    press Enter
    sleep 0.3
done
waits_for 10 "Enter apply"
press Enter
waits_for 20 "vm1 is being protected"
lab on adm pkill -KILL -f "^$(built ftadmin)\$"
wait_for 120 protected_from h1
wait_for 10 console_has_ended

note "unprotected by the command: the same is left"
# shellcheck disable=SC2086
exits 0 ftadmin $command
by_command=$(state_of_all h1 h2)
[ "$by_keys" = "$by_command" ] || fail "$(diff <(echo "$by_keys") <(echo "$by_command"))"

note "the host dies: the sentence, the takeover, protected again"
protect_guest vm1
wait_for 120 protected_from h1
open_console
waits_for 60 "1 protected" "live"
begin=$(now_ms)
lab power-off h1
waits_for 20 "vm1 runs alone on h2"
note "said after $(($(now_ms) - begin)) ms"
waits_for 10 "h1 ✗" "alone"
press 3
waits_for 10 "runs here since epoch"
press 1
lab power-on h1
wait_for 180 protected_from h2
waits_for 60 "1 protected" "Nothing to do"

note "a host that hangs costs its own cells: keys go on"
lab on w1 pkill -STOP sshd
press 2
waits_for 20 "w1" "stale"
begin=$(now_ms)
press 1
waits_for 20 "1 protected"
press 2
waits_for 20 "w1" "stale"
[ $(($(now_ms) - begin)) -lt 8000 ] || fail "the keys took $(($(now_ms) - begin)) ms"
lab on w1 pkill -CONT sshd
press F10
wait_for 10 console_has_ended

note "line by line: switched over"
lab on adm env LC_ALL=C.UTF-8 tmux -S "$test_folder/tmux" new-session -d -x 100 -y 50 \
    "exec env TERM=dumb $(built ftadmin)" 8>&-
waits_for 20 "TERM dumb has no full screen" "Overview [again]"
waits_for 20 "connecting to ok"
press vm1 Enter
waits_for 5 "VM: vm1" "[more]"
press a Enter
waits_for 5 "A letter, or Enter for nothing:"
press s Enter
waits_for 5 "switch over vm1?" "The command: ftadmin switchover vm1 --yes"
press yes Enter
wait_for 60 protected_from h1
waits_for 20 "done: switchover vm1 --yes"
press q Enter
wait_for 10 console_has_ended
