# SPDX-License-Identifier: GPL-2.0-or-later
# ownership of a pair in a simulated world; `make check` runs 5,000 seeds,
# `make simulate-nightly` a million that no night before has had, and says which
check_PROGRAMS += tests/sim/simulate
TESTS += tests/sim/simulate
tests_sim_simulate_SOURCES = tests/sim/simulate.c tests/sim/sim.h \
	tests/sim/sim-core.c tests/sim/sim-faults.c tests/sim/sim-host.c \
	tests/sim/sim-judge.c tests/sim/sim-move.c tests/sim/sim-net.c tests/sim/sim-run.c \
	tests/sim/sim-trouble.c tests/sim/sim-vm.c
tests_sim_simulate_LDADD = libftpair.a
.PHONY: simulate-nightly
simulate-nightly: tests/sim/simulate$(EXEEXT)
	@from=$$(( $$(date +%s) / 86400 * 1000000 )); \
	echo "seeds $$from to $$((from + 999999))"; \
	tests/sim/simulate --go-on --seeds $$from-$$((from + 999999))
EXTRA_DIST += tests/sim/README tests/sim/mutants
