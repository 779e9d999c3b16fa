# SPDX-License-Identifier: GPL-2.0-or-later
# The live state, rows, verdicts and words about hosts, VMs, pairs and events: pure functions.
noinst_LIBRARIES += libftuimodel.a
libftuimodel_a_SOURCES = \
	ui/model/addresses.c ui/model/addresses.h \
	ui/model/backup-how.c ui/model/backup-how.h \
	ui/model/cell.c ui/model/cell.h \
	ui/model/change.c ui/model/change.h \
	ui/model/choice.c ui/model/choice.h \
	ui/model/chronicle.c ui/model/chronicle.h \
	ui/model/silence.c ui/model/silence.h \
	ui/model/column.h \
	ui/model/columns.c ui/model/columns.h \
	ui/model/copy.h \
	ui/model/copying.c ui/model/copying.h \
	ui/model/counts.c ui/model/counts.h \
	ui/model/crowd.c ui/model/crowd.h \
	ui/model/estimate-rows.c ui/model/estimate-rows.h \
	ui/model/event-rows.c ui/model/event-rows.h \
	ui/model/film.c ui/model/film.h ui/model/film-private.h \
	ui/model/film-facts.c \
	ui/model/found.c ui/model/found.h \
	ui/model/host-name.c ui/model/host-name.h \
	ui/model/host-rows.c ui/model/host-rows.h \
	ui/model/job-rows.c ui/model/job-rows.h \
	ui/model/left.c ui/model/left.h \
	ui/model/live.c ui/model/live.h \
	ui/model/live-pairs.c ui/model/live-pairs.h \
	ui/model/live-rows.c ui/model/live-rows.h \
	ui/model/live-vms.c \
	ui/model/maintenance.c ui/model/maintenance.h \
	ui/model/meaning.c ui/model/meaning.h \
	ui/model/older.c ui/model/older.h \
	ui/model/measured-rows.c ui/model/measured-rows.h \
	ui/model/neighbours.c ui/model/neighbours.h \
	ui/model/pace.c ui/model/pace.h \
	ui/model/pair-rows.c ui/model/pair-rows.h \
	ui/model/pair-world.c ui/model/pair-world.h \
	ui/model/making.c ui/model/making.h \
	ui/model/outcome.c ui/model/outcome.h \
	ui/model/parted.c ui/model/parted.h \
	ui/model/picture.c ui/model/picture.h \
	ui/model/pick.c ui/model/pick.h \
	ui/model/risk.c ui/model/risk.h \
	ui/model/sentence.c ui/model/sentence.h \
	ui/model/severity.c ui/model/severity.h \
	ui/model/ssh-names.c ui/model/ssh-names.h \
	ui/model/standing.c ui/model/standing.h \
	ui/model/stored-pair.c ui/model/stored-pair.h \
	ui/model/suggest.c ui/model/suggest.h \
	ui/model/then.c ui/model/then.h \
	ui/model/topology.c ui/model/topology.h \
	ui/model/plug.c ui/model/plug.h \
	ui/model/qemu-note.c ui/model/qemu-note.h \
	ui/model/rehearsal.c ui/model/rehearsal.h \
	ui/model/recent.c ui/model/recent.h \
	ui/model/utc.c ui/model/utc.h \
	ui/model/totals.c ui/model/totals.h \
	ui/model/verdict.c ui/model/verdict.h \
	ui/model/verdict-all.c \
	ui/model/vm-rows.c ui/model/vm-rows.h \
	ui/model/what-if.c ui/model/what-if.h \
	ui/model/what-if-rows.c
