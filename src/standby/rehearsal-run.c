/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rehearsal, readable from top to bottom: another QEMU of the same machine is
 * started, which gets memory, disks and device state of one epoch, and runs for some
 * seconds. It meets nothing of the world, and the epochs go on; it is ended whatever
 * happens, and first of all when the copy itself is needed.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"
#include "disk/snapshot-export.h"
#include "qemu/block-match.h"
#include "qemu/device-state.h"
#include "qemu/vcpu-time.h"
#include "standby/nvram.h"
#include "standby/rehearsal-console.h"
#include "standby/rehearsal-private.h"
#include "standby/replica-snapshot.h"
#include "standby/resume-clocks.h"
#include "standby/tap.h"
#include "virt/qmp.h"
#include "virt/rehearsal-xml.h"
#include "virt/rehearsal.h"
#include "virt/standby.h"

#define QEMU_BYTES \
    (UINT64_C(512) << 20) /* beside the guest's memory, at most */
#define LOAD_MS 30000
#define OOM_FIRST 1000 /* proc(5): before all others */

static void
step(struct ft_rehearsal_run *run, enum ft_rehearsal_step step)
{
    run->seen.step = step;
    atomic_store(&run->r->step, step);
}

/* ---- the other QEMU ---- */

static int
take_snapshot(struct ft_rehearsal_run *run, struct ft_memory_snapshot *memory,
              struct ft_error *err)
{
    struct ft_chunk_store *store;
    char folder[PATH_MAX];
    int rc;

    ft_pair_path(run->s->worker->config.pair, NULL, folder);
    rc = ft_chunk_store_new(folder, run->order->keep, &store, err);
    return rc ? rc
              : ft_replica_snapshot_take(&run->s->replica, store, memory, NULL,
                                         &run->snapshot, err);
}

static uint64_t
memory_of(const struct ft_replica_snapshot *snapshot)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < snapshot->n_blocks; i++)
        bytes += snapshot->blocks[i].size;
    return bytes;
}

static int
serve_disks(struct ft_rehearsal_run *run, const struct stat *owner,
            struct ft_error *err)
{
    const char *names[FT_DISKS_MAX];
    struct ft_chunk_store *scratch;
    char folder[PATH_MAX];
    int rc;

    for (size_t i = 0; i < run->snapshot.n_disks; i++)
        names[i] = run->snapshot.targets[i];
    ft_pair_path(run->s->worker->config.pair, NULL, folder);
    rc = ft_chunk_store_new(folder, run->order->keep, &scratch, err);
    return rc ? rc
              : ft_snapshot_export_start(run->socket, owner->st_uid,
                                         owner->st_gid, run->snapshot.disks,
                                         names, scratch, NULL, &run->export,
                                         err);
}

/* What it connects to, for the user as which QEMU runs here, as the waiting one does. */
static int
open_sockets(struct ft_rehearsal_run *run, struct ft_error *err)
{
    char proc[32];
    struct stat owner;
    int rc;

    snprintf(proc, sizeof(proc), "/proc/%d", (int)run->snapshot.pid);
    if (stat(proc, &owner) < 0)
        return ft_fail(err, ESRCH, NULL, "the waiting VM is gone");
    rc = serve_disks(run, &owner, err);
    if (!rc && *run->order->console)
        rc = ft_rehearsal_console_open(run->console_socket, owner.st_uid,
                                       owner.st_gid, run->order->console,
                                       &run->console, err);
    return rc;
}

static int
make_xml(struct ft_rehearsal_run *run, char **xml, struct ft_error *err)
{
    const struct ft_pair_config *config = &run->s->worker->config;
    const struct ft_rehearsal_place place = {
        run->name,
        config->vm,
        run->socket,
        run->nvram,
        run->console ? run->console_socket : NULL,
        run->order->agent,
    };
    struct ft_replica_path replicas[FT_DISKS_MAX];
    virDomainPtr waiting =
        virDomainLookupByUUIDString(run->conn, config->vm_uuid);
    FT_AUTOFREE char *live =
        waiting ? virDomainGetXMLDesc(waiting, VIR_DOMAIN_XML_SECURE) : NULL;
    int rc;

    if (waiting)
        virDomainFree(waiting);
    if (!live)
        return ft_virt_fail(err, EIO, NULL, "the waiting VM");
    for (size_t i = 0; i < run->snapshot.n_disks; i++)
        replicas[i] =
            (struct ft_replica_path){ run->snapshot.targets[i], "/nowhere" };
    rc = ft_rehearsal_xml(live, replicas, run->snapshot.n_disks, &place, xml,
                          err);
    return rc ? rc : ft_standby_copy_nvram(live, run->nvram, err);
}

