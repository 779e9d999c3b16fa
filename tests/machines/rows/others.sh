# SPDX-License-Identifier: GPL-2.0-or-later
# What others do to a VM that is protected, whose output vhost-net sends by one queue: a program before
# its gate is named and costs protection until it is gone, a filter behind it is said to be without
# effect, a redirect that somebody removes is put back; nothing of it costs the guest anything. A clock
# that is set off on the standby is drift. Says how many calls of KVM and vhost an epoch costs.
# shellcheck shell=bash
: "${folder:?}" "${build:?}"
# shellcheck disable=SC2034 # the runner reads it
rounds=1

begin() {
    must machines up m1 m2 m3
    start_guest m1 vm1
    add_hosts m1 m2 m3
    protect_guest vm1 m2 m3
    must machines copy m1 "$build/tests/machines/xdp-pass" /root/
}

# Asked of the engine of the VM's host.
engine_says() { # VERB JQ
    # shellcheck disable=SC2016 # for the host's shell
    machines on m1 sh -c 'PATH=$PATH:/usr/local/lib/ftadmin
        echo "{\"id\":1,\"verb\":\"'"$1"'\",\"args\":null}" | ftengine control' | jq -e ".result | $2" >/dev/null
}

# An event of this kind after the mark, whose text has the word.
has_event() { # KIND WORD
    engine_says events "any(.events[]; .at > \"$mark\" and .kind == \"$1\" and (.text | contains(\"$2\")))"
}

# Times of events are m1's.
set_mark() {
    mark=$(machines on m1 date -u +%FT%T)
}

is_in_state() { # JQ-CONDITION
    engine_says status ".pairs[0] | $1"
}

drifted_by_clock() {
    is_in_state 'any(.drift.findings[]?; .id == "standby.clock")'
}

drifted_not() {
    is_in_state '.drift.findings == []'
}

round() {
    local tap begun
    wait_for 400 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
    start_client vm1
    figure "$(calls_per_epoch m1 vm1)"
    tap=$(machines on m1 virsh -q -c qemu:///system domiflist vm1 | awk '{ print $1 }')

    set_mark
    machines on m1 sh -c "/root/xdp-pass $tap 60 >/dev/null 2>&1 </dev/null &"
    wait_for 40 has_event gate-broken XDP || fail "a program before the gate is not seen"
    wait_for 40 is_in_state '.state != "protected" and (.problem.text | contains("XDP"))' ||
        fail "it is not what keeps the VM from protection"
    begun=$SECONDS
    wait_for 300 is_protected vm1 || fail "not protected again: $(ftadmin status 2>&1)"
    figure "again_s=$((SECONDS - begun))"

    set_mark
    must machines on m1 tc filter add dev "$tap" ingress pref 1 protocol all u32 match u32 0 0 flowid 1:1
    wait_for 60 has_event gate-others filter || fail "a filter behind the gate is not seen"
    is_in_state '.state == "protected"' || fail "it cost protection"
    must machines on m1 tc filter del dev "$tap" ingress
    wait_for 60 has_event gate-repaired "" || fail "the redirect is not put back"
    wait_for 200 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"

    wait_for 200 drifted_not || fail "it has drifted already"
    must machines on m2 date -s '+10 seconds' >/dev/null
    begun=$SECONDS
    wait_for 120 drifted_by_clock || fail "the clock of the standby is off, and nobody says so"
    figure "clock_found_s=$((SECONDS - begun))"
    must machines on m2 date -s '-10 seconds' >/dev/null
    wait_for 120 drifted_not || fail "it is right again, and nobody says so"

    stop_clients
    check_ledger vm1 >"$folder/ledger" || fail "the ledger: $(cat "$folder/ledger")"
    figure "$(jq -r '"answers=\(.answers) lost=\(.lost) doubled=\(.duplicated)"' "$folder/ledger")"
}
