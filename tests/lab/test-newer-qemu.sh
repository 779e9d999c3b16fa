#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts are upgraded one after the other, and no guest is restarted: Debian 12's QEMU on both, then
# Debian 13's on the standby, whose copies are made anew with it, with the same memory and ROMs to the
# last byte. The primary is lost; the way back to its older QEMU is refused with its reason, until it
# has the newer one as well. A pc and a q35 guest, each with what a newer QEMU brings another ROM for.
. "$(dirname "$0")/functions.sh"

deadline=90
qemu_paths=(bin/qemu-system-x86_64 share/qemu share/seabios lib/x86_64-linux-gnu/qemu)
refused="its QEMU 7[0-9.]+ is older than the VM's 10[0-9.]+"

# Puts the newer QEMU in the place of the host's own, for what is started from now on.
upgrade_qemu() { # HOST
    local path
    for path in "${qemu_paths[@]}"; do
        must lab on "$1" mount --bind "$newer/usr/$path" "/usr/$path"
    done
}

downgrade_qemu() { # HOST
    local path
    for path in "${qemu_paths[@]}"; do
        must lab on "$1" umount "/usr/$path"
    done
}

running_qemu() { # HOST VM
    lab on "$1" virsh -c qemu:///system qemu-monitor-command "$2" '{"execute":"query-version"}' |
        jq -r '.return.qemu | "\(.major).\(.minor)"'
}

# Each VM has a ledger and a client: helpers work on the one that is taken.
declare -A addresses=() logs=() pids=()
keep() { # VM
    addresses[$1]=$guest_address logs[$1]=$client_log pids[$1]=$client_pid
}

take() { # VM
    guest_address=${addresses[$1]} client_log=${logs[$1]} client_pid=${pids[$1]}
}

both_are() { # STATE PRIMARY
    ftadmin status --json 2>/dev/null | jq -e --arg state "$1" --arg host "$2" \
        '[.pairs[] | select(.state == $state and .primary == $host)] | length == 2' >/dev/null
}

is_back() { # VM
    [ "$(pair_status "$1" '"\(.state) \(.primary)"')" = "protected h1" ]
}

go_on_since() { # TIME
    local vm
    for vm in vm1 vm2; do
        take $vm
        answers_since "$1" || return
    done
}

# As the guest has it and as the copy does: memory, and with it the ROMs of the older QEMU.
verified() { # VM
    exits 0 ftadmin verify "$1"
}

says_older() { # VM
    [ "$(pair_status "$1" '"\(.qemu.older) \(.at_risk)"')" = "true null" ]
}

says_why() { # VM
    pair_status "$1" .sentence | grep -qE "$refused"
}

at_end() {
    local vm
    for vm in "${!pids[@]}"; do
        [ -z "${pids[$vm]}" ] || kill "${pids[$vm]}" 2>/dev/null
    done
}

own=$(qemu-system-x86_64 --version 2>/dev/null | grep -oE 'version [0-9]+' | tr -dc 0-9)
[ "${own:-99}" -lt 10 ] || skip "this machine's QEMU is not older than Debian 13's"
[ "${FT_LAB_TESTS:-yes}" = yes ] || skip "FT_LAB_TESTS=$FT_LAB_TESTS"
requires_root
newer=$("$test_top/tests/lab/newer-qemu" 2>"${TMPDIR:-/tmp}/newer-qemu.$$") || {
    reason=$(tail -n 1 "${TMPDIR:-/tmp}/newer-qemu.$$")
    rm -f "${TMPDIR:-/tmp}/newer-qemu.$$"
    skip "$reason"
}
rm -f "${TMPDIR:-/tmp}/newer-qemu.$$"
shares_machine=yes
start_lab
start_guest h1 vm1 --machine pc --nics 2 --video vga
client_pid=
protect_guest vm1 --silence 3000
start_client --connections 1 --payload 200
keep vm1
start_guest h1 vm2 --machine q35 --nics 2
client_pid=
protect_guest vm2 --silence 3000
start_client --connections 1 --payload 200
keep vm2
wait_for $deadline both_are protected h1

note "the standby's host is upgraded, and the copies are made anew"
upgrade_qemu h2
for vm in vm1 vm2; do
    must lab on h2 virsh -q -c qemu:///system destroy $vm
done
made_anew() {
    both_are protected h1 && [[ $(running_qemu h2 vm1) = 10.* ]] && [[ $(running_qemu h2 vm2) = 10.* ]]
}
wait_for $deadline made_anew
verified vm1
verified vm2

note "a VM in an older QEMU than its host's is no risk"
upgrade_qemu h1
wait_for $deadline says_older vm1
exits 0 ftadmin status
complains 'vm1 runs QEMU 7\.[0-9.]+, h1 has 10\.[0-9.]+'
downgrade_qemu h1

note "the primary is lost"
fault=$(mark_fault)
must lab power-off h1
wait_for $deadline go_on_since "$fault"
for vm in vm1 vm2; do
    [[ $(running_qemu h2 $vm) = 10.* ]] || fail "$vm runs in QEMU $(running_qemu h2 $vm)"
done

note "the way back leads to an older QEMU"
must lab power-on h1
for vm in vm1 vm2; do
    wait_for $deadline says_why $vm
done
note "$(pair_status vm1 .sentence)"
exits 30 ftadmin status
goes_on=$(mark_fault)
wait_for $deadline go_on_since "$goes_on"

note "that host is upgraded, and they are protected by themselves"
upgrade_qemu h1
wait_for $deadline both_are protected h2

note "one is handed over, and only what was written since is copied back, by the newer QEMU too"
exits 0 ftadmin switchover vm1 --yes
wait_for $deadline is_back vm1
way=$(engine h1 status | jq -r '.pairs[] | select(.vm == "vm1").copied.way')
[ "$way" = changes ] || fail "copied by $way: $(engine h1 status)"
verified vm1
for vm in vm1 vm2; do
    take $vm
    stop_client
    pids[$vm]=
    check_ledger --fault-time "$fault"
done
