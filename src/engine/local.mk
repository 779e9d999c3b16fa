noinst_LIBRARIES += libftengine.a
libftengine_a_SOURCES = \
	src/engine/bytes.h \
	src/engine/disk-log.c src/engine/disk-log.h src/engine/disk-zero.c \
	src/engine/frame.c src/engine/frame.h \
	src/engine/link.c src/engine/link.h src/engine/preamble.c \
	src/engine/nbd-negotiate.c src/engine/nbd-protocol.h \
	src/engine/nbd-server.c src/engine/nbd-server.h \
	src/engine/nbd-session.c \
	src/engine/page-codec.h src/engine/page-decode.c \
	src/engine/page-encode.c \
	src/engine/payload.c src/engine/payload.h \
	src/engine/state-delta.c src/engine/state-delta.h \
	src/engine/tcp.c src/engine/tcp.h \
	src/engine/tls.c src/engine/tls.h