/* It is paused yet. What of these a host lacks does not stop it, but a NIC's way out. */
static int
put_bounds(struct ft_rehearsal_run *run, struct ft_error *err)
{
    struct ft_error none = FT_ERROR_INIT;

    ft_oom_begin(run->vm.pid, &run->oom);
    ft_priority_set_oom(run->vm.pid, OOM_FIRST);
    ft_vcpu_give_way(run->vm.pid);
    if (ft_rehearsal_bound(run->dom, memory_of(&run->snapshot) + QEMU_BYTES,
                           &none))
        ft_log(FT_LOG_INFO, "rehearsal without a limit of memory: %s",
               none.text);
    for (size_t i = 0; i < run->vm.n_nics; i++) {
        const char *tap = run->vm.nics[i].tap;
        int rc = *tap ? ft_tap_set_up(tap, 0) : 0;

        if (rc)
            return ft_fail(err, -rc, NULL, "tap %s of it stays up: %s", tap,
                           strerror(-rc));
    }
    return 0;
}

static int
start_domain(struct ft_rehearsal_run *run, struct ft_error *err)
{
    FT_AUTOFREE char *xml = NULL;
    int rc = make_xml(run, &xml, err);

    if (!rc)
        rc = ft_standby_start(run->conn, xml, &run->dom, err);
    if (!rc)
        rc = ft_vm_inspect(run->dom, &run->vm, err);
    if (rc)
        return rc;
    ft_rehearsal_has(run->r, (int)syscall(SYS_pidfd_open, run->vm.pid, 0));
    return put_bounds(run, err);
}

static int
make(struct ft_rehearsal_run *run, struct ft_error *err)
{
    const struct ft_worker *w = run->s->worker;
    int rc = ft_rehearsal_sweep(run->conn, w->config.pair, w->run_folder, err);

    step(run, FT_REHEARSAL_MAKES);
    if (!rc)
        rc = take_snapshot(run, NULL, err);
    if (!rc && ft_run_state_stands(run->snapshot.run))
        rc = ft_fail(err, EAGAIN, NULL, "the VM stands: %s",
                     ft_run_state_text(run->snapshot.run));
    if (!rc && !ft_rehearsal_fits(memory_of(&run->snapshot) + QEMU_BYTES))
        rc = ft_fail(err, ENOMEM, NULL,
                     "this host has no memory to spare for a second VM of %llu "
                     "MiB",
                     (unsigned long long)(memory_of(&run->snapshot) >> 20));
    if (!rc)
        rc = open_sockets(run, err);
    return rc ? rc : start_domain(run, err);
}

/* ---- what it gets ---- */

/* Now the epoch is chosen: the one before was for QEMU to find disks at all. */
static int
copy(struct ft_rehearsal_run *run, struct ft_error *err)
{
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    struct ft_memory_of from = { run->snapshot.pid, run->snapshot.blocks,
                                 run->snapshot.n_blocks };
    struct ft_memory_of to = { run->vm.pid, blocks, 0 };
    struct ft_memory_snapshot *memory = NULL;
    int rc = ft_ram_blocks_find(run->dom, run->vm.pid, true, blocks,
                                FT_RAM_BLOCKS_MAX, &to.n, err);

    step(run, FT_REHEARSAL_COPIES);
    if (!rc)
        rc = ft_blocks_match(blocks, &to.n, from.blocks, from.n, false, err);
    if (!rc)
        rc = ft_memory_snapshot_new(&from, &to, &memory, err);
    if (!rc) {
        ft_replica_snapshot_end(&run->s->replica, &run->snapshot);
        rc = take_snapshot(run, memory, err);
    }
    if (!rc)
        ft_snapshot_export_switch(run->export, run->snapshot.disks);
    if (!rc && ft_memory_snapshot_bring(memory)) {
        ft_memory_snapshot_ended(memory, err);
        rc = -err->code;
    }
    ft_memory_snapshot_unref(memory);
    return rc;
}

