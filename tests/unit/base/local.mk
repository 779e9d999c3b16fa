# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
base_tests = tests/unit/base/test-alike \
	tests/unit/base/test-bytes tests/unit/base/test-error \
	tests/unit/base/test-fault tests/unit/base/test-fit tests/unit/base/test-io \
	tests/unit/base/test-json tests/unit/base/test-libvirt-names \
	tests/unit/base/test-load tests/unit/base/test-local-socket \
	tests/unit/base/test-log tests/unit/base/test-oom-kills \
	tests/unit/base/test-privileges \
	tests/unit/base/test-slots tests/unit/base/test-versions
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
base_libs = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_alike_SOURCES = tests/unit/base/test-alike.c
tests_unit_base_test_alike_LDADD = $(base_libs)
tests_unit_base_test_oom_kills_SOURCES = tests/unit/base/test-oom-kills.c \
	tests/unit/scratch.h
tests_unit_base_test_oom_kills_LDADD = $(base_libs)
tests_unit_base_test_bytes_SOURCES = tests/unit/base/test-bytes.c \
	tests/unit/scratch.h
tests_unit_base_test_bytes_LDADD = $(base_libs)
tests_unit_base_test_error_SOURCES = tests/unit/base/test-error.c \
	tests/unit/scratch.h
tests_unit_base_test_error_LDADD = $(base_libs)
tests_unit_base_test_fault_SOURCES = tests/unit/base/test-fault.c \
	tests/unit/scratch.h
tests_unit_base_test_fault_LDADD = $(base_libs)
tests_unit_base_test_fit_SOURCES = tests/unit/base/test-fit.c
tests_unit_base_test_fit_LDADD = $(base_libs)
tests_unit_base_test_io_SOURCES = tests/unit/base/test-io.c \
	tests/unit/scratch.h
tests_unit_base_test_io_LDADD = $(base_libs)
tests_unit_base_test_json_SOURCES = tests/unit/base/test-json.c \
	tests/unit/scratch.h
tests_unit_base_test_json_LDADD = $(base_libs)
tests_unit_base_test_libvirt_names_SOURCES = \
	tests/unit/base/test-libvirt-names.c
tests_unit_base_test_libvirt_names_LDADD = $(base_libs)
tests_unit_base_test_load_SOURCES = tests/unit/base/test-load.c \
	tests/unit/scratch.h
tests_unit_base_test_load_LDADD = $(base_libs)
tests_unit_base_test_local_socket_SOURCES = \
	tests/unit/base/test-local-socket.c tests/unit/scratch.h
tests_unit_base_test_local_socket_LDADD = $(base_libs)
tests_unit_base_test_log_SOURCES = tests/unit/base/test-log.c \
	tests/unit/scratch.h
tests_unit_base_test_log_LDADD = $(base_libs)
tests_unit_base_test_privileges_SOURCES = tests/unit/base/test-privileges.c
tests_unit_base_test_privileges_LDADD = $(base_libs)
tests_unit_base_test_slots_SOURCES = tests/unit/base/test-slots.c \
	tests/unit/scratch.h
tests_unit_base_test_slots_LDADD = $(base_libs)
tests_unit_base_test_versions_SOURCES = tests/unit/base/test-versions.c
tests_unit_base_test_versions_LDADD = $(base_libs)
endif
