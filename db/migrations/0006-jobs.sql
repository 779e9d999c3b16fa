-- SPDX-License-Identifier: GPL-2.0-or-later
-- What ftadmin does to VMs and hosts: a row a job, with how far it is, so that
-- another ftadmin sees it. The kernel tells whether its process lives (lock.h);
-- one that is running without is interrupted. The newest 1,000 are kept.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verb TEXT NOT NULL CHECK (verb <> ''),
    subject TEXT NOT NULL,
    pair TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'partly', 'failed',
        'stopped', 'detached', 'interrupted')),
    who TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    bytes_per_s INTEGER NOT NULL DEFAULT 0,
    left_from_s INTEGER NOT NULL DEFAULT -1,
    left_to_s INTEGER NOT NULL DEFAULT -1,
    stop INTEGER NOT NULL DEFAULT 0 CHECK (stop IN (0, 1)),
    result TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    continues INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_subject ON jobs (subject);

CREATE TABLE job_steps (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'started', 'done', 'failed',
        'undone', 'skipped')),
    started_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;

-- Commands on hosts and what was said meanwhile; 2,000 lines a job are kept.
CREATE TABLE job_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    host TEXT NOT NULL DEFAULT '',
    command TEXT NOT NULL DEFAULT '',
    status INTEGER NOT NULL DEFAULT 0,
    ms INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_log_by_job ON job_log (job);
