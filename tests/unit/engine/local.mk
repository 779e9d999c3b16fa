# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
engine_tests = tests/unit/engine/test-drain-plan tests/unit/engine/test-ending \
	tests/unit/engine/test-events tests/unit/engine/test-followers \
	tests/unit/engine/test-life tests/unit/engine/test-open-metrics \
	tests/unit/engine/test-owed tests/unit/engine/test-sink \
	tests/unit/engine/test-watch
check_PROGRAMS += $(engine_tests)
TESTS += $(engine_tests)
tests_unit_engine_test_drain_plan_SOURCES = \
	tests/unit/engine/test-drain-plan.c src/engine/drain-plan.c
tests_unit_engine_test_drain_plan_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_ending_SOURCES = tests/unit/engine/test-ending.c \
	src/engine/ending.c
tests_unit_engine_test_ending_LDADD = libftbase.a $(CMOCKA_LIBS)
# includes events.c, with another folder than the host's
tests_unit_engine_test_events_SOURCES = tests/unit/engine/test-events.c \
	tests/unit/scratch.h
tests_unit_engine_test_events_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"'
tests_unit_engine_test_events_LDADD = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_followers_SOURCES = tests/unit/engine/test-followers.c \
	src/engine/followers.c
tests_unit_engine_test_followers_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_life_SOURCES = tests/unit/engine/test-life.c \
	src/engine/life.c
tests_unit_engine_test_life_LDADD = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_open_metrics_SOURCES = \
	tests/unit/engine/test-open-metrics.c src/engine/open-metrics.c
tests_unit_engine_test_open_metrics_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_owed_SOURCES = tests/unit/engine/test-owed.c \
	src/engine/owed.c
tests_unit_engine_test_owed_LDADD = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_engine_test_sink_SOURCES = tests/unit/engine/test-sink.c \
	src/engine/sink.c
tests_unit_engine_test_sink_LDADD = libftlink.a libftvirt.a libftbase.a \
	$(LIBVIRT_LIBS) $(JANSSON_LIBS) $(GNUTLS_LIBS) $(LIBXML_LIBS) $(LZ4_LIBS) \
	$(CMOCKA_LIBS)
# the daemon but for its main, compiled anew, with other folders than the host's;
# an hour, until something is saved, is 50 ms
tests_unit_engine_test_watch_SOURCES = tests/unit/engine/test-watch.c \
	tests/unit/scratch.h \
	src/engine/board.c src/engine/child.c src/engine/control-server.c \
	src/engine/daemon-verbs.c src/engine/drift-watch.c src/engine/ending.c \
	src/engine/events.c src/engine/followers.c \
	src/engine/life.c src/engine/machine.c src/engine/maintenance.c src/engine/owed.c src/engine/program.c \
	src/engine/series-store.c \
	src/engine/newcomers.c src/engine/sink.c \
	src/engine/supervisor.c src/engine/supervisor-life.c src/engine/supervisor-talk.c \
	src/engine/this-host.c src/engine/watch-args.c src/engine/watch.c \
	src/engine/witness-process.c src/worker/pair-state.c src/worker/pair-store.c \
	src/worker/pair-witness.c
tests_unit_engine_test_watch_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"' \
	-DFT_BOARD_SAVE_LOOK_MS=20 -DFT_BOARD_SAVE_EVERY_NS=50000000
tests_unit_engine_test_watch_LDADD = libftworker.a libftwitness.a libftlink.a \
	libftvirt.a libftpair.a libftinventory.a libftbase.a $(LIBVIRT_LIBS) \
	$(JANSSON_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) $(LIBXML_LIBS) \
	$(LZ4_LIBS) $(XXHASH_LIBS) $(LIBNL_LIBS) $(CMOCKA_LIBS)
endif
