/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "measure/measure.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/load.h"
#include "base/order.h"
#include "base/paths.h"
#include "measure/counters.h"
#include "measure/samples.h"
#include "measure/survey.h"
#include "qemu/guest-memory.h"
#include "virt/qmp.h"
#include "worker/pair-store.h"

#define LIBVIRT_URI "qemu:///system"
#define STEP_NS (25 * FT_NS_PER_MS)  /* whoever asked is looked for so often */
#define LOOK_NS (500 * FT_NS_PER_MS) /* and who else wants the VM */
#define NEWS_NS (2 * FT_NS_PER_S)
#define SCANS_MAX 256

struct measurement {
    const struct ft_measure_options *options;
    virConnectPtr conn;
    virDomainPtr dom;
    struct ft_vm vm;
    int turn; /* nobody else measures it meanwhile; or -1 */
    struct ft_guest_memory *memory;
    struct ft_page_set set;
    struct ft_samples samples;
    void *room; /* for pages that are read */
    struct ft_survey written;
    struct ft_sent_counters sent;
    double scans_ms[SCANS_MAX]; /* the last ones are not kept */
    unsigned n_scans;
    int64_t looked_ns;
    struct timespec pairs; /* when a pair was last made or forgotten here */
    int64_t news_ns;       /* a pair that came is looked for until then */
};

static void
ignore_libvirt_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

/* -- may it be measured -- */

static int
find_vm(struct measurement *m, struct ft_error *err)
{
    const char *vm = m->options->vm;

    virSetErrorFunc(NULL, ignore_libvirt_error); /* it prints them otherwise */
    m->conn = virConnectOpen(LIBVIRT_URI);
    if (!m->conn)
        return ft_virt_fail(err, EHOSTUNREACH, NULL, "libvirt");
    m->dom = ft_uuid_valid(vm) ? virDomainLookupByUUIDString(m->conn, vm)
                               : virDomainLookupByName(m->conn, vm);
    if (!m->dom)
        return ft_fail(err, ENOENT, "virsh list has those of this host.",
                       "there is no VM %.200s here", vm);
    if (virDomainIsActive(m->dom) != 1)
        return ft_fail(err, ESRCH, "Start it, and measure it when it works.",
                       "%.200s does not run", virDomainGetName(m->dom));
    return ft_vm_inspect(m->dom, &m->vm, err);
}

/* A pair that is kept here has its own figures, and its worker tracks memory. */
static int
check_unprotected(const struct measurement *m, struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = ft_pair_list();
    const json_t *name;
    size_t i;

    json_array_foreach(pairs, i, name) {
        struct ft_pair_config config;

        if (ft_pair_load(json_string_value(name), &config, NULL) == 0 &&
            !strcasecmp(config.vm_uuid, m->vm.uuid))
            return ft_fail(err, EBUSY,
                           "ftadmin status has the figures of its epochs.",
                           "%s is protected, or about to be", m->vm.name);
    }
    return 0;
}

/* One at a time: a name that the kernel frees with us, whatever ends us (unix(7),
 * abstract). */
static int
take_turn(struct measurement *m, struct ft_error *err)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };

    snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "ftadmin-measure-%s",
             m->vm.uuid);
    m->turn = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (m->turn >= 0 &&
        bind(m->turn, (const struct sockaddr *)&name, sizeof(name)) == 0)
        return 0;
    if (errno == EADDRINUSE)
        return ft_fail(err, EBUSY, NULL,
                       "%s is measured by somebody else just now", m->vm.name);
    return ft_fail(err, errno, NULL, "socket: %s", strerror(errno));
}

static int
check_free(struct measurement *m, struct ft_error *err)
{
    int rc = check_unprotected(m, err);

    return rc ? rc : ft_counters_check_free(m->dom, &m->vm, err);
}

/* What one that died has left in QEMU, which tracks nothing, goes first. */
static int
attach(struct measurement *m, struct ft_error *err)
{
    int rc = ft_guest_memory_supported(err);

    if (!rc)
        rc = ft_guest_memory_remove_leftovers(m->dom, m->vm.pid, NULL, err);
    if (!rc)
        rc = ft_guest_memory_attach_apart(m->dom, m->vm.pid, &m->memory, err);
    return rc ? rc : ft_guest_memory_arm_ahead(m->memory, err);
}

/* -- measuring -- */

/*
 * Protection goes first, and cannot begin while we track the memory: its worker is
 * to find it free. The folder of a pair is there before its configuration.
 */
