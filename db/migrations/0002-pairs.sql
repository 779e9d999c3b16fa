-- SPDX-License-Identifier: GPL-2.0-or-later
-- Pairs, their links and the journal of what was done to make them.
CREATE TABLE pairs (
    pair TEXT PRIMARY KEY CHECK (length(pair) = 36),
    vm TEXT NOT NULL,
    vm_uuid TEXT NOT NULL UNIQUE CHECK (length(vm_uuid) = 36),
    primary_host TEXT NOT NULL REFERENCES hosts (name) ON UPDATE CASCADE,
    standby_host TEXT NOT NULL REFERENCES hosts (name) ON UPDATE CASCADE,
    witness_host TEXT REFERENCES hosts (name) ON UPDATE CASCADE,
    phase TEXT NOT NULL CHECK (phase IN ('applying', 'applied', 'removing')),
    state TEXT NOT NULL DEFAULT '',
    generation INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    status TEXT,
    status_at INTEGER NOT NULL DEFAULT 0,
    CHECK (primary_host <> standby_host)
) STRICT;
CREATE INDEX pairs_by_primary ON pairs (primary_host);
CREATE INDEX pairs_by_standby ON pairs (standby_host);
CREATE INDEX pairs_by_witness ON pairs (witness_host);

CREATE TABLE links (
    pair TEXT NOT NULL REFERENCES pairs (pair) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    address0 TEXT NOT NULL,
    address1 TEXT NOT NULL,
    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    PRIMARY KEY (pair, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL REFERENCES pairs (pair) ON DELETE CASCADE,
    operation TEXT NOT NULL CHECK (operation IN ('protect', 'unprotect')),
    ordinal INTEGER NOT NULL,
    step TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('started', 'done', 'failed', 'undone', 'skipped')),
    detail TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    UNIQUE (pair, operation, ordinal)
) STRICT;
