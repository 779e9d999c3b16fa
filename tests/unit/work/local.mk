# SPDX-License-Identifier: GPL-2.0-or-later
# ui/work
if HAVE_CMOCKA
work_tests = tests/unit/work/test-backup-base tests/unit/work/test-backup-part \
	tests/unit/work/test-host-past \
	tests/unit/work/test-secrets tests/unit/work/test-work
check_PROGRAMS += $(work_tests)
TESTS += $(work_tests)
tests_unit_work_test_work_SOURCES = tests/unit/work/test-work.c
work_libs = libftuiwork.a libftuimodel.a libftdb.a libftpair.a \
	libftprotect.a libftremote.a libftplan.a libftallow.a libftinventory.a libftbase.a \
	$(LIBSSH_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) \
	$(LIBXML_LIBS) $(CMOCKA_LIBS)
tests_unit_work_test_work_LDADD = $(work_libs)
tests_unit_work_test_backup_base_SOURCES = \
	tests/unit/work/test-backup-base.c tests/unit/scratch.h
tests_unit_work_test_backup_base_LDADD = $(work_libs)
tests_unit_work_test_backup_part_SOURCES = \
	tests/unit/work/test-backup-part.c tests/unit/scratch.h
tests_unit_work_test_backup_part_LDADD = $(work_libs)
tests_unit_work_test_host_past_SOURCES = tests/unit/work/test-host-past.c \
	tests/unit/inventory-fixture.h tests/unit/scratch.h
tests_unit_work_test_host_past_LDADD = $(work_libs)
tests_unit_work_test_secrets_SOURCES = tests/unit/work/test-secrets.c
tests_unit_work_test_secrets_LDADD = $(work_libs)
endif
