# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
witness_tests = tests/unit/witness/test-witness
check_PROGRAMS += $(witness_tests)
TESTS += $(witness_tests)
tests_unit_witness_test_witness_SOURCES = tests/unit/witness/test-witness.c
tests_unit_witness_test_witness_LDADD = libftwitness.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
