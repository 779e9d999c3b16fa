# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
virt_tests = tests/unit/virt/test-disk-errors tests/unit/virt/test-disk-times \
	tests/unit/virt/test-guest-freeze \
	tests/unit/virt/test-place \
	tests/unit/virt/test-rehearsal-xml tests/unit/virt/test-retire \
	tests/unit/virt/test-run-state tests/unit/virt/test-standby-xml tests/unit/virt/test-virt \
	tests/unit/virt/test-vm-end tests/unit/virt/test-write-record
check_PROGRAMS += $(virt_tests)
TESTS += $(virt_tests)
virt_libs = libftgate.a libftqemu.a libftvirt.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_virt_test_disk_errors_SOURCES = tests/unit/virt/test-disk-errors.c
tests_unit_virt_test_disk_errors_LDADD = $(virt_libs)
tests_unit_virt_test_disk_times_SOURCES = tests/unit/virt/test-disk-times.c
tests_unit_virt_test_disk_times_LDADD = $(virt_libs)
tests_unit_virt_test_guest_freeze_SOURCES = \
	tests/unit/virt/test-guest-freeze.c tests/unit/scratch.h
tests_unit_virt_test_guest_freeze_LDADD = $(virt_libs)
tests_unit_virt_test_place_SOURCES = tests/unit/virt/test-place.c \
	tests/unit/scratch.h
tests_unit_virt_test_place_LDADD = $(virt_libs)
tests_unit_virt_test_rehearsal_xml_SOURCES = \
	tests/unit/virt/test-rehearsal-xml.c tests/unit/virt-test.h
tests_unit_virt_test_rehearsal_xml_LDADD = $(virt_libs)
tests_unit_virt_test_write_record_SOURCES = \
	tests/unit/virt/test-write-record.c tests/unit/virt-test.h
tests_unit_virt_test_write_record_LDADD = $(virt_libs)
tests_unit_virt_test_retire_SOURCES = tests/unit/virt/test-retire.c \
	tests/unit/scratch.h
tests_unit_virt_test_retire_LDADD = $(virt_libs)
tests_unit_virt_test_run_state_SOURCES = tests/unit/virt/test-run-state.c
tests_unit_virt_test_run_state_LDADD = $(virt_libs)
tests_unit_virt_test_standby_xml_SOURCES = tests/unit/virt/test-standby-xml.c \
	tests/unit/virt-test.h
tests_unit_virt_test_standby_xml_LDADD = $(virt_libs)
tests_unit_virt_test_virt_SOURCES = tests/unit/virt/test-virt.c \
	tests/unit/virt-test.h
tests_unit_virt_test_virt_LDADD = $(virt_libs)
tests_unit_virt_test_vm_end_SOURCES = tests/unit/virt/test-vm-end.c
tests_unit_virt_test_vm_end_LDADD = $(virt_libs)
endif
