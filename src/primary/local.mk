# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftprimary.a
libftprimary_a_SOURCES = \
	src/primary/autostart.c \
	src/primary/changes.c \
	src/primary/cold-start.c \
	src/primary/copy-behind.c \
	src/primary/copy-pace.c \
	src/primary/copy-retry.c \
	src/primary/copy-way.c \
	src/primary/disk-compare.c src/primary/disk-compare.h \
	src/primary/disk-feed.c src/primary/disk-feed.h \
	src/primary/disk-feed-private.h \
	src/primary/disk-feed-record.c \
	src/primary/disk-sync.c \
	src/primary/disk-trouble.c \
	src/primary/epoch.c \
	src/primary/epoch-stats.c src/primary/epoch-stats.h \
	src/primary/freeze.c \
	src/primary/gate-watch.c src/primary/gate-watch.h \
	src/primary/handed-over.c \
	src/primary/link-proof.c \
	src/primary/memory-copy.c \
	src/primary/orders.c \
	src/primary/outgoing.c src/primary/outgoing.h \
	src/primary/page-compare.c src/primary/page-compare.h \
	src/primary/page-sender.c src/primary/page-sender.h \
	src/primary/paused.c \
	src/primary/primary-gate.c \
	src/primary/primary-private.h \
	src/primary/primary-status.c \
	src/primary/primary-vm.c \
	src/primary/primary.c src/primary/primary.h \
	src/primary/record-watch.c \
	src/primary/replicator.c \
	src/primary/stall.c \
	src/primary/stop.c \
	src/primary/sync.c \
	src/primary/verify-primary.c \
	src/primary/verify-walk.c src/primary/verify-walk.h
