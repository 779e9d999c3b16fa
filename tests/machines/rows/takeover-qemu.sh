# SPDX-License-Identifier: GPL-2.0-or-later
# The row takeover, with NICs that QEMU serves itself: <driver name='qemu'/>.
# shellcheck shell=bash
. "${here:?}/rows/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=4
guest_options=(--nic qemu)
