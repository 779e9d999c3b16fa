# SPDX-License-Identifier: GPL-2.0-or-later
# ui/tui
if HAVE_CMOCKA
tui_tests = tests/unit/tui/test-account tests/unit/tui/test-backup tests/unit/tui/test-checks \
	tests/unit/tui/test-film tests/unit/tui/test-first \
	tests/unit/tui/test-grid tests/unit/tui/test-linear tests/unit/tui/test-loved \
	tests/unit/tui/test-past \
	tests/unit/tui/test-runner tests/unit/tui/test-screens tests/unit/tui/test-sheet
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests)
tui_libs = libftuitui.a libftuiwork.a libftuitext.a libftuimodel.a libftpair.a libftbase.a -lm \
	$(NCURSES_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tui_fixture = tests/unit/tui/fixture.c tests/unit/tui/fixture.h
tests_unit_tui_test_account_SOURCES = tests/unit/tui/test-account.c $(tui_fixture)
tests_unit_tui_test_account_LDADD = $(tui_libs)
tests_unit_tui_test_backup_SOURCES = tests/unit/tui/test-backup.c $(tui_fixture)
tests_unit_tui_test_backup_LDADD = $(tui_libs)
tests_unit_tui_test_checks_SOURCES = tests/unit/tui/test-checks.c $(tui_fixture)
tests_unit_tui_test_checks_LDADD = $(tui_libs)
tests_unit_tui_test_film_SOURCES = tests/unit/tui/test-film.c $(tui_fixture)
tests_unit_tui_test_film_LDADD = $(tui_libs)
tests_unit_tui_test_first_SOURCES = tests/unit/tui/test-first.c $(tui_fixture)
tests_unit_tui_test_first_LDADD = $(tui_libs)
tests_unit_tui_test_grid_SOURCES = tests/unit/tui/test-grid.c
tests_unit_tui_test_grid_LDADD = $(tui_libs)
tests_unit_tui_test_loved_SOURCES = tests/unit/tui/test-loved.c $(tui_fixture)
tests_unit_tui_test_loved_LDADD = $(tui_libs)
tests_unit_tui_test_linear_SOURCES = tests/unit/tui/test-linear.c $(tui_fixture)
tests_unit_tui_test_linear_LDADD = $(tui_libs)
tests_unit_tui_test_past_SOURCES = tests/unit/tui/test-past.c $(tui_fixture)
tests_unit_tui_test_past_LDADD = $(tui_libs)
tests_unit_tui_test_runner_SOURCES = tests/unit/tui/test-runner.c
tests_unit_tui_test_runner_LDADD = $(tui_libs)
tests_unit_tui_test_sheet_SOURCES = tests/unit/tui/test-sheet.c $(tui_fixture)
tests_unit_tui_test_sheet_LDADD = $(tui_libs)
tests_unit_tui_test_screens_SOURCES = tests/unit/tui/test-screens.c $(tui_fixture)
tests_unit_tui_test_screens_LDADD = $(tui_libs)
endif

TESTS += tests/unit/tui/readme-screens
dist_check_SCRIPTS += tests/unit/tui/readme-screens
EXTRA_DIST += tests/unit/tui/pictures tests/unit/tui/screens
# The screens as they are now, to be looked at before they are committed.
screen_tests = tests/unit/cli/test-complete tests/unit/tui/test-account \
	tests/unit/tui/test-backup tests/unit/tui/test-checks \
	tests/unit/tui/test-film tests/unit/tui/test-first \
	tests/unit/tui/test-linear tests/unit/tui/test-past \
	tests/unit/tui/test-screens tests/unit/tui/test-sheet
update-screens: $(screen_tests)
	for test in $(screen_tests); do srcdir=$(srcdir) FT_UPDATE_SCREENS=yes $$test; done
	srcdir=$(srcdir) $(srcdir)/tests/unit/tui/readme-screens --update
.PHONY: update-screens
