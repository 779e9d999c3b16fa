# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftstandby.a
libftstandby_a_SOURCES = \
	src/standby/admit.c src/standby/admit.h \
	src/standby/backup.c src/standby/backup.h \
	src/standby/copy-look.c src/standby/copy-look.h \
	src/standby/copy-watch.c \
	src/standby/definition.c \
	src/standby/epoch.c \
	src/standby/media.c src/standby/media.h \
	src/standby/memory-hash.c src/standby/memory-hash.h \
	src/standby/memory-snapshot.c src/standby/memory-snapshot.h \
	src/standby/nvram.c src/standby/nvram.h \
	src/standby/older-image.c src/standby/older-image.h \
	src/standby/rehearsal-console.c src/standby/rehearsal-console.h \
	src/standby/rehearsal-private.h \
	src/standby/rehearsal-run.c \
	src/standby/rehearsal-watch.c \
	src/standby/rehearsal.c \
	src/standby/replica-seal.c src/standby/replica-seal.h \
	src/standby/replica-snapshot.c src/standby/replica-snapshot.h \
	src/standby/replica.c src/standby/replica.h \
	src/standby/resume-clocks.c src/standby/resume-clocks.h \
	src/standby/room.c src/standby/room.h \
	src/standby/snapshot-slot.c src/standby/snapshot-slot.h \
	src/standby/staged-pages.c src/standby/staged-pages.h \
	src/standby/standby-private.h \
	src/standby/standby-setup.c \
	src/standby/standby.c src/standby/standby.h \
	src/standby/takeover.c \
	src/standby/tap.c src/standby/tap.h \
	src/standby/verify-standby.c src/standby/verify-standby.h \
	src/standby/waiting.c \
	src/standby/write-back.c src/standby/write-back.h
