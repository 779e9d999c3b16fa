-- SPDX-License-Identifier: GPL-2.0-or-later
-- Since when a host is under maintenance; 0: it is not.
ALTER TABLE hosts ADD COLUMN maintenance_at INTEGER NOT NULL DEFAULT 0;

-- VMs that ran on a host and were handed over for its maintenance: they are to be
-- brought back.
CREATE TABLE handed_over (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    vm_uuid TEXT NOT NULL CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (host, vm_uuid)
) STRICT, WITHOUT ROWID;
