# SPDX-License-Identifier: GPL-2.0-or-later
# The console: views drawn into a grid of cells, and the terminal that shows it.
noinst_LIBRARIES += libftuitui.a
libftuitui_a_SOURCES = \
	ui/tui/account.c ui/tui/account.h \
	ui/tui/axis.c ui/tui/axis.h \
	ui/tui/backup-form.c ui/tui/backup-form.h \
	ui/tui/below.c ui/tui/below.h \
	ui/tui/check-page.c \
	ui/tui/checks-do.c ui/tui/checks-do.h \
	ui/tui/checks-list.c ui/tui/checks-private.h \
	ui/tui/checks.c ui/tui/checks.h \
	ui/tui/complete.c ui/tui/complete.h \
	ui/tui/completion.c ui/tui/completion.h \
	ui/tui/console.c ui/tui/console.h \
	ui/tui/copy.c ui/tui/copy.h \
	ui/tui/deeds.c ui/tui/deeds.h \
	ui/tui/doing.c ui/tui/doing.h \
	ui/tui/drafts.c ui/tui/drafts.h \
	ui/tui/dump.c \
	ui/tui/entry.c ui/tui/entry.h \
	ui/tui/figure.c ui/tui/figure.h \
	ui/tui/film.c ui/tui/film.h \
	ui/tui/film-lanes.c \
	ui/tui/film-play.c \
	ui/tui/film-private.h \
	ui/tui/film-told.c \
	ui/tui/first.c ui/tui/first.h ui/tui/first-private.h \
	ui/tui/first-evidence.c ui/tui/first-keys.c ui/tui/first-list.c \
	ui/tui/first-view.c ui/tui/first-words.c \
	ui/tui/frame.c ui/tui/frame.h \
	ui/tui/grid.c ui/tui/grid.h \
	ui/tui/help.c ui/tui/help.h \
	ui/tui/host-page.c \
	ui/tui/key.c ui/tui/key.h \
	ui/tui/keymap.c ui/tui/keymap.h \
	ui/tui/linear.c ui/tui/linear.h ui/tui/linear-private.h \
	ui/tui/linear-take.c \
	ui/tui/linear-news.c ui/tui/linear-news.h \
	ui/tui/linear-page.c ui/tui/linear-page.h \
	ui/tui/linear-run.c ui/tui/linear-run.h \
	ui/tui/list.c ui/tui/list.h \
	ui/tui/lists.c \
	ui/tui/login.c ui/tui/login.h \
	ui/tui/look.c ui/tui/look.h \
	ui/tui/loss.c ui/tui/loss.h \
	ui/tui/memory.c ui/tui/memory.h \
	ui/tui/order.c ui/tui/order.h \
	ui/tui/overlay.c ui/tui/overlay.h \
	ui/tui/overview.c \
	ui/tui/overview-line.c ui/tui/overview-line.h \
	ui/tui/owner.c ui/tui/owner.h \
	ui/tui/page.c ui/tui/page.h \
	ui/tui/pages.c ui/tui/pages.h \
	ui/tui/past.c ui/tui/past.h \
	ui/tui/questions.c ui/tui/questions.h \
	ui/tui/rails.c ui/tui/rails.h \
	ui/tui/run.c ui/tui/run.h \
	ui/tui/rows.c ui/tui/rows.h \
	ui/tui/runner.c ui/tui/runner.h \
	ui/tui/runs.c ui/tui/runs.h \
	ui/tui/screen.c ui/tui/screen.h \
	ui/tui/sheet.c ui/tui/sheet.h ui/tui/sheet-private.h \
	ui/tui/sheet-apply.c ui/tui/sheet-keys.c ui/tui/sheet-open.c ui/tui/sheet-told.c \
	ui/tui/sheet-view.c \
	ui/tui/shell.c ui/tui/shell.h \
	ui/tui/state.c ui/tui/state.h \
	ui/tui/terminal.c ui/tui/terminal.h \
	ui/tui/text-view.c \
	ui/tui/vm-row.c ui/tui/vm-row.h \
	ui/tui/view.h \
	ui/tui/vm-charts.c ui/tui/vm-charts.h \
	ui/tui/vm-copying.c ui/tui/vm-copying.h \
	ui/tui/vm-drift.c ui/tui/vm-drift.h \
	ui/tui/vm-page.c \
	ui/tui/words.c ui/tui/words.h
