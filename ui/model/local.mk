# SPDX-License-Identifier: GPL-2.0-or-later
# Rows and words about hosts, VMs and pairs: pure functions.
noinst_LIBRARIES += libftuimodel.a
libftuimodel_a_SOURCES = \
	ui/model/host-name.c ui/model/host-name.h \
	ui/model/pair-rows.c ui/model/pair-rows.h \
	ui/model/severity.c ui/model/severity.h \
	ui/model/suggest.c ui/model/suggest.h
