# SPDX-License-Identifier: GPL-2.0-or-later
# A NIC with vhost-net and four queues, and what hypervisors say to Windows guests: protected,
# compared under load, taken over when its host is killed, and when it is cut off. Says how many
# calls of KVM and vhost an epoch costs.
# shellcheck shell=bash
: "${folder:?}"
. "${here:?}/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=2

begin() {
    must machines up m1 m2 m3
    start_guest m3 control
    start_guest m1 vm1 --queues 4 --hyperv --vcpus 2
    add_hosts m1 m2 m3
    protect_guest vm1 m2 m3
}

round() { # NUMBER
    wait_for 400 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
    if [ "$1" = 1 ]; then
        start_client vm1
        figure "$(calls_per_epoch "${primary:?}" vm1)"
        exits 0 ftadmin verify vm1
        figure "verify=no-difference"
        stop_clients
    fi
    takeover_round "$1"
}
