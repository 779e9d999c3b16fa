/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "db/statement.h"
#include "db/store.h"

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
ft_store_writer_pid(const struct ft_store *store)
{
    char path[PATH_MAX];
    char line[256];
    struct stat shm;
    FILE *locks;
    int pid = 0;

    snprintf(path, sizeof(path), "%s-shm", store->path);
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

static int
held_by_other(const char *path, struct ft_error *err)
{
    static const char hint[] = "wait until it is done and try again";
    FT_AUTOFREE char *text = NULL;

    if (ft_file_read(path, 4096, &text, NULL) || !*text)
        return ft_fail(err, EBUSY, hint, "another ftadmin is making changes");
    text[strcspn(text, "\n")] = '\0';
    return ft_fail(err, EBUSY, hint, "another ftadmin is making changes: %s",
                   text);
}

static int
write_holder(int fd, const char *what)
{
    char text[512];
    int size = snprintf(text, sizeof(text), "process %d, %.400s\n",
                        (int)getpid(), what);

    if (ftruncate(fd, 0) < 0)
        return -errno;
    return ft_pwrite_full(fd, text, size, 0);
}

int
ft_store_lock(struct ft_store *store, const char *what, struct ft_error *err)
{
    char path[PATH_MAX];
    FT_AUTOCLOSE int fd = -1;
    int rc;

    if (store->lock_fd >= 0)
        return 0;
    snprintf(path, sizeof(path), "%s.lock", store->path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return held_by_other(path, err);
    rc = write_holder(fd, what);
    if (rc)
        return ft_fail(err, -rc, NULL, "%s: %s", path, strerror(-rc));
    store->lock_fd = ft_fd_steal(&fd);
    return 0;
}

void
ft_store_unlock(struct ft_store *store)
{
    if (store->lock_fd < 0)
        return;
    /* The file stays: removing it would let two processes lock two files. */
    if (ftruncate(store->lock_fd, 0) < 0) {
        /* stale text is harmless: it is only read while somebody holds it */
    }
    close(store->lock_fd);
    store->lock_fd = -1;
}
