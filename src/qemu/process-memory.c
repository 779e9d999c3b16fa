/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/process-memory.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

#define VECTOR_MAX 1024 /* IOV_MAX of Linux (UIO_MAXIOV) */
/* The kernel ends a call at 2^31 - 4096 bytes (MAX_RW_COUNT); stay below. */
#define CALL_MAX ((size_t)1 << 30)

static int
fail(pid_t pid, int code, struct ft_error *err)
{
    if (code == ESRCH)
        return ft_fail(err, ESRCH, NULL, "process %d is gone", pid);
    return ft_fail(err, code, NULL, "memory of process %d: %s", pid,
                   strerror(code));
}

/* Copies n <= VECTOR_MAX pairs whose lengths sum up to at most CALL_MAX. */
static int
copy_vector(pid_t pid, const struct iovec *local, const struct iovec *remote,
            size_t n, size_t bytes, bool write, struct ft_error *err)
{
    ssize_t done = write ? process_vm_writev(pid, local, n, remote, n, 0)
                         : process_vm_readv(pid, local, n, remote, n, 0);

    if (done < 0)
        return fail(pid, errno, err);
    /* Partial copies end at an address that is not there (or no more). */
    return (size_t)done == bytes ? 0 : fail(pid, EFAULT, err);
}

/* Copies one pair larger than CALL_MAX piece by piece. */
static int
copy_large(pid_t pid, const struct iovec *local, const struct iovec *remote,
           bool write, struct ft_error *err)
{
    size_t at = 0;
    int rc = 0;

    while (rc == 0 && at < local->iov_len) {
        size_t size = FT_MIN(CALL_MAX, local->iov_len - at);
        struct iovec l = { (char *)local->iov_base + at, size };
        struct iovec r = { (char *)remote->iov_base + at, size };

        rc = copy_vector(pid, &l, &r, 1, size, write, err);
        at += size;
    }
    return rc;
}

static int
copy(pid_t pid, const struct iovec *local, const struct iovec *remote, size_t n,
     bool write, struct ft_error *err)
{
    size_t i = 0;
    int rc = 0;

    while (rc == 0 && i < n) {
        size_t first = i, bytes = 0;

        while (i < n && i - first < VECTOR_MAX &&
               local[i].iov_len <= CALL_MAX - bytes) {
            if (local[i].iov_len != remote[i].iov_len)
                return fail(pid, EINVAL, err);
            bytes += local[i++].iov_len;
        }
        if (i > first) {
            rc = copy_vector(pid, local + first, remote + first, i - first,
                             bytes, write, err);
        } else {
            rc = local[i].iov_len == remote[i].iov_len
                     ? copy_large(pid, local + i, remote + i, write, err)
                     : fail(pid, EINVAL, err);
            i++;
        }
    }
    return rc;
}

int
ft_process_memory_write(pid_t pid, const struct iovec *local,
                        const struct iovec *remote, size_t n,
                        struct ft_error *err)
{
    return copy(pid, local, remote, n, true, err);
}

int
ft_process_memory_read(pid_t pid, const struct iovec *local,
                       const struct iovec *remote, size_t n,
                       struct ft_error *err)
{
    return copy(pid, local, remote, n, false, err);
}
