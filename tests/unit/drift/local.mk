# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
drift_tests = tests/unit/drift/test-drift tests/unit/drift/test-ways
check_PROGRAMS += $(drift_tests)
TESTS += $(drift_tests)
tests_unit_drift_test_drift_SOURCES = tests/unit/drift/test-drift.c \
	tests/unit/inventory-fixture.h
tests_unit_drift_test_drift_LDADD = $(drift_libs)
tests_unit_drift_test_ways_SOURCES = tests/unit/drift/test-ways.c \
	tests/unit/inventory-fixture.h
tests_unit_drift_test_ways_LDADD = $(drift_libs)
drift_libs = libftdrift.a libftplan.a libftallow.a \
	libftinventory.a libftbase.a $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
