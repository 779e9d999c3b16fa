/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's VM as libvirt tells of it: how it is found, what happens to it. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include <libvirt/libvirt-qemu.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "base/priority.h"
#include "primary/primary-private.h"
#include "qemu/saver-marker.h"
#include "virt/block-copy.h"
#include "virt/loop.h"
#include "virt/qemu-log.h"
#include "virt/qmp.h"
#include "worker/worker-disks.h"
#include "worker/worker-intruder.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-made.h"
#include "worker/worker-removal.h"
#include "worker/worker-retire.h"

/*
 * A QEMU that still waits for its state was won, but never ran. Without our mark
 * one that stands does so by another's will: it is alive, and nothing of ours
 * lets it go on.
 */
static enum ft_vm_state
find_paused_vm(struct ft_worker *w, int reason)
{
    FT_AUTOJSON json_t *status = NULL;

    if (ft_qmp(w->dom, "query-status", NULL, &status, NULL) == 0 &&
        !strcmp(ft_json_string(status, "status", ""), "inmigrate"))
        return FT_VM_WAITING;
    return ft_saver_mark_get(w->run_folder) == FT_SAVER_RUNS &&
                   ft_run_state_of(VIR_DOMAIN_PAUSED, reason) != FT_RUN_RUNS
               ? FT_VM_RUNNING
               : FT_VM_STOPPED;
}

/* When nobody heard QEMU's events; see virt/vm-end.h. */
static enum ft_vm_state
judge_state(struct ft_worker *w, int state, int reason)
{
    if (state == VIR_DOMAIN_PAUSED)
        return find_paused_vm(w, reason);
    if (state == VIR_DOMAIN_CRASHED && virDomainIsActive(w->dom) == 1)
        return FT_VM_RUNNING; /* kept as it panicked */
    if (state != VIR_DOMAIN_SHUTOFF && state != VIR_DOMAIN_CRASHED)
        return FT_VM_RUNNING;
    if (state == VIR_DOMAIN_SHUTOFF && reason == VIR_DOMAIN_SHUTOFF_SHUTDOWN)
        return ft_qemu_log_signal(w->config.vm) ? FT_VM_GONE : FT_VM_OFF;
    return state == VIR_DOMAIN_SHUTOFF && reason == VIR_DOMAIN_SHUTOFF_DESTROYED
               ? FT_VM_OFF
               : FT_VM_GONE;
}

int
ft_primary_find_vm(struct ft_worker *w, enum ft_vm_state *vm,
                   struct ft_error *err)
{
    int state = VIR_DOMAIN_NOSTATE, reason = 0, rc = 0;

    if (w->dom)
        rc = ft_vm_state(w->dom, &state, &reason, err);
    *vm = rc || state == VIR_DOMAIN_NOSTATE ? FT_VM_GONE
                                            : judge_state(w, state, reason);
    return rc;
}

static void
on_lifecycle_stopped(struct ft_primary *p, int detail)
{
    struct ft_worker *w = p->worker;
    enum ft_vm_end end = ft_vm_end_of(&p->end, detail);
    bool off = ft_vm_end_was_wanted(end);

    if (p->ended_intruder) { /* the VM itself is where it was before */
        p->ended_intruder = false;
        return;
    }
    if (FT_FAULT("vm-end-told") < 0)
        return;
    ft_worker_note(w, off ? "info" : "crit", off ? "vm-off" : "qemu-died",
                   "%s %s", w->config.vm, ft_vm_end_text(end));
    ft_worker_event_kind(w, off ? FT_EVENT_VM_OFF : FT_EVENT_VM_GONE);
    ft_primary_set_flag(p, &p->vm_ended, 1);
}

