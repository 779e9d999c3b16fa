# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
db_tests = tests/unit/db/test-check tests/unit/db/test-first-view \
	tests/unit/db/test-jobs \
	tests/unit/db/test-lock tests/unit/db/test-samples tests/unit/db/test-store \
	tests/unit/db/test-store-full
check_PROGRAMS += $(db_tests)
TESTS += $(db_tests)
EXTRA_DIST += tests/unit/db/store-fixture.h
db_libs = libftdb.a libftpair.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_db_test_check_SOURCES = tests/unit/db/test-check.c
tests_unit_db_test_check_LDADD = $(db_libs)
tests_unit_db_test_first_view_SOURCES = tests/unit/db/test-first-view.c
tests_unit_db_test_first_view_LDADD = $(db_libs)
tests_unit_db_test_jobs_SOURCES = tests/unit/db/test-jobs.c
tests_unit_db_test_jobs_LDADD = $(db_libs)
tests_unit_db_test_lock_SOURCES = tests/unit/db/test-lock.c
tests_unit_db_test_lock_LDADD = $(db_libs)
tests_unit_db_test_samples_SOURCES = tests/unit/db/test-samples.c
tests_unit_db_test_samples_LDADD = $(db_libs)
tests_unit_db_test_store_SOURCES = tests/unit/db/test-store.c
tests_unit_db_test_store_LDADD = $(db_libs)
tests_unit_db_test_store_full_SOURCES = tests/unit/db/test-store-full.c
tests_unit_db_test_store_full_LDADD = $(db_libs)
endif
