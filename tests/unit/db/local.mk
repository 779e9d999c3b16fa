# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
db_tests = tests/unit/db/test-store tests/unit/db/test-store-full
check_PROGRAMS += $(db_tests)
TESTS += $(db_tests)
db_libs = libftdb.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_db_test_store_SOURCES = tests/unit/db/test-store.c
tests_unit_db_test_store_LDADD = $(db_libs)
tests_unit_db_test_store_full_SOURCES = tests/unit/db/test-store-full.c
tests_unit_db_test_store_full_LDADD = $(db_libs)
endif
