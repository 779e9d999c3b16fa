#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A takeover as the console shows it: the sentence, the takeover told, the VM and the overview as
# they were before, now again; and the same told by a command, also after the host is back.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/console.sh"

start_lab
start_guest h1 vm1
exits 0 ftadmin host add --accept-new-host-keys h1 h2 w1
exits 0 ftadmin protect vm1 --witness w1 --yes
wait_for 60 protected_from h1
open_console
waits_for 20 "1 protected" "3/3 hosts" "pull plug?"
sleep 8 # of figures, for the past

note "the host is lost"
lab power-off h1
waits_for 6 "vm1" "alone" "silent"
waits_for 10 "T tells how"

note "told"
press T
waits_for 10 "h1 fell silent, h2 went on with vm1: a gap of" "may speak" "did speak" "PAST" \
    "the last thing heard from h1" "not told" "ftadmin events --film vm1"
press End
waits_for 5 "Not known: whether the last epoch's output left h1"

note "as it was before, and now again"
press Home Enter
waits_for 10 "vm1   ran on h1, its copy was on h2" "vm1 was protected" "PAST"
press p
waits_for 5 "this is the past: Esc is now"
press Escape
waits_for 5 "vm1   runs on h2" "live"
press Escape
waits_for 5 "may speak"
press 1
waits_for 5 "1 of 1 pairs protected" "PAST"
press Escape
waits_for 5 "1 alone" "live"

note "told by a command, with what h1 has to say"
lab power-on h1
wait_for 120 protected_from h2
exits 0 ftadmin events --film vm1 --json
told() { # FILTER
    jq -e "$1" <<<"$output" >/dev/null || fail "not so: $1"$'\n'"$output"
}
told '.from == "h1" and .to == "h2" and (.planned | not)'
told '[.moments[] | select(.host == "h1")] | length >= 1'
told '.times | .asked <= .won and .won <= .applied and .applied <= .ran'
told '[.clock[].ahead_ms | numbers] | length == 2'
press F10
