# SPDX-License-Identifier: GPL-2.0-or-later
# make check-machines: rows of tests on whole machines (README); not part of make check.
EXTRA_DIST += \
	tests/machines/README \
	tests/machines/functions.sh \
	tests/machines/guests.sh \
	tests/machines/host-init \
	tests/machines/host-init.service \
	tests/machines/hosts.sh \
	tests/machines/image.sh \
	tests/machines/results \
	tests/machines/rows \
	tests/machines/run \
	tests/machines/summary \
	tests/machines/table.sh \
	tests/machines/takeover.sh

# what a row puts on a host
check_PROGRAMS += tests/machines/xdp-pass
tests_machines_xdp_pass_SOURCES = tests/machines/xdp-pass.c

check-machines: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check \
		tests/machines/xdp-pass
	$(srcdir)/tests/machines/run $(ROWS)
.PHONY: check-machines

# how the table is read: needs no machine
TESTS += tests/machines/test-table.sh
dist_check_SCRIPTS += tests/machines/test-table.sh
