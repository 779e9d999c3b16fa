# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
primary_tests = tests/unit/primary/test-disk-compare \
	tests/unit/primary/test-epoch-stats \
	tests/unit/primary/test-gate-watch \
	tests/unit/primary/test-outgoing \
	tests/unit/primary/test-page-compare \
	tests/unit/primary/test-verify-walk
check_PROGRAMS += $(primary_tests)
TESTS += $(primary_tests)
tests_unit_primary_test_epoch_stats_SOURCES = \
	tests/unit/primary/test-epoch-stats.c tests/unit/scratch.h
tests_unit_primary_test_epoch_stats_LDADD = libftprimary.a libftworker.a \
	libftpair.a \
	libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_primary_test_gate_watch_SOURCES = \
	tests/unit/primary/test-gate-watch.c
tests_unit_primary_test_gate_watch_LDADD = libftprimary.a $(CMOCKA_LIBS)
# is the standby itself
tests_unit_primary_test_disk_compare_SOURCES = \
	tests/unit/primary/test-disk-compare.c tests/unit/scratch.h
tests_unit_primary_test_disk_compare_LDADD = libftprimary.a libftlink.a \
	libftbase.a $(XXHASH_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_primary_test_verify_walk_SOURCES = \
	tests/unit/primary/test-verify-walk.c
tests_unit_primary_test_verify_walk_LDADD = libftprimary.a $(CMOCKA_LIBS)
# is the standby itself, and the guest
tests_unit_primary_test_page_compare_SOURCES = \
	tests/unit/primary/test-page-compare.c tests/unit/scratch.h
tests_unit_primary_test_page_compare_LDADD = libftprimary.a libftqemu.a \
	libftlink.a libftbase.a $(XXHASH_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
# has a link and a session of its own
tests_unit_primary_test_outgoing_SOURCES = \
	tests/unit/primary/test-outgoing.c tests/unit/scratch.h
tests_unit_primary_test_outgoing_LDADD = libftprimary.a libftlink.a \
	libftbase.a $(XXHASH_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
