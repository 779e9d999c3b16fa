# SPDX-License-Identifier: GPL-2.0-or-later
engine_PROGRAMS += ftengine
ftengine_SOURCES = \
	src/engine/board.c src/engine/board.h \
	src/engine/child.c src/engine/child.h \
	src/engine/control-server.c src/engine/control-server.h \
	src/engine/control.c \
	src/engine/control-client.c src/engine/control-client.h \
	src/engine/daemon-verbs.c src/engine/daemon-verbs.h \
	src/engine/daemon.c src/engine/daemon.h \
	src/engine/drain.c src/engine/drain.h \
	src/engine/drain-plan.c src/engine/drain-plan.h \
	src/engine/drift-watch.c src/engine/drift-watch.h \
	src/engine/ending.c src/engine/ending.h \
	src/engine/events.c src/engine/events.h \
	src/engine/followers.c src/engine/followers.h \
	src/engine/life.c src/engine/life.h \
	src/engine/link-listener.c src/engine/link-listener.h \
	src/engine/machine.c src/engine/machine.h \
	src/engine/main.c \
	src/engine/maintenance.c src/engine/maintenance.h \
	src/engine/measure-command.c src/engine/measure-command.h \
	src/engine/metrics.c src/engine/metrics.h \
	src/engine/newcomers.c src/engine/newcomers.h \
	src/engine/open-metrics.c src/engine/open-metrics.h \
	src/engine/owed.c src/engine/owed.h \
	src/engine/program.c src/engine/program.h \
	src/engine/series-store.c src/engine/series-store.h \
	src/engine/sink.c src/engine/sink.h \
	src/engine/supervisor.c src/engine/supervisor.h src/engine/supervisor-life.c \
	src/engine/supervisor-private.h src/engine/supervisor-talk.c \
	src/engine/this-host.c src/engine/this-host.h \
	src/engine/verb.h \
	src/engine/watch-args.c src/engine/watch-args.h \
	src/engine/watch.c src/engine/watch.h \
	src/engine/witness-process.c src/engine/witness-process.h
ftengine_LDADD = libftdrift.a libftprimary.a libftstandby.a libftmeasure.a \
	libftworker.a libftwitness.a \
	libftdisk.a libftlink.a libftgate.a libftqemu.a libftvirt.a \
	libftpair.a libftplan.a libftallow.a libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(JANSSON_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) \
	$(LIBXML_LIBS) $(LIBNBD_LIBS) $(LIBNL_LIBS) $(LZ4_LIBS) $(XXHASH_LIBS)

if HAVE_MICROHTTPD
engine_PROGRAMS += ftmetrics
endif
ftmetrics_SOURCES = src/engine/control-client.c src/engine/control-client.h \
	src/engine/metrics.c src/engine/metrics.h \
	src/engine/metrics-http.c \
	src/engine/open-metrics.c src/engine/open-metrics.h
ftmetrics_LDADD = libftpair.a libftbase.a $(JANSSON_LIBS) $(MICROHTTPD_LIBS)
dist_pkgdata_DATA = scripts/metrics/ftengine.rules.yml \
	scripts/metrics/ftengine-dashboard.json
