# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftgate.a
libftgate_a_SOURCES = \
	src/gate/gate-filter.c src/gate/gate-filter.h \
	src/gate/gate-plug.c src/gate/gate-plug.h \
	src/gate/gate-qemu.c src/gate/gate-qemu.h \
	src/gate/gate-queue.c src/gate/gate-queue.h \
	src/gate/gate-types.h \
	src/gate/gate.c src/gate/gate.h \
	src/gate/plug-marks.c src/gate/plug-marks.h \
	src/gate/plug-check.c \
	src/gate/plug-nic.c src/gate/plug-nic.h \
	src/gate/plug-others.c src/gate/plug-others.h \
	src/gate/plug-path.c src/gate/plug-path.h
