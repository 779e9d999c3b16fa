# SPDX-License-Identifier: GPL-2.0-or-later
# ownership of a pair in a simulated world; `make check` runs 5,000 seeds
check_PROGRAMS += tests/sim/simulate
TESTS += tests/sim/simulate
tests_sim_simulate_SOURCES = tests/sim/simulate.c tests/sim/sim.h \
	tests/sim/sim-core.c tests/sim/sim-faults.c tests/sim/sim-host.c \
	tests/sim/sim-net.c
tests_sim_simulate_LDADD = libftpair.a
EXTRA_DIST += tests/sim/README tests/sim/mutants
