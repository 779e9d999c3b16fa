/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/uffd.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "qemu/inject.h"
#include "qemu/page-scan.h"
#include "qemu/qemu-fd.h"
#include "virt/qmp.h"

#define DEVICE "/dev/userfaultfd"
#define DEVICE_NAME "ftadmin-userfaultfd"
#define INJECT_TIMEOUT_MS 2000
#define FEATURES                                                    \
    (UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_UNPOPULATED | \
     UFFD_FEATURE_WP_ASYNC)
#define HINT_KERNEL "the engine needs Linux 6.7 or later on both hosts"

static int
set_up(int fd)
{
    struct uffdio_api api = { .api = UFFD_API,
                              .features =
                                  FEATURES | UFFD_FEATURE_WP_HUGETLBFS_SHMEM };

    return ioctl(fd, UFFDIO_API, &api) < 0 ? -errno : 0;
}

/* Bytes of a range of one page of our own seen as written, or -errno. */
static int
look(struct ft_page_scan *scan, const char *page, bool arm)
{
    struct ft_page_set set = { 0 };
    int rc = ft_page_scan_run(scan, (uintptr_t)page, FT_PAGE_SIZE, arm, 0, &set);
    int bytes = (int)set.bytes;

    ft_page_set_free(&set);
    return rc < 0 ? rc : bytes;
}

/* Tries the whole mechanism on one page of our own: a write is seen, once, and
 * then the next one. */
static int
try_tracking(int fd, volatile char *page)
{
    const struct ft_uffd own = { getpid(), fd, -1, 0 };
    FT_AUTOFREE struct ft_page_scan *scan = malloc(sizeof(*scan));
    int first, second, third, rc;

    if (!scan)
        return -ENOMEM;
    *page = 1;
    rc = ft_uffd_register(&own, (uintptr_t)page, FT_PAGE_SIZE, NULL);
    if (rc == 0)
        rc = ft_page_scan_open(scan, 0);
    if (rc < 0)
        return rc;
    first = look(scan, (const char *)page, true);
    second = look(scan, (const char *)page, false);
    *page = 2;
    third = look(scan, (const char *)page, false);
    ft_page_scan_close(scan);
    if (first < 0)
        return first;
    return first == FT_PAGE_SIZE && second == 0 && third == FT_PAGE_SIZE
               ? 0
               : -ENOTSUP;
}

