# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
qemu_tests = tests/unit/qemu/test-clock-line \
	tests/unit/qemu/test-device-clocks tests/unit/qemu/test-device-stream \
	tests/unit/qemu/test-guest-clock tests/unit/qemu/test-guest-pages \
	tests/unit/qemu/test-inject tests/unit/qemu/test-ram-blocks \
	tests/unit/qemu/test-tracking \
	tests/unit/qemu/test-variable-search tests/unit/qemu/test-vcpu-time
check_PROGRAMS += $(qemu_tests)
TESTS += $(qemu_tests)
qemu_libs = libftgate.a libftqemu.a libftvirt.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_qemu_test_clock_line_SOURCES = tests/unit/qemu/test-clock-line.c \
	tests/unit/virt-test.h
tests_unit_qemu_test_clock_line_LDADD = $(qemu_libs)
tests_unit_qemu_test_device_clocks_SOURCES = \
	tests/unit/qemu/test-device-clocks.c tests/unit/qemu/state-builder.h \
	tests/unit/virt-test.h
tests_unit_qemu_test_device_clocks_LDADD = $(qemu_libs)
tests_unit_qemu_test_device_stream_SOURCES = \
	tests/unit/qemu/test-device-stream.c tests/unit/virt-test.h
tests_unit_qemu_test_device_stream_LDADD = $(qemu_libs)
tests_unit_qemu_test_guest_clock_SOURCES = \
	tests/unit/qemu/test-guest-clock.c tests/unit/qemu/puppet.h \
	tests/unit/qemu/state-builder.h tests/unit/virt-test.h
tests_unit_qemu_test_guest_clock_LDADD = $(qemu_libs)
tests_unit_qemu_test_guest_pages_SOURCES = tests/unit/qemu/test-guest-pages.c \
	tests/unit/virt-test.h
tests_unit_qemu_test_guest_pages_LDADD = $(qemu_libs)
tests_unit_qemu_test_inject_SOURCES = tests/unit/qemu/test-inject.c \
	tests/unit/virt-test.h
tests_unit_qemu_test_inject_LDADD = $(qemu_libs)
tests_unit_qemu_test_ram_blocks_SOURCES = tests/unit/qemu/test-ram-blocks.c \
	tests/unit/virt-test.h
tests_unit_qemu_test_ram_blocks_LDADD = $(qemu_libs)
tests_unit_qemu_test_tracking_SOURCES = tests/unit/qemu/test-tracking.c \
	tests/unit/virt-test.h
tests_unit_qemu_test_tracking_LDADD = $(qemu_libs)
tests_unit_qemu_test_variable_search_SOURCES = \
	tests/unit/qemu/test-variable-search.c tests/unit/qemu/puppet.h \
	tests/unit/virt-test.h
tests_unit_qemu_test_variable_search_LDADD = $(qemu_libs)
tests_unit_qemu_test_vcpu_time_SOURCES = tests/unit/qemu/test-vcpu-time.c
tests_unit_qemu_test_vcpu_time_LDADD = $(qemu_libs)
endif
