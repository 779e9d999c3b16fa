# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftqemu.a
libftqemu_a_SOURCES = \
	src/qemu/block-match.c src/qemu/block-match.h \
	src/qemu/block-search.c src/qemu/block-search.h \
	src/qemu/clock-line.c src/qemu/clock-line.h \
	src/qemu/device-clocks.c src/qemu/device-clocks.h \
	src/qemu/device-sections.c src/qemu/device-sections.h \
	src/qemu/device-state.c src/qemu/device-state.h \
	src/qemu/device-stream.c \
	src/qemu/guest-clock.c src/qemu/guest-clock.h \
	src/qemu/guest-memory.c src/qemu/guest-memory.h \
	src/qemu/inject.c src/qemu/inject.h \
	src/qemu/inject-code.c src/qemu/inject-code.h \
	src/qemu/inject-frame.c src/qemu/inject-frame.h \
	src/qemu/kernel-abi.h \
	src/qemu/page-ranges.c src/qemu/page-ranges.h \
	src/qemu/page-scan.c src/qemu/page-scan.h \
	src/qemu/page-scanners.c src/qemu/page-scanners.h \
	src/qemu/page-set.c src/qemu/page-set.h \
	src/qemu/process-memory.c src/qemu/process-memory.h \
	src/qemu/qemu-fd.c src/qemu/qemu-fd.h \
	src/qemu/ram-block.h \
	src/qemu/ram-blocks.c src/qemu/ram-blocks.h \
	src/qemu/saver-marker.c src/qemu/saver-marker.h \
	src/qemu/saver-memfd.c src/qemu/saver-memfd.h \
	src/qemu/saver-pipe.c src/qemu/saver-pipe.h \
	src/qemu/stop-events.c src/qemu/stop-events.h \
	src/qemu/uffd.c src/qemu/uffd.h \
	src/qemu/variable-search.c src/qemu/variable-search.h \
	src/qemu/vcpu-time.c src/qemu/vcpu-time.h
