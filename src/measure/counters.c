/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "measure/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "virt/qmp.h"

#define NET_DEV "/proc/net/dev"
#define NET_DEV_MAX (4 << 20)
#define QUESTIONS 15
#define STATS_MAX 16 /* libvirt knows eight */

/* -- disks -- */

static int64_t
stat_of(const virTypedParameter *list, int n, const char *field)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(list[i].field, field) &&
            list[i].type == VIR_TYPED_PARAM_LLONG)
            return list[i].value.l;
    return 0;
}

void
ft_counters_disks(virDomainPtr dom, struct ft_disk_counters *out)
{
    virTypedParameter list[STATS_MAX];
    int n = STATS_MAX;

    memset(out, 0, sizeof(*out));
    memset(list, 0, sizeof(list));
    if (virDomainBlockStatsFlags(dom, "", list, &n, 0) < 0)
        return;
    out->write_bytes = stat_of(list, n, VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES);
    out->writes = stat_of(list, n, VIR_DOMAIN_BLOCK_STATS_WRITE_REQ);
    out->write_ns = stat_of(list, n, VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES);
    out->flushes = stat_of(list, n, VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ);
    out->flush_ns = stat_of(list, n, VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES);
}

void
ft_counters_sizes(virDomainPtr dom, const struct ft_vm *vm, uint64_t *capacity,
                  uint64_t *allocated)
{
    *capacity = *allocated = 0;
    for (size_t i = 0; i < vm->n_disks; i++) {
        virDomainBlockInfo info;

        if (!ft_disk_is_replicated(&vm->disks[i]) ||
            virDomainGetBlockInfo(dom, vm->disks[i].target, &info, 0) < 0)
            continue;
        *capacity += info.capacity;
        *allocated += FT_MIN(info.allocation, info.capacity);
    }
}

/* -- network -- */

/* What the guest sends the host receives, but from a device that is the guest's
 * view of the host's NIC (macvtap). */
static bool
is_ours(const struct ft_vm *vm, const char *name, size_t length, bool *direct)
{
    for (size_t i = 0; i < vm->n_nics; i++)
        if (strlen(vm->nics[i].tap) == length &&
            !strncmp(vm->nics[i].tap, name, length)) {
            *direct = !strcmp(vm->nics[i].type, "direct");
            return true;
        }
    return false;
}

static void
add_device(const char *counts, bool direct, struct ft_sent_counters *out)
{
    unsigned long long in[2], sent[2];

    if (sscanf(counts, "%llu %llu %*u %*u %*u %*u %*u %*u %llu %llu", &in[0],
               &in[1], &sent[0], &sent[1]) != 4)
        return;
    out->bytes += direct ? sent[0] : in[0];
    out->packets += direct ? sent[1] : in[1];
}

void
ft_counters_sent_parse(const char *text, const struct ft_vm *vm,
                       struct ft_sent_counters *out)
{
    memset(out, 0, sizeof(*out));
    while (text && *text) {
        const char *name = text + strspn(text, " ");
        const char *end = name + strcspn(name, ":\n");
        bool direct;

        if (*end == ':' && end > name &&
            is_ours(vm, name, (size_t)(end - name), &direct))
            add_device(end + 1, direct, out);
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
}

void
ft_counters_sent(const struct ft_vm *vm, struct ft_sent_counters *out)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    memset(out, 0, sizeof(*out));
    if (vm->n_nics && !ft_file_read(NET_DEV, NET_DEV_MAX, &text, &size))
        ft_counters_sent_parse(text, vm, out);
}

/* -- monitor -- */

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

int
ft_counters_monitor(virDomainPtr dom, double *ms, struct ft_error *err)
{
    int64_t took[QUESTIONS], median;

    for (int i = 0; i < QUESTIONS; i++) {
        int64_t begin = ft_clock_ns();
        int rc = ft_qmp(dom, "query-status", NULL, NULL, err);

        if (rc)
            return rc;
        took[i] = ft_clock_ns() - begin;
    }
    qsort(took, QUESTIONS, sizeof(took[0]), compare);
    median = took[QUESTIONS / 2];
    *ms = (double)median / FT_NS_PER_MS;
    return 0;
}

/* -- what is under way -- */

int
ft_counters_check_disks(virDomainPtr dom, const struct ft_vm *vm,
                        struct ft_error *err)
{
    for (size_t i = 0; i < vm->n_disks; i++) {
        virDomainBlockJobInfo job;

        if (*vm->disks[i].target &&
            virDomainGetBlockJobInfo(dom, vm->disks[i].target, &job, 0) == 1)
            return ft_fail(err, EBUSY, "Wait for its end (virsh blockjob).",
                           "a job of disk %s of %s runs", vm->disks[i].target,
                           vm->name);
    }
    return 0;
}

int
ft_counters_check_free(virDomainPtr dom, const struct ft_vm *vm,
                       struct ft_error *err)
{
    virDomainJobInfo job;
    int state = VIR_DOMAIN_NOSTATE, rc = ft_vm_state(dom, &state, NULL, err);

    if (rc)
        return rc;
    if (state != VIR_DOMAIN_RUNNING)
        return ft_fail(err, EBUSY, "Let it run, and measure it then.",
                       "%s does not run: it is paused, or ends", vm->name);
    memset(&job, 0, sizeof(job));
    if (!virDomainGetJobInfo(dom, &job) && job.type != VIR_DOMAIN_JOB_NONE)
        return ft_fail(err, EBUSY, "Wait for its end (virsh domjobinfo).",
                       "libvirt works on %s: a migration, save, dump or backup",
                       vm->name);
    return 0;
}
