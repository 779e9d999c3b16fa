-- SPDX-License-Identifier: GPL-2.0-or-later
-- How long the storage of a pool took for a flush when it was last measured. Beside
-- storage_pools, whose rows are those of the last look at the host.
CREATE TABLE pool_flushes (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    pool TEXT NOT NULL,
    p50_us INTEGER NOT NULL,
    p90_us INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (host, pool)
) STRICT, WITHOUT ROWID;
