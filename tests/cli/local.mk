# SPDX-License-Identifier: GPL-2.0-or-later
# Transcripts and scripts that need no lab.
check_PROGRAMS += tests/cli/seed
tests_cli_seed_SOURCES = tests/cli/seed.c
tests_cli_seed_LDADD = libftdb.a libftpair.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS)

cli_transcripts = \
	tests/cli/usage.t \
	tests/cli/database.t \
	tests/cli/discover.t \
	tests/cli/jobs.t \
	tests/cli/unfinished.t \
	tests/cli/offline.t
cli_scripts = \
	tests/cli/checks-page \
	tests/cli/completion \
	tests/cli/facts \
	tests/cli/help \
	tests/cli/service \
	tests/cli/ssh
TESTS += $(cli_transcripts) $(cli_scripts)
EXTRA_DIST += scripts/checks-page tests/cli/inventory-lab.json tests/cli/inventory-debian13.json \
	tests/cli/inventory-datacenter.json $(cli_transcripts) $(cli_scripts) tests/cli/transcript \
	tests/cli/README

TEST_EXTENSIONS = .t
T_LOG_COMPILER = env abs_top_builddir='$(abs_top_builddir)' \
	$(SHELL) $(srcdir)/tests/cli/transcript
$(cli_transcripts:.t=.log) tests/cli/checks-page.log tests/cli/completion.log tests/cli/facts.log tests/cli/help.log tests/cli/ssh.log: \
	ftadmin$(EXEEXT) tests/cli/seed$(EXEEXT)
