# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
gate_tests = tests/unit/gate/test-gate-queue
check_PROGRAMS += $(gate_tests)
TESTS += $(gate_tests)
tests_unit_gate_test_gate_queue_SOURCES = tests/unit/gate/test-gate-queue.c \
	tests/unit/virt-test.h
tests_unit_gate_test_gate_queue_LDADD = libftgate.a libftqemu.a libftvirt.a \
	libftbase.a $(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
