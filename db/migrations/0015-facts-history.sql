-- SPDX-License-Identifier: GPL-2.0-or-later
-- What hosts were when they were looked at: a row each time that something differed
-- which matters to a pair (plan/differences.h), without their VMs. Bounded by
-- FT_STORE_FACTS_KEPT.
CREATE TABLE facts_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    facts TEXT NOT NULL CHECK (facts <> '')
) STRICT;
CREATE INDEX facts_history_of_host ON facts_history (host, id);
