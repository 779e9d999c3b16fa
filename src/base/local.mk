# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftbase.a
libftbase_a_SOURCES = \
	src/base/alike.c src/base/alike.h \
	src/base/boot.c src/base/boot.h \
	src/base/bytes.h \
	src/base/cleanup.h \
	src/base/clock.c src/base/clock.h \
	src/base/error.c src/base/error.h \
	src/base/fault.c src/base/fault.h \
	src/base/fit.c src/base/fit.h \
	src/base/host-names.c src/base/host-names.h \
	src/base/io.c src/base/io.h \
	src/base/json.c src/base/json.h \
	src/base/libvirt-names.c src/base/libvirt-names.h \
	src/base/limits.h \
	src/base/load.c src/base/load.h \
	src/base/local-socket.c src/base/local-socket.h \
	src/base/log.c src/base/log.h \
	src/base/nbd-address.c src/base/nbd-address.h \
	src/base/netlink.c src/base/netlink.h \
	src/base/oom-kills.c src/base/oom-kills.h \
	src/base/order.c src/base/order.h \
	src/base/paths.h \
	src/base/priority.c src/base/priority.h \
	src/base/privileges.c src/base/privileges.h \
	src/base/slots.c src/base/slots.h \
	src/base/trace.h \
	src/base/traffic-filter.c src/base/traffic-private.h \
	src/base/traffic.c src/base/traffic.h \
	src/base/unlinked-file.c src/base/unlinked-file.h \
	src/base/uuid.c src/base/uuid.h \
	src/base/versions.c src/base/versions.h
