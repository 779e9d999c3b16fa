/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are on a host, and the fixed numbers of the engine. Ports are
 * not registered with IANA; both can be set per pair. Tests say themselves
 * where state and run folder are.
 */
#ifndef FT_BASE_PATHS_H
#define FT_BASE_PATHS_H

#ifndef FT_STATE_FOLDER
#define FT_STATE_FOLDER "/var/lib/ftadmin"
#endif
#define FT_PAIRS_FOLDER FT_STATE_FOLDER "/pairs"
#define FT_WITNESS_FOLDER FT_STATE_FOLDER "/witness"
/* definitions of VMs that run elsewhere (virt/retire.h) */
#define FT_RETIRED_FOLDER FT_STATE_FOLDER "/retired"
#ifndef FT_RUN_FOLDER
#define FT_RUN_FOLDER "/run/ftadmin"
#endif
#define FT_LOG_FOLDER "/var/log/ftadmin"

#define FT_CONTROL_SOCKET FT_RUN_FOLDER "/engine.sock"
#define FT_WORKER_SOCKET FT_RUN_FOLDER "/worker.sock"
/* in the run folder of a pair: its copy's disks, while they are backed up */
#define FT_BACKUP_SOCKET "backup.sock"
#define FT_PID_FILE FT_RUN_FOLDER "/engine.pid"

#define FT_ENGINE_PORT 7331
#define FT_WITNESS_PORT 7332

/* One control line in, one reply or message out, in bytes. */
#define FT_CONTROL_LINE_MAX (1 << 20)
#define FT_CONTROL_REPLY_MAX (16 << 20)

/* What changes the meaning of a verb or a member raises the first; the one before
 * stays spoken (base/versions.h). A new verb or member needs no new version. */
#define FT_CONTROL_PROTOCOL 1
#define FT_CONTROL_PROTOCOL_OLDEST 1

#endif
