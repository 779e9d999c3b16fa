#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host that does not come back: the VM that runs alone gets its copy on a third one, also when
# ftadmin dies in between; the lost host, when it returns, gives up what it has; and a host that
# was installed anew gets the copy again. The guest answers all the time, or as at a takeover.
. "$(dirname "$0")/functions.sh"

alone_on() { # HOST
    [ "$(pair_on "$1" '"\(.role) \(.state)"')" = "primary alone" ]
}

knows_pairs() { # HOST NUMBER
    [ "$(engine "$1" status 2>/dev/null | jq '.pairs | length')" = "$2" ]
}

answers() { # HOST
    engine "$1" hello >/dev/null
}

move_options=(--silence 1000 --commit-timeout 2000 --witness w1 --yes)

shares_machine=yes
start_lab --hosts 3
start_guest h1 vm1 --memory 128 --disk raw --disk-size 128
add_hosts h1 h2 h3 w1
start_client --connections 2
protect_guest vm1 --standby h2
first=$(pair_on h1 .pair)

note "while its standby answers it is not moved"
exits 4 ftadmin protect vm1 --standby h3 "${move_options[@]}"
complains "protected already"

note "h1 is lost, h2 has it, and h1 stays away"
fault_time=$(mark_fault)
lab power-off h1
wait_for 30 answers_since "$fault_time"
wait_for 30 alone_on h2
exits 4 ftadmin protect vm1 --witness w1 --yes
complains "--standby HOST"
exits 0 ftadmin protect vm1 --standby h3 --witness w1 --dry-run --json
jq -e --arg pair "$first" '.leaves.pair == $pair and .leaves.standby == "h1" and .leaves.silent
    and ([.steps[].step] | index("release") > index("standby"))
    and ([.steps[].step] | index("release") < index("primary"))' <<<"$output" >/dev/null ||
    fail "the plan: $output"
alone_on h2 || fail "a plan has changed something"

note "a step before the pair is left fails: it is as before"
"$test_top/scripts/lab" on adm env FT_FAULTS=protect-standby-made=5 "$(built ftadmin)" \
    protect vm1 --standby h3 "${move_options[@]}" </dev/null >"$test_folder/out" 2>&1 8>&- &&
    fail "it succeeded in spite of the fault"
grep -q "fault point" "$test_folder/out" || skip "built without --enable-fault-injection"
alone_on h2 || fail "it is not as before: $(pair_on h2)"
[ "$(pair_on h2 .pair)" = "$first" ] || fail "the pair is another one"
knows_pairs h3 0 2>/dev/null || ! answers h3 2>/dev/null || fail "something is left on h3"
[ "$(pair_status vm1 .pending)" = null ] || fail "something is unfinished: $(pair_status vm1)"

note "ftadmin dies when the pair is left, and is resumed"
"$test_top/scripts/lab" on adm env FT_FAULTS=protect-release-made=kill "$(built ftadmin)" \
    protect vm1 --standby h3 "${move_options[@]}" </dev/null >"$test_folder/out" 2>&1 8>&- &&
    fail "it lived through its death"
guest_goes_on
[ "$(pair_status vm1 '"\(.state) \(.pending.verb) \(.left[0].host)"')" = "unprotected protect h1" ] ||
    fail "status: $(ftadmin status --json)"
exits 7 ftadmin resume vm1
wait_for 60 protected_from h2
guest_goes_on
[ "$(pair_on h2 .standby)" = h3 ] || fail "the copy is not on h3: $(pair_on h2)"
[ "$(pair_status vm1 '"\(.state) \(.pending) \(.left[0].host)"')" = "protected null h1" ] ||
    fail "status: $(ftadmin status --json)"

note "h1 returns and gives up what it has"
power_on h1
wait_for 60 answers h1
wait_for 60 knows_pairs h1 0
[ -z "$(lab on h1 virsh -q -c qemu:///system list --name)" ] || fail "it runs on h1"
exits 0 ftadmin resume vm1
[ "$(pair_status vm1 .left)" = null ] || fail "something is left: $(pair_status vm1)"
[ "$(engine w1 witness-list | jq '.pairs | length')" = 1 ] ||
    fail "the witness: $(engine w1 witness-list)"
protected_from h2 || fail "it is not protected any more: $(pair_on h2)"

note "h2 is lost, h3 takes over"
fault_time=$(mark_fault)
lab power-off h2
wait_for 30 answers_since "$fault_time"
wait_for 30 alone_on h3

note "h2 is installed anew, and gets the copy again"
rm -rf "$FTLAB"/h2/var/lib/ftadmin/* "$FTLAB"/h2/usr/local/lib/ftadmin/* \
    "$FTLAB"/h2/var/lib/libvirt/images/* "$FTLAB"/h2/etc/libvirt/qemu/*.xml
power_on h2
exits 0 ftadmin host add h2
exits 0 ftadmin protect vm1 "${move_options[@]}" # its standby is known
wait_for 60 protected_from h3
[ "$(pair_on h3 .standby)" = h2 ] || fail "the copy is not on h2: $(pair_on h3)"
[ "$(pair_status vm1 .left)" = null ] || fail "something is left: $(pair_status vm1)"

note "unprotect with the standby down ends at once, and is in nobody's way"
lab power-off h2
wait_for 30 alone_on h3
begun=$(now_ms)
exits 7 ftadmin unprotect vm1 --yes
took=$(($(now_ms) - begun))
note "unprotect: $took ms"
[ $took -lt 7000 ] || fail "unprotect took $took ms" # a host is waited for once, for 3.5 s
exits 0 ftadmin protect vm1 --standby h1 "${move_options[@]}"
wait_for 60 protected_from h3
guest_goes_on

stop_client
check_ledger --fault-time "$fault_time"
