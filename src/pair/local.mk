# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libftpair.a
libftpair_a_SOURCES = \
	src/pair/console-watch.c src/pair/console-watch.h \
	src/pair/copy-behind.c src/pair/copy-behind.h \
	src/pair/copy-rate.c src/pair/copy-rate.h \
	src/pair/histogram.c src/pair/histogram.h \
	src/pair/estimate.c src/pair/estimate.h \
	src/pair/estimate-epochs.c src/pair/estimate-private.h \
	src/pair/measured.c src/pair/measured.h \
	src/pair/metrics.c src/pair/metrics.h \
	src/pair/ownership.c src/pair/ownership.h \
	src/pair/ownership-forced.c \
	src/pair/ownership-names.c \
	src/pair/ownership-primary-cold.c \
	src/pair/ownership-primary.c \
	src/pair/ownership-primary-time.c \
	src/pair/ownership-primary-vm.c \
	src/pair/ownership-primary-witness.c \
	src/pair/ownership-private.h \
	src/pair/ownership-report.c \
	src/pair/ownership-standby.c \
	src/pair/rehearsal.c src/pair/rehearsal.h \
	src/pair/retry.c src/pair/retry.h \
	src/pair/rollup.c src/pair/rollup.h \
	src/pair/slow-link.c src/pair/slow-link.h \
	src/pair/spread.c src/pair/spread.h \
	src/pair/stall.c src/pair/stall.h \
	src/pair/series.c src/pair/series.h \
	src/pair/series-table.c src/pair/series-table.h \
	src/pair/status-figures.c src/pair/status-figures.h \
	src/pair/trigger.c src/pair/trigger.h
