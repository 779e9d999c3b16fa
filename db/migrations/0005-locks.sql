-- SPDX-License-Identifier: GPL-2.0-or-later
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
