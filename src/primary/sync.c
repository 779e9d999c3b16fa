/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an empty standby to one that lacks only the last pages: opening what
 * touches QEMU, the set-up of the other side, the first copy. Replication
 * thread only.
 */
#include "config.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "base/priority.h"
#include "plan/carry.h"
#include "primary/primary-private.h"
#include "virt/qmp.h"

/*
 * The other side makes volumes and has libvirt start a domain, which loads several
 * AppArmor profiles: a loaded host takes minutes. Whether it is alive the link knows.
 */
#define ROMS_PROTOCOL 4 /* of the link: blocks of a setup may be ROMs */
#define SETUP_NS (300 * FT_NS_PER_S)
#define SETUP_SAY_NS (30 * FT_NS_PER_S)
#define DISK_POLL_NS (200 * FT_NS_PER_MS)

static json_t *
describe_disks(const struct ft_vm *domain)
{
    json_t *list = json_array();
    size_t i;

    for (i = 0; i < domain->n_disks; i++)
        if (ft_disk_is_replicated(&domain->disks[i]))
            json_array_append_new(
                list,
                json_pack("{s:s,s:I}", "target", domain->disks[i].target,
                          "capacity", (json_int_t)domain->disks[i].capacity));
    return list;
}

static json_t *
describe_blocks(const struct ft_guest_memory *memory)
{
    json_t *list = json_array();
    size_t i, n;
    const struct ft_ram_block *b = ft_guest_memory_blocks(memory, &n);

    for (i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s,s:I}", "name", b[i].name,
                                              "size", (json_int_t)b[i].size));
    return list;
}

static int
send_setup(struct ft_primary *p, const char *xml, const char *definition,
           struct ft_error *err)
{
    FT_AUTOJSON json_t *setup =
        json_pack("{s:s,s:s*,s:s,s:s,s:I,s:o,s:o,s:o}", "xml", xml, "definition",
                  definition, "qemu", p->domain.qemu_version, "machine",
                  p->domain.machine, "memory", (json_int_t)p->domain.memory,
                  "disks", describe_disks(&p->domain), "blocks",
                  describe_blocks(p->memory), "base", ft_primary_offer_base(p));
    int rc;

    if (!setup)
        return ft_fail(err, ENOMEM, NULL, "no memory for the setup");
    rc = ft_link_send_json(ft_session_link(p->out.session), FT_FRAME_SETUP, 0,
                           setup);
    return rc ? ft_fail(err, -rc, NULL, "cannot send the setup: %s",
                        strerror(-rc))
              : 0;
}

/* A bit for each disk whose replica was there before. */
static uint64_t
kept_disks(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "kept"), *one;
    uint64_t kept = 0;
    size_t i;

    json_array_foreach(list, i, one)
        if (i < FT_DISKS_MAX && json_is_true(one))
            kept |= UINT64_C(1) << i;
    return kept;
}

static void
say_it_takes_long(struct ft_primary *p)
{
    ft_worker_note(p->worker, "warn", "setup-slow",
                   "%s is at its setup for %d s now; look at its load, and at "
                   "libvirtd there",
                   ft_worker_peer_name(p->worker),
                   (int)(SETUP_SAY_NS / FT_NS_PER_S));
}

/* The answer, for the caller; NULL: none came, or the session ends. */
static json_t *
wait_for_setup(struct ft_primary *p)
{
    int64_t now = ft_clock_ns(), deadline = now + SETUP_NS;
    int64_t say_at = now + SETUP_SAY_NS;
    json_t *answer;

    pthread_mutex_lock(&p->lock);
    while (!p->setup_answer && !ft_primary_must_stop(p) && now < deadline) {
        ft_primary_wait(p, FT_MIN(say_at, deadline));
        now = ft_clock_ns();
        if (p->setup_answer || now < say_at)
            continue;
        say_at = deadline;
        pthread_mutex_unlock(&p->lock);
        say_it_takes_long(p);
        pthread_mutex_lock(&p->lock);
    }
    answer = FT_STEAL(p->setup_answer);
    pthread_mutex_unlock(&p->lock);
    return answer;
}

