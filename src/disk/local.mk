# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftdisk.a
libftdisk_a_SOURCES = \
	src/disk/changed-chunks.c src/disk/changed-chunks.h \
	src/disk/chunk-map.c src/disk/chunk-map.h \
	src/disk/chunk-store.c src/disk/chunk-store.h \
	src/disk/disk-changes.c src/disk/disk-changes.h \
	src/disk/disk-log.c src/disk/disk-log.h \
	src/disk/disk-reader.c src/disk/disk-reader.h \
	src/disk/disk-sink-main.c \
	src/disk/disk-sink-private.h \
	src/disk/disk-sink.c src/disk/disk-sink.h \
	src/disk/disk-snapshot.c src/disk/disk-snapshot.h \
	src/disk/disk-zero.c \
	src/disk/nbd-chunks.c src/disk/nbd-chunks.h \
	src/disk/nbd-export.h \
	src/disk/nbd-negotiate.c src/disk/nbd-negotiate.h \
	src/disk/nbd-protocol.h \
	src/disk/nbd-server.c src/disk/nbd-server.h \
	src/disk/nbd-session.c src/disk/nbd-session.h \
	src/disk/nbd-transmission.c src/disk/nbd-transmission.h \
	src/disk/snapshot-export.c src/disk/snapshot-export.h
