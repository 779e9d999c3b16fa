# SPDX-License-Identifier: GPL-2.0-or-later
# src/measure
if HAVE_CMOCKA
measure_tests = tests/unit/measure/test-samples
check_PROGRAMS += $(measure_tests)
TESTS += $(measure_tests)
tests_unit_measure_test_samples_SOURCES = tests/unit/measure/test-samples.c
tests_unit_measure_test_samples_LDADD = libftmeasure.a libftqemu.a libftvirt.a \
	libftpair.a libftbase.a $(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS) \
	$(CMOCKA_LIBS)
endif
