# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftgate.a
libftgate_a_SOURCES = \
	src/gate/gate-qemu.c src/gate/gate-qemu.h \
	src/gate/gate-queue.c src/gate/gate-queue.h \
	src/gate/gate.c src/gate/gate.h
