#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The console's first start, in a terminal: from an empty database to a protected VM by Enter alone,
# where ~/.ssh/config names the hosts and known_hosts has their keys; and a key that is not known is
# shown, and trusted by t.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/console.sh"

start_lab
start_guest h1 vm1
lab on adm sh -c 'cat >/root/.ssh/config' <<END
Host h1 h2 w1
 User root
END
lab on adm sh -c 'ssh-keyscan h1 h2 2>/dev/null >/root/.ssh/known_hosts'

note "the names, before anybody was contacted"
open_console
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
