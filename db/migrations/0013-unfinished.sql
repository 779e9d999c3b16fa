-- SPDX-License-Identifier: GPL-2.0-or-later
-- Of operations that have not ended: what was chosen, and what each step found on its
-- host before it changed anything there, by which it is undone.
CREATE TABLE chosen (
    pair TEXT PRIMARY KEY REFERENCES pairs (pair) ON DELETE CASCADE,
    document TEXT NOT NULL CHECK (document <> '')
) STRICT;

CREATE TABLE found (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL REFERENCES pairs (pair) ON DELETE CASCADE,
    step TEXT NOT NULL,
    host TEXT NOT NULL,
    there INTEGER NOT NULL CHECK (there IN (0, 1)),
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (pair, step, host)
) STRICT;
