# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: figures of the whole product in a lab of its own (README).
EXTRA_DIST += \
	tests/bench/README \
	tests/bench/measure.sh \
	tests/bench/result.jq \
	tests/bench/run \
	tests/bench/sample \
	tests/bench/table.jq \
	tests/bench/watch

bench: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check \
		tests/guest/ledger-clock
	$(srcdir)/tests/bench/run $(BENCHFLAGS)
bench-watch: ftadmin ftengine tests/guest/ledger-client
	$(srcdir)/tests/bench/watch $(BENCHFLAGS)
.PHONY: bench bench-watch