void
ft_primary_tell_untold_end(struct ft_primary *p)
{
    bool told;

    pthread_mutex_lock(&p->lock);
    told = p->vm_ended || p->detach;
    pthread_mutex_unlock(&p->lock);
    if (told)
        return;
    ft_worker_note(p->worker, "crit", "qemu-died",
                   "QEMU of %s died, and libvirt does not say so",
                   p->worker->config.vm);
    ft_worker_event_kind(p->worker, FT_EVENT_VM_GONE);
    ft_primary_set_flag(p, &p->vm_ended, 1);
}

/*
 * Somebody started what lay here, past libvirt's hook, while the other host may
 * run the VM: two would answer at one address.
 */
static bool
is_intruder(struct ft_worker *w)
{
    bool runs;

    pthread_mutex_lock(&w->own_lock);
    runs = w->own.vm == FT_VM_RUNNING || w->own.vm == FT_VM_STOPPED;
    pthread_mutex_unlock(&w->own_lock);
    return !runs && !ft_ownership_may_start(&w->state.record);
}

static void
on_lifecycle_started(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;

    if (is_intruder(w)) {
        p->ended_intruder = true;
        ft_worker_end_intruder(w);
        return;
    }
    if (!p->watched)
        return; /* its definition came back: what follows opens it anew */
    ft_saver_mark_set(w->run_folder, FT_SAVER_RUNS); /* of another QEMU */
    ft_primary_set_flag(p, &p->vm_ended, 0);
    ft_worker_event_kind(w, FT_EVENT_VM_STARTED);
}

static bool
is_ours(const struct ft_worker *w, virDomainPtr dom)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";

    return virDomainGetUUIDString(dom, uuid) == 0 &&
           strcasecmp(uuid, w->config.vm_uuid) == 0;
}

/*
 * libvirt knew no such VM when this began, and somebody has defined it since: this
 * begins anew with it. A start of ours is at that already.
 */
static void
take_new_definition(struct ft_primary *p, int event)
{
    if (!p->watched && !p->booting &&
        (event == VIR_DOMAIN_EVENT_DEFINED || event == VIR_DOMAIN_EVENT_STARTED))
        ft_worker_exit(p->worker, "role");
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail,
             void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    if (!is_ours(p->worker, dom))
        return 0;
    ft_vm_end_told(&p->end, event, detail);
    switch (event) {
    case VIR_DOMAIN_EVENT_STOPPED:
        on_lifecycle_stopped(p, detail);
        break;
    case VIR_DOMAIN_EVENT_STARTED:
        on_lifecycle_started(p);
        ft_primary_note_running(p); /* as after sleep */
        ft_primary_forget_why(p);
        break;
    case VIR_DOMAIN_EVENT_SUSPENDED: /* by our own stops too, briefly */
    case VIR_DOMAIN_EVENT_PMSUSPENDED:
    case VIR_DOMAIN_EVENT_CRASHED:
        ft_primary_note_paused(p);
        break;
    case VIR_DOMAIN_EVENT_DEFINED:
    case VIR_DOMAIN_EVENT_UNDEFINED:
        ft_primary_watch_changes(p, true);
        break;
    case VIR_DOMAIN_EVENT_RESUMED:
        if (FT_FAULT("vm-resumed-told") < 0)
            break;
        ft_primary_note_running(p);
        ft_primary_forget_why(p);
        break;
    }
    take_new_definition(p, event);
    return 0;
}

static void
on_qemu_event(virConnectPtr conn, virDomainPtr dom, const char *event,
              long long seconds, unsigned micros, const char *details,
              void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    (void)seconds;
    (void)micros;
    ft_vm_end_heard(&p->end, event, details);
}

/* Of a mirror that libvirt does not know of. */
static void
on_new_mirror(virConnectPtr conn, virDomainPtr dom, const char *event,
              long long seconds, unsigned micros, const char *details,
              void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    (void)event;
    (void)seconds;
    (void)micros;
    if (ft_block_copy_is_new(details))
        ft_primary_set_flag(p, &p->mirror_ended, 1);
}

