# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
plan_tests = tests/unit/plan/test-carry tests/unit/plan/test-chardevs \
	tests/unit/plan/test-checks tests/unit/plan/test-jitter \
	tests/unit/plan/test-plan tests/unit/plan/test-pools \
	tests/unit/plan/test-connections tests/unit/plan/test-remedy \
	tests/unit/plan/test-upgrade
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
tests_unit_plan_test_jitter_SOURCES = tests/unit/plan/test-jitter.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_jitter_LDADD = $(plan_libs)
tests_unit_plan_test_plan_SOURCES = tests/unit/plan/test-plan.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_plan_LDADD = $(plan_libs)
tests_unit_plan_test_pools_SOURCES = tests/unit/plan/test-pools.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_pools_LDADD = $(plan_libs)
tests_unit_plan_test_connections_SOURCES = tests/unit/plan/test-connections.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_connections_LDADD = $(plan_libs)
tests_unit_plan_test_remedy_SOURCES = tests/unit/plan/test-remedy.c \
	tests/unit/inventory-fixture.h
tests_unit_plan_test_remedy_LDADD = $(plan_libs)
tests_unit_plan_test_upgrade_SOURCES = tests/unit/plan/test-upgrade.c
tests_unit_plan_test_upgrade_LDADD = $(plan_libs)
endif
