# SPDX-License-Identifier: GPL-2.0-or-later
# Carries plans out over SSH.
noinst_LIBRARIES += libftprotect.a
libftprotect_a_SOURCES = \
	src/protect/apply.c \
	src/protect/fleet-again.c \
	src/protect/fleet-engine.c \
	src/protect/fleet-pairs.c \
	src/protect/fleet.c src/protect/fleet.h \
	src/protect/host-files.c \
	src/protect/journal.h \
	src/protect/prepare.c \
	src/protect/protect-private.h \
	src/protect/protect.h \
	src/protect/settings.c \
	src/protect/start.c \
	src/protect/switchover.c \
	src/protect/sync.c \
	src/protect/connections.c \
	src/protect/unprotect.c \
	src/protect/upgrade.c src/protect/upgrade.h \
	src/protect/verify.c
