#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A protected VM is started by hand where it must not run: libvirt's hook refuses, and says why; it
# starts where nobody else may run it, and everything else starts as ever.
. "$(dirname "$0")/functions.sh"

. "$(dirname "$0")/host-facts.sh"

hook=/etc/libvirt/hooks/qemu.d/ftadmin

virsh_on() { # HOST ARGUMENT...
    local host=$1
    shift
    lab on "$host" virsh -q -c qemu:///system "$@"
}

is_refused() { # HOST VM PATTERN
    ! output=$(virsh_on "$1" start "$2" 2>&1) || fail "$2 was started on $1"
    grep -qE -- "ftadmin: .*$3" <<<"$output" || fail "other words than $3: $output"
}

shares_machine=yes
start_lab
start_guest h1 vm1
remember_hosts h1 h2
libvirt=$(lab on h2 cat /run/libvirtd.pid)
protect_guest vm1
must lab on h1 test -x $hook
must lab on h2 test -x $hook
[ "$(lab on h2 cat /run/libvirtd.pid)" = "$libvirt" ] || fail "libvirtd was restarted"

note "a host dies, the other one takes over; it comes back alone and its old VM is started by hand"
start_client --connections 3 --payload 200
guest_goes_on
must lab power-off h1
guest_goes_on 20
must lab cut h1 h2
must lab power-on h1
is_refused h1 vm1 "the other host has a copy"
# the neighbours forget, so that whoever runs may answer
for ((i = 0; i < 5; i++)); do
    lab on adm ip neigh flush all
    guest_goes_on
done
[ "$(virsh_on h1 domstate vm1)" = "shut off" ] || fail "vm1 runs on h1 as well"

note "nor does a copy of its definition with another name, another UUID, or both and its disk"
virsh_on h1 dumpxml --inactive vm1 >"$test_folder/vm1.xml"
virsh_on h1 undefine vm1 --keep-nvram >/dev/null 2>&1 || must virsh_on h1 undefine vm1
worker=$(worker_pid h1) # one that begins while libvirt knows no such VM
must lab on h1 kill -KILL "$worker"
has_begun_anew() {
    [ "$(worker_pid h1)" -gt "$worker" ] && [ "$(pair_on h1 .state)" = failed ]
}
wait_for 20 has_begun_anew
for change in 's:<name>vm1<:<name>other<:' "/<uuid>/d" 's:<name>vm1<:<name>other<:;/<uuid>/d'; do
    sed "$change" "$test_folder/vm1.xml" | lab on h1 tee /root/changed.xml >/dev/null
    must virsh_on h1 define /root/changed.xml
    name=$(sed -n 's:.*<name>\(.*\)</name>.*:\1:p' <(lab on h1 cat /root/changed.xml) | head -n 1)
    is_refused h1 "$name" "the other host has a copy"
    must virsh_on h1 undefine "$name"
done
lab on h1 tee /root/vm1.xml <"$test_folder/vm1.xml" >/dev/null
must virsh_on h1 define /root/vm1.xml

note "past the hook, it is ended, and loudly"
intruders=0
is_ended() { # the one more that was started past the hook
    [ "$(ftadmin events --plain 2>/dev/null |
        grep -c "vm1 was started on this host, which may not run it, and was ended")" -gt $intruders ]
}
must lab on h1 mv $hook /root/hook
virsh_on h1 start vm1 2>/dev/null # it may be ended before virsh has an answer
wait_for 20 is_ended
[ "$(virsh_on h1 domstate vm1)" = "shut off" ] || fail "vm1 runs on h1 as well"
must lab on h1 mv /root/hook $hook
for ((i = 0; i < 3; i++)); do
    lab on adm ip neigh flush all
    guest_goes_on
done

note "protected again, the other way round"
must lab heal h1 h2
wait_for 60 protected_from h2
guest_goes_on
exits 0 ftadmin verify vm1

stop_client
check_ledger

