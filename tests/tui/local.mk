# SPDX-License-Identifier: GPL-2.0-or-later
# The real console in a pty, seen by libvterm; left out where that is missing.
EXTRA_DIST += tests/tui/README
tui_programs = tests/tui/test-terminals tests/tui/test-ends \
	tests/tui/test-input tests/tui/test-cost tests/tui/test-linear \
	tests/tui/test-silent
if HAVE_VTERM
check_PROGRAMS += $(tui_programs)
TESTS += $(tui_programs)
tui_common = tests/tui/tty.c tests/tui/tty.h tests/tui/fill.c tests/tui/fill.h
tui_flags = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tui_pty_libs = libftdb.a libftpair.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) \
	$(VTERM_LIBS) $(CMOCKA_LIBS) -lutil
tests_tui_test_terminals_SOURCES = tests/tui/test-terminals.c $(tui_common)
tests_tui_test_terminals_CPPFLAGS = $(tui_flags)
tests_tui_test_terminals_LDADD = $(tui_pty_libs)
tests_tui_test_ends_SOURCES = tests/tui/test-ends.c $(tui_common)
tests_tui_test_ends_CPPFLAGS = $(tui_flags)
tests_tui_test_ends_LDADD = $(tui_pty_libs)
tests_tui_test_input_SOURCES = tests/tui/test-input.c $(tui_common)
tests_tui_test_input_CPPFLAGS = $(tui_flags)
tests_tui_test_input_LDADD = $(tui_pty_libs)
tests_tui_test_cost_SOURCES = tests/tui/test-cost.c $(tui_common)
tests_tui_test_cost_CPPFLAGS = $(tui_flags)
tests_tui_test_cost_LDADD = $(tui_pty_libs)
tests_tui_test_linear_SOURCES = tests/tui/test-linear.c $(tui_common)
tests_tui_test_linear_CPPFLAGS = $(tui_flags)
tests_tui_test_linear_LDADD = libftuitui.a $(tui_pty_libs)
tests_tui_test_silent_SOURCES = tests/tui/test-silent.c $(tui_common)
tests_tui_test_silent_CPPFLAGS = $(tui_flags)
tests_tui_test_silent_LDADD = $(tui_pty_libs)
else
TESTS += tests/tui/without-libvterm
endif
dist_check_SCRIPTS += tests/tui/without-libvterm
