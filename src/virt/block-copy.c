/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/block-copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "virt/qmp.h"
#include "virt/xml.h"

/* Of the jobs that libvirt does not know, behind the target; and of their nodes. */
#define OWN_SUFFIX "-ftadmin"
#define OWN_NODE "ftadmin-"
#define END_NS (5 * FT_NS_PER_S)
#define POLL_NS (5 * FT_NS_PER_MS)

/* The target's XML, made by libxml2 so that any path is quoted rightly. */
static int
target_xml(const char *socket, const char *export_name, char **out)
{
    FT_AUTOXML xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr disk, driver, source, host;

    disk = doc ? xmlNewDocNode(doc, NULL, BAD_CAST "disk", NULL) : NULL;
    if (!disk)
        return -ENOMEM;
    xmlDocSetRootElement(doc, disk);
    driver = ft_xml_child(disk, "driver");
    source = ft_xml_child(disk, "source");
    host = source ? ft_xml_child(source, "host") : NULL;
    if (!driver || !host || ft_xml_set(disk, "type", "network") < 0 ||
        ft_xml_set(driver, "name", "qemu") < 0 ||
        ft_xml_set(driver, "type", "raw") < 0 ||
        ft_xml_set(source, "protocol", "nbd") < 0 ||
        ft_xml_set(source, "name", export_name) < 0 ||
        ft_xml_set(host, "transport", "unix") < 0 ||
        ft_xml_set(host, "socket", socket) < 0)
        return -ENOMEM;
    return ft_xml_print(doc, out);
}

int
ft_block_copy_start(virDomainPtr dom, const char *target, const char *socket,
                    const char *export_name, uint64_t bytes_per_s,
                    struct ft_error *err)
{
    const unsigned flags = VIR_DOMAIN_BLOCK_COPY_REUSE_EXT |
                           VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB |
                           VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES;
    virTypedParameter speed = {
        .field = VIR_DOMAIN_BLOCK_COPY_BANDWIDTH,
        .type = VIR_TYPED_PARAM_ULLONG,
        .value.ul = bytes_per_s,
    };
    FT_AUTOFREE char *xml = NULL;
    struct ft_block_copy_progress progress;
    int rc = ft_block_copy_progress(dom, target, &progress, err);

    if (rc < 0)
        return rc;
    if (progress.active)
        return ft_fail(err, EBUSY, "end it (virsh blockjob --abort) first",
                       "disk %s has a block job already", target);
    if (target_xml(socket, export_name, &xml) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (virDomainBlockCopy(dom, target, xml, &speed, bytes_per_s != 0, flags) <
        0)
        return ft_virt_fail(err, EIO, NULL, "copy of the disk");
    return 0;
}

int
ft_block_copy_set_speed(virDomainPtr dom, const char *target,
                        uint64_t bytes_per_s, struct ft_error *err)
{
    const unsigned flags = VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES;

    return virDomainBlockJobSetSpeed(dom, target, bytes_per_s, flags) < 0
               ? ft_virt_fail(err, EIO, NULL, "speed of the disk's copy")
               : 0;
}

/* ----- jobs that libvirt does not know ----- */

/* The target in a job's name; false: it is another's. */
static bool
own_target(const char *job, char target[32])
{
    size_t length = strlen(job);

    if (strncmp(job, "copy-", 5) != 0 || length < 5 + strlen(OWN_SUFFIX) + 1 ||
        strcmp(job + length - strlen(OWN_SUFFIX), OWN_SUFFIX) != 0 ||
        length - 5 - strlen(OWN_SUFFIX) >= 32)
        return false;
    memcpy(target, job + 5, length - 5 - strlen(OWN_SUFFIX));
    target[length - 5 - strlen(OWN_SUFFIX)] = '\0';
    return true;
}

bool
ft_block_copy_is_new(const char *details)
{
    FT_AUTOJSON json_t *json = NULL;
    char target[32];

    return details && !ft_json_parse(details, strlen(details), &json, NULL) &&
           own_target(ft_json_string(json, "device", ""), target);
}

static int
delete_node(virDomainPtr dom, const char *target, struct ft_error *err)
{
    char node[64];

    snprintf(node, sizeof(node), OWN_NODE "%s", target);
    return ft_qmp(dom, "blockdev-del", json_pack("{s:s}", "node-name", node),
                  NULL, err);
}

static int
add_node(virDomainPtr dom, const char *target, const char *socket,
         const char *export_name, struct ft_error *err)
{
    char node[64];

    snprintf(node, sizeof(node), OWN_NODE "%s", target);
    /* what the guest discards goes there as well */
    return ft_qmp(dom, "blockdev-add",
                  json_pack("{s:s,s:s,s:s,s:{s:s,s:s},s:s}", "driver", "nbd",
                            "node-name", node, "discard", "unmap", "server",
                            "type", "unix", "path", socket, "export",
                            export_name),
                  NULL, err);
}

int
ft_block_copy_start_new(virDomainPtr dom, const char *target, const char *node,
                        const char *socket, const char *export_name,
                        struct ft_error *err)
{
    char job[64], ours[64];
    int rc;

