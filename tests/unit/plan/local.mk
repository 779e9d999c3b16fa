# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
plan_tests = tests/unit/plan/test-carry tests/unit/plan/test-chardevs \
	tests/unit/plan/test-checks tests/unit/plan/test-conditions tests/unit/plan/test-jitter \
	tests/unit/plan/test-effects tests/unit/plan/test-saved \
	tests/unit/plan/test-move tests/unit/plan/test-plan tests/unit/plan/test-pools \
	tests/unit/plan/test-connections tests/unit/plan/test-copy tests/unit/plan/test-remedy \
	tests/unit/plan/test-cpu-question tests/unit/plan/test-fixes \
	tests/unit/plan/test-flushes tests/unit/plan/test-ovs \
	tests/unit/plan/test-qemu-fit tests/unit/plan/test-throughput \
	tests/unit/plan/test-undo tests/unit/plan/test-upgrade tests/unit/plan/test-waivers
check_PROGRAMS += $(plan_tests)
TESTS += $(plan_tests)
plan_libs = libftplan.a libftallow.a libftinventory.a libftbase.a $(LIBXML_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_plan_test_carry_SOURCES = tests/unit/plan/test-carry.c
tests_unit_plan_test_carry_LDADD = $(plan_libs)
tests_unit_plan_test_chardevs_SOURCES = tests/unit/plan/test-chardevs.c
tests_unit_plan_test_chardevs_LDADD = $(plan_libs)
tests_unit_plan_test_checks_SOURCES = tests/unit/plan/test-checks.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_checks_LDADD = $(plan_libs)
tests_unit_plan_test_conditions_SOURCES = tests/unit/plan/test-conditions.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_conditions_LDADD = $(plan_libs)
tests_unit_plan_test_copy_SOURCES = tests/unit/plan/test-copy.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_copy_LDADD = $(plan_libs)
tests_unit_plan_test_jitter_SOURCES = tests/unit/plan/test-jitter.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_jitter_LDADD = $(plan_libs)
tests_unit_plan_test_plan_SOURCES = tests/unit/plan/test-plan.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_plan_LDADD = $(plan_libs)
tests_unit_plan_test_move_SOURCES = tests/unit/plan/test-move.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_move_LDADD = $(plan_libs)
tests_unit_plan_test_pools_SOURCES = tests/unit/plan/test-pools.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_pools_LDADD = $(plan_libs)
tests_unit_plan_test_connections_SOURCES = tests/unit/plan/test-connections.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_connections_LDADD = $(plan_libs)
tests_unit_plan_test_remedy_SOURCES = tests/unit/plan/test-remedy.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_remedy_LDADD = $(plan_libs)
tests_unit_plan_test_waivers_SOURCES = tests/unit/plan/test-waivers.c
tests_unit_plan_test_waivers_LDADD = $(plan_libs)
tests_unit_plan_test_cpu_question_SOURCES = \
	tests/unit/plan/test-cpu-question.c tests/unit/inventory-fixture.h
tests_unit_plan_test_cpu_question_LDADD = $(plan_libs)
tests_unit_plan_test_effects_SOURCES = tests/unit/plan/test-effects.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_effects_LDADD = $(plan_libs)
tests_unit_plan_test_fixes_SOURCES = tests/unit/plan/test-fixes.c \
	tests/unit/inventory-fixture.h tests/unit/scratch.h
tests_unit_plan_test_fixes_LDADD = $(plan_libs)
tests_unit_plan_test_flushes_SOURCES = tests/unit/plan/test-flushes.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_flushes_LDADD = $(plan_libs)
tests_unit_plan_test_ovs_SOURCES = tests/unit/plan/test-ovs.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_ovs_LDADD = $(plan_libs)
tests_unit_plan_test_qemu_fit_SOURCES = tests/unit/plan/test-qemu-fit.c
tests_unit_plan_test_qemu_fit_LDADD = $(plan_libs)
tests_unit_plan_test_throughput_SOURCES = tests/unit/plan/test-throughput.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_throughput_LDADD = $(plan_libs)
tests_unit_plan_test_saved_SOURCES = tests/unit/plan/test-saved.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_saved_LDADD = $(plan_libs)
tests_unit_plan_test_undo_SOURCES = tests/unit/plan/test-undo.c
tests_unit_plan_test_undo_LDADD = $(plan_libs)
tests_unit_plan_test_upgrade_SOURCES = tests/unit/plan/test-upgrade.c
tests_unit_plan_test_upgrade_LDADD = $(plan_libs)
endif
