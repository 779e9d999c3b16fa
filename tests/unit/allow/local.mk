# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/allow/test-allow
TESTS += tests/unit/allow/test-allow
tests_unit_allow_test_allow_SOURCES = tests/unit/allow/test-allow.c \
	tests/unit/allow/hostile.h tests/unit/virt-test.h
tests_unit_allow_test_allow_LDADD = libftallow.a libftvirt.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
