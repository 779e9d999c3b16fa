# SPDX-License-Identifier: GPL-2.0-or-later
# What a host is. facts.c, host.c, identity.c and system.c are pure; the probe needs libvirt and libxml2.
noinst_LIBRARIES += libftinventory.a
libftinventory_a_SOURCES = \
	src/inventory/compare-cpu.c src/inventory/compare-cpu.h \
	src/inventory/facts.c src/inventory/facts.h \
	src/inventory/flushes.c src/inventory/flushes.h \
	src/inventory/host.c src/inventory/host.h \
	src/inventory/identity.c src/inventory/identity.h \
	src/inventory/look.c src/inventory/look.h \
	src/inventory/probe-ask.c \
	src/inventory/probe-backing.c \
	src/inventory/probe-blocked.c \
	src/inventory/probe-condition.c \
	src/inventory/probe-disks.c \
	src/inventory/probe-domains.c \
	src/inventory/probe-emulators.c \
	src/inventory/probe-firewall.c \
	src/inventory/probe-image.c \
	src/inventory/probe-kernel.c \
	src/inventory/probe-libvirt-private.h \
	src/inventory/probe-libvirt.c \
	src/inventory/probe-nics.c \
	src/inventory/probe-ovs.c \
	src/inventory/probe-plug.c \
	src/inventory/probe-pools.c \
	src/inventory/probe-ports.c \
	src/inventory/probe-private.h \
	src/inventory/probe-version.c \
	src/inventory/probe-workers.c \
	src/inventory/probe-xml.c \
	src/inventory/probe.c src/inventory/probe.h \
	src/inventory/system.c src/inventory/system.h
