# SPDX-License-Identifier: GPL-2.0-or-later
# ui/cli
if HAVE_CMOCKA
cli_tests = tests/unit/cli/test-acts tests/unit/cli/test-complete tests/unit/cli/test-parse \
	tests/unit/cli/test-preferences
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)
tests_unit_cli_test_parse_SOURCES = tests/unit/cli/test-parse.c
cli_libs = libftuicli.a libftuitui.a libftuiwork.a libftuitext.a libftuimodel.a \
	libftdb.a libftpair.a libftprotect.a libftremote.a libftplan.a libftallow.a libftinventory.a \
	libftbase.a $(LIBSSH_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) \
	$(JANSSON_LIBS) $(LIBXML_LIBS) $(NCURSES_LIBS) $(LIBVIRT_LIBS) $(CMOCKA_LIBS)
tests_unit_cli_test_parse_LDADD = $(cli_libs)
tests_unit_cli_test_acts_SOURCES = tests/unit/cli/test-acts.c \
	tests/unit/tui/fixture.c tests/unit/tui/fixture.h
tests_unit_cli_test_acts_LDADD = $(cli_libs) -lm
tests_unit_cli_test_complete_SOURCES = tests/unit/cli/test-complete.c \
	tests/unit/tui/fixture.c tests/unit/tui/fixture.h
tests_unit_cli_test_complete_LDADD = $(cli_libs) -lm
tests_unit_cli_test_preferences_SOURCES = tests/unit/cli/test-preferences.c
tests_unit_cli_test_preferences_LDADD = $(cli_libs)
endif
