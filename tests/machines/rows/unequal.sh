# SPDX-License-Identifier: GPL-2.0-or-later
# A Debian 13 host's VM has no standby on a Debian 12 host: its QEMU is older, and takes nothing over
# from a newer one. The other way round it is a warning and no refusal. Said by the plan, and nothing
# is touched. (Protected and taken over onto the newer one: tests/lab/test-newer-qemu.sh.)
# shellcheck shell=bash
: "${folder:?}"
# shellcheck disable=SC2034 # the runner reads it
rounds=1

begin() {
    must machines up m1=debian13 m2=debian12
    start_guest m1 vm1 --nic qemu
    start_guest m2 vm2 --nic qemu
    add_hosts m1 m2
}

# What protect could have touched.
state_of() { # HOST
    # shellcheck disable=SC2016 # for the host's shell
    machines on "$1" sh -c 'for vm in $(virsh -q list --all --name); do
            virsh -q dumpxml --inactive $vm; virsh -q domstate $vm; done
        virsh -q vol-list default
        ls -R /var/lib/ftadmin/pairs /etc/libvirt/qemu 2>&1' |
        grep -v '^/var/lib/libvirt/images *[0-9]' >"$folder/$1.$2"
}

is_refused() { # VM STANDBY
    exits 4 ftadmin protect "$1" --standby "$2" --witness none --yes
    said 'standby\.qemu'
}

# Whatever else there is to say of the two hosts.
is_a_warning() { # VM STANDBY
    local verdict
    verdict=$(ftadmin check "$1" --standby "$2" --json |
        jq -r '.checks[] | select(.id == "standby.qemu") | "\(.verdict) \(.evidence)"')
    grep -q '^warn .*of a later series' <<<"$verdict" || fail "standby.qemu of $1: $verdict"
}

round() {
    local host
    for host in m1 m2; do
        state_of $host before
    done
    is_refused vm1 m2
    is_a_warning vm2 m1
    for host in m1 m2; do
        state_of $host after
        diff "$folder/$host.before" "$folder/$host.after" || fail "$host was changed"
    done
    figure "$(grep -h -m 1 -o 'QEMU [0-9].*' <<<"${output-}${complaint-}" | tr ' ' '_')"
}
