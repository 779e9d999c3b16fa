-- SPDX-License-Identifier: GPL-2.0-or-later
-- The schema of a new topology database, version 7. A unit test proves that the
-- migrations lead to exactly this from every older version.

-- Hosts and what a probe found on them; the last column stands as ALTER TABLE
-- writes it, and is the SSH key that the host was added with.
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
, host_key TEXT NOT NULL DEFAULT '') STRICT;

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

-- Events outlive their host and pair; rollups do not. Both are bounded, by
-- store.h (FT_STORE_EVENT_LIMIT) and by time.
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

-- Minutes and hours of what is measured: 240 and 720 of a series, which is what
-- a pair has here for its long name. They are a ring: an id is that of the
-- series times 1024, plus the minute modulo 240, or 240 plus the hour modulo
-- 720; so a row is replaced in its place and nothing is ever trimmed. A row has
-- all metrics of its minute or hour, 28 bytes each, little endian: FNV-1a (32
-- bits) of the metric's name, how many seconds were measured, and as floats min,
-- p5, p50, p95, max. A metric more needs no new schema. That is 0.25 MB a pair;
-- a row for each metric would be three times that, most of it keys.
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

-- Who works on what now. A row describes a lock; the kernel keeps it (lock.h),
-- so that a row whose process is gone means nothing.
CREATE TABLE locks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (subject <> ''),
    alone INTEGER NOT NULL CHECK (alone IN (0, 1)),
    doing TEXT NOT NULL,
    who TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX locks_by_subject ON locks (subject);

-- What ftadmin does to VMs and hosts: a row a job, with how far it is, so that
-- another ftadmin sees it. The kernel tells whether its process lives (lock.h);
-- one that is running without is interrupted. The newest 1,000 are kept.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verb TEXT NOT NULL CHECK (verb <> ''),
    subject TEXT NOT NULL,
    pair TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'partly', 'failed',
        'stopped', 'detached', 'interrupted')),
    who TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    bytes_per_s INTEGER NOT NULL DEFAULT 0,
    left_from_s INTEGER NOT NULL DEFAULT -1,
    left_to_s INTEGER NOT NULL DEFAULT -1,
    stop INTEGER NOT NULL DEFAULT 0 CHECK (stop IN (0, 1)),
    result TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    continues INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_subject ON jobs (subject);

CREATE TABLE job_steps (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'started', 'done', 'failed',
        'undone', 'skipped')),
    started_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;

-- Commands on hosts and what was said meanwhile; 2,000 lines a job are kept.
CREATE TABLE job_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    host TEXT NOT NULL DEFAULT '',
    command TEXT NOT NULL DEFAULT '',
    status INTEGER NOT NULL DEFAULT 0,
    ms INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_log_by_job ON job_log (job);
