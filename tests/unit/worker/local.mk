# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
worker_tests = tests/unit/worker/test-carried \
	tests/unit/worker/test-channel tests/unit/worker/test-door \
	tests/unit/worker/test-drift-news \
	tests/unit/worker/test-facts-frame tests/unit/worker/test-figures \
	tests/unit/worker/test-hook tests/unit/worker/test-made \
	tests/unit/worker/test-pair-store tests/unit/worker/test-pair-waivers \
	tests/unit/worker/test-worker-disks tests/unit/worker/test-worker-report
check_PROGRAMS += $(worker_tests)
TESTS += $(worker_tests)
tests_unit_worker_test_carried_SOURCES = tests/unit/worker/test-carried.c
tests_unit_worker_test_carried_LDADD = libftworker.a $(CMOCKA_LIBS)
tests_unit_worker_test_channel_SOURCES = tests/unit/worker/test-channel.c \
	tests/unit/scratch.h
tests_unit_worker_test_channel_LDADD = libftworker.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_door_SOURCES = tests/unit/worker/test-door.c
tests_unit_worker_test_door_LDADD = libftworker.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_drift_news_SOURCES = tests/unit/worker/test-drift-news.c
tests_unit_worker_test_drift_news_LDADD = libftworker.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_facts_frame_SOURCES = tests/unit/worker/test-facts-frame.c
tests_unit_worker_test_facts_frame_LDADD = libftworker.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_figures_SOURCES = tests/unit/worker/test-figures.c \
	tests/unit/scratch.h
tests_unit_worker_test_figures_LDADD = libftworker.a libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
pair_store_sources = src/worker/made.c src/worker/pair-images.c src/worker/pair-state.c \
	src/worker/pair-store.c src/worker/pair-witness.c
# compiled anew, with other folders than the host's
tests_unit_worker_test_hook_SOURCES = tests/unit/worker/test-hook.c \
	tests/unit/scratch.h $(pair_store_sources)
tests_unit_worker_test_hook_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"'
tests_unit_worker_test_hook_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_pair_store_SOURCES = tests/unit/worker/test-pair-store.c \
	tests/unit/scratch.h $(pair_store_sources)
tests_unit_worker_test_pair_store_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"'
tests_unit_worker_test_pair_store_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_pair_waivers_SOURCES = tests/unit/worker/test-pair-waivers.c \
	tests/unit/scratch.h src/worker/pair-waivers.c $(pair_store_sources)
tests_unit_worker_test_pair_waivers_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"'
tests_unit_worker_test_pair_waivers_LDADD = libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_made_SOURCES = tests/unit/worker/test-made.c \
	src/worker/made.c
tests_unit_worker_test_made_LDADD = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
# itself, with ft_worker_persist and ft_worker_note of the test's own
tests_unit_worker_test_worker_disks_SOURCES = \
	tests/unit/worker/test-worker-disks.c tests/unit/scratch.h \
	src/worker/worker-disks.c src/worker/worker-made.c \
	$(pair_store_sources)
tests_unit_worker_test_worker_disks_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"'
tests_unit_worker_test_worker_disks_LDADD = libftvirt.a libftpair.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_worker_test_worker_report_SOURCES = \
	tests/unit/worker/test-worker-report.c tests/unit/scratch.h
tests_unit_worker_test_worker_report_LDADD = libftworker.a libftqemu.a \
	libftvirt.a libftwitness.a libftlink.a libftpair.a libftbase.a \
	$(GNUTLS_LIBS) $(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) \
	$(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS)
endif
