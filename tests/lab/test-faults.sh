#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fault point of the engine, on the side where it matters, under load: a step that fails, a
# worker that dies there. Each time the guest goes on, protection comes back by itself, and nothing
# is lost. Needs --enable-fault-injection; src/base/fault.h says what the names mean.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/host-facts.sh"
. "$(dirname "$0")/faults.sh"

# Each try is two crashes at most.
tries=0
try() { # HOST FAULT
    local host=$1 fault=$2
    note "$host $fault"
    [ $((tries++ % 2)) = 1 ] || forget_crashes "$host"
    arm_worker "$host" "$fault"
    wait_for 30 was_hit "$host" "${fault#*=}" "$armed"
    guest_goes_on 20
    wait_for 60 protected_from h1
    guest_goes_on
}

built_with_faults || skip "built without --enable-fault-injection"
won_and_never_ran() { # HOST
    record_of "$1" | jq -e '.role == "primary" and .unrun' >/dev/null
}

start_lab
start_guest h1 vm1
remember_hosts h1 h2
# dead between the record of what it makes and the making
must lab on h2 sh -c 'mkdir -p /var/lib/ftadmin && echo made-recorded=kill >/var/lib/ftadmin/faults'
protect_guest vm1
[ "$(events_of h2 worker-died)" -ge 1 ] || fail "it did not die"
lab on h2 rm /var/lib/ftadmin/faults
start_client --connections 3 --payload 200
guest_goes_on

for point in saver-stop@30 checkpoint-stopped@30 checkpoint-ship@30 memory-scan@2 state-save@1; do
    try h1 "${point%@*}=kill@${point#*@}"
done
for point in saver-stop@30 saver-finish@30 checkpoint-stopped@30 checkpoint-ship@30 \
    memory-scan@2 link-send@300 link-receive@100 gate-attach@1 uffd-open@1 state-save@1; do
    try h1 "${point%@*}=5@${point#*@}"
done
for point in replica-apply@20 disk-log-append@5 state-save@1; do
    try h2 "${point%@*}=kill@${point#*@}"
done
for point in replica-write@3 replica-apply@20 replica-sync@2 disk-log-append@5 disk-log-apply@5 \
    link-receive@200 state-save@1; do
    try h2 "${point%@*}=5@${point#*@}"
done
exits 0 ftadmin verify vm1

note "the gate of a NIC is taken out of QEMU: the copy is made anew behind another one"
monitor() { # COMMAND [NAME VALUE]
    lab on h1 virsh -q -c qemu:///system qemu-monitor-command vm1 \
        "$(jq -cn --arg c "$1" --arg n "${2:-x}" --arg v "${3-}" \
            '{execute: $c} + if $v == "" then {} else {arguments: {($n): $v}} end')"
}
forget_events h1 h2
for name in $(monitor qom-list path /objects | jq -r '.return[].name | select(startswith("ftgate"))'); do
    monitor object-del id "$name" >/dev/null
done
for name in $(monitor query-chardev | jq -r '.return[].label | select(startswith("ftgate"))'); do
    monitor chardev-remove id "$name" >/dev/null
done
wait_for 20 has_event h1 gate-broken
wait_for 60 protected_from h1
guest_goes_on

note "a definition that h2 must not take, from an h1 that does not look: refused, and both say why"
lab on h1 tee /root/rng.xml >/dev/null <<'XML'
<rng model='virtio'><backend model='random'>/dev/zero</backend></rng>
XML
says_why() { # HOST
    pair_on "$1" .problem.text | grep -q 'domain/devices/rng/backend: ./dev/zero. must be'
}
plugged_out() { # libvirt cannot while a checkpoint stops the VM
    lab on h1 virsh -q -c qemu:///system detach-device vm1 /root/rng.xml >/dev/null 2>&1
    ! lab on h1 virsh -c qemu:///system dumpxml vm1 | grep -q /dev/zero
}
arm h1 "$(printf 'carry-check=1@%d,' 1 2 3 4 5 6 7 8 | sed 's/,$//')"
wait_for 60 protected_from h1
forget_events h1 h2
must lab on h1 virsh -q -c qemu:///system attach-device vm1 /root/rng.xml
wait_for 30 has_event h2 setup-failed
wait_for 10 says_why h2
wait_for 10 says_why h1
[ -z "$(lab on h2 virsh -q -c qemu:///system list --name)" ] || fail "h2 has a copy"
guest_goes_on 20
wait_for 30 plugged_out
wait_for 90 protected_from h1
guest_goes_on

