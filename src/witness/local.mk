# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftwitness.a
libftwitness_a_SOURCES = \
	src/witness/votes.c src/witness/votes.h \
	src/witness/witness-client.c src/witness/witness-client.h \
	src/witness/witness-keys.c \
	src/witness/witness-pairs.c src/witness/witness-pairs.h \
	src/witness/witness-requests.c src/witness/witness-requests.h \
	src/witness/witness-protocol.h \
	src/witness/witness-store.c src/witness/witness-store.h \
	src/witness/witness.c src/witness/witness.h
