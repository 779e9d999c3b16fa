# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
disk_tests = tests/unit/disk/test-nbd-server tests/unit/disk/test-disk-sink \
	tests/unit/disk/test-disk-log tests/unit/disk/test-chunk-map \
	tests/unit/disk/test-changed-chunks tests/unit/disk/test-disk-snapshot \
	tests/unit/disk/test-disk-changes
check_PROGRAMS += $(disk_tests)
TESTS += $(disk_tests)
tests_unit_disk_test_nbd_server_SOURCES = tests/unit/disk/test-nbd-server.c \
	tests/unit/wire.h
tests_unit_disk_test_nbd_server_LDADD = libftdisk.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS) $(LIBNBD_LIBS)
tests_unit_disk_test_disk_sink_SOURCES = tests/unit/disk/test-disk-sink.c \
	tests/unit/wire.h
tests_unit_disk_test_disk_sink_LDADD = libftdisk.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS) $(LIBNBD_LIBS)
tests_unit_disk_test_disk_log_SOURCES = tests/unit/disk/test-disk-log.c \
	tests/unit/wire.h
tests_unit_disk_test_disk_log_LDADD = libftdisk.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS)
tests_unit_disk_test_chunk_map_SOURCES = tests/unit/disk/test-chunk-map.c \
	tests/unit/wire.h
tests_unit_disk_test_chunk_map_LDADD = libftdisk.a libftlink.a libftbase.a \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS)
tests_unit_disk_test_changed_chunks_SOURCES = \
	tests/unit/disk/test-changed-chunks.c tests/unit/scratch.h
tests_unit_disk_test_changed_chunks_LDADD = libftdisk.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_disk_test_disk_snapshot_SOURCES = \
	tests/unit/disk/test-disk-snapshot.c tests/unit/scratch.h \
	tests/unit/wire.h
tests_unit_disk_test_disk_snapshot_LDADD = libftdisk.a libftlink.a \
	libftbase.a $(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) $(CMOCKA_LIBS) \
	$(LIBNBD_LIBS)
tests_unit_disk_test_disk_changes_SOURCES = \
	tests/unit/disk/test-disk-changes.c tests/unit/scratch.h
tests_unit_disk_test_disk_changes_LDADD = libftdisk.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
