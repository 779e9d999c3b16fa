# SPDX-License-Identifier: GPL-2.0-or-later
# The topology database: the only SQL in the tree.
db_migrations = \
	db/migrations/0001-topology.sql \
	db/migrations/0002-pairs.sql \
	db/migrations/0003-history.sql \
	db/migrations/0004-rollups.sql \
	db/migrations/0005-locks.sql \
	db/migrations/0006-jobs.sql \
	db/migrations/0007-host-key.sql \
	db/migrations/0008-waivers.sql \
	db/migrations/0009-rules.sql \
	db/migrations/0010-measurements.sql \
	db/migrations/0011-link-rates.sql \
	db/migrations/0012-pool-flushes.sql \
	db/migrations/0013-unfinished.sql \
	db/migrations/0014-fixes.sql \
	db/migrations/0015-facts-history.sql \
	db/migrations/0016-pairs-beside.sql \
	db/migrations/0017-maintenance.sql
EXTRA_DIST += db/embed db/schema.sql $(db_migrations)

noinst_LIBRARIES += libftdb.a
libftdb_a_SOURCES = \
	db/actor.c db/actor.h \
	db/check.c db/check.h \
	db/copy.c db/copy.h \
	db/facts-history.c db/facts-history.h \
	db/fixes.c db/fixes.h \
	db/held.c db/held.h \
	db/history.c \
	db/hosts.c \
	db/jobs.c db/jobs.h \
	db/later.c db/later.h \
	db/link-rates.c db/link-rates.h \
	db/lock.c db/lock.h \
	db/maintenance.c db/maintenance.h \
	db/measurements.c db/measurements.h \
	db/pairs.c \
	db/pool-flushes.c db/pool-flushes.h \
	db/rules.c db/rules.h \
	db/samples.c db/samples.h \
	db/statement.c db/statement.h \
	db/store.c db/store.h \
	db/topology.c \
	db/waivers.c db/waivers.h \
	db/transaction.c db/transaction.h \
	db/unfinished.c db/unfinished.h \
	db/writer.c db/writer.h
nodist_libftdb_a_SOURCES = db/schema-sql.h

db/schema-sql.h: $(srcdir)/db/embed $(srcdir)/db/schema.sql \
		$(db_migrations)
	@$(MKDIR_P) db
	$(AM_V_GEN)cd $(srcdir) && sh db/embed db/schema.sql \
		$(db_migrations) > $(abs_builddir)/$@-t
	@mv $@-t $@
db/store.$(OBJEXT): db/schema-sql.h
CLEANFILES += db/schema-sql.h db/schema-sql.h-t
