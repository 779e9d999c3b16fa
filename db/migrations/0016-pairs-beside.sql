-- SPDX-License-Identifier: GPL-2.0-or-later
-- A pair that is being removed stands in the way of no other of the same VM: it may
-- wait for a host that does not come back. A constraint goes with its table only;
-- foreign keys are off meanwhile (store.c).
CREATE TABLE pairs_new (
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
INSERT INTO pairs_new SELECT
    pair, vm, vm_uuid, primary_host, standby_host, witness_host, phase,
    state, generation, created_at, status, status_at
FROM pairs;
DROP TABLE pairs;
ALTER TABLE pairs_new RENAME TO pairs;
CREATE INDEX pairs_by_primary ON pairs (primary_host);
CREATE INDEX pairs_by_standby ON pairs (standby_host);
CREATE INDEX pairs_by_witness ON pairs (witness_host);
CREATE UNIQUE INDEX pairs_by_vm ON pairs (vm_uuid, phase)
    WHERE phase <> 'removing';
