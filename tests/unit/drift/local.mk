# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
drift_tests = tests/unit/drift/test-drift tests/unit/drift/test-ways \
	tests/unit/drift/test-ways-try
check_PROGRAMS += $(drift_tests)
TESTS += $(drift_tests)
tests_unit_drift_test_drift_SOURCES = tests/unit/drift/test-drift.c \
	tests/unit/inventory-fixture.h
tests_unit_drift_test_drift_LDADD = $(drift_libs)
tests_unit_drift_test_ways_SOURCES = tests/unit/drift/test-ways.c \
	tests/unit/inventory-fixture.h
tests_unit_drift_test_ways_LDADD = $(drift_libs)
# compiled anew, with other folders than the host's
tests_unit_drift_test_ways_try_SOURCES = tests/unit/drift/test-ways-try.c \
	tests/unit/scratch.h src/drift/ways-try.c $(pair_store_sources)
tests_unit_drift_test_ways_try_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"' -DFT_RUN_FOLDER='"run"'
tests_unit_drift_test_ways_try_LDADD = libftlink.a libftpair.a $(drift_libs) \
	$(GNUTLS_LIBS) $(LZ4_LIBS)
drift_libs = libftdrift.a libftplan.a libftallow.a \
	libftinventory.a libftbase.a $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
