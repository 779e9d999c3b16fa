# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/drift/test-drift
TESTS += tests/unit/drift/test-drift
tests_unit_drift_test_drift_SOURCES = tests/unit/drift/test-drift.c \
	tests/unit/inventory-fixture.h
tests_unit_drift_test_drift_LDADD = libftdrift.a libftplan.a libftallow.a \
	libftinventory.a libftbase.a $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
