# SPDX-License-Identifier: GPL-2.0-or-later
# Drift of standbys: drift.c and ways.c are pure.
noinst_LIBRARIES += libftdrift.a
libftdrift_a_SOURCES = \
	src/drift/drift.c src/drift/drift.h \
	src/drift/drift-run.c src/drift/drift-run.h \
	src/drift/ways.c src/drift/ways.h \
	src/drift/ways-try.c src/drift/ways-try.h
