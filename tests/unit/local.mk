# SPDX-License-Identifier: GPL-2.0-or-later
# sources and tests of this folder

# db/ and ui/
if HAVE_CMOCKA
db_ui_tests = tests/unit/test-store tests/unit/test-store-full \
	tests/unit/test-model tests/unit/test-cli-parse \
	tests/unit/test-cli-status
check_PROGRAMS += $(db_ui_tests)
TESTS += $(db_ui_tests)
db_libs = libftdb.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
ui_libs = libftui.a libftdb.a libftprotect.a libftremote.a libftplan.a \
	libftinventory.a libftbase.a $(LIBSSH_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) \
	$(JANSSON_LIBS) $(LIBXML_LIBS) $(LIBVIRT_LIBS) $(CMOCKA_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test-store.c
tests_unit_test_store_LDADD = $(db_libs)
tests_unit_test_store_full_SOURCES = tests/unit/test-store-full.c
tests_unit_test_store_full_LDADD = $(db_libs)
tests_unit_test_model_SOURCES = tests/unit/test-model.c
tests_unit_test_model_LDADD = libftui.a libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_cli_parse_SOURCES = tests/unit/test-cli-parse.c
tests_unit_test_cli_parse_LDADD = $(ui_libs)
tests_unit_test_cli_status_SOURCES = tests/unit/test-cli-status.c
tests_unit_test_cli_status_LDADD = libftui.a libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif

# src/engine: the wire and the data path
if HAVE_CMOCKA
wire_tests = tests/unit/test-tls \
	tests/unit/test-frame \
	tests/unit/test-link \
	tests/unit/test-nbd-server tests/unit/test-disk-sink \
	tests/unit/test-page-codec \
	tests/unit/test-state-delta \
	tests/unit/test-disk-log
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)
wire_libs = libftdisk.a libftlink.a libftbase.a $(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_test_tls_SOURCES = tests/unit/test-tls.c tests/unit/wire.h
tests_unit_test_tls_LDADD = $(wire_libs)
tests_unit_test_frame_SOURCES = tests/unit/test-frame.c tests/unit/wire.h
tests_unit_test_frame_LDADD = $(wire_libs)
tests_unit_test_link_SOURCES = tests/unit/test-link.c tests/unit/wire.h
tests_unit_test_link_LDADD = $(wire_libs)
tests_unit_test_nbd_server_SOURCES = tests/unit/test-nbd-server.c tests/unit/wire.h
tests_unit_test_nbd_server_LDADD = $(wire_libs) $(LIBNBD_LIBS)
tests_unit_test_disk_sink_SOURCES = tests/unit/test-disk-sink.c tests/unit/wire.h
tests_unit_test_disk_sink_LDADD = $(wire_libs) $(LIBNBD_LIBS)
tests_unit_test_page_codec_SOURCES = tests/unit/test-page-codec.c tests/unit/wire.h
tests_unit_test_page_codec_LDADD = $(wire_libs)
tests_unit_test_state_delta_SOURCES = tests/unit/test-state-delta.c tests/unit/wire.h
tests_unit_test_state_delta_LDADD = $(wire_libs)
tests_unit_test_disk_log_SOURCES = tests/unit/test-disk-log.c tests/unit/wire.h
tests_unit_test_disk_log_LDADD = $(wire_libs)
endif

# src/inventory, src/plan, src/remote, src/protect
if HAVE_CMOCKA
plan_tests = tests/unit/test-inventory tests/unit/test-carry \
	tests/unit/test-checks tests/unit/test-plan tests/unit/test-probe
remote_tests = tests/unit/test-ssh tests/unit/test-control
check_PROGRAMS += $(plan_tests) $(remote_tests)
TESTS += $(plan_tests) $(remote_tests)
plan_libs = libftplan.a libftinventory.a libftbase.a $(LIBXML_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
remote_libs = libftprotect.a libftremote.a libftplan.a libftinventory.a \
	libftbase.a $(LIBSSH_LIBS) $(GNUTLS_LIBS) $(LIBXML_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_inventory_SOURCES = tests/unit/test-inventory.c \
	tests/unit/inventory-fixture.h
tests_unit_test_inventory_LDADD = $(plan_libs)
tests_unit_test_carry_SOURCES = tests/unit/test-carry.c
tests_unit_test_carry_LDADD = $(plan_libs)
tests_unit_test_checks_SOURCES = tests/unit/test-checks.c \
	tests/unit/inventory-fixture.h
tests_unit_test_checks_LDADD = $(plan_libs)
tests_unit_test_plan_SOURCES = tests/unit/test-plan.c \
	tests/unit/inventory-fixture.h
tests_unit_test_plan_LDADD = $(plan_libs)
tests_unit_test_probe_SOURCES = tests/unit/test-probe.c
tests_unit_test_probe_LDADD = libftinventory.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ssh_SOURCES = tests/unit/test-ssh.c tests/unit/sshd-fixture.c \
	tests/unit/sshd-fixture.h
tests_unit_test_ssh_LDADD = $(remote_libs)
tests_unit_test_control_SOURCES = tests/unit/test-control.c \
	tests/unit/sshd-fixture.c tests/unit/sshd-fixture.h
tests_unit_test_control_LDADD = $(remote_libs)
endif

# src/virt, and what of src/engine touches QEMU
if HAVE_CMOCKA
virt_tests = tests/unit/test-standby-xml tests/unit/test-virt \
	tests/unit/test-gate-queue tests/unit/test-device-stream \
	tests/unit/test-guest-pages tests/unit/test-tracking
check_PROGRAMS += $(virt_tests)
TESTS += $(virt_tests)
virt_libs = libftgate.a libftqemu.a libftvirt.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_standby_xml_SOURCES = tests/unit/test-standby-xml.c \
	tests/unit/virt-test.h
tests_unit_test_standby_xml_LDADD = $(virt_libs)
tests_unit_test_virt_SOURCES = tests/unit/test-virt.c tests/unit/virt-test.h
tests_unit_test_virt_LDADD = $(virt_libs)
tests_unit_test_gate_queue_SOURCES = tests/unit/test-gate-queue.c \
	tests/unit/virt-test.h
tests_unit_test_gate_queue_LDADD = $(virt_libs)
tests_unit_test_device_stream_SOURCES = tests/unit/test-device-stream.c \
	tests/unit/virt-test.h
tests_unit_test_device_stream_LDADD = $(virt_libs)
tests_unit_test_guest_pages_SOURCES = tests/unit/test-guest-pages.c \
	tests/unit/virt-test.h
tests_unit_test_guest_pages_LDADD = $(virt_libs)
tests_unit_test_tracking_SOURCES = tests/unit/test-tracking.c \
	tests/unit/virt-test.h
tests_unit_test_tracking_LDADD = $(virt_libs)
endif
EXTRA_DIST += \
	tests/unit/data/domain/pc-raw-mirrored.xml \
	tests/unit/data/domain/q35-qcow2-vga.xml \
	tests/unit/data/domain/q35-raw-after-takeover.xml \
	tests/unit/data/domain/ramblock-7.2.txt

# src/pair and the witness
if HAVE_CMOCKA
pair_tests = tests/unit/test-ownership tests/unit/test-trigger \
	tests/unit/test-histogram tests/unit/test-witness
check_PROGRAMS += $(pair_tests)
TESTS += $(pair_tests)
pair_libs = libftpair.a $(CMOCKA_LIBS)
tests_unit_test_ownership_SOURCES = tests/unit/test-ownership.c
tests_unit_test_ownership_LDADD = $(pair_libs)
tests_unit_test_trigger_SOURCES = tests/unit/test-trigger.c
tests_unit_test_trigger_LDADD = $(pair_libs)
tests_unit_test_histogram_SOURCES = tests/unit/test-histogram.c
tests_unit_test_histogram_LDADD = $(pair_libs)
tests_unit_test_witness_SOURCES = tests/unit/test-witness.c
tests_unit_test_witness_LDADD = libftwitness.a libftlink.a libftbase.a $(GNUTLS_LIBS) \
	$(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif

# the arrows between the folders, I/O in pure ones, SQL outside of db
TESTS += tests/unit/check-layers
dist_check_SCRIPTS += tests/unit/check-layers
