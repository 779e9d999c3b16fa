#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host is taken out of service with the VM that runs there, is rebooted, and comes back; then
# the host of the copy is, and the copy is made on a third one. The guest answers all the time. What
# is copied back to a host that handed the VM over is what was written since, as long as nobody else
# wrote to its disk.
. "$(dirname "$0")/functions.sh"

alone_on() { # HOST
    [ "$(pair_on "$1" '"\(.role) \(.state)"')" = "primary alone" ]
}

answers() { # HOST
    engine "$1" hello >/dev/null
}

is_out() { # HOST
    engine "$1" status | jq -e '.maintenance.since > 0' >/dev/null
}

# How the last copy that this host made of the disks went, as it was told.
told_of_copy() { # HOST
    engine "$1" events | jq -r '[.events[] | select(.kind == "copied")][-1].text'
}

no_qemu_on() { # HOST
    [ -z "$(lab on "$1" virsh -q -c qemu:///system list --name)" ]
}

data_mib=24 # on the disk

shares_machine=yes
start_lab --hosts 3
start_guest h1 vm1 --memory 128 --disk raw --disk-size 128
add_hosts h1 h2 h3 w1
# behind the ledger's records: the guest knows of none of it
must dd if=/dev/urandom of="$FTLAB/h1/var/lib/libvirt/images/vm1-disk0.raw" bs=1M seek=64 \
    count=$data_mib conv=notrunc,fsync status=none
start_client --connections 2
protect_guest vm1 --standby h2

note "the host of the VM is taken out"
exits 0 ftadmin maintenance h1 on --yes --json
jq -e '.host == "h1" and .since_ms > 0 and .witness_of == []
    and .vms[0].did == "handed over" and .vms[0].on == "h2"' <<<"$output" >/dev/null ||
    fail "maintenance: $output"
wait_for 30 alone_on h2
is_out h1 || fail "its engine does not know: $(engine h1 status)"
wait_for 10 no_qemu_on h1
exits 0 ftadmin maintenance h1 on --yes # said again
exits 30 ftadmin status
complains "vm1 runs without a copy"
[ "$(pair_status vm1 '"\(.maintenance.standby > 0) \(.reason)"')" = "true h1 is under maintenance" ] ||
    fail "status: $(ftadmin status --json)"
exits 0 ftadmin host list --json
jq -e '[.hosts[] | select(.maintenance_s != null).name] == ["h1"]' <<<"$output" >/dev/null ||
    fail "host list: $output"
exits 4 ftadmin check vm1 --standby h1
[[ $output == *standby.maintenance* ]] || fail "check: $output"

note "it is rebooted, and stays out"
lab power-off h1
power_on h1
wait_for 60 answers h1
is_out h1 || fail "a reboot ended it: $(engine h1 status)"
engine h1 drain '{"on":false}' >/dev/null # as ftengine-drain.service says at a boot
sleep_until_no_copy() { alone_on h2 && no_qemu_on h1; }
wait_for 30 sleep_until_no_copy
guest_goes_on

note "it comes back, and with it the VM"
exits 0 ftadmin maintenance h1 off --wait --json
jq -e '.since_ms == null and .vms[0].did == "back" and .vms[0].on == "h1"' <<<"$output" >/dev/null ||
    fail "off: $output"
wait_for 60 protected_from h1
# from the VM's own image of before; then from the disk that it ran on
[[ $(told_of_copy h2) =~ \ ([0-9]+)\.[0-9]\ MiB\ of\ its\ disks\ were\ there\ .*another\ file ]] ||
    fail "copied to h1: $(told_of_copy h2)"
[ "${BASH_REMATCH[1]}" -ge $data_mib ] || fail "copied to h1: $(told_of_copy h2)"
copied_by h1 changes $((2 << 20))
exits 0 ftadmin verify vm1
guest_goes_on

note "there and back: what was written since is sent, and nothing else"
exits 0 ftadmin switchover vm1 --yes
wait_for 60 protected_from h2
copied_by h2 changes $((2 << 20))
guest_goes_on
exits 0 ftadmin verify vm1
exits 0 ftadmin switchover vm1 --yes
wait_for 60 protected_from h1
copied_by h1 changes $((2 << 20))
guest_goes_on

note "somebody writes to the disk that it ran on: all of it is compared, and that is mended"
exits 0 ftadmin maintenance h1 on --yes
wait_for 30 alone_on h2
guest_goes_on
must dd if=/dev/urandom of="$FTLAB/h1/var/lib/libvirt/images/vm1-disk0.raw" bs=4096 seek=25000 \
    count=3 conv=notrunc status=none
exits 0 ftadmin maintenance h1 off --wait
wait_for 60 protected_from h1
[[ $(told_of_copy h2) = *"(all was compared: h1 says of disk vda: it was written by somebody else"* ]] ||
    fail "copied to h1: $(told_of_copy h2)"
copied_by h1 changes $((2 << 20))
exits 0 ftadmin verify vm1
for host in h1 h2; do
    ! has_event $host replica-differs || fail "what was not sent differed"
done

note "the host of the copy is taken out, and the copy moved"
exits 0 ftadmin maintenance h2 on --standbys move --wait --yes
wait_for 60 protected_from h1
[ "$(pair_on h1 .standby)" = h3 ] || fail "the copy is not on h3: $(pair_on h1)"
[ "$(engine h2 status | jq '.pairs | length')" = 0 ] || fail "h2: $(engine h2 status)"
exits 0 ftadmin maintenance h2 off
is_out h2 && fail "h2 is out still"

note "another witness while it is protected, the old one having died"
exits 0 ftadmin witness vm1 h2 --json
jq -e '.from == "w1" and .witness == "h2" and .left == null' <<<"$output" >/dev/null ||
    fail "witness: $output"
protected_from h1 || fail "it is not protected any more: $(pair_on h1)"
[ "$(pair_on h1 '"\(.witness) \(.next_witness)"') $(pair_on h3 .witness)" = "h2 null h2" ] ||
    fail "h1: $(pair_on h1) h3: $(pair_on h3)"
[ "$(engine w1 witness-list | jq '.pairs | length')" = 0 ] || fail "w1 has it still"
exits 1 ftadmin witness vm1 h2 # it is so already
exits 5 ftadmin witness vm1 h3
complains "one of the two hosts"
exits 0 ftadmin witness vm1 w1
lab power-off w1
exits 7 ftadmin witness vm1 best
complains "could not be told to forget"
protected_from h1 || fail "it is not protected any more: $(pair_on h1)"
guest_goes_on

note "h1 is lost, and h3 has it by the word of the new witness"
fault_time=$(mark_fault)
lab power-off h1
wait_for 30 alone_on h3
guest_goes_on

stop_client
check_ledger --fault-time "$fault_time"
