# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: figures of the whole product in a lab of its own (README).
EXTRA_DIST += \
	tests/bench/README \
	tests/bench/console-live \
	tests/bench/estimates \
	tests/bench/estimates.jq \
	tests/bench/measure.sh \
	tests/bench/rehearsal \
	tests/bench/rehearsal.jq \
	tests/bench/result.jq \
	tests/bench/resync \
	tests/bench/resync.jq \
	tests/bench/run \
	tests/bench/sample \
	tests/bench/scale \
	tests/bench/scale.jq \
	tests/bench/table.jq \
	tests/bench/watch

bench: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check \
		tests/guest/ledger-clock tests/bench/figures
	$(srcdir)/tests/bench/run $(BENCHFLAGS)
bench-watch: ftadmin ftengine tests/guest/ledger-client
	$(srcdir)/tests/bench/watch $(BENCHFLAGS)
bench-estimates: ftadmin ftengine tests/guest/ledger-client
	$(srcdir)/tests/bench/estimates $(BENCHFLAGS)
bench-rehearsal: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check
	$(srcdir)/tests/bench/rehearsal $(BENCHFLAGS)
bench-resync: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check
	$(srcdir)/tests/bench/resync $(BENCHFLAGS)
bench-scale: ftadmin ftengine
	$(srcdir)/tests/bench/scale $(BENCHFLAGS)
# what it costs to measure: needs no lab
EXTRA_PROGRAMS += tests/bench/figures
tests_bench_figures_SOURCES = tests/bench/figures.c
tests_bench_figures_LDADD = libftprimary.a libftworker.a libftpair.a \
	libftbase.a $(JANSSON_LIBS)
bench-figures: tests/bench/figures
	tests/bench/figures $(BENCHFLAGS)
# finding and arming written pages: needs no lab
EXTRA_PROGRAMS += tests/bench/tracking
tests_bench_tracking_SOURCES = tests/bench/tracking.c
tests_bench_tracking_LDADD = libftqemu.a libftvirt.a libftbase.a $(LIBVIRT_LIBS) \
	$(LIBXML_LIBS) $(JANSSON_LIBS)
bench-tracking: tests/bench/tracking
	tests/bench/tracking $(BENCHFLAGS)
# checks and placement over many hosts: needs no lab
EXTRA_PROGRAMS += tests/bench/plan
tests_bench_plan_SOURCES = tests/bench/plan.c
tests_bench_plan_LDADD = libftplan.a libftallow.a libftinventory.a libftbase.a \
	$(LIBXML_LIBS) $(JANSSON_LIBS)
bench-plan: tests/bench/plan
	tests/bench/plan $(BENCHFLAGS)
if HAVE_CMOCKA
# the topology database with 200 pairs: needs no lab
bench-store: tests/unit/db/test-first-view
	for i in 1 2 3 4 5; do tests/unit/db/test-first-view | grep ' ms'; done
# connections to many hosts: needs no lab
EXTRA_PROGRAMS += tests/bench/hub
tests_bench_hub_SOURCES = tests/bench/hub.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_bench_hub_LDADD = $(remote_libs)
bench-hub: tests/bench/hub tests/unit/remote/fake-engine
	tests/bench/hub $(BENCHFLAGS)
endif
if HAVE_VTERM
# the console in a pty, with 200 VMs: needs no lab
bench-console: ftadmin tests/tui/test-cost
	tests/tui/test-cost | grep '^[a-z]'
# beside htop and btop, where they are installed, and with 5,000 VMs: no lab
EXTRA_PROGRAMS += tests/bench/screens
tests_bench_screens_SOURCES = tests/bench/screens.c $(tui_common)
tests_bench_screens_CPPFLAGS = $(tui_flags)
tests_bench_screens_LDADD = $(tui_pty_libs)
bench-screens: ftadmin tests/bench/screens
	tests/bench/screens $(BENCHFLAGS) | grep -v '^\['
# with live hosts, in a lab
bench-console-live: ftadmin ftengine tests/bench/screens
	$(srcdir)/tests/bench/console-live
endif
.PHONY: bench bench-estimates bench-figures bench-rehearsal bench-resync bench-tracking bench-watch bench-scale bench-store bench-hub bench-console bench-console-live \
	bench-screens
