# SPDX-License-Identifier: GPL-2.0-or-later
# ui/model
if HAVE_CMOCKA
model_tests = tests/unit/model/test-pair-rows
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
tests_unit_model_test_pair_rows_SOURCES = tests/unit/model/test-pair-rows.c
tests_unit_model_test_pair_rows_LDADD = libftuicli.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
