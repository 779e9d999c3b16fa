-- SPDX-License-Identifier: GPL-2.0-or-later
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
