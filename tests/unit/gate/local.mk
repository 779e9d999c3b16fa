# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
gate_tests = tests/unit/gate/test-gate-queue tests/unit/gate/test-plug-marks \
	tests/unit/gate/test-plug-nic tests/unit/gate/test-plug-others \
	tests/unit/gate/test-plug-path
check_PROGRAMS += $(gate_tests)
TESTS += $(gate_tests) tests/unit/gate/test-plug-kernel
dist_check_SCRIPTS += tests/unit/gate/test-plug-kernel
gate_ldadd = libftgate.a libftqemu.a libftvirt.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_gate_test_gate_queue_SOURCES = tests/unit/gate/test-gate-queue.c \
	tests/unit/virt-test.h
tests_unit_gate_test_gate_queue_LDADD = $(gate_ldadd)
tests_unit_gate_test_plug_marks_SOURCES = tests/unit/gate/test-plug-marks.c \
	tests/unit/virt-test.h
tests_unit_gate_test_plug_marks_LDADD = $(gate_ldadd)
tests_unit_gate_test_plug_nic_SOURCES = tests/unit/gate/test-plug-nic.c \
	tests/unit/virt-test.h
tests_unit_gate_test_plug_nic_LDADD = $(gate_ldadd)
tests_unit_gate_test_plug_others_SOURCES = \
	tests/unit/gate/test-plug-others.c tests/unit/virt-test.h
tests_unit_gate_test_plug_others_LDADD = $(gate_ldadd)
tests_unit_gate_test_plug_path_SOURCES = tests/unit/gate/test-plug-path.c \
	tests/unit/virt-test.h
tests_unit_gate_test_plug_path_LDADD = $(gate_ldadd)
endif
