# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
protect_tests = tests/unit/protect/test-protect
check_PROGRAMS += $(protect_tests)
TESTS += $(protect_tests)
# without libftremote.a, which fake-hosts.h stands for
protect_libs = libftprotect.a libftplan.a libftinventory.a libftbase.a \
	$(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_protect_test_protect_SOURCES = tests/unit/protect/test-protect.c \
	tests/unit/protect/fake-hosts.h tests/unit/inventory-fixture.h
tests_unit_protect_test_protect_LDADD = $(protect_libs)
endif
