# SPDX-License-Identifier: GPL-2.0-or-later
# Carries plans out over SSH.
noinst_LIBRARIES += libftprotect.a
libftprotect_a_SOURCES = \
	src/protect/apply.c src/protect/apply-private.h \
	src/protect/cpu-question.c \
	src/protect/backup.c src/protect/backup.h \
	src/protect/fleet-again.c \
	src/protect/fleet-engine.c \
	src/protect/fleet-pairs.c \
	src/protect/fleet.c src/protect/fleet.h \
	src/protect/fix.c \
	src/protect/flushes.c \
	src/protect/host-files.c \
	src/protect/image.c src/protect/image.h \
	src/protect/image-mark.c src/protect/image-mark.h \
	src/protect/nbd-tls.c src/protect/nbd-tls.h \
	src/protect/journal.h \
	src/protect/measure.c \
	src/protect/prepare.c \
	src/protect/progress.c \
	src/protect/protect-private.h \
	src/protect/protect.h \
	src/protect/rehearse.c \
	src/protect/record.c src/protect/record.h \
	src/protect/release.c \
	src/protect/rollback.c \
	src/protect/settings.c \
	src/protect/start.c \
	src/protect/steps.c \
	src/protect/switchover.c \
	src/protect/sync.c \
	src/protect/throughput.c \
	src/protect/connections.c \
	src/protect/undo.c \
	src/protect/unprotect.c \
	src/protect/upgrade.c src/protect/upgrade.h \
	src/protect/verify.c \
	src/protect/witness.c src/protect/witness.h