int
ft_uffd_supported(struct ft_error *err)
{
    FT_AUTOCLOSE int device = open(DEVICE, O_RDWR | O_CLOEXEC);
    FT_AUTOCLOSE int fd = -1;
    char *page;
    int rc;

    if (device < 0)
        return ft_fail(err, errno == ENOENT ? ENOTSUP : errno, HINT_KERNEL,
                       DEVICE ": %s", strerror(errno));
    fd = ioctl(device, USERFAULTFD_IOC_NEW, O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ft_fail(err, ENOTSUP, HINT_KERNEL, "userfaultfd: %s",
                       strerror(errno));
    if (set_up(fd) < 0)
        return ft_fail(err, ENOTSUP, HINT_KERNEL,
                       "the kernel's userfaultfd "
                       "has no asynchronous write tracking");
    page = mmap(NULL, FT_PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = try_tracking(fd, page);
    munmap(page, FT_PAGE_SIZE);
    if (rc < 0)
        return ft_fail(err, ENOTSUP, HINT_KERNEL,
                       "the kernel cannot report "
                       "written pages (PAGEMAP_SCAN): %s",
                       strerror(-rc));
    return 0;
}

/* The call inside QEMU, whose main thread stands for it. */
static int
inject(struct ft_uffd *uffd, struct ft_inject_call *call, struct ft_error *err)
{
    int rc = ft_inject(uffd->pid, call, INJECT_TIMEOUT_MS, err);

    uffd->held_ns += call->held_ns;
    return rc;
}

static int
inject_close(struct ft_uffd *uffd, int number, struct ft_error *err)
{
    struct ft_inject_call call = { .number = SYS_close,
                                   .arguments = { (uint64_t)number } };
    int rc = inject(uffd, &call, err);

    if (rc < 0)
        return rc;
    if (call.result < 0)
        return ft_fail(err, (int)-call.result, NULL,
                       "close of userfaultfd %d in QEMU: %s", number,
                       strerror((int)-call.result));
    return 0;
}

static int
inject_new(struct ft_uffd *uffd, int device, struct ft_error *err)
{
    struct ft_inject_call call = {
        .number = SYS_ioctl,
        .arguments = { (uint64_t)device, USERFAULTFD_IOC_NEW,
                       O_CLOEXEC | O_NONBLOCK },
    };
    int rc = inject(uffd, &call, err);

    if (rc < 0)
        return rc;
    if (call.result < 0)
        return ft_fail(err, (int)-call.result, NULL, "userfaultfd in QEMU: %s",
                       strerror((int)-call.result));
    uffd->number = (int)call.result;
    return 0;
}

/* Our copy of QEMU's descriptor number, set up. */
static int
adopt(struct ft_uffd *uffd, struct ft_error *err)
{
    int rc;

    uffd->fd = ft_qemu_fd_copy(uffd->pid, uffd->number);
    if (uffd->fd < 0)
        return ft_fail(err, -uffd->fd, NULL, "userfaultfd of QEMU: %s",
                       strerror(-uffd->fd));
    /* One that a worker before us set up refuses a second time (-EINVAL). */
    rc = set_up(uffd->fd);
    if (rc < 0 && rc != -EINVAL && rc != -EPERM)
        return ft_fail(err, -rc, HINT_KERNEL, "userfaultfd set-up: %s",
                       strerror(-rc));
    return 0;
}

static int
make(virDomainPtr dom, struct ft_uffd *uffd, struct ft_error *err)
{
    FT_AUTOCLOSE int device = open(DEVICE, O_RDWR | O_CLOEXEC);
    int number, rc;

    if (device < 0)
        return ft_fail(err, errno, HINT_KERNEL, DEVICE ": %s", strerror(errno));
    rc = ft_qmp_give_fd(dom, DEVICE_NAME, device, err);
    if (rc < 0)
        return rc;
    number = ft_qemu_fd_number(uffd->pid, device);
    if (number < 0)
        rc = ft_fail(err, -number, NULL, DEVICE " did not reach QEMU");
    else
        rc = inject_new(uffd, number, err);
    ft_qmp_take_fd(dom, DEVICE_NAME, NULL);
    return rc;
}

/* Closes what dead workers left above number keep. */
static int
close_above(struct ft_uffd *uffd, int keep, unsigned *closed,
            struct ft_error *err)
{
    int number, rc = 0;

    while (rc == 0 && (number = ft_qemu_fd_find_uffd(uffd->pid, keep)) >= 0) {
        rc = inject_close(uffd, number, err);
        if (rc == 0)
            (*closed)++;
    }
    return rc;
}

int
ft_uffd_open(virDomainPtr dom, pid_t pid, struct ft_uffd *uffd,
             struct ft_error *err)
{
    unsigned closed = 0;
    int rc = FT_FAULT("uffd-open");

    *uffd = (struct ft_uffd){ pid, -1, -1, 0 };
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point uffd-open");
    uffd->number = ft_qemu_fd_find_uffd(pid, -1);
    if (uffd->number >= 0)
        rc = close_above(uffd, uffd->number, &closed, err);
    else
        rc = make(dom, uffd, err);
    if (rc < 0)
        return rc;
    rc = adopt(uffd, err);
    if (rc < 0) {
        inject_close(uffd, uffd->number, NULL);
        ft_cleanup_close(&uffd->fd);
        uffd->fd = uffd->number = -1;
    }
    return rc;
}

/* Who dies between the two leaves QEMU a descriptor that tracks nothing. */
int
ft_uffd_open_apart(virDomainPtr dom, pid_t pid, struct ft_uffd *uffd,
                   struct ft_error *err)
{
    int rc;

    *uffd = (struct ft_uffd){ pid, -1, -1, 0 };
    if (ft_qemu_fd_find_uffd(pid, -1) >= 0)
        return ft_fail(err, EBUSY, NULL, "guest memory is tracked already");
    rc = make(dom, uffd, err);
    if (rc < 0)
        return rc;
    rc = adopt(uffd, err);
    if (rc == 0)
        rc = inject_close(uffd, uffd->number, err);
    else
        inject_close(uffd, uffd->number, NULL);
    uffd->number = -1;
    if (rc == 0)
        return 0;
    ft_cleanup_close(&uffd->fd);
    uffd->fd = -1;
    return rc;
}

int
ft_uffd_register(const struct ft_uffd *uffd, uint64_t start, uint64_t size,
                 struct ft_error *err)
{
    struct uffdio_register range = { .range = { start, size },
                                     .mode = UFFDIO_REGISTER_MODE_WP };

    if (ioctl(uffd->fd, UFFDIO_REGISTER, &range) == 0)
        return 0;
    return ft_fail(err, errno,
                   errno == EBUSY
                       ? "does QEMU itself use userfaultfd (postcopy)?"
                       : NULL,
                   "guest memory cannot be tracked: %s", strerror(errno));
}

int
ft_uffd_unregister(const struct ft_uffd *uffd, uint64_t start, uint64_t size,
                   struct ft_error *err)
{
    struct uffdio_range range = { start, size };

    /* ESRCH: the address space is gone, and the tracking with it. */
    if (ioctl(uffd->fd, UFFDIO_UNREGISTER, &range) == 0 || errno == ESRCH)
        return 0;
    return ft_fail(err, errno, NULL, "end of memory tracking: %s",
                   strerror(errno));
}

int
ft_uffd_close(struct ft_uffd *uffd, struct ft_error *err)
{
    int rc = 0;

    ft_cleanup_close(&uffd->fd);
    uffd->fd = -1;
    if (uffd->number >= 0) {
        /* By what it is, not by its number alone: that may be another's now. */
        if (ft_qemu_fd_find_uffd(uffd->pid, uffd->number - 1) == uffd->number)
            rc = inject_close(uffd, uffd->number, err);
        uffd->number = -1;
    }
    return rc == -ESRCH ? 0 : rc;
}

int
ft_uffd_close_leftovers(virDomainPtr dom, pid_t pid, unsigned *closed,
                        struct ft_error *err)
{
    struct ft_uffd uffd = { pid, -1, -1, 0 };
    unsigned count = 0;
    int rc = close_above(&uffd, -1, &count, err);

    ft_qmp_take_fd(dom, DEVICE_NAME, NULL);
    if (closed)
        *closed = count;
    return rc == -ESRCH ? 0 : rc;
}
