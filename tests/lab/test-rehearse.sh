#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A copy is tried out while it goes on to wait: it runs apart and is told to have passed, shows what
# its console is to show, and the guest, its clients and its epochs notice nothing; nothing of it
# leaves its host, and nothing is left. What does not run is told as that, and what could not be
# tried out as that. A worker that is killed in the middle leaves nothing, and the guest's host may
# die in the middle.
. "$(dirname "$0")/functions.sh"

# The domain of a rehearsal on h2, by its name; empty: there is none.
rehearsal_of() { # [STATE-OPTION]
    lab on h2 virsh -q -c qemu:///system list --name "${1:---all}" | grep '^ftadmin-rehearsal-'
}

no_rehearsal() {
    ! rehearsal_of >/dev/null
}

rehearsal_is() { # STEP
    [ "$(pair_on h2 .rehearsal.step)" = "$1" ]
}

# Nothing of it on h2: no domain, no QEMU, no tap but the copy's, no file, no socket.
nothing_left() { # taps there were before
    wait_for 30 no_rehearsal
    lab on h2 pgrep -f 'guest=ftadmin-rehearsal' >/dev/null && fail "its QEMU still runs"
    wait_for 30 has_taps "$1"
    output=$(lab on h2 find /run/ftadmin /var/lib/ftadmin -mindepth 2 -name 'rehearsal*' \
        ! -name rehearsal.json)
    [ -z "$output" ] || fail "left: $output"
}

has_taps() { # COUNT
    [ "$(taps)" = "$1" ]
}

taps() {
    lab on h2 sh -c 'ls -d /sys/class/net/vnet* 2>/dev/null | wc -l'
}

