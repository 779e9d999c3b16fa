/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/standby.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "virt/qmp.h"

#define INCOMING_FD "ftadmin-incoming"
#define POLL_NS (500 * FT_NS_PER_US)

/* How often and how fast NICs announce themselves: five times within 0.6 s
 * (qapi/net.json, AnnounceParameters; ms). */
#define ANNOUNCE_INITIAL 50
#define ANNOUNCE_MAX 250
#define ANNOUNCE_ROUNDS 5
#define ANNOUNCE_STEP 100

int
ft_standby_start(virConnectPtr conn, const char *xml, virDomainPtr *out,
                 struct ft_error *err)
{
    virErrorPtr last;

    *out = virDomainCreateXML(conn, xml, VIR_DOMAIN_START_PAUSED);
    if (*out)
        return 0;
    last = virGetLastError();
    if (last && last->code == VIR_ERR_OPERATION_INVALID)
        return ft_virt_fail(err, EBUSY, "is it the VM itself that runs there?",
                            "start of the waiting VM");
    return ft_virt_fail(err, EIO, "see /var/log/libvirt/qemu on that host",
                        "start of the waiting VM");
}

/* Puts the stream into a memory file and tells QEMU to load it. */
static int
submit(virDomainPtr dom, const void *stream, size_t size, struct ft_error *err)
{
    FT_AUTOCLOSE int fd = memfd_create("ftadmin-state", MFD_CLOEXEC);
    int rc;

    if (fd < 0)
        return ft_fail(err, errno, NULL,
                       "no memory file for the device "
                       "state: %s",
                       strerror(errno));
    rc = ft_write_full(fd, stream, size);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "no room for the device state");
    if (lseek(fd, 0, SEEK_SET) < 0)
        return ft_fail(err, errno, NULL, "seek: %s", strerror(errno));
    rc = ft_qmp_give_fd(dom, INCOMING_FD, fd, err);
    if (rc == 0)
        rc = ft_qmp(dom, "migrate-incoming",
                    json_pack("{s:s}", "uri", "fd:" INCOMING_FD), NULL, err);
    return rc;
}

/* 1 loaded, 0 not yet, -errno. */
static int
is_loaded(virDomainPtr dom, struct ft_error *err)
{
    FT_AUTOJSON json_t *status = NULL;
    const char *word;
    int rc = ft_qmp(dom, "query-status", NULL, &status, err);

    if (rc < 0)
        return ft_error_prefix(err, "QEMU did not survive the loading of the "
                                    "device state");
    word = ft_json_string(status, "status", "");
    if (strcmp(word, "inmigrate") == 0)
        return 0;
    if (strcmp(word, "paused") == 0 || strcmp(word, "running") == 0)
        return 1;
    return ft_fail(err, EIO, NULL,
                   "the VM is '%s' after loading the device "
                   "state",
                   word);
}

static int
wait_loaded(virDomainPtr dom, int64_t deadline, struct ft_error *err)
{
    for (;;) {
        int rc = is_loaded(dom, err);

        if (rc != 0)
            return rc < 0 ? rc : 0;
        if (ft_clock_ns() > deadline)
            return ft_fail(err, ETIMEDOUT, NULL,
                           "QEMU did not load the "
                           "device state in time");
        ft_clock_sleep(POLL_NS);
    }
}

int
ft_standby_announce(virDomainPtr dom, struct ft_error *err)
{
    return ft_qmp(dom, "announce-self",
                  json_pack("{s:i, s:i, s:i, s:i}", "initial", ANNOUNCE_INITIAL,
                            "max", ANNOUNCE_MAX, "rounds", ANNOUNCE_ROUNDS,
                            "step", ANNOUNCE_STEP),
                  NULL, err);
}

/* The time since *since; *since becomes now. */
static int64_t
lap(int64_t *since)
{
    int64_t now = ft_clock_ns(), elapsed = now - *since;

    *since = now;
    return elapsed;
}

int
ft_standby_load(virDomainPtr dom, const void *stream, size_t size,
                int timeout_ms, struct ft_standby_times *times,
                struct ft_error *err)
{
    int64_t at = ft_clock_ns();
    int64_t deadline = at + timeout_ms * FT_NS_PER_MS;
    int rc = FT_FAULT("standby-load");

    memset(times, 0, sizeof(*times));
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point standby-load");
    /* "cont" of a QEMU that waits means: run once loaded (qmp_cont, qmp_stop in
     * QEMU's monitor/qmp-cmds.c); a resume by virsh shall not mean that. */
    rc = ft_qmp(dom, "stop", NULL, NULL, err);
    if (rc == 0)
        rc = submit(dom, stream, size, err);
    times->submit_ns = lap(&at);
    if (rc < 0)
        return rc;
    rc = wait_loaded(dom, deadline, err);
    times->load_ns = lap(&at);
    return rc;
}

int
ft_standby_run(virDomainPtr dom, struct ft_standby_times *times,
               struct ft_error *err)
{
    int64_t at = ft_clock_ns();
    int rc = FT_FAULT("standby-run");

    if (virDomainResume(dom) < 0)
        return ft_virt_fail(err, EIO, NULL, "start of the VM");
    if (rc < 0) /* it runs, and the answer got lost */
        return ft_fail(err, -rc, NULL, "fault point standby-run");
    times->start_ns = lap(&at);
    /* It runs: that it could not announce itself is no failure of the
     * takeover, switches learn from its next packet. */
    ft_standby_announce(dom, NULL);
    times->announce_ns = lap(&at);
    return 0;
}

int
ft_standby_destroy(virDomainPtr dom, struct ft_error *err)
{
    int active = virDomainIsActive(dom);

    if (active == 0 || virDomainDestroy(dom) == 0)
        return 0;
    ft_virt_fail(err, EIO, NULL, "end of the waiting VM");
    active = virDomainIsActive(dom);
    if (active == 0 ||
        (active < 0 && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN))
        return 0; /* it ended by itself meanwhile */
    return -EIO;
}
