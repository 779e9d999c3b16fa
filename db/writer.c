/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/writer.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

/* UNIX_SHM_BASE + WAL_WRITE_LOCK of SQLite's os_unix.c and wal.c. */
#define WAL_WRITE_LOCK_BYTE 120

/*
 * A line of /proc/locks (proc(5)): "1: POSIX ADVISORY WRITE PID MAJ:MIN:INODE
 * START END". The device is left out of the comparison: some file systems
 * report another one to stat(2).
 */
static int
writer_of_line(const char *line, unsigned long inode)
{
    unsigned long found, start;
    int pid;

    if (sscanf(line, "%*s POSIX %*s WRITE %d %*x:%*x:%lu %lu", &pid, &found,
               &start) != 3)
        return 0;
    return found == inode && start == WAL_WRITE_LOCK_BYTE && pid > 0 ? pid : 0;
}

int
ft_writer_pid(const char *database)
{
    char path[PATH_MAX];
    char line[256];
    struct stat shm;
    FILE *locks;
    int pid = 0;

    snprintf(path, sizeof(path), "%s-shm", database);
    if (stat(path, &shm) < 0)
        return 0;
    locks = fopen("/proc/locks", "re");
    if (!locks)
        return 0;
    while (!pid && fgets(line, sizeof(line), locks))
        pid = writer_of_line(line, shm.st_ino);
    fclose(locks);
    return pid;
}
