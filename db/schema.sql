-- SPDX-License-Identifier: GPL-2.0-or-later
-- The schema of a new topology database, version 17. A unit test proves that the
-- migrations lead to exactly this from every older version.

-- Hosts and what a probe found on them; the last columns stand as ALTER TABLE
-- writes them: the SSH key that the host was added with, and since when it is under
-- maintenance.
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
, host_key TEXT NOT NULL DEFAULT '', maintenance_at INTEGER NOT NULL DEFAULT 0) STRICT;

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

-- Pairs, their links and the journal of what was done to make them. Of a VM there
-- may be one that protects it, one that is being made, and any that are being
-- removed: a host that was away has yet to hear of it. Quoted as ALTER TABLE does it.
CREATE TABLE "pairs" (
    pair TEXT PRIMARY KEY CHECK (length(pair) = 36),
    vm TEXT NOT NULL,
    vm_uuid TEXT NOT NULL CHECK (length(vm_uuid) = 36),
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
CREATE UNIQUE INDEX pairs_by_vm ON pairs (vm_uuid, phase)
    WHERE phase <> 'removing';

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

-- Findings of checks that somebody has accepted, with what was found then; one that
-- has ended (it was found otherwise, or taken back) is kept.
CREATE TABLE waivers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    vm_uuid TEXT NOT NULL CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    check_id TEXT NOT NULL CHECK (check_id <> ''),
    subject TEXT NOT NULL,
    evidence TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    who TEXT NOT NULL DEFAULT '',
    given_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    ended_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX waivers_in_force ON waivers (vm_uuid, check_id, subject)
    WHERE ended_at = 0;

-- What the administrator wants of placement: VMs that one host must not lose together.
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('apart')),
    first TEXT NOT NULL CHECK (first <> ''),
    second TEXT NOT NULL CHECK (second <> first),
    made_at INTEGER NOT NULL,
    UNIQUE (kind, first, second)
) STRICT;

-- What was measured of a VM before it was protected, the last time, for an estimate.
CREATE TABLE measurements (
    vm_uuid TEXT PRIMARY KEY CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    at INTEGER NOT NULL,
    document TEXT NOT NULL CHECK (document <> '')
) STRICT;

-- What each network between two hosts carried when it was last measured, by the
-- address of the second that bytes were sent to.
CREATE TABLE link_rates (
    from_host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    to_host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    nic TEXT NOT NULL,
    bytes_per_s REAL NOT NULL CHECK (bytes_per_s > 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (from_host, to_host, address)
) STRICT, WITHOUT ROWID;

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

-- What ftadmin changed on hosts to mend what a check of a VM found, to be taken back.
-- A row is there before the change is made, and gone when it was made by others.
CREATE TABLE fixes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    vm_uuid TEXT NOT NULL CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    object TEXT NOT NULL,
    who TEXT NOT NULL DEFAULT '',
    begun_at INTEGER NOT NULL,
    done_at INTEGER NOT NULL DEFAULT 0,
    undone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX fixes_in_force ON fixes (vm_uuid) WHERE undone_at = 0;

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

-- VMs that ran on a host and were handed over for its maintenance: they are to be
-- brought back.
CREATE TABLE handed_over (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    vm_uuid TEXT NOT NULL CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (host, vm_uuid)
) STRICT, WITHOUT ROWID;
