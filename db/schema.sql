-- SPDX-License-Identifier: GPL-2.0-or-later
-- The schema of a new topology database, version 3. A unit test proves that the
-- migrations lead to exactly this from every older version.

-- Hosts and what a probe found on them.
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    address TEXT NOT NULL CHECK (address <> ''),
    identity TEXT NOT NULL DEFAULT '',
    hypervisor INTEGER NOT NULL DEFAULT 0 CHECK (hypervisor IN (0, 1)),
    engine_version TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL DEFAULT 0,
    facts TEXT,
    facts_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE nics (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    mac TEXT NOT NULL DEFAULT '',
    bridge TEXT NOT NULL DEFAULT '',
    addresses TEXT NOT NULL DEFAULT '',
    speed_mbit INTEGER NOT NULL DEFAULT 0,
    carrier INTEGER NOT NULL DEFAULT 0 CHECK (carrier IN (0, 1)),
    PRIMARY KEY (host, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE networks (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bridge TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    PRIMARY KEY (host, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE storage_pools (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL DEFAULT '',
    capacity INTEGER NOT NULL DEFAULT 0,
    available INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    PRIMARY KEY (host, name)
) STRICT, WITHOUT ROWID;

-- A protected VM exists on two hosts with one uuid: hence the key.
CREATE TABLE vms (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '',
    memory INTEGER NOT NULL DEFAULT 0,
    vcpus INTEGER NOT NULL DEFAULT 0,
    disk_bytes INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (host, uuid)
) STRICT, WITHOUT ROWID;
CREATE INDEX vms_by_name ON vms (name);

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
