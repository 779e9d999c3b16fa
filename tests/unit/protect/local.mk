# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
protect_tests = tests/unit/protect/test-backup tests/unit/protect/test-fleet \
	tests/unit/protect/test-fix tests/unit/protect/test-image \
	tests/unit/protect/test-image-mark tests/unit/protect/test-nbd-tls \
	tests/unit/protect/test-protect tests/unit/protect/test-unprotect \
	tests/unit/protect/test-move tests/unit/protect/test-rollback \
	tests/unit/protect/test-throughput tests/unit/protect/test-upgrade \
	tests/unit/protect/test-witness
check_PROGRAMS += $(protect_tests)
TESTS += $(protect_tests)
# of libftremote.a only what is pure: fake-hosts.h stands for the rest
protect_libs = libftprotect.a libftremote.a libftplan.a libftallow.a libftinventory.a libftbase.a \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_protect_test_protect_SOURCES = tests/unit/protect/test-protect.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_protect_LDADD = $(protect_libs)
tests_unit_protect_test_backup_SOURCES = tests/unit/protect/test-backup.c
tests_unit_protect_test_backup_LDADD = $(protect_libs) $(LIBSSH_LIBS) $(GNUTLS_LIBS)
tests_unit_protect_test_image_SOURCES = tests/unit/protect/test-image.c \
	tests/unit/scratch.h tests/unit/wire.h
tests_unit_protect_test_image_LDADD = libftprotect.a libftdisk.a libftbase.a \
	$(CMOCKA_LIBS)
tests_unit_protect_test_image_mark_SOURCES = \
	tests/unit/protect/test-image-mark.c tests/unit/scratch.h
tests_unit_protect_test_image_mark_LDADD = libftprotect.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_protect_test_nbd_tls_SOURCES = \
	tests/unit/protect/test-nbd-tls.c tests/unit/scratch.h
tests_unit_protect_test_nbd_tls_LDADD = libftprotect.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_protect_test_fleet_SOURCES = tests/unit/protect/test-fleet.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_fleet_LDADD = $(protect_libs)
tests_unit_protect_test_fix_SOURCES = tests/unit/protect/test-fix.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_fix_LDADD = $(protect_libs)
tests_unit_protect_test_unprotect_SOURCES = tests/unit/protect/test-unprotect.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_unprotect_LDADD = $(protect_libs)
tests_unit_protect_test_move_SOURCES = tests/unit/protect/test-move.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_move_LDADD = $(protect_libs)
tests_unit_protect_test_rollback_SOURCES = tests/unit/protect/test-rollback.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_rollback_LDADD = $(protect_libs)
tests_unit_protect_test_witness_SOURCES = tests/unit/protect/test-witness.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_witness_LDADD = $(protect_libs)
tests_unit_protect_test_throughput_SOURCES = tests/unit/protect/test-throughput.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_throughput_LDADD = $(protect_libs)
tests_unit_protect_test_upgrade_SOURCES = tests/unit/protect/test-upgrade.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_upgrade_LDADD = $(protect_libs)
endif