# Each end of a mirror that is not ready, or fails, has killed QEMU now and then
# (ft-architecture(7), DISKS).
note "copying the disks ends in the middle, while the guest writes"
for host in h1 h2; do
    forget_crashes $host
    for _ in 1 2 3 4; do
        wait_for 20 worker_pid $host >/dev/null
        must lab on $host kill -KILL "$(worker_pid $host)"
        sleep "0.$((RANDOM % 900 + 100))"       # not waiting: any moment will do
    done
    guest_goes_on 20
    wait_for 60 protected_from h1
done
wait_for 20 eval '! lab on h1 pgrep -f "ftengine disks" | tail -n +2 | grep -q .'
exits 0 ftadmin verify vm1

note "the ways to stop the VM that are not the first choice; a comparison that cannot read is no harm"
for mode in saver-memfd saver-pipe-refused; do
    arm h1 $mode=1,verify-read=5@3,rehearsal-sweep=16
    wait_for 60 protected_from h1
    ! has_event h1 start-failed || fail "what is left of a rehearsal stands in its way"
    guest_goes_on
    forget_events h1 h2
    exits 1 ftadmin verify vm1
    exits 0 ftadmin verify vm1
    ! has_event h1 state || fail "a comparison cost protection"
done

note "epochs are sent behind the VM, by one try or two, as only large ones are"
arm h1 "$(printf 'copy-behind=1@%d,' 2 3 5 9 10 14 15 18 20 21 25 26 30 31 | sed 's/,$//')"
wait_for 60 protected_from h1
guest_goes_on
was_behind() { # TIMES
    [ "$(pair_on h1 .counters.behind)" -ge "$1" ]
}
wait_for 20 was_behind 14
exits 0 ftadmin verify vm1

note "somebody lets the VM run, and stops it, between its pages and its state: no epoch"
arm h1 saver-memfd=1,saver-resumed=1@3
wait_for 60 has_event h1 replication-failed
wait_for 60 protected_from h1
guest_goes_on
exits 0 ftadmin verify vm1

note "the standby cannot run the VM: it goes on where it was"
arm h2 standby-load=5,rehearsal-sweep=16
wait_for 60 protected_from h1
! has_event h2 start-failed || fail "what is left of a rehearsal stands in its way"
exits 1 ftadmin switchover vm1 --yes
guest_goes_on 20
wait_for 60 protected_from h1

note "the last epoch of a switchover fails, with the VM stopped: it goes on where it was"
arm h1 saver-hold=5
wait_for 60 protected_from h1
exits 1 ftadmin switchover vm1 --yes
guest_goes_on
wait_for 60 protected_from h1

note "won is not ran: worker and copy die before the copy is loaded, and the source has it back"
arm h2 standby-load=hang
wait_for 60 protected_from h1
forget_events h1 h2
ftadmin switchover vm1 --yes >"$test_folder/switchover" 2>&1 &
wait_for 20 won_and_never_ran h2
must lab on h2 kill -KILL "$(qemu_pid h2)" "$(worker_pid h2)"
wait_for 60 protected_from h1
guest_goes_on
wait $! && fail "the switchover that did not happen succeeded: $(cat "$test_folder/switchover")"
exits 0 ftadmin verify vm1

note "the answer that the copy runs gets lost: it runs, and keeps what it won; and who took it over"
note "dies when it has defined the VM: the definition is one of ours all the same"
arm h2 standby-run=5,takeover-defined=kill
wait_for 60 protected_from h1
exits 0 ftadmin switchover vm1 --yes
guest_goes_on
wait_for 60 protected_from h2