/* So that libvirt's hook knows a definition by its disks as well. */
void
ft_primary_note_images(struct ft_worker *w)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(w->dom, 0);
    struct ft_vm vm = { 0 };
    bool changed = false;

    if (!xml || ft_vm_from_xml(xml, &vm, NULL))
        return;
    for (size_t i = 0; i < vm.n_disks; i++)
        if (vm.disks[i].source[0] && !vm.disks[i].readonly &&
            !vm.disks[i].shareable)
            changed |= ft_worker_add_image(w, vm.disks[i].source);
    if (!w->state.unsettled)
        ft_worker_made_release(w, &vm);
    ft_vm_free(&vm);
    if (changed)
        ft_worker_persist(w);
}

/* The waiting copy lacks that device: its state would not load there. */
static void
on_device(virConnectPtr conn, virDomainPtr dom, const char *device, void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    ft_worker_note(p->worker, "warn", "hardware-changed",
                   "device %s of %s came or went; copying anew", device,
                   p->worker->config.vm);
    ft_primary_note_images(p->worker);
    ft_primary_set_flag(p, &p->hardware_changed, 1);
}

/* Somebody has changed it: what, the look finds out. */
static void
on_tuned(virConnectPtr conn, virDomainPtr dom, virTypedParameterPtr params,
         int count, void *opaque)
{
    (void)conn;
    (void)dom;
    (void)params;
    (void)count;
    ft_primary_watch_changes(opaque, true);
}

static void
on_described(virConnectPtr conn, virDomainPtr dom, int type, const char *uri,
             void *opaque)
{
    (void)conn;
    (void)dom;
    (void)type;
    (void)uri;
    ft_primary_watch_changes(opaque, true);
}

static void
on_tray(virConnectPtr conn, virDomainPtr dom, const char *alias, int reason,
        void *opaque)
{
    (void)conn;
    (void)dom;
    (void)alias;
    (void)reason;
    ft_primary_watch_changes(opaque, true);
}

/*
 * By virsh blockjob --pivot the guest's disk has become our socket, which keeps
 * nothing: the copy has all up to the last epoch, and goes on.
 */
static void
leave_pivoted_vm(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    bool may;

    pthread_mutex_lock(&w->own_lock);
    may = ft_ownership_may_give_up(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (!may || !ft_primary_give_vm_up(p, "disk-pivoted",
                                       "a disk was moved to the engine's socket "
                                       "(virsh blockjob --pivot)"))
        ft_worker_note(w, "crit", "disk-pivoted",
                       "a disk of %s was moved to the engine's socket, which "
                       "keeps nothing (virsh blockjob --pivot): stop the VM, and "
                       "start it again",
                       w->config.vm);
}

/*
 * A mirror that is not ended by us loses writes: the replica is stale. By virsh it
 * is, or by a QEMU that ends and is not asked about it any more.
 */
static void
on_block_job(virConnectPtr conn, virDomainPtr dom, const char *disk, int type,
             int job_status, void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    (void)disk;
    if (type != VIR_DOMAIN_BLOCK_JOB_TYPE_COPY)
        return;
    if (job_status == VIR_DOMAIN_BLOCK_JOB_FAILED)
        ft_primary_set_flag(p, &p->disk_broken, 1);
    else if (job_status != VIR_DOMAIN_BLOCK_JOB_READY)
        ft_primary_set_flag(p, &p->mirror_ended, 1);
    if (job_status == VIR_DOMAIN_BLOCK_JOB_COMPLETED)
        leave_pivoted_vm(p);
}

void
ft_primary_watch_vm(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    virDomainPtr dom = NULL;

    if (!p->watches)
        virConnectDomainEventRegisterAny(w->events, NULL,
                                         VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                         VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle),
                                         p, NULL);
    p->watches = true;
    if (w->dom && !p->watched)
        dom = ft_vm_by(w->events, w->dom);
    if (!dom)
        return; /* undefined: it may come back (take_new_definition) */
    p->watched = true;
    virConnectDomainEventRegisterAny(w->events, dom,
                                     VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_block_job), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->events, dom, VIR_DOMAIN_EVENT_ID_TUNABLE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_tuned), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->events, dom,
                                     VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_described), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->events, dom,
                                     VIR_DOMAIN_EVENT_ID_TRAY_CHANGE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_tray), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->events, dom,
                                     VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_device), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->events, dom,
                                     VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_device), p,
                                     NULL);
    virConnectDomainQemuMonitorEventRegister(
        w->events, dom, FT_VM_END_QEMU_EVENTS, on_qemu_event, p, NULL,
        VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX);
    virConnectDomainQemuMonitorEventRegister(
        w->events, dom, FT_BLOCK_COPY_QEMU_EVENTS, on_new_mirror, p, NULL,
        VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX);
    virDomainFree(dom);
}