note "switched off: its copy ends as well, does not start instead of it, and is ended past the hook"
copy_is_gone() {
    [ "$(pair_on h2 .state)" = unprotected ] && [ "$(pair_on h1 .state)" = unprotected ] &&
        [ "$(virsh_on h1 domstate vm1)" = "shut off" ]
}
must virsh_on h2 vol-create-as default vm1-more.raw 4M --format raw
must virsh_on h2 attach-disk vm1 /var/lib/libvirt/images/vm1-more.raw vdz --targetbus virtio
has_replica() { lab on h1 test -e /var/lib/libvirt/images/vm1-vdz.ftreplica; }
wait_for 30 has_replica
wait_for 60 protected_from h2
must virsh_on h2 destroy vm1
wait_for 20 copy_is_gone
is_refused h1 vm1 "it belongs to h2"
intruders=1
must lab on h1 mv $hook /root/hook
virsh_on h1 start vm1 2>/dev/null
wait_for 20 is_ended
must lab on h1 mv /root/hook $hook
must virsh_on h2 start vm1
wait_for 60 protected_from h2
! has_replica || fail "the replica of a disk that vm1 has no more is still on h1"
must virsh_on h2 vol-delete vm1-more.raw default

note "unprotected after a takeover: where it runs is said, and nobody can start what the other has"
old=$(lab on h1 sh -c 'sed -n "s/.*<source file=.\([^'"'"']*\).*/\1/p" /root/vm1.xml | head -n 1')
exits 0 ftadmin unprotect vm1 --yes
grep -q "vm1 is no longer protected; it runs on h2" <<<"$output" || fail "$output"
grep -q "h1: its old definition there is kept as /var/lib/ftadmin/retired/vm1-.*.xml" <<<"$output" || fail "$output"
grep -q "h1: $old, last written .*, is $old.stale-.* now" <<<"$output" || fail "$output"
! virsh_on h1 dominfo vm1 2>/dev/null || fail "vm1 is still defined on h1"
must lab on h1 sh -c "! test -e $old && ls $old.stale-* && grep -q vm1 /var/lib/ftadmin/retired/vm1-*.xml" >/dev/null
host_differs_by h1 <<CHANGES
< f /etc/libvirt/qemu/vm1.xml
< f $old
< link vnet
< process /usr/bin/qemu-system-x86_64 vm1
> d /var/lib/ftadmin/retired
> f $old.stale-TIME
> f /var/lib/ftadmin/retired/vm1-TIME.xml
CHANGES
host_differs_by h2 <<CHANGES
> f /etc/libvirt/qemu/vm1.xml
> f /var/lib/libvirt/images/vm1-vda.ftreplica
> link vnet
> process /usr/bin/qemu-system-x86_64 vm1
CHANGES
protect_guest vm1
wait_for 60 protected_from h2

note "a record that cannot be read is no permission; without a pair there is no question"
must virsh_on h2 destroy vm1
is_off() {
    [ "$(pair_on h2 .state)" = unprotected ] && [ "$(pair_on h1 .state)" = unprotected ]
}
wait_for 20 is_off
lab on h2 sh -c 'cd /var/lib/ftadmin/pairs/* && cp state.[01] /root/ && echo >state.0 && echo >state.1'
is_refused h2 vm1 "cannot be read"
lab on h2 sh -c 'cp /root/state.[01] /var/lib/ftadmin/pairs/*/'
must virsh_on h2 start vm1
wait_for 60 protected_from h2

note "unprotected while the old primary is away: it is said what is left, which does not start, and goes once it hears of that"
must lab power-off h2
took_over() { [ "$(pair_on h1 .state)" = alone ]; }
wait_for 30 took_over
exits 7 ftadmin unprotect vm1 --yes
grep -q "it runs on h1" <<<"$output" || fail "$output"
grep -q "h2: what it has of the VM stays until it reaches the witness, or unprotect is given again: .*disks as they were at 20" \
    <<<"$output" || fail "$output"
must lab cut h2 w1
must lab power-on h2
is_refused h2 vm1 "the other host has a copy"
must lab heal h2 w1
wait_for 30 has_event h2 removed
is_put_away() {
    ! virsh_on h2 dominfo vm1 2>/dev/null && has_event h2 definition-kept && has_event h2 image-renamed
}
wait_for 20 is_put_away
exits 0 ftadmin --json unprotect vm1 --yes
jq -e '.left == []' <<<"$output" >/dev/null || fail "$output"
must virsh_on h1 destroy vm1
must virsh_on h1 start vm1

note "it goes with the engine"
exits 0 ftadmin host remove h1 --yes
! lab on h1 test -e $hook || fail "the hook is still on h1"
