#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A standby that drifts is seen: each way of drifting it by hand, within a minute, by its check; what
# fails puts the VM at risk, what only warns does not; once it is mended nothing is left of it. A look
# that hangs is ended.
. "$(dirname "$0")/functions.sh"

# so long after it happened each is known: two looks 10 to 20 s apart, and what a busy machine adds
deadline=60

on_h2() {
    must lab on h2 sh -ec "$1"
}

# In the pair's findings: VERDICT ID EVIDENCE. Asked of the engine: h2 may be out of ftadmin's reach.
drift_has() { # PATTERN
    pair_on h1 '.drift.findings[]? | "\(.verdict) \(.id) \(.evidence)"' | grep -qE "$1"
}

drifted_not() {
    [ "$(pair_on h1 '.drift.findings == []')" = true ]
}

declare -A since

drift() { # NAME COMMANDS
    on_h2 "$2"
    since[$1]=$(now_ms)
}

known() { # NAME COMMAND...
    wait_for $deadline "${@:2}"
    note "$1: $((($(now_ms) - ${since[$1]}) / 1000)) s"
}

found() { # NAME PATTERN
    known "$1" drift_has "$2"
}

# To new connections, by the way that the link goes.
lets_nobody_in() {
    [ "$(pair_on h1 '.paths[] | select(.in_use) | .connects')" = false ]
}

mended() {
    wait_for $deadline drifted_not
    wait_for $deadline protected_from h1
}

shares_machine=yes
start_lab
start_guest h1 vm1
protect_guest vm1 --silence 3000
start_client --connections 1 --payload 200
wait_for $deadline drifted_not

boot=/var/lib/libvirt/boot
qemu=/usr/bin/qemu-system-x86_64

note "what fails: it could not take over, or its copy not be made again; and a pool"
drift "a boot file gone" "mv $boot/ledger-initrd $boot/away"
drift "a boot file that is private" "chmod o-r $boot/ledger-vmlinuz"
drift "an older QEMU" "touch /tmp/qemu; mount --bind $qemu /tmp/qemu
    printf '%s\n' '#!/bin/sh' 'case \"\$*\" in *-version*)' \
        'echo \"QEMU emulator version 7.1.9 (Debian 1:7.1+dfsg-1)\";;' \
        '*) exec /tmp/qemu \"\$@\";; esac' >/tmp/qemu-new
    chmod +x /tmp/qemu-new; mount --bind /tmp/qemu-new $qemu"
drift "no userfaultfd" "mount --bind /dev/null /dev/userfaultfd"
drift "a closed port" "iptables-legacy -A INPUT -i eth1 -p tcp --syn --dport 7331 -j DROP"
drift "the pool does not run" "virsh -q -c qemu:///system pool-destroy default"
drift "a reboot is due, and accepted" "touch /run/reboot-required"
drift "the bridge has another name" \
    "ip link set br0 down; ip link set br0 name br9; ip link set br9 up"
found "a boot file gone" 'fail standby.file .*ledger-initrd is not on h2'
found "a boot file that is private" 'fail standby.file not everybody may read .*ledger-vmlinuz'
found "an older QEMU" 'fail standby.qemu '
found "no userfaultfd" 'fail standby.kernel'
found "the pool does not run" 'warn standby.pool pool default does not run'
found "the bridge has another name" 'fail standby.network .*br0'
known "a closed port" lets_nobody_in
status_ends_with 30 || fail "a VM whose standby has drifted is well"
[ "$(pair_status vm1 .at_risk)" = drift ] || fail "at risk: $(pair_status vm1 .at_risk)"
pair_status vm1 .sentence | grep -q 'vm1 is at risk: ' || fail "$(pair_status vm1 .sentence)"
said=$(ftadmin status vm1)
for pattern in 'fail  standby.qemu  h2' 'Do: Upgrade QEMU there to the version that the VM runs'; do
    grep -q "$pattern" <<<"$said" || fail "status does not say '$pattern': $said"
done
has_event h1 '^drift$' || fail "no event"
found "a reboot is due, and accepted" 'warn standby.reboot'
must ftadmin waive vm1 standby.reboot --reason tonight
reboot_waived() { # REASON
    [ "$(pair_on h1 '.drift.findings[] | select(.id == "standby.reboot") | .waived')" = "$1" ]
}
wait_for $deadline reboot_waived tonight
on_h2 "rm /run/reboot-required; mv $boot/away $boot/ledger-initrd; chmod o+r $boot/ledger-vmlinuz
    umount $qemu; umount /tmp/qemu; umount /dev/userfaultfd
    iptables-legacy -D INPUT 1; virsh -q -c qemu:///system pool-start default; ip link set br9 down; ip link set br9 name br0; ip link set br0 up"
mended

note "what warns, and one more that fails"
drift "the bridge has no uplink" "ip link set eth0 nomaster"
drift "another MTU on the link" "ip link set eth1 mtu 1600"
drift "a smaller MTU on the bridge" "ip link set br0 mtu 1400"
drift "a reboot is due" "touch /run/reboot-required"
drift "the pool is not started with the host" \
    "virsh -q -c qemu:///system pool-autostart --disable default"
drift "another microcode" "sed 's/^microcode.*/microcode : 0x1/' /proc/cpuinfo >/root/cpuinfo
    mount --bind /root/cpuinfo /proc/cpuinfo"
found "the bridge has no uplink" 'standby.network .*br0'
found "another MTU on the link" 'warn link.mtu .*1600'
found "a smaller MTU on the bridge" 'warn standby.bridge-mtu .*1400'
found "a reboot is due" 'warn standby.reboot'
reboot_waived null || fail "a waiver holds for what was mended meanwhile"
found "another microcode" 'warn standby.microcode'
found "the pool is not started with the host" 'warn standby.pool-autostart'
on_h2 "umount /proc/cpuinfo; ip link set eth0 master br0; ip link set eth1 mtu 1500; ip link set br0 mtu 1500
    rm /run/reboot-required; virsh -q -c qemu:///system pool-autostart default"
mended

note "a smaller MTU on the way, of which neither host's NIC tells; the link goes another way"
# the switch drops what is larger: small talk comes through
path_mtu() { # BYTES
    must ip -n "ftlab-$(lab status | sed -n 's/^lab \([0-9a-f]*\) .*/\1/p')-sw" \
        link set h2g mtu "$1"
}
path_mtu 1400
since["a smaller MTU on the way"]=$(now_ms)
found "a smaller MTU on the way" \
    'fail link.mtu-passes no packet of 1500 bytes comes through from h1 to h2, .*10.77.0.2'
[ "$(pair_on h1 .state)" = protected ] || fail "$(pair_on h1 .)"
path_mtu 1500

note "a look that hangs is ended, and the next one is not"
hung() {
    lab on h2 grep -q 'look for drift hung' /var/log/ftadmin/daemon.log
}
must lab on h2 pkill -STOP -x libvirtd
wait_for $deadline hung
must lab on h2 pkill -CONT -x libvirtd
told_again() {
    [ "$(lab on h2 stat -c %Y /run/ftadmin/facts.json)" -ge "$continued" ]
}
continued=$(date +%s)
wait_for $deadline told_again
mended
has_event h1 '^drift-over$' || fail "no event of its end"
guest_goes_on
stop_client
check_ledger