/* The standby makes replicas and starts the waiting domain meanwhile. */
static int
await_setup(struct ft_primary *p, uint64_t *kept, struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = wait_for_setup(p);
    const json_t *error = json_object_get(answer, "error");

    if (!answer)
        return ft_primary_stopped(p) ? -ECANCELED
                                     : ft_fail(err, ETIMEDOUT, NULL,
                                               "%s does not finish its setup",
                                               ft_worker_peer_name(p->worker));
    *kept = kept_disks(answer);
    if (!error) {
        ft_primary_take_kept_memory(p, answer);
        ft_primary_take_base(p, answer);
        return 0;
    }
    ft_json_to_error(error, err);
    return ft_error_prefix(err, "%s", ft_worker_peer_name(p->worker));
}

static bool
has_vhost(const struct ft_vm *domain)
{
    size_t i;

    for (i = 0; i < domain->n_nics; i++)
        if (domain->nics[i].vhost)
            return true;
    return false;
}

/* What QEMU would refuse to migrate it saves for us, and not all of it. */
static int
check_blocked(struct ft_primary *p, struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = NULL;
    char reasons[256];
    int rc = ft_qmp(p->worker->dom, "query-migrate", NULL, &answer, err);

    if (rc)
        return rc;
    ft_json_join(json_object_get(answer, "blocked-reasons"), reasons,
                 sizeof(reasons));
    return *reasons ? ft_fail(err, ENOTSUP, "Detach or remove what it names.",
                              "QEMU of %s cannot give its state away: %s",
                              p->worker->config.vm, reasons)
                    : 0;
}

/* ftadmin looked before; the VM may have changed since, or come from elsewhere. */
static int
check_carry(struct ft_primary *p, struct ft_error *err)
{
    FT_AUTOFREE char *xml =
        virDomainGetXMLDesc(p->worker->dom, VIR_DOMAIN_XML_SECURE);
    struct ft_carry_facts facts = { .vhost_known = true,
                                    .attached = true,
                                    .qemu = p->domain.qemu_version,
                                    .vhost = has_vhost(&p->domain) };
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_finding *bad;
    int rc;

    if (!xml)
        return ft_fail(err, EIO, NULL, "libvirt: %s", virGetLastErrorMessage());
    if (FT_FAULT("carry-check") < 0)
        return 0; /* as a host that its own engine does not check: a test's */
    rc = ft_carry_check(xml, &facts, &findings, err);
    bad = rc ? NULL : ft_findings_first(&findings, FT_FAIL);
    if (bad)
        rc = ft_fail(err, ENOTSUP, bad->remedy, "%s: %s", bad->subject,
                     bad->evidence);
    ft_findings_free(&findings);
    return rc;
}

/* That of an earlier session knows what the guest still lacks by that one's last
 * stops, which may have been long: a link that does not move is why it ended. */
static int
open_clock(struct ft_primary *p, struct ft_error *err)
{
    size_t n;
    const struct ft_ram_block *blocks = ft_guest_memory_blocks(p->memory, &n);

    if (p->clock && ft_guest_clock_fits(p->clock, p->domain.pid, blocks, n))
        return 0;
    ft_guest_clock_free(p->clock);
    return ft_guest_clock_new(p->domain.pid, blocks, n, &p->clock)
               ? ft_fail(err, ENOMEM, NULL, "no memory for the guest's clocks")
               : 0;
}

