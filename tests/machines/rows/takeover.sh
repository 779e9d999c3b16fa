# SPDX-License-Identifier: GPL-2.0-or-later
# Takeovers in a row under load, hosts killed and cut off in turn, of a VM with vhost-net under KVM:
# nothing lost, doubled or reset, and protected again by itself. Beside it, on the witness's host, an
# unprotected guest of the same kind under the same load: what it suffers is the machine's doing.
# shellcheck shell=bash
. "${here:?}/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=20
guest_options=()

begin() {
    must machines up m1 m2 m3
    start_guest m3 control "${guest_options[@]}"
    start_guest m1 vm1 "${guest_options[@]}"
    add_hosts m1 m2 m3
    protect_guest vm1 m2 m3
}

round() { # NUMBER
    takeover_round "$1"
}
