# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
pair_tests = tests/unit/pair/test-console-watch \
	tests/unit/pair/test-ownership tests/unit/pair/test-trigger \
	tests/unit/pair/test-copy-behind tests/unit/pair/test-copy-rate \
	tests/unit/pair/test-estimate \
	tests/unit/pair/test-histogram tests/unit/pair/test-metrics \
	tests/unit/pair/test-rehearsal tests/unit/pair/test-retry \
	tests/unit/pair/test-rollup tests/unit/pair/test-series \
	tests/unit/pair/test-slow-link \
	tests/unit/pair/test-stall tests/unit/pair/test-status-figures
check_PROGRAMS += $(pair_tests)
TESTS += $(pair_tests)
pair_libs = libftpair.a libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_pair_test_ownership_SOURCES = tests/unit/pair/test-ownership.c
tests_unit_pair_test_ownership_LDADD = $(pair_libs)
tests_unit_pair_test_console_watch_SOURCES = \
	tests/unit/pair/test-console-watch.c
tests_unit_pair_test_console_watch_LDADD = $(pair_libs)
tests_unit_pair_test_copy_behind_SOURCES = tests/unit/pair/test-copy-behind.c
tests_unit_pair_test_copy_behind_LDADD = $(pair_libs)
tests_unit_pair_test_copy_rate_SOURCES = tests/unit/pair/test-copy-rate.c
tests_unit_pair_test_copy_rate_LDADD = $(pair_libs)
tests_unit_pair_test_estimate_SOURCES = tests/unit/pair/test-estimate.c
tests_unit_pair_test_estimate_LDADD = $(pair_libs)
tests_unit_pair_test_trigger_SOURCES = tests/unit/pair/test-trigger.c
tests_unit_pair_test_trigger_LDADD = $(pair_libs)
tests_unit_pair_test_histogram_SOURCES = tests/unit/pair/test-histogram.c
tests_unit_pair_test_histogram_LDADD = $(pair_libs)
tests_unit_pair_test_metrics_SOURCES = tests/unit/pair/test-metrics.c
tests_unit_pair_test_metrics_LDADD = $(pair_libs)
tests_unit_pair_test_rehearsal_SOURCES = tests/unit/pair/test-rehearsal.c
tests_unit_pair_test_rehearsal_LDADD = $(pair_libs)
tests_unit_pair_test_retry_SOURCES = tests/unit/pair/test-retry.c
tests_unit_pair_test_retry_LDADD = $(pair_libs)
tests_unit_pair_test_rollup_SOURCES = tests/unit/pair/test-rollup.c
tests_unit_pair_test_rollup_LDADD = $(pair_libs)
tests_unit_pair_test_series_SOURCES = tests/unit/pair/test-series.c
tests_unit_pair_test_series_LDADD = $(pair_libs)
tests_unit_pair_test_slow_link_SOURCES = tests/unit/pair/test-slow-link.c
tests_unit_pair_test_slow_link_LDADD = $(pair_libs)
tests_unit_pair_test_stall_SOURCES = tests/unit/pair/test-stall.c
tests_unit_pair_test_stall_LDADD = $(pair_libs)
tests_unit_pair_test_status_figures_SOURCES = \
	tests/unit/pair/test-status-figures.c
tests_unit_pair_test_status_figures_LDADD = $(pair_libs)
endif