int
ft_sync_open(struct ft_primary *p, struct ft_error *err)
{
    struct ft_worker *w = p->worker;
    int rc = ft_vm_inspect(w->dom, &p->domain, err);

    if (!rc && !p->domain.running)
        ft_primary_note_paused(p);
    if (!rc)
        rc = check_carry(p, err);
    if (!rc)
        rc = check_blocked(p, err);
    if (!rc)
        rc = ft_primary_attach_gate(p, err);
    if (!rc)
        rc = ft_guest_memory_attach(w->dom, p->domain.pid,
                                    ft_link_protocol(ft_session_link(
                                        p->out.session)) >= ROMS_PROTOCOL,
                                    &p->memory, err);
    if (!rc) {
        atomic_store(&p->qemu_pid, p->domain.pid);
        p->spared_pid = p->domain.pid;
        ft_priority_change_oom(p->spared_pid, FT_OOM_ORDINARY, FT_OOM_GUEST);
        rc = open_clock(p, err);
    }
    if (!rc)
        rc = ft_saver_open(w->dom, p->domain.pid, w->run_folder, &p->saver, err);
    if (!rc && ft_saver_watch_events(p->saver, w->events, err))
        ft_log_error(err, "pauses are measured from outside");
    if (!rc)
        rc = ft_primary_begin_disks(p, err);
    if (!rc)
        rc = ft_page_sender_open(p->memory, &p->out, FT_EPOCH_BUFFER,
                                 &p->sender, err);
    return rc;
}

void
ft_sync_close(struct ft_primary *p, bool failed)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!ft_primary_keep_feed(p, failed))
        ft_disk_feed_stop(FT_STEAL(p->feed));
    ft_page_sender_close(p->sender);
    p->sender = NULL;
    if (!p->held) {
        ft_saver_close(p->saver);
        p->saver = NULL;
    }
    if (ft_guest_memory_detach(p->memory, &err))
        ft_log_error(&err, "detaching from guest memory");
    p->memory = NULL;
    ft_state_free(&p->last_state);
    atomic_store(&p->qemu_pid, 0);
    ft_vm_free(&p->domain);
    memset(&p->domain, 0, sizeof(p->domain));
    ft_epoch_stats_progress(&p->stats, NULL, 0, 0);
}

static int
copy_disks(struct ft_primary *p, uint64_t kept, struct ft_error *err)
{
    struct ft_worker *w = p->worker;
    struct ft_disk_feed_progress progress = { 0 };
    char folder[PATH_MAX];
    int rc;

    ft_pair_path(w->config.pair, NULL, folder);
    rc = ft_disk_feed_start(w->dom, &p->domain, kept, ft_primary_copy_limit(p),
                            w->run_folder, folder, &p->out, &p->feed, err);

    while (!rc) {
        rc = ft_disk_feed_progress(p->feed, &progress, err);
        if (!rc && !progress.broken)
            rc = ft_primary_pace_disks(p, err);
        if (rc || progress.ready)
            break;
        if (progress.broken)
            return ft_fail(err, EIO, "See the log of libvirt and QEMU.",
                           "copying a disk of %s ended by itself", w->config.vm);
        ft_epoch_stats_progress(&p->stats, "disk", progress.done,
                                progress.total);
        pthread_mutex_lock(&p->lock);
        if (!ft_primary_must_stop(p))
            ft_primary_wait(p, ft_clock_ns() + DISK_POLL_NS);
        rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
        pthread_mutex_unlock(&p->lock);
    }
    if (!rc)
        p->disk_same = ft_disk_feed_copied(p->feed);
    return rc;
}

static int
set_up(struct ft_primary *p, uint64_t *kept, struct ft_error *err)
{
    FT_AUTOFREE char *xml =
        virDomainGetXMLDesc(p->worker->dom, VIR_DOMAIN_XML_SECURE);
    FT_AUTOFREE char *definition = ft_primary_definition(p);
    int rc;

    if (!xml)
        return ft_fail(err, EIO, NULL, "libvirt: %s", virGetLastErrorMessage());
    rc = send_setup(p, xml, definition, err);
    if (!rc)
        rc = await_setup(p, kept, err);
    if (!rc)
        ft_primary_told_standby(p, xml, definition);
    return rc;
}

int
ft_sync_copy(struct ft_primary *p, struct ft_error *err)
{
    uint64_t kept = 0;
    int rc = set_up(p, &kept, err);

    if (!rc)
        ft_primary_begin_pace(p);
    if (!rc)
        rc = p->copy.by_changes ? ft_primary_send_changes(p, err)
                                : copy_disks(p, kept, err);
    p->copy.compared = kept != 0;
    return rc ? rc : ft_primary_copy_memory(p, err);
}
