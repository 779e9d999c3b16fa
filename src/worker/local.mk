# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftworker.a
libftworker_a_SOURCES = \
	src/worker/carried.c src/worker/carried.h \
	src/worker/channel.c src/worker/channel.h \
	src/worker/door.c src/worker/door.h \
	src/worker/drift-news.c src/worker/drift-news.h \
	src/worker/facts-frame.c src/worker/facts-frame.h \
	src/worker/figures.c src/worker/figures.h \
	src/worker/made.c src/worker/made.h \
	src/worker/pair-images.c src/worker/pair-state.c \
	src/worker/pair-store.c src/worker/pair-store.h \
	src/worker/pair-waivers.c src/worker/pair-waivers.h \
	src/worker/pair-witness.c \
	src/worker/replica-base.c src/worker/replica-base.h \
	src/worker/session.c src/worker/session.h \
	src/worker/worker-actions.c src/worker/worker-actions.h \
	src/worker/worker-daemon.c src/worker/worker-daemon.h \
	src/worker/worker-disks.c src/worker/worker-disks.h \
	src/worker/worker-figures.c src/worker/worker-figures.h \
	src/worker/worker-drift.c src/worker/worker-drift.h \
	src/worker/worker-files.c src/worker/worker-files.h \
	src/worker/worker-intruder.c src/worker/worker-intruder.h \
	src/worker/worker-libvirt.c src/worker/worker-libvirt.h \
	src/worker/worker-link.c src/worker/worker-link.h \
	src/worker/worker-machine.c \
	src/worker/worker-made.c src/worker/worker-made.h \
	src/worker/worker-main.c src/worker/worker-main.h \
	src/worker/worker-paths.c src/worker/worker-paths.h \
	src/worker/worker-questions.c src/worker/worker-questions.h \
	src/worker/worker-removal.c src/worker/worker-removal.h \
	src/worker/worker-retire.c src/worker/worker-retire.h \
	src/worker/worker-report.c src/worker/worker-report.h \
	src/worker/worker-voters.c src/worker/worker-voters.h \
	src/worker/worker.h
