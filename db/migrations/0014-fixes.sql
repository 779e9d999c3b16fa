-- SPDX-License-Identifier: GPL-2.0-or-later
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
