# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
witness_tests = tests/unit/witness/test-tombstones tests/unit/witness/test-votes \
	tests/unit/witness/test-witness \
	tests/unit/witness/test-witness-store
check_PROGRAMS += $(witness_tests)
TESTS += $(witness_tests)
witness_libs = libftwitness.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_witness_test_tombstones_SOURCES = tests/unit/witness/test-tombstones.c
tests_unit_witness_test_tombstones_LDADD = $(witness_libs)
tests_unit_witness_test_votes_SOURCES = tests/unit/witness/test-votes.c
tests_unit_witness_test_votes_LDADD = $(witness_libs)
tests_unit_witness_test_witness_SOURCES = tests/unit/witness/test-witness.c
tests_unit_witness_test_witness_LDADD = $(witness_libs)
tests_unit_witness_test_witness_store_SOURCES = tests/unit/witness/test-witness-store.c
tests_unit_witness_test_witness_store_LDADD = $(witness_libs)
endif
