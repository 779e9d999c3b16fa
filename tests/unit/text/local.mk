# SPDX-License-Identifier: GPL-2.0-or-later
# ui/text
if HAVE_CMOCKA
text_tests = tests/unit/text/test-text
check_PROGRAMS += $(text_tests)
TESTS += $(text_tests)
tests_unit_text_test_text_SOURCES = tests/unit/text/test-text.c
tests_unit_text_test_text_LDADD = libftuitext.a libftuimodel.a libftpair.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
