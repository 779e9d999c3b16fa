-- SPDX-License-Identifier: GPL-2.0-or-later
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
