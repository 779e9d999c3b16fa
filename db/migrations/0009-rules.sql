-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the administrator wants of placement: VMs that one host must not lose together.
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('apart')),
    first TEXT NOT NULL CHECK (first <> ''),
    second TEXT NOT NULL CHECK (second <> first),
    made_at INTEGER NOT NULL,
    UNIQUE (kind, first, second)
) STRICT;
