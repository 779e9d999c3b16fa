# SPDX-License-Identifier: GPL-2.0-or-later
# Drift of standbys: drift.c is pure.
noinst_LIBRARIES += libftdrift.a
libftdrift_a_SOURCES = \
	src/drift/drift.c src/drift/drift.h \
	src/drift/drift-run.c src/drift/drift-run.h
