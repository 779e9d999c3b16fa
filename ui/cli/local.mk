# SPDX-License-Identifier: GPL-2.0-or-later
# ftadmin: the command line.
noinst_LIBRARIES += libftuicli.a
libftuicli_a_SOURCES = \
	ui/cli/answers.c ui/cli/answers.h \
	ui/cli/backup.c \
	ui/cli/batch.c ui/cli/batch.h \
	ui/cli/check.c \
	ui/cli/check-vm.c ui/cli/check-vm.h \
	ui/cli/checks.c \
	ui/cli/complete.c ui/cli/complete.h \
	ui/cli/complete-shell.c \
	ui/cli/console.c \
	ui/cli/cli.c ui/cli/cli.h \
	ui/cli/command.h \
	ui/cli/exit.c ui/cli/exit.h \
	ui/cli/commands.c ui/cli/commands.h \
	ui/cli/discover.c \
	ui/cli/drift.c ui/cli/drift.h \
	ui/cli/effects.c ui/cli/effects.h \
	ui/cli/estimate.c \
	ui/cli/events.c \
	ui/cli/facts.c \
	ui/cli/findings.c ui/cli/findings.h \
	ui/cli/events-film.c ui/cli/events-film.h \
	ui/cli/fix.c ui/cli/fix.h \
	ui/cli/frame.c ui/cli/frame.h \
	ui/cli/help.c ui/cli/help.h \
	ui/cli/host-add.c \
	ui/cli/host-diff.c \
	ui/cli/host-list.c \
	ui/cli/host-remove.c \
	ui/cli/host-show.c \
	ui/cli/host-upgrade.c \
	ui/cli/if-lost.c ui/cli/if-lost.h \
	ui/cli/interrupt.c ui/cli/interrupt.h \
	ui/cli/jobs.c \
	ui/cli/jobs-show.c \
	ui/cli/options.c ui/cli/options.h \
	ui/cli/parse.c ui/cli/parse.h \
	ui/cli/preferences.c ui/cli/preferences.h \
	ui/cli/progress.c ui/cli/progress.h \
	ui/cli/prompt.c ui/cli/prompt.h \
	ui/cli/protect.c ui/cli/protect.h \
	ui/cli/policy.c \
	ui/cli/maintenance.c \
	ui/cli/witness.c \
	ui/cli/rehearse.c \
	ui/cli/protect-many.c \
	ui/cli/protect-one.c \
	ui/cli/protect-saved.c \
	ui/cli/resume.c \
	ui/cli/rollback.c \
	ui/cli/rule.c \
	ui/cli/set.c \
	ui/cli/start.c \
	ui/cli/settings.c ui/cli/settings.h \
	ui/cli/status.c \
	ui/cli/status-print.c ui/cli/status-print.h \
	ui/cli/status-watch.c ui/cli/status-watch.h \
	ui/cli/switchover.c \
	ui/cli/unfinished.c ui/cli/unfinished.h \
	ui/cli/unprotect.c ui/cli/unprotect.h \
	ui/cli/verify.c \
	ui/cli/verbs.c ui/cli/verbs.h \
	ui/cli/waive.c \
	ui/cli/vm-list.c

sbin_PROGRAMS += ftadmin
ftadmin_SOURCES = ui/cli/main.c
ftadmin_LDADD = libftuicli.a libftuitui.a libftuiwork.a libftuitext.a libftuimodel.a \
	libftdb.a libftpair.a libftprotect.a libftremote.a libftplan.a libftallow.a libftinventory.a \
	libftbase.a $(LIBSSH_LIBS) $(GNUTLS_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) \
	$(LIBXML_LIBS) $(NCURSES_LIBS)

# they ask the program, which knows its commands and options
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = scripts/completions/ftadmin
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = scripts/completions/_ftadmin
