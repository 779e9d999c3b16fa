-- SPDX-License-Identifier: GPL-2.0-or-later
-- Minutes and hours instead of single samples: 240 and 720 of a series, which is
-- what a pair has here for its long name. They are a ring: an id is that of the
-- series times 1024, plus the minute modulo 240, or 240 plus the hour modulo
-- 720; so a row is replaced in its place and nothing is ever trimmed. A row has
-- all metrics of its minute or hour, 28 bytes each, little endian: FNV-1a (32
-- bits) of the metric's name, how many seconds were measured, and as floats min,
-- p5, p50, p95, max. A metric more needs no new schema. That is 0.25 MB a pair;
-- a row for each metric would be three times that, most of it keys.
DROP TABLE samples;

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL UNIQUE REFERENCES pairs (pair) ON DELETE CASCADE
) STRICT;

CREATE TABLE rollups (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    metrics BLOB NOT NULL
) STRICT;

CREATE TRIGGER rollups_go_with_series AFTER DELETE ON series BEGIN
    DELETE FROM rollups
    WHERE id BETWEEN old.id * 1024 AND old.id * 1024 + 1023;
END;

-- What is usual, from the hours of the last week: worked out when an hour is
-- written, because a view of all pairs has no time to read their hours.
CREATE TABLE usual (
    pair TEXT NOT NULL REFERENCES pairs (pair) ON DELETE CASCADE,
    metric TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    PRIMARY KEY (pair, metric)
) STRICT, WITHOUT ROWID;

-- The last check of the whole file (PRAGMA quick_check).
CREATE TABLE health (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('sound', 'damaged', 'unfinished'))
) STRICT;
