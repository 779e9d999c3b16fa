# SPDX-License-Identifier: GPL-2.0-or-later
# Takeovers one after the other, each judged by the ledger: for test-takeover.sh and takeovers.
# Sourced after functions.sh; needs a lab with hosts that were added.
# shellcheck shell=bash
: "${client_log?}" "${test_folder?}"

takeover_from=
takeover_to=
takeover_what=

# Random moments that can be repeated.
takeover_seed() { # [SEED]
    local seed=${1:-$((SRANDOM % 100000))}
    note "random moments: FT_SEED=$seed"
    RANDOM=$seed
}

# Boots a guest on h1 and protects it; the one before goes.
takeover_guest() { # NAME [OPTION of lab guest...]
    local vm=$1
    shift
    takeover_from=h1 takeover_to=h2
    takeover_what="$*"
    start_guest h1 "$vm" "$@"
    lab on h1 virsh -q -c qemu:///system dumpxml --inactive "$vm" >"$test_folder/own"
    protect_guest "$vm" --silence 200 # the default
}

takeover_there_and_back() { # NAME
    takeover_once
    takeover_restore
    takeover_once
    takeover_restore
    takeover_is_as_before h1 "$1"
    takeover_end "$1"
}

# After the way back the VM has its own definition and paths, but for what was qcow2, and raw now.
takeover_is_as_before() { # HOST NAME
    local raw="s/type='raw'\(\/>[^<]*<source file='[^']*\.qcow2\)\.raw'/type='qcow2'\1'/g"
    lab on "$1" virsh -q -c qemu:///system dumpxml --inactive "$2" | sed -z "$raw" |
        diff "$test_folder/own" - || fail "$2 has not its own definition on $1 (see above)"
    lab on "$1" virsh -q -c qemu:///system domblklist "$2" | grep -q ftreplica &&
        fail "$2 is not on its own images: $(lab on "$1" virsh domblklist "$2")"
    lab on "$1" sh -c "ls /var/lib/libvirt/images/$2-disk0.*.stale-*" >/dev/null ||
        fail "the image of before is not there"
}

# One power cut under load, and the proof. Sets takeover_report (JSON of the checker) and prints a
# row of the table.
takeover_once() {
    local moment=$((200 + RANDOM % 1800)) fault status
    start_client --connections 3 --payload 200
    wait_for 30 has_answers "$client_log" 50
    # not waiting for something: the moment is to be a random one
    sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
    wait_for 60 protected_from "$takeover_from"
    fault=$(mark_fault)
    must lab power-off "$takeover_from"
    wait_for 60 answers_since "$fault"
    wait_for 30 has_answers "$client_log" $(($(answers_in "$client_log") + 50))
    stop_client
    takeover_report=$(check_ledger --json --fault-time "$fault")
    jq -e --arg fault "$fault" '.fault.answers_before > 50 and .fault.answers_after >= 50' \
        <<<"$takeover_report" >/dev/null || fail "no load around the fault: $takeover_report"
    status=$(pair_on "$takeover_to")
    jq -e '.last_takeover.reason == "the primary was lost"' <<<"$status" >/dev/null ||
        fail "the engine tells of no takeover: $status"
    takeover_print "$status" "$moment"
}

# shellcheck disable=SC2034 # takeovers prints it
takeover_header="guest                                     from   after outage detect    win  apply \
resume before  after lost twice reset"

takeover_print() { # STATUS MOMENT
    jq -rn --argjson c "$takeover_report" --argjson s "$1" --arg what "$takeover_what" \
        --arg from "$takeover_from" --arg moment "$2" '
        def left(n): . + " " * (n - length);
        def right(n): tostring | " " * (n - length) + .;
        def ms: round | right(6);
        $s.last_takeover as $t |
        "\($what | left(41)) \($from | left(4)) \($moment | right(6)) \($c.fault.outage_ms | ms)" +
        " \($t.detect_ms | ms) \($t.win_ms | ms) \($t.apply_ms | ms) \($t.resume_ms | ms)" +
        " \($c.fault.answers_before | right(6)) \($c.fault.answers_after | right(6))" +
        " \($c.lost | right(4)) \($c.duplicated | right(5)) \($c.resets | right(5))"
        ' || fail "no figures in $1 and $takeover_report"
}

# The dead host gets its power back: protected again by itself, the other way round. What is still
# there of the VM, in a replica or in the VM's own image of before, is not sent.
takeover_restore() {
    local dead=$takeover_from
    must lab power-on "$dead"
    wait_for 60 protected_from "$takeover_to"
    copied_by "$takeover_to" comparison
    takeover_from=$takeover_to
    takeover_to=$dead
}

takeover_end() { # NAME
    exits 0 ftadmin unprotect "$1" --yes
    must lab on "$takeover_from" virsh -q -c qemu:///system destroy "$1"
}
