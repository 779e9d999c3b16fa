# SPDX-License-Identifier: GPL-2.0-or-later
# The lab is brought up by scripts/lab; tests of the whole product in it are tests/lab/test-*.sh.
EXTRA_DIST += \
	tests/lab/README \
	tests/lab/chaos \
	tests/lab/chrony \
	tests/lab/clocks.sh \
	tests/lab/common.sh \
	tests/lab/console.sh \
	tests/lab/enter.c \
	tests/lab/failures.sh \
	tests/lab/faults.sh \
	tests/lab/functions.sh \
	tests/lab/guests.sh \
	tests/lab/host-init \
	tests/lab/hosts.sh \
	tests/lab/ledger.sh \
	tests/lab/pool.xml \
	tests/lab/qemu.conf \
	tests/lab/random-resync.sh \
	tests/lab/host-facts.sh tests/lab/newer-qemu tests/lab/takeover.sh \
	tests/lab/takeovers \
	tests/lab/wires.sh

# Each brings a lab up; they wait for each other (start_lab).
lab_tests = \
	tests/lab/test-lab.sh \
	tests/lab/test-protect.sh \
	tests/lab/test-takeover.sh \
	tests/lab/test-backup.sh \
	tests/lab/test-cold-start.sh \
	tests/lab/test-hook.sh \
	tests/lab/test-failures.sh \
	tests/lab/test-partitions.sh \
	tests/lab/test-away.sh \
	tests/lab/test-interruptions.sh \
	tests/lab/test-refusals.sh \
	tests/lab/test-rehearse.sh \
	tests/lab/test-garbage.sh \
	tests/lab/test-faults.sh \
	tests/lab/test-status.sh \
	tests/lab/test-clocks.sh \
	tests/lab/test-clocks-machines.sh \
	tests/lab/test-discover.sh \
	tests/lab/test-drift.sh \
	tests/lab/test-first-start.sh \
	tests/lab/test-console.sh \
	tests/lab/test-console-takeover.sh \
	tests/lab/test-jobs.sh \
	tests/lab/test-keys.sh \
	tests/lab/test-newer-qemu.sh \
	tests/lab/test-phases.sh \
	tests/lab/test-watch.sh \
	tests/lab/test-way-back.sh

TESTS += $(lab_tests)
dist_check_SCRIPTS += $(lab_tests)

# A manual test of what touches QEMU; its head says how.
EXTRA_PROGRAMS = tests/lab/checkpoint-probe
tests_lab_checkpoint_probe_SOURCES = tests/lab/checkpoint-probe.c
tests_lab_checkpoint_probe_LDADD = libftgate.a libftqemu.a libftvirt.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) $(LIBNL_LIBS)

# Strangers, for test-garbage.sh.
check_PROGRAMS += tests/lab/flood
tests_lab_flood_SOURCES = tests/lab/flood.c
tests_lab_flood_LDADD = libftbase.a

# The way to the hosts, and ftadmin interrupted.
TESTS += tests/lab/test-another-host.sh tests/lab/test-hosts.sh tests/lab/test-interrupted.sh tests/lab/test-ipv6.sh \
	tests/lab/test-maintenance.sh
dist_check_SCRIPTS += tests/lab/test-another-host.sh tests/lab/test-hosts.sh tests/lab/test-interrupted.sh tests/lab/test-ipv6.sh \
	tests/lab/test-maintenance.sh

# Not among the tests: its head says how long it takes.
check-resync: ftadmin ftengine tests/guest/ledger-client tests/guest/ledger-check
	SEQUENCES=$(SEQUENCES) $(srcdir)/tests/lab/random-resync.sh $(SEEDS)
.PHONY: check-resync
