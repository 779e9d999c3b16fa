# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
engine_tests = tests/unit/engine/test-events
check_PROGRAMS += $(engine_tests)
TESTS += $(engine_tests)
# includes events.c, with another folder than the host's
tests_unit_engine_test_events_SOURCES = tests/unit/engine/test-events.c \
	tests/unit/scratch.h
tests_unit_engine_test_events_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFT_STATE_FOLDER='"state"'
tests_unit_engine_test_events_LDADD = libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
