# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftworker.a
libftworker_a_SOURCES = \
	src/worker/channel.c src/worker/channel.h \
	src/worker/pair-store.c src/worker/pair-store.h \
	src/worker/session.c src/worker/session.h \
	src/worker/worker-actions.c src/worker/worker-actions.h \
	src/worker/worker-daemon.c src/worker/worker-daemon.h \
	src/worker/worker.c src/worker/worker.h
