# SPDX-License-Identifier: GPL-2.0-or-later
# Rows and words about hosts, VMs, pairs and events: pure functions.
noinst_LIBRARIES += libftuimodel.a
libftuimodel_a_SOURCES = \
	ui/model/copy.h \
	ui/model/event-rows.c ui/model/event-rows.h \
	ui/model/host-name.c ui/model/host-name.h \
	ui/model/host-rows.c ui/model/host-rows.h \
	ui/model/pair-rows.c ui/model/pair-rows.h \
	ui/model/severity.c ui/model/severity.h \
	ui/model/stored-pair.c ui/model/stored-pair.h \
	ui/model/suggest.c ui/model/suggest.h \
	ui/model/topology.c ui/model/topology.h \
	ui/model/vm-rows.c ui/model/vm-rows.h