# While rehearsals are there, what their taps are, a line each time: state, flags, bridge, packets.
watch_taps() {
    # shellcheck disable=SC2016 # for the inner shell
    "$test_top/scripts/lab" on h2 sh -c 'while [ ! -e /tmp/enough ]; do
        for vm in $(virsh -q -c qemu:///system list --name | grep ^ftadmin-rehearsal-); do
            tap=$(virsh -q -c qemu:///system domiflist "$vm" | awk "{ print \$1; exit }")
            net=/sys/class/net/$tap
            [ -e "$net/flags" ] && echo "$(virsh -q -c qemu:///system domstate "$vm" | head -n 1)" \
                "$(cat "$net/flags")" "$([ -e "$net/master" ] && echo bridged || echo apart)" \
                "$(cat "$net/statistics/rx_packets")"
        done
        sleep 0.1
    done' </dev/null >"$test_folder/taps.log" 2>/dev/null 8>&- &
    watcher=$!
}

# What h2 has kept of the last one is made older, while its worker is away.
rehearsed_long_ago() {
    local record
    record=$(echo "$FTLAB"/h2/var/lib/ftadmin/pairs/*/rehearsal.json)
    sed -i 's/"at_ms": [0-9]*/"at_ms": 1000/' "$record"
    lab on h2 kill -KILL "$(worker_pid h2)"
}

# By the guest's own shell: QEMU listens to the terminal a second after somebody opened it.
stop_agent() {
    local terminal
    terminal=/proc/$(qemu_pid h1)/root$(lab on h1 virsh -q -c qemu:///system ttyconsole vm1)
    # shellcheck disable=SC2016 # for the inner shell
    must lab on h1 timeout 20 sh -c 'exec 3>"$0"
        until virsh -q -c qemu:///system dumpxml vm1 | grep -q "guest_agent.*disconnected"; do
            echo killall agent >&3
            sleep 0.2
        done' "$terminal"
}

# In the background; its exit code goes to a file.
rehearse_aside() { # OPTION...
    rm -f "$test_folder/aside.code"
    { 
        ftadmin rehearse vm1 "$@" >"$test_folder/aside.out" 2>&1
        echo $? >"$test_folder/aside.code"
    } </dev/null 8>&- &
}

aside_ends_with() { # CODE PATTERN
    wait_for 60 test -s "$test_folder/aside.code"
    [ "$(cat "$test_folder/aside.code")" = "$1" ] ||
        fail "exit code $(cat "$test_folder/aside.code"), not $1: $(cat "$test_folder/aside.out")"
    has_all "$(cat "$test_folder/aside.out")" "$2"
}

shares_machine=yes
start_lab
cat >"$test_folder/agent.xml" <<'XML'
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
XML
start_guest h1 vm1 --disk raw --disks 2 --memory 128 --devices "$test_folder/agent.xml"
protect_guest vm1
wait_for 120 protected_from h1
start_client --connections 2
forget_events h1 h2
before=$(taps)

note "it passes, and nobody notices"
generation=$(pair_on h1 .generation) epoch=$(pair_on h1 .epoch)
watch_taps
exits 0 ftadmin rehearse vm1 --seconds 5
said 'vm1 on h2: passed' 'ran for 5'
touch "$FTLAB/h2/tmp/enough" 2>/dev/null || lab on h2 touch /tmp/enough
wait "$watcher"
lab on h2 rm -f /tmp/enough
grep -qE '^running 0x[0-9a-f]+ apart 0$' "$test_folder/taps.log" || fail "nothing was seen of it: $(cat "$test_folder/taps.log")"
# libvirt puts it up; it is down before anything runs, and where the last field lacks it was gone
awk '/bridged/ || (NF == 4 && $4 != 0) || ($1 == "running" && NF == 4 && $2 !~ /[02468ace]$/)' \
    "$test_folder/taps.log" | grep . && fail "its tap was up, in a bridge, or had packets"
[ "$(pair_on h1 '"\(.generation) \(.state)"')" = "$generation protected" ] || fail "it lost its copy"
[ "$(pair_on h1 .epoch)" -gt "$epoch" ] || fail "no epochs meanwhile"
has_event h1 'alone|stalled|copy-.*' && fail "the pair had to do without its copy"
guest_goes_on
nothing_left "$before"

note "and status, metrics and events tell of it"
has_event h2 rehearsal-passed || fail "no event"
exits 0 ftadmin status vm1
said 'Rehearsal +passed' 'Rehearsed'
[ "$(pair_status vm1 .rehearsal.outcome)" = passed ] || fail "$(pair_status vm1 .rehearsal)"
exits 0 ftadmin rehearse vm1 --seconds 1 --json
jq -e '.schema == 1 and .outcome == "passed" and .standby == "h2" and .seconds >= 1 and
    .agent == "answered" and .console == null' <<<"$output" >/dev/null || fail "$output"

note "its console shows a shell's prompt, once Enter is pressed there; what it never shows fails it"
exits 0 ftadmin rehearse vm1 --seconds 3 --console '/ *#'
said 'vm1 on h2: passed, .*its console showed'
exits 0 ftadmin status vm1
said 'Rehearsed console +seen'
exits 4 ftadmin rehearse vm1 --seconds 2 --console 'of no guest'
said 'failed: its console did not show'
[ "$(pair_status vm1 .rehearsal.console)" = missed ] || fail "$(pair_status vm1 .rehearsal)"
exits 2 ftadmin rehearse vm1 --console '*'
nothing_left "$before"

note "its agent has to answer; one that is not there is no proof, and no failure"
exits 0 ftadmin rehearse vm1 --seconds 1 --agent
said 'passed, its guest agent answered'
stop_agent
exits 1 ftadmin rehearse vm1 --seconds 1 --agent
said 'inconclusive: .*no guest agent had its channel open'
exits 0 ftadmin rehearse vm1 --seconds 1

note "there is no room for what is written meanwhile: nothing is known"
pair=$(pair_on h2 .pair)
output=$(engine h2 rehearse "{\"pair\":\"$pair\",\"seconds\":30,\"keep_bytes\":65536}")
jq -e '.outcome == "inconclusive" and (.why | test("written over more|wrote more"))' \
    <<<"$output" >/dev/null || fail "$output"
nothing_left "$before"

note "by itself, where the pair is to have it: the last one told nothing, and that is long ago"
forget_events h2
exits 2 ftadmin policy vm1 --console '#'
exits 0 ftadmin policy vm1 --rehearse 7 --console '/ *#'
said 'rehearsed every 7 days.*its console has to show'
[ "$(pair_on h1 .settings.rehearse_days) $(pair_on h2 .settings.rehearse_days)" = "7 7" ] ||
    fail "not kept by both: $(pair_on h1 .settings)"
rehearsed_long_ago
wait_for 120 has_event h2 rehearsal-passed
[ "$(pair_on h2 .rehearsal.console)" = seen ] || fail "$(pair_on h2 .rehearsal)"
exits 2 ftadmin policy vm1 --rehearse 0
exits 0 ftadmin policy vm1 --rehearse never
exits 0 ftadmin policy vm1
said 'never rehearsed by itself'
wait_for 60 no_rehearsal

note "its QEMU dies: it is told as failed"
rehearse_aside --seconds 120
wait_for 60 rehearsal_is running
lab on h2 find /run/ftadmin -mindepth 2 -name rehearsal.sock | grep -q . || fail "no socket is seen"
exits 5 ftadmin rehearse vm1
complains 'rehearsed already'
lab on h2 pkill -KILL -f 'guest=ftadmin-rehearsal'
aside_ends_with 4 'failed: .*died'
nothing_left "$before"
has_event h2 rehearsal-failed || fail "no event"

note "the worker dies in the middle: the next one ends what is left"
rehearse_aside --seconds 120
wait_for 60 rehearsal_is running
lab on h2 sh -c 'echo standby-load=5,rehearsal-oom=12 >/var/lib/ftadmin/faults'
kill_time=$(mark_fault)
lab on h2 kill -KILL "$(worker_pid h2)"
wait_for 60 answers_since "$kill_time"
wait_for 60 no_rehearsal
wait_for 180 protected_from h1
nothing_left "$before"
lab on h2 rm /var/lib/ftadmin/faults
[ "$(pair_on h2 .rehearsal.outcome)" = failed ] || fail "the last one is forgotten"

note "QEMU does not take the device state: it is told as failed"
exits 4 ftadmin rehearse vm1 --seconds 1
said 'failed: .*standby-load'
nothing_left "$before"

note "its QEMU is killed for want of memory: nothing is known"
rehearse_aside --seconds 120
wait_for 60 rehearsal_is running
lab on h2 pkill -KILL -f 'guest=ftadmin-rehearsal'
aside_ends_with 1 'inconclusive: .*more memory than a rehearsal may have'
nothing_left "$before"

note "the guest's host dies in the middle: the copy takes over, and the rehearsal is gone"
rehearse_aside --seconds 120
wait_for 60 rehearsal_is running
forget_events h2
fault_time=$(mark_fault)
lab power-off h1
wait_for 60 answers_since "$fault_time"
wait_for 60 no_rehearsal
lab on h2 pgrep -f 'guest=ftadmin-rehearsal' >/dev/null && fail "its QEMU still runs"
wait_for 60 test -s "$test_folder/aside.code"
[ "$(cat "$test_folder/aside.code")" != 0 ] || fail "told as passed: $(cat "$test_folder/aside.out")"
note "who asked for it: $(cat "$test_folder/aside.out")"
wait_for 60 has_event h2 takeover
stop_client
check_ledger --fault-time "$fault_time"
nothing_left "$before"
