# SPDX-License-Identifier: GPL-2.0-or-later
# Each room of src, db and ui has a folder here with the tests of it.
include tests/unit/allow/local.mk
include tests/unit/base/local.mk
include tests/unit/cli/local.mk
include tests/unit/db/local.mk
include tests/unit/disk/local.mk
include tests/unit/drift/local.mk
include tests/unit/engine/local.mk
include tests/unit/gate/local.mk
include tests/unit/inventory/local.mk
include tests/unit/link/local.mk
include tests/unit/model/local.mk
include tests/unit/measure/local.mk
include tests/unit/pair/local.mk
include tests/unit/plan/local.mk
include tests/unit/primary/local.mk
include tests/unit/protect/local.mk
include tests/unit/qemu/local.mk
include tests/unit/remote/local.mk
include tests/unit/standby/local.mk
include tests/unit/text/local.mk
include tests/unit/tui/local.mk
include tests/unit/virt/local.mk
include tests/unit/witness/local.mk
include tests/unit/worker/local.mk
include tests/unit/work/local.mk

# what tests of several rooms share
EXTRA_DIST += tests/unit/inventory-fixture.h tests/unit/scratch.h \
	tests/unit/virt-test.h tests/unit/wire.h \
	tests/unit/data/domain/pc-raw-mirrored.xml \
	tests/unit/data/domain/q35-qcow2-vga.xml \
	tests/unit/data/domain/q35-raw-after-takeover.xml \
	tests/unit/data/domain/q35-uefi-spice.xml \
	tests/unit/data/domain/ramblock-7.2.txt \
	tests/unit/data/ovsdb-reply.json \
	tests/unit/data/qemu/device-state-7.2-kvm \
	tests/unit/data/qemu/device-state-7.2-tcg

# the arrows between the rooms, I/O in pure ones, SQL outside of db
TESTS += tests/unit/check-layers
dist_check_SCRIPTS += tests/unit/check-layers