static int
look_at_pairs(struct measurement *m, struct ft_error *err)
{
    struct stat folder = { 0 };
    int64_t now = ft_clock_ns();

    stat(FT_PAIRS_FOLDER, &folder);
    if (folder.st_mtim.tv_sec != m->pairs.tv_sec ||
        folder.st_mtim.tv_nsec != m->pairs.tv_nsec)
        m->news_ns = now + NEWS_NS;
    m->pairs = folder.st_mtim;
    return now < m->news_ns ? check_unprotected(m, err) : 0;
}

/*
 * Sleeps until then, and looks at least once, for a scan may take longer than an
 * interval; -ECANCELED: nobody wants the answer any more.
 */
static int
sleep_until(struct measurement *m, int64_t until_ns, struct ft_error *err)
{
    int64_t left;
    int rc;

    do {
        if (m->options->stopped && m->options->stopped(m->options->opaque))
            return ft_fail(err, ECANCELED, NULL, "stopped");
        rc = look_at_pairs(m, err);
        left = until_ns - ft_clock_ns();
        if (left > 0)
            ft_clock_sleep(FT_MIN(left, STEP_NS));
    } while (!rc && left > 0);
    return rc;
}

/* Does somebody else want the VM meanwhile? */
static int
look_around(struct measurement *m, struct ft_error *err)
{
    int64_t now = ft_clock_ns();
    int rc;

    if (now - m->looked_ns < LOOK_NS)
        return 0;
    rc = ft_counters_check_free(m->dom, &m->vm, err);
    m->looked_ns = ft_clock_ns();
    return rc;
}

static int
scan(struct measurement *m, struct ft_error *err)
{
    int64_t begin = ft_clock_ns();
    int rc = ft_guest_memory_scan(m->memory, &m->set, err);

    if (!rc && m->n_scans < SCANS_MAX)
        m->scans_ms[m->n_scans++] =
            (double)(ft_clock_ns() - begin) / FT_NS_PER_MS;
    return rc;
}

/* From one look to the next: what was written and sent between. */
static int
measure_interval(struct measurement *m, int64_t *from_ns, struct ft_error *err)
{
    double wanted_ms = ft_samples_next(&m->samples);
    struct ft_sent_counters before = m->sent;
    int64_t to_ns;
    int rc = sleep_until(m, *from_ns + (int64_t)(wanted_ms * FT_NS_PER_MS), err);

    if (rc)
        return rc;
    to_ns = ft_clock_ns();
    rc = scan(m, err);
    ft_counters_sent(&m->vm, &m->sent);
    if (!rc)
        rc = ft_samples_add(&m->samples, wanted_ms,
                            (double)(to_ns - *from_ns) / FT_NS_PER_MS,
                            (double)m->set.bytes / FT_PAGE_SIZE,
                            m->sent.packets > before.packets);
    if (!rc && wanted_ms >= 100)
        rc = ft_survey_set(m->memory, &m->set, m->room, &m->written, err);
    *from_ns = to_ns;
    return rc;
}

/* Looking around takes time, which is no interval's: so one begins anew then. */
static int
measure_intervals(struct measurement *m, int64_t until_ns, struct ft_error *err)
{
    int64_t from_ns = 0, looked_ns = 0;
    int rc = 0;

    while (!rc && (!from_ns || from_ns < until_ns)) {
        rc = look_around(m, err);
        if (!rc && (!from_ns || m->looked_ns != looked_ns)) {
            looked_ns = m->looked_ns;
            from_ns = ft_clock_ns();
            rc = scan(m, err);
            ft_counters_sent(&m->vm, &m->sent);
        }
        if (!rc)
            rc = measure_interval(m, &from_ns, err);
    }
    return rc;
}

static double
median_scan(struct measurement *m)
{
    qsort(m->scans_ms, m->n_scans, sizeof(m->scans_ms[0]), ft_order_doubles);
    return m->n_scans ? m->scans_ms[m->n_scans / 2] : 0;
}

static double
mean_ms(int64_t ns, int64_t times)
{
    return times > 0 && ns > 0 ? (double)ns / (double)times / FT_NS_PER_MS : 0;
}

struct counted {
    struct ft_disk_counters disks;
    struct ft_sent_counters sent;
    int64_t at_ns;
};

static void
count(const struct measurement *m, struct counted *out)
{
    ft_counters_disks(m->dom, &out->disks);
    ft_counters_sent(&m->vm, &out->sent);
    out->at_ns = ft_clock_ns();
}

static void
take_rates(const struct counted *a, const struct counted *b,
           struct ft_measurement *out)
{
    double s = (double)(b->at_ns - a->at_ns) / FT_NS_PER_S;

