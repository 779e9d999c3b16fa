# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftengine.a
libftengine_a_SOURCES = \
	src/engine/bytes.h \
	src/engine/device-state.c src/engine/device-state.h \
	src/engine/device-stream.c \
	src/engine/gate.c src/engine/gate.h \
	src/engine/gate-qemu.c src/engine/gate-qemu.h \
	src/engine/gate-queue.c src/engine/gate-queue.h \
	src/engine/guest-memory.c src/engine/guest-memory.h \
	src/engine/inject.c src/engine/inject.h \
	src/engine/kernel-abi.h \
	src/engine/page-scan.c src/engine/page-scan.h \
	src/engine/page-set.c src/engine/page-set.h \
	src/engine/process-memory.c src/engine/process-memory.h \
	src/engine/qemu-fd.c src/engine/qemu-fd.h \
	src/engine/ram-blocks.c src/engine/ram-blocks.h \
	src/engine/saver-marker.c src/engine/saver-marker.h \
	src/engine/saver-pipe.c src/engine/saver-pipe.h \
	src/engine/stop-events.c src/engine/stop-events.h \
	src/engine/uffd.c src/engine/uffd.h \
	src/engine/disk-log.c src/engine/disk-log.h src/engine/disk-zero.c \
	src/engine/disk-sink.c src/engine/disk-sink.h \
	src/engine/disk-sink-main.c src/engine/disk-sink-private.h \
	src/engine/frame.c src/engine/frame.h \
	src/engine/link.c src/engine/link.h src/engine/link-heart.c \
	src/engine/link-hello.c src/engine/link-private.h \
	src/engine/preamble.c \
	src/engine/nbd-negotiate.c src/engine/nbd-protocol.h \
	src/engine/nbd-server.c src/engine/nbd-server.h \
	src/engine/nbd-session.c \
	src/engine/page-codec.h src/engine/page-decode.c \
	src/engine/page-encode.c \
	src/engine/payload.c src/engine/payload.h \
	src/engine/state-delta.c src/engine/state-delta.h \
	src/engine/tcp.c src/engine/tcp.h \
	src/engine/tls.c src/engine/tls.h src/engine/tls-handshake.c \
	src/engine/tls-private.h src/engine/tls-transport.c \
	src/engine/witness.c src/engine/witness.h \
	src/engine/witness-client.c src/engine/witness-client.h \
	src/engine/witness-pairs.c \
	src/engine/witness-store.c src/engine/witness-store.h

engine_PROGRAMS += ftengine
ftengine_SOURCES = src/engine/main.c \
	src/engine/channel.c src/engine/channel.h \
	src/engine/checkpoint.c \
	src/engine/control-server.c src/engine/control-server.h \
	src/engine/control.c \
	src/engine/daemon.c src/engine/daemon.h \
	src/engine/daemon-verbs.c src/engine/daemon-verbs.h \
	src/engine/disk-feed.c src/engine/disk-feed.h \
	src/engine/disk-reader.c src/engine/disk-reader.h \
	src/engine/epoch-stats.c src/engine/epoch-stats.h \
	src/engine/events.c src/engine/events.h \
	src/engine/link-listener.c src/engine/link-listener.h \
	src/engine/loop.c src/engine/loop.h \
	src/engine/outgoing.c src/engine/outgoing.h \
	src/engine/page-sender.c src/engine/page-sender.h \
	src/engine/pair-store.c src/engine/pair-store.h \
	src/engine/paths.h \
	src/engine/primary.c src/engine/primary.h src/engine/primary-private.h \
	src/engine/primary-gate.c src/engine/primary-vm.c \
	src/engine/replica.c src/engine/replica.h \
	src/engine/replicator.c \
	src/engine/session.c src/engine/session.h \
	src/engine/staged-pages.c src/engine/staged-pages.h \
	src/engine/standby.c src/engine/standby.h src/engine/standby-private.h \
	src/engine/standby-setup.c \
	src/engine/supervisor.c src/engine/supervisor.h \
	src/engine/sync.c \
	src/engine/takeover.c \
	src/engine/tap.c src/engine/tap.h \
	src/engine/verify-primary.c \
	src/engine/verify-standby.c src/engine/verify-standby.h \
	src/engine/verify-wire.h \
	src/engine/witness-process.c src/engine/witness-process.h \
	src/engine/worker.c src/engine/worker.h \
	src/engine/worker-actions.c src/engine/worker-actions.h \
	src/engine/worker-daemon.c src/engine/worker-daemon.h
ftengine_LDADD = libftengine.a libftvirt.a libftpair.a libftplan.a \
	libftinventory.a libftbase.a $(LIBVIRT_LIBS) $(JANSSON_LIBS) \
	$(GNUTLS_LIBS) $(SQLITE_LIBS) $(LIBXML_LIBS) $(LIBNBD_LIBS) \
	$(LZ4_LIBS) $(XXHASH_LIBS)
