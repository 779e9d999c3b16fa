# SPDX-License-Identifier: GPL-2.0-or-later
# make check-shapes: shapes of VM in the lab (README); not part of make check.
EXTRA_DIST += \
	tests/shapes/README \
	tests/shapes/one \
	tests/shapes/proofs.sh \
	tests/shapes/results \
	tests/shapes/run \
	tests/shapes/shapes.sh

check-shapes: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check
	$(srcdir)/tests/shapes/run $(SHAPES)
.PHONY: check-shapes