note "libvirt's word that the VM goes on gets lost: it is looked at, and its output is not held"
arm h2 vm-resumed-told=5@30
wait_for 60 protected_from h2
guest_goes_on 20
guest_goes_on 20

note "QEMU dies, and libvirt is late to say so: that is not a failed copy, which would be forgotten"
arm h2 vm-end-told=5
wait_for 60 protected_from h2
forget_events h1 h2
must lab on h2 kill -KILL "$(qemu_pid h2)"
wait_for 20 has_event h1 takeover
guest_goes_on
wait_for 60 protected_from h1

note "somebody resumes the waiting copy: it does not run before it shall, and then it does; and who"
note "takes over dies before it has defined the VM: the next one does"
arm h2 takeover-define=kill
wait_for 60 protected_from h1
must lab on h2 virsh -q -c qemu:///system resume vm1
wait_for 60 protected_from h1
exits 0 ftadmin verify vm1
exits 0 ftadmin switchover vm1 --yes
guest_goes_on
wait_for 60 protected_from h2
record_of h2 | jq -e '.unsettled == false' >/dev/null || fail "h2 has not defined it"
exits 0 ftadmin verify vm1

note "what somebody does to the waiting copy or its file is seen, told, and mended by a new copy"
replica=$(record_of h1 | jq -r .disks.vda.path)
is_at_risk() { # WORD
    [ "$(pair_status vm1 .at_risk)" = "$1" ]
}
# shellcheck disable=SC2016 # for the inner shell
for act in "truncate -s 0 $replica" \
    'virsh domif-setlink vm1 "$(virsh -q domiflist vm1 | awk "{ print \$5; exit }")" down' \
    "mount -t tmpfs -o size=100m none ${replica%/*}"; do
    forget_events h1 h2
    must lab on h1 sh -c "$act" >/dev/null 2>&1
    wait_for 20 has_event h1 copy-spoilt
    wait_for 20 has_event h2 copy-failed
    wait_for 60 protected_from h2
done

note "the standby's pool is full, near its edge already: said once, in status, and healed by room"
is_full() {
    pair_status vm1 .problem.text | grep -qF "h1: the storage of replica $replica is full"
}
forget_events h1 h2
# 4 MiB are left of the 6 that the edge of 100 is
# shellcheck disable=SC2016 # for the inner shell
must lab on h1 sh -c 'dd if=/dev/zero of="$0/filler" bs=1M status=none \
    count=$(($(stat -fc "%a * %S" "$0") / 1048576 - 4))' "${replica%/*}"
wait_for 20 is_full
wait_for 20 has_event h1 setup-failed # it was tried again
exits 30 ftadmin status vm1
guest_goes_on
is_full || fail "status says: $(pair_status vm1 .problem.text)"
[ "$(events_of h2 copy-failed)" = 1 ] || fail "$(events_of h2 copy-failed) events of one cause"
[ "$(lab on h1 stat -fc %a "$replica")" -gt 0 ] || fail "the pool was filled to its end"
must lab on h1 rm "${replica%/*}/filler"
wait_for 60 protected_from h2

note "the standby's state folder cannot be written"
must lab on h1 sh -c 'mount --bind /var/lib/ftadmin /var/lib/ftadmin &&
    mount -o remount,ro,bind /var/lib/ftadmin'
wait_for 20 is_at_risk standby
exits 30 ftadmin status vm1
must lab on h1 umount /var/lib/ftadmin
wait_for 20 is_at_risk null
exits 0 ftadmin verify vm1

note "and after all of that nothing is left, though who takes it away dies of each thing"
exits 0 ftadmin switchover vm1 --yes
wait_for 60 protected_from h1
arm h2 made-gone=kill
wait_for 60 protected_from h1
ftadmin unprotect vm1 --yes >"$test_folder/unprotect" 2>&1 &
died() {
    [ "$(events_of h2 worker-died)" -ge 2 ] # one of arm's
}
wait_for 30 died
wait $! || fail "$(cat "$test_folder/unprotect")"
stop_client
check_ledger
hosts_are_as_before h2
# the image of before, .stale-TIME, lies below the tmpfs that was put there
host_differs_by h1 </dev/null
