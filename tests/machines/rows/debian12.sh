# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 12 hosts: refused with the kernel that they are installed with, by the package that they
# lack, and nothing is touched. With that kernel protected, and taken over when the host dies.
# shellcheck shell=bash
. "${here:?}/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=1

begin() {
    must machines up m1=debian12-stock m2=debian12-stock
    start_guest m1 vm1 --nic qemu
    add_hosts m1 m2
}

# The package is in the image: what is left is the reboot.
reboot_into_debian12() { # HOST...
    local host hosts=()
    for host; do
        must machines on "$host" sync
        must machines power-off "$host"
        hosts+=("$host=debian12")
    done
    must machines up "${hosts[@]}" m3=debian12
}

refused_for_its_kernel() {
    local before after
    before=$(machines on m1 virsh -q dumpxml --inactive vm1)
    exits 4 ftadmin protect vm1 --standby m2 --witness none --yes
    said 'primary\.kernel' 'apt-get install linux-image-6\.12-amd64'
    after=$(machines on m1 virsh -q dumpxml --inactive vm1)
    [ "$before" = "$after" ] || fail "vm1 was changed"
    [ "$(machines on m1 virsh -q domstate vm1)" = running ] || fail "vm1 does not run"
    figure "refused_with=$(machines on m1 uname -r)"
}

round() {
    refused_for_its_kernel
    reboot_into_debian12 m1 m2
    figure "kernel=$(machines on m1 uname -r)"
    must machines on m1 virsh -q start vm1 >&2
    start_guest m3 control --nic qemu
    add_hosts m3
    protect_guest vm1 m2 m3
    takeover_round 1
}
