/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel can do, found by doing it: one page of our own memory is
 * write-protected, written and scanned as the engine does with a guest's.
 *
 * The constants are those of Linux 6.7 (include/uapi/linux/userfaultfd.h and
 * fs.h); distributions ship older headers than kernels.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/kvm.h>
#include <linux/userfaultfd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "inventory/probe-private.h"

#define LACKS_NS (600 * FT_NS_PER_S) /* before it is tried anew */

#define DEVICE_NEW _IO(0xAA, 0x00)         /* USERFAULTFD_IOC_NEW */
#define WP_ASYNC (UINT64_C(1) << 15)       /* UFFD_FEATURE_WP_ASYNC */
#define WP_UNPOPULATED (UINT64_C(1) << 13) /* UFFD_FEATURE_WP_UNPOPULATED */

struct scan_region { /* struct page_region */
    uint64_t start;
    uint64_t end;
    uint64_t categories;
};

struct scan_arg { /* struct pm_scan_arg */
    uint64_t size;
    uint64_t flags;
    uint64_t start;
    uint64_t end;
    uint64_t walk_end;
    uint64_t vec;
    uint64_t vec_len;
    uint64_t max_pages;
    uint64_t category_inverted;
    uint64_t category_mask;
    uint64_t category_anyof_mask;
    uint64_t return_mask;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan_arg)
#define SCAN_WP_MATCHING (UINT64_C(1) << 0)
#define SCAN_CHECK_WPASYNC (UINT64_C(1) << 1)
#define PAGE_WRITTEN (UINT64_C(1) << 1)

/* As the engine gets one: by the device, whatever the sysctl says. */
static int
open_userfaultfd(void)
{
    FT_AUTOCLOSE int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);

    return device < 0 ? -1 : ioctl(device, DEVICE_NEW, O_CLOEXEC);
}

static int
protect(int uffd, void *page, size_t size)
{
    struct uffdio_api api = { .api = UFFD_API,
                              .features = WP_ASYNC | WP_UNPOPULATED };
    struct uffdio_register r = {
        .range = { (uint64_t)(uintptr_t)page, size },
        .mode = UFFDIO_REGISTER_MODE_WP,
    };
    struct uffdio_writeprotect wp = {
        .range = { (uint64_t)(uintptr_t)page, size },
        .mode = UFFDIO_WRITEPROTECT_MODE_WP,
    };

    return ioctl(uffd, UFFDIO_API, &api) == 0 &&
           ioctl(uffd, UFFDIO_REGISTER, &r) == 0 &&
           ioctl(uffd, UFFDIO_WRITEPROTECT, &wp) == 0;
}

/* Number of written pages found and protected again; -1: no such ioctl. */
static long
scan(int pagemap, const void *page, size_t size)
{
    struct scan_region region;
    struct scan_arg arg = {
        .size = sizeof(arg),
        .flags = SCAN_WP_MATCHING | SCAN_CHECK_WPASYNC,
        .start = (uint64_t)(uintptr_t)page,
        .end = (uint64_t)(uintptr_t)page + size,
        .vec = (uint64_t)(uintptr_t)&region,
        .vec_len = 1,
        .category_mask = PAGE_WRITTEN,
        .return_mask = PAGE_WRITTEN,
    };

    return ioctl(pagemap, SCAN_IOCTL, &arg);
}

/* The whole cycle: nothing dirty, write, one region dirty, clean again. */
static int
tracking_works(int uffd)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    FT_AUTOCLOSE int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    volatile char *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *address = (void *)(uintptr_t)page;
    int works;

    if (address == MAP_FAILED)
        return 0;
    page[0] = 1;
    works = protect(uffd, address, size) && scan(pagemap, address, size) == 0;
    if (works)
        page[0] = 2;
    works = works && scan(pagemap, address, size) == 1 &&
            scan(pagemap, address, size) == 0;
    munmap(address, size);
    return works;
}

static int
has_wp_async(void)
{
    FT_AUTOCLOSE int uffd = open_userfaultfd();
    struct uffdio_api api = { .api = UFFD_API, .features = WP_ASYNC };

    return uffd >= 0 && ioctl(uffd, UFFDIO_API, &api) == 0;
}

static int
has_tracking(void)
{
    FT_AUTOCLOSE int uffd = open_userfaultfd();

    return uffd >= 0 && tracking_works(uffd);
}

static int
has_userfaultfd(void)
{
    FT_AUTOCLOSE int uffd = open_userfaultfd();

    return uffd >= 0;
}

static int
has_pidfd_getfd(void)
{
    FT_AUTOCLOSE int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    FT_AUTOCLOSE int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    FT_AUTOCLOSE int copy = -1;

    if (pidfd >= 0 && null >= 0)
        copy = (int)syscall(SYS_pidfd_getfd, pidfd, null, 0);
    return copy >= 0;
}

static int
has_kvm(void)
{
    FT_AUTOCLOSE int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    return kvm >= 0 && ioctl(kvm, KVM_GET_API_VERSION, 0) == KVM_API_VERSION;
}

static const char *
security_driver(void)
{
    FT_AUTOFREE char *list = NULL;
    size_t size;

    if (ft_file_read("/sys/kernel/security/lsm", 4096, &list, &size) < 0)
        return access("/sys/fs/selinux/enforce", F_OK) == 0 ? "selinux" : "none";
    if (strstr(list, "selinux") != NULL)
        return "selinux";
    return strstr(list, "apparmor") != NULL ? "apparmor" : "none";
}

static bool
has_plug_by(const json_t *before)
{
    return json_is_true(
        json_object_get(json_object_get(before, "kernel"), "plug"));
}

bool
ft_probe_plug_is_known(const json_t *before, int64_t now_ns)
{
    int64_t then = ft_json_int(before, "realtime_ns", 0, INT64_MAX, 0);

    return has_plug_by(before) || then / LACKS_NS == now_ns / LACKS_NS;
}

json_t *
ft_probe_kernel(const json_t *before)
{
    bool known = ft_probe_plug_is_known(before, ft_clock_realtime_ns());
    struct utsname name;

    uname(&name);
    return json_pack("{s:s,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:s}", "release",
                     name.release, "userfaultfd", has_userfaultfd(),
                     "uffd_wp_async", has_wp_async(), "pagemap_scan",
                     has_tracking(), "pidfd_getfd", has_pidfd_getfd(), "kvm",
                     has_kvm(), "vhost_net", access("/dev/vhost-net", F_OK) == 0,
                     "plug", known ? has_plug_by(before) : ft_probe_plug(),
                     "security", security_driver());
}
