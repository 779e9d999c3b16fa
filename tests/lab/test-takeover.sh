#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host loses power under load, at a random moment: the guest goes on at the other one, nothing
# answered is lost. Then the host comes back, the pair is protected again by itself, and the other
# host loses power. With each kind of guest that differs for the engine. tests/lab/takeovers does
# the same as often as you like.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/takeover.sh"

start_lab
add_hosts
takeover_seed "${FT_SEED:-}"
takeover_guest vm1 --disk raw --machine pc --vcpus 1
takeover_there_and_back vm1
takeover_guest vm2 --disk qcow2 --machine q35 --vcpus 2
takeover_there_and_back vm2
takeover_guest vm3 --disks 2 --video vga --dirty-rate 8
takeover_there_and_back vm3