    snprintf(job, sizeof(job), "copy-%s" OWN_SUFFIX, target);
    snprintf(ours, sizeof(ours), OWN_NODE "%s", target);
    delete_node(dom, target, NULL); /* of one that failed */
    rc = add_node(dom, target, socket, export_name, err);
    if (rc)
        return rc;
    rc = ft_qmp(dom, "blockdev-mirror",
                json_pack("{s:s,s:s,s:s,s:s,s:s}", "job-id", job, "device",
                          node, "target", ours, "sync", "none", "copy-mode",
                          "write-blocking"),
                NULL, err);
    if (rc)
        delete_node(dom, target, NULL);
    return rc;
}

/* 1: there is such a job of the target; 0; -errno. */
static int
find_own(virDomainPtr dom, const char *target,
         struct ft_block_copy_progress *progress, struct ft_error *err)
{
    FT_AUTOJSON json_t *jobs = NULL;
    char found[32];
    json_t *job;
    size_t i;
    int rc = ft_qmp(dom, "query-block-jobs", NULL, &jobs, err);

    if (rc)
        return rc;
    json_array_foreach(jobs, i, job) {
        if (!own_target(ft_json_string(job, "device", ""), found) ||
            strcmp(found, target) != 0)
            continue;
        progress->active = true;
        progress->done = (uint64_t)ft_json_int(job, "offset", 0, INT64_MAX, 0);
        progress->total = (uint64_t)ft_json_int(job, "len", 0, INT64_MAX, 0);
        progress->ready = ft_json_bool(job, "ready", 0);
        return 1;
    }
    return 0;
}

/* Cancelled when it is ready it completes, at the disk's own image. */
static int
end_own(virDomainPtr dom, const char *target, struct ft_error *err)
{
    struct ft_block_copy_progress progress;
    int64_t until = ft_clock_ns() + END_NS;
    char job[64];
    int rc;

    snprintf(job, sizeof(job), "copy-%s" OWN_SUFFIX, target);
    rc = ft_qmp(dom, "block-job-cancel", json_pack("{s:s}", "device", job),
                NULL, err);
    while (!rc && (rc = find_own(dom, target, &progress, err)) == 1) {
        if (ft_clock_ns() > until)
            return ft_fail(err, ETIMEDOUT, NULL,
                           "the copy of disk %s does not end", target);
        ft_clock_sleep(POLL_NS);
        rc = 0;
    }
    return rc ? rc : delete_node(dom, target, err);
}

static int
visit_own(virDomainPtr dom, bool end, unsigned *count, struct ft_error *err)
{
    FT_AUTOJSON json_t *jobs = NULL;
    char target[32];
    json_t *job;
    size_t i;
    int rc = ft_qmp(dom, "query-block-jobs", NULL, &jobs, err);

    json_array_foreach(jobs, i, job) {
        if (rc || !own_target(ft_json_string(job, "device", ""), target))
            continue;
        if (end)
            rc = end_own(dom, target, err);
        *count += rc == 0;
    }
    return rc;
}

/* ----- both ----- */

/*
 * QEMU's own view: libvirt does not tell "ready" from "equal just now", and
 * names its copy jobs copy-TARGET-NODE (qemu_blockjob.c).
 */
static int
ask_ready(virDomainPtr dom, const char *target,
          struct ft_block_copy_progress *progress, struct ft_error *err)
{
    FT_AUTOJSON json_t *jobs = NULL;
    char prefix[80];
    json_t *job;
    size_t i;
    int rc = ft_qmp(dom, "query-block-jobs", NULL, &jobs, err);

