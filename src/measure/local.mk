# SPDX-License-Identifier: GPL-2.0-or-later
# A running VM measured, without protecting it.
noinst_LIBRARIES += libftmeasure.a
libftmeasure_a_SOURCES = \
	src/measure/counters.c src/measure/counters.h \
	src/measure/measure.c src/measure/measure.h \
	src/measure/samples.c src/measure/samples.h \
	src/measure/survey.c src/measure/survey.h