static int
load(struct ft_rehearsal_run *run, struct ft_error *err)
{
    const struct ft_state *state = &run->snapshot.state;
    struct ft_standby_times times;
    FT_AUTOFREE uint8_t *stream = NULL;
    size_t size;
    int rc;

    step(run, FT_REHEARSAL_LOADS);
    rc = ft_device_stream(state->data, state->size, run->vm.machine, &stream,
                          &size, err);
    if (rc)
        return rc;
    ft_resume_clocks(&run->snapshot.clock, 0, stream, size);
    return ft_standby_load(run->dom, stream, size, LOAD_MS, &times, err);
}

/* ---- how it runs ---- */

static int
let_run(struct ft_rehearsal_run *run, struct ft_error *err)
{
    run->vcpu_before_ns = ft_vcpu_time(run->vm.pid);
    if (virDomainResume(run->dom) < 0)
        return ft_virt_fail(err, EIO, NULL, "start of the rehearsed VM");
    run->let_run_ns = ft_clock_ns();
    step(run, FT_REHEARSAL_RUNS);
    return 0;
}

/* ---- its end ---- */

static void
end(struct ft_rehearsal_run *run)
{
    struct ft_error err = FT_ERROR_INIT;

    step(run, FT_REHEARSAL_ENDS);
    if (run->dom) {
        if (ft_standby_destroy(run->dom, &err))
            ft_log_error(&err, "rehearsal");
        virDomainFree(run->dom);
    }
    ft_rehearsal_has(run->r, -1);
    ft_oom_end(&run->oom);
    ft_rehearsal_console_close(run->console);
    ft_snapshot_export_stop(run->export);
    ft_replica_snapshot_end(&run->s->replica, &run->snapshot);
    ft_vm_free(&run->vm);
    unlink(run->nvram);
}

static void
open_run(struct ft_rehearsal_run *run, struct ft_rehearsal *r,
         const struct ft_rehearsal_order *order)
{
    struct ft_worker *w = r->standby->worker;

    run->r = r;
    run->s = r->standby;
    run->conn = w->conn;
    run->order = order;
    run->seen.wanted_ns = order->seconds * FT_NS_PER_S;
    run->seen.agent_wanted = order->agent;
    ft_rehearsal_name(w->config.pair, run->name);
    snprintf(run->socket, sizeof(run->socket), "%s/" FT_REHEARSAL_SOCKET,
             w->run_folder);
    snprintf(run->console_socket, sizeof(run->console_socket),
             "%s/" FT_REHEARSAL_CONSOLE, w->run_folder);
    snprintf(run->nvram, sizeof(run->nvram), "%s/" FT_REHEARSAL_NVRAM,
             w->run_folder);
}

void
ft_rehearsal_run(struct ft_rehearsal *r, const struct ft_rehearsal_order *order,
                 struct ft_rehearsal_record *out)
{
    struct ft_rehearsal_run *run = calloc(1, sizeof(*run));
    int64_t began = ft_clock_ns();
    struct ft_error *problem;

    memset(out, 0, sizeof(*out));
    if (!run) {
        out->verdict = (struct ft_rehearsal_verdict){ FT_REHEARSAL_INCONCLUSIVE,
                                                      "no memory" };
        return;
    }
    open_run(run, r, order);
    problem = &run->seen.problem;
    if (!make(run, problem) && !copy(run, problem) && !load(run, problem) &&
        !let_run(run, problem))
        ft_rehearsal_watch(run, &out->verdict);
    else
        ft_rehearsal_judge_run(run, &out->verdict);
    if (out->verdict.outcome == FT_REHEARSAL_OPEN)
        out->verdict =
            (struct ft_rehearsal_verdict){ FT_REHEARSAL_INCONCLUSIVE,
                                           "it could not be tried out" };
    out->epoch = (int64_t)run->snapshot.epoch;
    out->seconds = (double)run->seen.ran_ns / FT_NS_PER_S;
    out->agent = run->seen.agent;
    out->console = run->seen.console;
    end(run);
    out->at_ms = ft_clock_realtime_ns() / FT_NS_PER_MS;
    ft_clock_format(ft_clock_realtime_ns(), out->at);
    out->took_ms = (double)(ft_clock_ns() - began) / FT_NS_PER_MS;
    free(run);
}
