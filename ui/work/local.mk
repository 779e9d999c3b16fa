# SPDX-License-Identifier: GPL-2.0-or-later
# What verbs do with hosts and the database.
noinst_LIBRARIES += libftuiwork.a
libftuiwork_a_SOURCES = \
	ui/work/ask.c ui/work/ask.h \
	ui/work/backup.c ui/work/backup.h \
	ui/work/backup-base.c ui/work/backup-base.h \
	ui/work/backup-part.c ui/work/backup-part.h \
	ui/work/backup-serve.c \
	ui/work/candidates.c \
	ui/work/discover.c ui/work/discover.h \
	ui/work/estimate.c ui/work/estimate.h \
	ui/work/events.c ui/work/events.h \
	ui/work/film.c ui/work/film.h \
	ui/work/facts.c ui/work/facts.h \
	ui/work/fixes.c ui/work/fixes.h \
	ui/work/fleet.c ui/work/fleet.h \
	ui/work/history.c ui/work/history.h \
	ui/work/host-past.c ui/work/host-past.h \
	ui/work/hosts.c ui/work/hosts.h \
	ui/work/job.c ui/work/job.h \
	ui/work/maintenance.c ui/work/maintenance.h ui/work/maintenance-private.h \
	ui/work/maintenance-look.c ui/work/maintenance-move.c ui/work/maintenance-rows.c \
	ui/work/journal.c ui/work/journal.h \
	ui/work/known.c ui/work/known.h \
	ui/work/likeness.c ui/work/likeness.h \
	ui/work/live.c ui/work/live.h ui/work/live-private.h \
	ui/work/live-hosts.c \
	ui/work/live-keep.c \
	ui/work/locks.c ui/work/locks.h \
	ui/work/operate.c ui/work/operate.h \
	ui/work/pair.c ui/work/pair.h \
	ui/work/past.c ui/work/past.h \
	ui/work/protect.c ui/work/protect.h \
	ui/work/remember.c ui/work/remember.h \
	ui/work/rules.c ui/work/rules.h \
	ui/work/saved.c ui/work/saved.h \
	ui/work/secrets.c ui/work/secrets.h \
	ui/work/settings.c ui/work/settings.h \
	ui/work/source.c ui/work/source.h ui/work/source-private.h \
	ui/work/source-store.c \
	ui/work/status.c ui/work/status.h \
	ui/work/suggest.c ui/work/suggest.h \
	ui/work/unfinished.c ui/work/unfinished.h \
	ui/work/upgrade.c ui/work/upgrade.h \
	ui/work/vms.c ui/work/vms.h \
	ui/work/waivers.c ui/work/waivers.h \
	ui/work/witness.c ui/work/witness.h \
	ui/work/work.c ui/work/work.h
