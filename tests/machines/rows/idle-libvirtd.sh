# SPDX-License-Identifier: GPL-2.0-or-later
# libvirtd as Debian starts it: on demand, by its socket, ended after 120 s without work. A host
# whose libvirtd has ended is none that is silent: it is protected on, and looked at, as any other.
# shellcheck shell=bash
: "${folder:?}"
# shellcheck disable=SC2034 # the runner reads it
rounds=1

begin() {
    must machines up m1 m2 m3
    start_guest m1 vm1 --nic qemu
    add_hosts m1 m2 m3
}

has_ended() { # HOST
    ! machines on "$1" systemctl -q is-active libvirtd.service
}

round() {
    local begun=$SECONDS
    wait_for 400 has_ended m2 || fail "libvirtd on m2 does not end"
    figure "ended_after_s=$((SECONDS - begun))"
    exits 0 ftadmin vm list
    exits 0 ftadmin check vm1 --standby m2 --witness m3
    wait_for 400 has_ended m2 || fail "libvirtd on m2 does not end again"
    protect_guest vm1 m2 m3
    wait_for 300 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
    # the witness has a libvirtd that nobody asks for anything
    wait_for 400 has_ended m3 || fail "libvirtd on m3 does not end"
    is_protected vm1 || fail "not protected any more: $(ftadmin status 2>&1)"
    figure "on=${primary:?}"
}
