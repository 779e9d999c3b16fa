#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ftadmin says of how things are: at risk when the witness is gone, what one more fault would
# do, why a copy is not made, and whose witness a host is. What is said is held against what the
# hosts then do.
. "$(dirname "$0")/functions.sh"

says() { # EXIT-CODE PATTERN [OPTION...]
    local code=$1 pattern=$2
    shift 2
    output=$(ftadmin status "$@" 2>/dev/null)
    [ $? -eq "$code" ] && grep -qE -- "$pattern" <<<"$output"
}

# The row of vm1 in what the last command printed.
row() { # JQ
    jq -r '.pairs[] | select(.vm == "vm1") | '"$1" <<<"$output"
}

if_lost() { # EXIT-CODE WHAT OUTCOME
    exits "$1" ftadmin status --if-lost "$2" --json
    [ "$(jq -r '.vms[] | select(.vm == "vm1") | .outcome' <<<"$output")" = "$3" ] ||
        fail "without $2 vm1 $3, but it says: $output"
}

start_lab
must lab on h2 mkdir -p /var/lib/ftadmin
must lab on h2 mount -t tmpfs -o size=16m,mode=0700 tmpfs /var/lib/ftadmin # to be filled
start_guest h1 vm1 --disk raw
protect_guest vm1
wait_for 60 protected_from h1

note "the witness is off: at risk, and exit code 30"
wait_for 20 says 0 protected vm1
must lab power-off w1
wait_for 30 says 30 "at risk"
exits 30 ftadmin status --json
[ "$(row '.at_risk + " " + .health + " " + .move')" = "witness warn you" ] || fail "$output"
grep -q "w1 does not answer" <<<"$(row .sentence)" || fail "$(row .sentence)"
exits 1 ftadmin status --line
grep -q "^FTADMIN WARNING - .* at_risk=1 " <<<"$output" || fail "$output"
if_lost 31 h1 stops
if_lost 31 h2 "output held"
must lab power-on w1
wait_for 30 says 0 protected vm1

note "both sides, the phases, and a row of numbers for each"
exits 0 ftadmin status vm1 --json
[ "$(row '[.sides[] | .host + " " + .role] | join(", ")')" = "h1 primary, h2 standby" ] ||
    fail "sides: $output"
row '.sides[] | select(.age_s > 3)' | grep -q . && fail "old words: $output"
exits 0 ftadmin status vm1
grep -qE "^h2 +standby +protected" <<<"$output" || fail "$output"
exits 0 ftadmin status --line
grep -q "^FTADMIN OK - .* protected=1 " <<<"$output" || fail "$output"
[ "$(wc -l <<<"$output")" = 1 ] || fail "more than a line: $output"

note "a host that is cut off is stale after 3 s, and live soon after healing"
watch=$test_folder/watch
"$test_top/scripts/lab" on adm "$(built ftadmin)" status --watch --plain </dev/null \
    >"$watch" 2>&1 8>&- &
watcher=$!
watched() { # NAME STATE
    grep -P "\t$1\t" "$watch" | tail -n 1 | cut -f 5 | grep -qx "$2"
}
within() { # MILLISECONDS COMMAND...
    local begin limit=$1
    begin=$(now_ms)
    shift
    wait_for 20 "$@"
    note "after $(($(now_ms) - begin)) ms: $*"
    [ $(($(now_ms) - begin)) -le "$limit" ] || fail "not within $limit ms: $*"
}
wait_for 20 watched h2 ok
wait_for 20 watched vm1 protected
must lab cut adm h2
within 15000 watched h2 stale
must lab heal adm h2
within 15000 watched h2 ok
must lab cut adm h1
must lab cut adm h2
within 15000 watched vm1 unknown
must lab heal adm h1
must lab heal adm h2
within 15000 watched vm1 protected

note "what would be, and what then is"
if_lost 0 h1 "goes on elsewhere"
if_lost 0 h2 "loses its copy"
if_lost 0 w1 "loses its witness"
if_lost 0 h1,h2 "loses its copy"
exits 0 ftadmin status --problems --plain
[ -z "$output" ] || fail "a problem: $output"

note "the witness of another administrator's pairs is not taken away"
exits 0 ftadmin --db /root/other.db host add w1
exits 5 ftadmin --db /root/other.db host remove w1 --yes
complains "is witness of 1"
exits 0 ftadmin --db /root/other.db host remove w1 --keep-engine --yes
engine w1 hello >/dev/null || fail "the engine of w1 is gone"

