-- SPDX-License-Identifier: GPL-2.0-or-later
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