    out->seconds = s;
    out->write_bytes_per_s =
        (double)FT_MAX(b->disks.write_bytes - a->disks.write_bytes, 0) / s;
    out->writes_per_s = (double)FT_MAX(b->disks.writes - a->disks.writes, 0) / s;
    out->write_ms = mean_ms(b->disks.write_ns - a->disks.write_ns,
                            b->disks.writes - a->disks.writes);
    out->flush_ms = mean_ms(b->disks.flush_ns - a->disks.flush_ns,
                            b->disks.flushes - a->disks.flushes);
    if (b->sent.packets < a->sent.packets || b->sent.bytes < a->sent.bytes)
        return; /* a NIC was taken away */
    out->packets_per_s = (double)(b->sent.packets - a->sent.packets) / s;
    out->sent_bytes_per_s = (double)(b->sent.bytes - a->sent.bytes) / s;
}

static void
describe(const struct measurement *m, struct ft_measurement *out)
{
    memset(out, 0, sizeof(*out));
    snprintf(out->vm, sizeof(out->vm), "%s", m->vm.name);
    snprintf(out->uuid, sizeof(out->uuid), "%s", m->vm.uuid);
    snprintf(out->qemu, sizeof(out->qemu), "%s", m->vm.qemu_version);
    out->vcpus = m->vm.vcpus;
    out->memory = ft_guest_memory_size(m->memory);
    ft_counters_sizes(m->dom, &m->vm, &out->disk_capacity, &out->disk_allocated);
}

static void
take_shares(struct ft_survey *all, struct ft_survey *written,
            struct ft_measurement *out)
{
    out->data = all->pages ? (double)all->data / (double)all->pages : 1;
    out->dirty_data =
        written->pages ? (double)written->data / (double)written->pages : 1;
    out->packed =
        written->sample ? ft_survey_packed(written) : ft_survey_packed(all);
    out->copy_bytes_per_s = FT_MAX(ft_survey_rate(all), ft_survey_rate(written));
}

static int
measure(struct measurement *m, struct ft_measurement *out, struct ft_error *err)
{
    int64_t until_ns = ft_clock_ns() + m->options->seconds * FT_NS_PER_S;
    struct ft_survey all;
    struct counted before, after;
    int rc;

    describe(m, out);
    m->room = ft_survey_room();
    rc = m->room ? ft_survey_memory(m->memory, m->vm.pid, m->room, &all, err)
                 : ft_fail(err, ENOMEM, NULL, "no memory");
    if (!rc)
        rc = ft_counters_monitor(m->dom, &out->monitor_ms, err);
    if (!rc)
        rc = scan(m, err); /* the first reports all */
    if (!rc)
        ft_samples_look_takes(&m->samples, m->scans_ms[0]);
    m->n_scans = 0;
    count(m, &before);
    if (!rc)
        rc = measure_intervals(m, until_ns, err);
    count(m, &after);
    if (rc)
        return rc;
    take_rates(&before, &after, out);
    take_shares(&all, &m->written, out);
    out->scan_ms = median_scan(m);
    out->pressure = ft_load_pressure(FT_PRESSURE_CPU, 10);
    if (!ft_samples_sum_up(&m->samples, out))
        return ft_fail(err, EAGAIN, "Measure it when the host is less crowded.",
                       "no interval was as long as it was to be");
    return 0;
}

/* -- from begin to end -- */

/* On every way out: nothing of ours is left in QEMU. */
static int
leave(struct measurement *m, struct ft_measurement *out, struct ft_error *err)
{
    int rc = 0;

    if (m->memory) {
        out->held_ms = (double)ft_guest_memory_held_ns(m->memory) / FT_NS_PER_MS;
        rc = ft_guest_memory_detach(m->memory, err);
    }
    free(m->room);
    ft_page_set_free(&m->set);
    ft_samples_free(&m->samples);
    ft_cleanup_close(&m->turn);
    ft_vm_free(&m->vm);
    if (m->dom)
        virDomainFree(m->dom);
    if (m->conn)
        virConnectClose(m->conn);
    return rc;
}

int
ft_measure(const struct ft_measure_options *options, struct ft_measurement *out,
           struct ft_error *err)
{
    struct measurement m = { .options = options, .turn = -1 };
    int left, rc = find_vm(&m, err);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = check_free(&m, err);
    if (!rc)
        rc = ft_counters_check_disks(m.dom, &m.vm, err);
    if (!rc)
        rc = take_turn(&m, err);
    if (!rc)
        rc = attach(&m, err);
    if (!rc)
        rc = measure(&m, out, err);
    left = leave(&m, out, rc ? NULL : err);
    return rc ? rc : left;
}
