-- SPDX-License-Identifier: GPL-2.0-or-later
-- What was measured of a VM before it was protected, the last time, for an estimate.
CREATE TABLE measurements (
    vm_uuid TEXT PRIMARY KEY CHECK (length(vm_uuid) = 36),
    vm TEXT NOT NULL,
    at INTEGER NOT NULL,
    document TEXT NOT NULL CHECK (document <> '')
) STRICT;
