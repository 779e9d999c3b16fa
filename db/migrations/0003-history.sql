-- SPDX-License-Identifier: GPL-2.0-or-later
-- Events outlive their host and pair; samples do not. Both are bounded by
-- store.h (FT_STORE_EVENT_LIMIT, FT_STORE_SAMPLE_LIMIT).
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    pair TEXT NOT NULL DEFAULT '',
    vm TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'crit')),
    kind TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    UNIQUE (host, seq, at)
) STRICT;

CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL REFERENCES pairs (pair) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    epochs_per_s REAL NOT NULL,
    pause_p50_ms REAL NOT NULL,
    pause_p99_ms REAL NOT NULL,
    lag_ms REAL NOT NULL,
    dirty_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX samples_by_pair ON samples (pair, at);
