-- SPDX-License-Identifier: GPL-2.0-or-later
-- The SSH key a host had when it was added, "TYPE SHA256:..."; empty: not known.
ALTER TABLE hosts ADD COLUMN host_key TEXT NOT NULL DEFAULT '';
