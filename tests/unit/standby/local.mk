# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
standby_tests = tests/unit/standby/test-admit tests/unit/standby/test-backup \
	tests/unit/standby/test-copy-look \
	tests/unit/standby/test-media \
	tests/unit/standby/test-memory-hash \
	tests/unit/standby/test-memory-snapshot tests/unit/standby/test-replica \
	tests/unit/standby/test-older-image \
	tests/unit/standby/test-nvram tests/unit/standby/test-rehearsal-console \
	tests/unit/standby/test-replica-base \
	tests/unit/standby/test-replica-snapshot \
	tests/unit/standby/test-room tests/unit/standby/test-staged-pages \
	tests/unit/standby/test-tap \
	tests/unit/standby/test-verify tests/unit/standby/test-write-back
check_PROGRAMS += $(standby_tests)
TESTS += $(standby_tests)
standby_libs = libftstandby.a libftworker.a libftqemu.a libftdisk.a libftlink.a libftbase.a \
	$(LZ4_LIBS) $(XXHASH_LIBS) $(JANSSON_LIBS) $(LIBNBD_LIBS) $(CMOCKA_LIBS)
tests_unit_standby_test_admit_SOURCES = tests/unit/standby/test-admit.c \
	tests/unit/virt-test.h
tests_unit_standby_test_admit_LDADD = libftstandby.a libftallow.a libftbase.a \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_standby_test_backup_SOURCES = tests/unit/standby/test-backup.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_backup_LDADD = libftstandby.a libftvirt.a $(standby_libs) \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(GNUTLS_LIBS)
tests_unit_standby_test_media_SOURCES = tests/unit/standby/test-media.c \
	tests/unit/scratch.h
tests_unit_standby_test_media_LDADD = libftstandby.a libftvirt.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_standby_test_memory_hash_SOURCES = \
	tests/unit/standby/test-memory-hash.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_memory_hash_LDADD = $(standby_libs)
tests_unit_standby_test_memory_snapshot_SOURCES = \
	tests/unit/standby/test-memory-snapshot.c tests/unit/wire.h
tests_unit_standby_test_memory_snapshot_LDADD = $(standby_libs) $(GNUTLS_LIBS)
tests_unit_standby_test_copy_look_SOURCES = \
	tests/unit/standby/test-copy-look.c
tests_unit_standby_test_copy_look_LDADD = $(standby_libs)
tests_unit_standby_test_older_image_SOURCES = \
	tests/unit/standby/test-older-image.c tests/unit/scratch.h
tests_unit_standby_test_older_image_LDADD = $(standby_libs)
tests_unit_standby_test_nvram_SOURCES = tests/unit/standby/test-nvram.c \
	tests/unit/scratch.h
tests_unit_standby_test_nvram_LDADD = libftstandby.a libftworker.a libftvirt.a \
	libftlink.a libftpair.a libftbase.a $(LIBVIRT_LIBS) $(LIBXML_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_standby_test_rehearsal_console_SOURCES = \
	tests/unit/standby/test-rehearsal-console.c tests/unit/scratch.h
tests_unit_standby_test_rehearsal_console_LDADD = libftstandby.a libftpair.a \
	libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_standby_test_replica_SOURCES = tests/unit/standby/test-replica.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_replica_LDADD = $(standby_libs)
tests_unit_standby_test_replica_base_SOURCES = \
	tests/unit/standby/test-replica-base.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_replica_base_LDADD = $(standby_libs)
tests_unit_standby_test_replica_snapshot_SOURCES = \
	tests/unit/standby/test-replica-snapshot.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_replica_snapshot_LDADD = $(standby_libs)
tests_unit_standby_test_room_SOURCES = tests/unit/standby/test-room.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_room_LDADD = $(standby_libs)
tests_unit_standby_test_staged_pages_SOURCES = \
	tests/unit/standby/test-staged-pages.c tests/unit/scratch.h
tests_unit_standby_test_staged_pages_LDADD = $(standby_libs)
tests_unit_standby_test_tap_SOURCES = tests/unit/standby/test-tap.c \
	tests/unit/scratch.h
tests_unit_standby_test_tap_LDADD = $(standby_libs)
tests_unit_standby_test_verify_SOURCES = tests/unit/standby/test-verify.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_verify_LDADD = $(standby_libs)
tests_unit_standby_test_write_back_SOURCES = \
	tests/unit/standby/test-write-back.c \
	tests/unit/standby/standby-fixture.h tests/unit/scratch.h
tests_unit_standby_test_write_back_LDADD = $(standby_libs)
endif
