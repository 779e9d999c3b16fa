# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftlink.a
libftlink_a_SOURCES = \
	src/link/crowd.c src/link/crowd.h \
	src/link/frame-size.c src/link/frame-size.h \
	src/link/frame.c src/link/frame.h \
	src/link/link-heart.c \
	src/link/link-hello.c \
	src/link/link-private.h \
	src/link/link.c src/link/link.h \
	src/link/page-codec.h \
	src/link/page-decode.c \
	src/link/page-encode.c \
	src/link/page-hash.c src/link/page-hash.h \
	src/link/payload.c src/link/payload.h \
	src/link/preamble.c \
	src/link/state-delta.c src/link/state-delta.h \
	src/link/tcp.c src/link/tcp.h \
	src/link/throughput.c src/link/throughput.h \
	src/link/tls-handshake.c \
	src/link/tls-private.h \
	src/link/tls-transport.c \
	src/link/tls.c src/link/tls.h \
	src/link/trips.c src/link/trips.h \
	src/link/verify-wire.c src/link/verify-wire.h
