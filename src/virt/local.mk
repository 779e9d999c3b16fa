# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftvirt.a
libftvirt_a_SOURCES = \
	src/virt/block-copy.c src/virt/block-copy.h \
	src/virt/disk-errors.c src/virt/disk-errors.h \
	src/virt/loop.c src/virt/loop.h \
	src/virt/place.c src/virt/place.h \
	src/virt/qemu-log.c src/virt/qemu-log.h \
	src/virt/qmp.c src/virt/qmp.h \
	src/virt/retire.c src/virt/retire.h \
	src/virt/run-state.c src/virt/run-state.h \
	src/virt/standby-xml.c src/virt/standby-xml.h \
	src/virt/standby.c src/virt/standby.h \
	src/virt/vm.c src/virt/vm.h \
	src/virt/vm-end.c src/virt/vm-end.h \
	src/virt/volume.c src/virt/volume.h \
	src/virt/xml-changes.c src/virt/xml-changes.h \
	src/virt/xml.c src/virt/xml.h