/* Nobody will track this VM any more: its memory is as free as before us. */
static void
clean_up_for_good(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_vm domain = { 0 };

    if (ft_vm_inspect(w->dom, &domain, &err) ||
        ft_guest_memory_remove_leftovers(w->dom, domain.pid, NULL, &err))
        ft_log_error(&err, "ending the tracking of guest memory");
    ft_vm_free(&domain);
}

void
ft_primary_clean_up(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_saver_recover(w->dom, w->run_folder, false, NULL, &err))
        ft_log_error(&err, "letting the VM go on");
    ft_saver_remove_leftovers(w->dom);
    if (ft_disk_feed_end_leftovers(w->dom, w->run_folder, &err))
        ft_log_error(&err, "ending old mirrors");
    if (w->give_up)
        clean_up_for_good(w);
}

/* The VM stays as it was found, unless it is an old one that runs elsewhere. */
static void
part(struct ft_worker *w)
{
    enum ft_vm_state vm = ((struct ft_primary *)w->side_data)->left_vm;

    if ((vm == FT_VM_GONE || vm == FT_VM_OFF) && ft_worker_is_stale(w)) {
        ft_worker_retire(w);
        ft_worker_tell_stale(w);
        return;
    }
    if (w->dom && w->state.autostart)
        virDomainSetAutostart(w->dom, 1);
    ft_worker_undo_made(w, FT_UNDO_HERE, NULL, NULL);
    w->parting = json_pack("{s:s,s:b}", "vm_state", ft_vm_state_name(vm),
                           "witness_told", w->witness_told);
    ft_worker_tell_stale(w);
    ft_worker_note(w, "info", "unprotected", "%s goes on unprotected",
                   w->config.vm);
}

/* Replication thread: nothing of ours is left in QEMU, or why something is. */
static int
leave_qemu(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    int rc = FT_FAULT("leave-qemu");

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point leave-qemu");
    if (virConnectIsAlive(w->conn) != 1)
        return ft_worker_fail_silent_libvirt(w, err);
    rc = ft_primary_find_vm(w, vm, err);
    if (rc || (*vm != FT_VM_RUNNING && *vm != FT_VM_STOPPED))
        return rc;
    rc = ft_gate_remove_leftovers(w->dom, NULL, err);
    if (!rc)
        rc = ft_disk_feed_end_leftovers(w->dom, w->run_folder, err);
    return rc ? rc : ft_write_record_end_all(w->dom, err);
}

static void
finish_removal(void *opaque)
{
    struct ft_primary *p = opaque;
    struct ft_worker *w = p->worker;

    if (p->left.code) {
        ft_worker_removal_failed(w, &p->left);
        return;
    }
    if (p->spared_pid)
        ft_priority_change_oom(p->spared_pid, FT_OOM_GUEST, FT_OOM_ORDINARY);
    part(w);
    ft_worker_exit(w, w->give_up ? "gave-up" : "removed");
}

void
ft_primary_detached(struct ft_primary *p)
{
    leave_qemu(p->worker, &p->left_vm, &p->left);
    ft_loop_post(finish_removal, p);
}