    if (rc < 0)
        return rc;
    snprintf(prefix, sizeof(prefix), "copy-%s-", target);
    json_array_foreach(jobs, i, job) {
        const char *name = ft_json_string(job, "device", "");

        if (strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        progress->done = (uint64_t)ft_json_int(job, "offset", 0, INT64_MAX, 0);
        progress->total = (uint64_t)ft_json_int(job, "len", 0, INT64_MAX, 0);
        progress->ready = ft_json_bool(job, "ready", 0);
    }
    return 0;
}

int
ft_block_copy_count_running(virDomainPtr dom, unsigned *count,
                            struct ft_error *err)
{
    FT_AUTOJSON json_t *jobs = NULL;
    json_t *job;
    size_t i;
    int rc = ft_qmp(dom, "query-block-jobs", NULL, &jobs, err);

    *count = 0;
    json_array_foreach(jobs, i, job)
        *count += !strncmp(ft_json_string(job, "device", ""), "copy-", 5);
    return rc;
}

int
ft_block_copy_progress(virDomainPtr dom, const char *target,
                       struct ft_block_copy_progress *progress,
                       struct ft_error *err)
{
    virDomainBlockJobInfo info;
    int rc;

    memset(progress, 0, sizeof(*progress));
    rc = virDomainGetBlockJobInfo(dom, target, &info,
                                  VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES);
    if (rc < 0)
        return ft_virt_fail(err, EIO, NULL, "block job of the disk");
    if (rc == 0) {
        rc = find_own(dom, target, progress, err);
        return rc < 0 ? rc : 0;
    }
    progress->active = true;
    progress->done = info.cur;
    progress->total = info.end;
    if (info.type != VIR_DOMAIN_BLOCK_JOB_TYPE_COPY)
        return 0;
    return ask_ready(dom, target, progress, err);
}

int
ft_block_copy_abort(virDomainPtr dom, const char *target, struct ft_error *err)
{
    struct ft_block_copy_progress progress = { 0 };

    if (find_own(dom, target, &progress, NULL) == 1)
        return end_own(dom, target, err);
    if (virDomainBlockJobAbort(dom, target, 0) == 0)
        return 0;
    /* A job that failed by itself (its NBD server died) is gone: the wish is
     * fulfilled. */
    ft_virt_fail(err, EIO, NULL, "end of the disk's copy");
    if (ft_block_copy_progress(dom, target, &progress, NULL) == 0 &&
        !progress.active)
        return 0;
    return -EIO;
}

/* Whether this <disk> is being copied to a unix socket under prefix. */
static int
copies_to(xmlNodePtr disk, const char *prefix)
{
    FT_AUTOFREE char *socket =
        ft_xml_text(disk,
                    "mirror[@job='copy']//host[@transport='unix']/@socket");

    return socket && strncmp(socket, prefix, strlen(prefix)) == 0;
}

/* Counts the disks that are being copied there, and ends that when told so. */
static int
visit_disks(virDomainPtr dom, xmlNodePtr root, const char *prefix, bool end,
            unsigned *count, struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *disks = NULL;
    char target[64];
    size_t n, i;
    int rc = 0;

    if (ft_xml_find(root, "devices/disk", &disks, &n) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    for (i = 0; i < n && rc == 0; i++) {
        if (!copies_to(disks[i], prefix) ||
            ft_xml_copy(disks[i], "target/@dev", target, sizeof(target)) < 0)
            continue;
        if (end)
            rc = ft_block_copy_abort(dom, target, err);
        if (rc == 0)
            (*count)++;
    }
    return rc;
}

static int
visit_leftovers(virDomainPtr dom, const char *prefix, bool end, unsigned *count,
                struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    char *xml = virDomainGetXMLDesc(dom, 0);
    int rc;

    *count = 0;
    if (!xml)
        return ft_virt_fail(err, EIO, NULL, "definition of the VM");
    rc = ft_xml_parse(xml, "domain", &doc, err);
    free(xml);
    if (!rc)
        rc = visit_disks(dom, xmlDocGetRootElement(doc), prefix, end, count,
                         err);
    return rc ? rc : visit_own(dom, end, count, err);
}

int
ft_block_copy_count_leftovers(virDomainPtr dom, const char *prefix,
                              unsigned *count, struct ft_error *err)
{
    return visit_leftovers(dom, prefix, false, count, err);
}

int
ft_block_copy_end_leftovers(virDomainPtr dom, const char *prefix,
                            unsigned *ended, struct ft_error *err)
{
    return visit_leftovers(dom, prefix, true, ended, err);
}
