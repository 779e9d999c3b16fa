# SPDX-License-Identifier: GPL-2.0-or-later
# ui/model
if HAVE_CMOCKA
model_tests = \
	tests/unit/model/test-pair-rows \
	tests/unit/model/test-rows \
	tests/unit/model/test-stored-pair \
	tests/unit/model/test-words
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
model_libs = libftuimodel.a libftinventory.a libftbase.a $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_model_test_pair_rows_SOURCES = tests/unit/model/test-pair-rows.c
tests_unit_model_test_pair_rows_LDADD = $(model_libs)
tests_unit_model_test_rows_SOURCES = tests/unit/model/test-rows.c
tests_unit_model_test_rows_LDADD = $(model_libs)
tests_unit_model_test_stored_pair_SOURCES = tests/unit/model/test-stored-pair.c
tests_unit_model_test_stored_pair_LDADD = $(model_libs)
tests_unit_model_test_words_SOURCES = tests/unit/model/test-words.c
tests_unit_model_test_words_LDADD = $(model_libs)
endif