note "libvirtd of the primary stops: why there is no copy is said"
# shellcheck disable=SC2016 # for the inner shell
must lab on h1 sh -c 'kill $(cat /run/libvirtd.pid)'
tells_why() {
    says 30 "" --json && [ -n "$(row '.problem.text // ""')" ] &&
        [ "$(row .move)" = you ]
}
wait_for 60 tells_why
row .sentence | grep -qiE "libvirt|client socket|monitor|cannot copy" || fail "$(row .sentence)"
exits 1 ftadmin switchover vm1 --yes
grep -q "Wait until ftadmin status says protected" <<<"$complaint" && fail "$complaint"
note "the host stays one with VMs, and its VM is not forgotten"
exits 7 ftadmin vm list --json
complains "h1: its libvirt does not answer"
jq -e 'any(.vms[]; .vm == "vm1" and .host == "h1")' <<<"$output" >/dev/null || fail "$output"
exits 0 ftadmin host list --json
jq -e '.hosts[] | select(.name == "h1") | .kind == "hypervisor"' <<<"$output" >/dev/null ||
    fail "$output"
must lab on h1 setsid libvirtd -d
wait_for 120 says 0 protected vm1

note "the copy's host fails in the middle of copying, again and again: what failed is said all the time"
faults=replica-write=28@1
for i in 2 3 4; do
    faults+=,replica-write=28@$i
done
must lab on h2 sh -c "echo $faults >/var/lib/ftadmin/faults"
must lab on h2 kill -KILL "$(worker_pid h2)"
tells_what() {
    says 30 "" --json && [ "$(row .move)" = you ] &&
        row .sentence | grep -q "cannot copy vm1 to h2: h2: cannot write to replica"
}
wait_for 60 tells_what
hides_it() {
    says 30 "" --json && [ "$(row .problem)" = null ]
}
missed=0 looks=0 deadline=$((SECONDS + 120))
until says 0 protected vm1; do
    [ $SECONDS -lt $deadline ] || fail "not protected again: $output"
    looks=$((looks + 1))
    if hides_it && [ "$(row .state)" != alone ]; then
        missed=$((missed + 1)) # between two links, by chance
    fi
done
[ $missed -le $((2 + looks / 4)) ] || fail "not said $missed times of $looks"
must lab on h2 rm /var/lib/ftadmin/faults

stands_on() { # HOST STATE
    says "$([ "$2" = protected ] && echo 0 || echo 30)" "" --json &&
        [ "$(row '"\(.primary) \(.state) \(.stands.by)"')" = "$1 $2 paused" ] &&
        [ "$(lab on "$1" virsh -q -c qemu:///system domstate vm1)" = paused ]
}
runs_on() { # HOST STATE
    [ "$(lab on "$1" virsh -q -c qemu:///system domstate vm1)" = running ] &&
        [ "$(pair_on "$1" '"\(.state) \(.stands)"')" = "$2 null" ]
}
note "suspended by an administrator: said, and goes on from there; a worker's end changes nothing"
must lab on h1 virsh -q -c qemu:///system suspend vm1
wait_for 20 stands_on h1 protected
row .sentence | grep -q "suspended by the administrator" || fail "$(row .sentence)"
must lab on h1 kill -KILL "$(worker_pid h1)"
wait_for 60 stands_on h1 protected
must lab on h1 virsh -q -c qemu:///system resume vm1
wait_for 20 runs_on h1 protected

note "a state folder that cannot be written is said before anything fails"
problem_of() { # HOST PATTERN
    pair_on "$1" .problem.text | grep -q "$2"
}
must lab on h1 sh -c 'cd /var/lib/ftadmin/pairs/* && until mkdir probe 2>/dev/null; do rm -f probe; done'
wait_for 20 problem_of h1 "cannot be written"
exits 30 ftadmin status --json
row .sentence | grep -q "cannot be written" || fail "$(row .sentence)"
lab on h1 sh -c 'rmdir /var/lib/ftadmin/pairs/*/probe'
wait_for 20 problem_of h1 null

note "the host goes, as was said, while the VM is suspended: so it is on the other one, whose state disk is full"
must lab on h1 virsh -q -c qemu:///system suspend vm1
wait_for 20 stands_on h1 protected
lab on h2 dd if=/dev/zero of=/var/lib/ftadmin/fill bs=64k 2>/dev/null
wait_for 20 problem_of h2 "no room"
must lab power-off h1
wait_for 20 stands_on h2 alone
has_event h2 takeover || fail "nobody says that h2 took over"
must lab on h2 virsh -q -c qemu:///system resume vm1
wait_for 20 runs_on h2 alone
wait_for 20 watched vm1 alone
kill -TERM $watcher
wait $watcher
[ $? -eq 130 ] || fail "status --watch ended otherwise"
