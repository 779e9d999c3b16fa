# SPDX-License-Identifier: GPL-2.0-or-later
# Checks, placement and plans: pure functions over the inventory.
noinst_LIBRARIES += libftplan.a
libftplan_a_SOURCES = \
	src/plan/carry-rules.h \
	src/plan/cpu-question.c src/plan/cpu-question.h \
	src/plan/differences.c src/plan/differences.h \
	src/plan/fixes.c src/plan/fixes.h \
	src/plan/flags.c src/plan/flags.h \
	src/plan/carry.c src/plan/carry.h \
	src/plan/chardevs.c src/plan/chardevs.h \
	src/plan/checks-copy.c \
	src/plan/checks-cpu.c \
	src/plan/checks-files.c \
	src/plan/checks-network.c \
	src/plan/checks-ovs.c \
	src/plan/checks-pool.c \
	src/plan/checks-ports.c \
	src/plan/checks-private.h \
	src/plan/checks-vm.c \
	src/plan/checks-way-back.c \
	src/plan/checks.c src/plan/checks.h \
	src/plan/checks-condition.c \
	src/plan/checks-crowd.c \
	src/plan/checks-link.c \
	src/plan/checks-machine.c \
	src/plan/check-list.c src/plan/check-list.h \
	src/plan/clones.c src/plan/clones.h \
	src/plan/effects.c src/plan/effects.h \
	src/plan/findings.c src/plan/findings.h \
	src/plan/flat.h \
	src/plan/flushes.c src/plan/flushes.h \
	src/plan/host-files.h \
	src/plan/inventory.c src/plan/inventory.h \
	src/plan/jitter.c src/plan/jitter.h \
	src/plan/links.c src/plan/links.h \
	src/plan/move.c src/plan/move.h \
	src/plan/placement.c src/plan/placement.h \
	src/plan/plan.c src/plan/plan.h \
	src/plan/plan-chosen.c \
	src/plan/plan-json.c \
	src/plan/connections.c src/plan/connections.h \
	src/plan/qemu-fit.c src/plan/qemu-fit.h \
	src/plan/remedy.c src/plan/remedy.h \
	src/plan/saved.c src/plan/saved.h \
	src/plan/settings.c src/plan/settings.h \
	src/plan/step-kinds.c src/plan/step-kinds.h \
	src/plan/throughput.c src/plan/throughput.h \
	src/plan/undo.c src/plan/undo.h \
	src/plan/upgrade.c src/plan/upgrade.h \
	src/plan/waivers.c src/plan/waivers.h \
	src/plan/witness.c src/plan/witness.h \
	src/plan/xml-values.c src/plan/xml-values.h
