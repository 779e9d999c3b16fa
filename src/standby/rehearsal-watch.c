/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a rehearsed guest does, looked at until a verdict follows (pair/rehearsal.h). */
#include "config.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/load.h"
#include "disk/snapshot-export.h"
#include "qemu/vcpu-time.h"
#include "standby/rehearsal-console.h"
#include "standby/rehearsal-private.h"
#include "standby/staged-pages.h"
#include "virt/rehearsal.h"

#define LOOK_NS (100 * FT_NS_PER_MS)
#define AGENT_SECONDS 5
#define DEATH_NS FT_NS_PER_S

bool
ft_rehearsal_fits(uint64_t bytes)
{
    struct ft_memory memory;

    ft_load_memory(&memory);
    return !FT_FAULT("rehearsal-memory") && ft_staged_pages_fit(&memory, bytes);
}

static enum ft_rehearsal_guest
guest_of(int state, int reason)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return FT_REHEARSAL_GUEST_RUNS;
    case VIR_DOMAIN_CRASHED:
        return FT_REHEARSAL_GUEST_PANICKED;
    case VIR_DOMAIN_PAUSED:
        return reason == VIR_DOMAIN_PAUSED_IOERROR ? FT_REHEARSAL_GUEST_IO_ERROR
               : reason == VIR_DOMAIN_PAUSED_WATCHDOG
                   ? FT_REHEARSAL_GUEST_WATCHDOG
               : reason == VIR_DOMAIN_PAUSED_CRASHED
                   ? FT_REHEARSAL_GUEST_PANICKED
                   : FT_REHEARSAL_GUEST_PAUSED;
    case VIR_DOMAIN_PMSUSPENDED:
        return FT_REHEARSAL_GUEST_PAUSED;
    default:
        return FT_REHEARSAL_GUEST_GONE;
    }
}

/* Whoever has ended it, or what it reads, is the reason for all else. */
static void
look_for_stop(struct ft_rehearsal_run *run)
{
    struct ft_rehearsal_seen *seen = &run->seen;

    if (!seen->stopped.code && run->snapshot.disks)
        ft_disk_snapshot_ended(run->snapshot.disks, &seen->stopped);
    if (!seen->stopped.code && seen->step == FT_REHEARSAL_RUNS &&
        !ft_rehearsal_fits(0))
        ft_fail(&seen->stopped, ENOMEM, NULL, "this host runs out of memory");
    if (!seen->stopped.code && virConnectIsAlive(run->conn) == 0)
        ft_fail(&seen->stopped, EHOSTUNREACH, NULL,
                "libvirt on this host ended");
    ft_rehearsal_is_stopped(run->r, &seen->stopped);
    seen->overflowed = run->export && ft_snapshot_export_overflowed(run->export);
}

/* libvirt knows of its end when it hangs up, which may be a moment before. */
static bool
has_died(struct ft_rehearsal *r)
{
    int64_t until = ft_clock_ns() + DEATH_NS;

    while (!ft_rehearsal_is_dead(r)) {
        if (ft_clock_ns() > until)
            return false;
        ft_clock_sleep(LOOK_NS / 10);
    }
    return true;
}

/* Its limit and its place among the first to go are ours: no takeover has them. */
static void
look_for_kill(struct ft_rehearsal_run *run)
{
    struct ft_rehearsal_seen *seen = &run->seen;
    enum ft_oom killed;

    if (!run->oom.begun || seen->stopped.code ||
        (!seen->problem.code && seen->guest != FT_REHEARSAL_GUEST_GONE) ||
        !has_died(run->r))
        return;
    killed = FT_FAULT("rehearsal-oom") ? FT_OOM_CGROUP : ft_oom_look(&run->oom);
    seen->over_its_limit |= killed == FT_OOM_CGROUP;
    seen->host_short |= killed == FT_OOM_HOST;
}

static void
look_at_guest(struct ft_rehearsal_run *run)
{
    struct ft_rehearsal_seen *seen = &run->seen;
    int state = VIR_DOMAIN_NOSTATE, reason = 0;
    int64_t vcpu;

    if (ft_vm_state(run->dom, &state, &reason, &seen->problem))
        return;
    seen->guest = guest_of(state, reason);
    vcpu = ft_vcpu_time(run->vm.pid) - run->vcpu_before_ns;
    seen->vcpu_ns = FT_MAX(seen->vcpu_ns, vcpu);
    seen->waited_ns = FT_MAX(seen->waited_ns, ft_vcpu_waited(run->vm.pid));
    seen->ran_ns = ft_clock_ns() - run->let_run_ns;
}

static void
look_at_console(struct ft_rehearsal_run *run)
{
    if (run->console)
        run->seen.console = ft_rehearsal_console_look(run->console)
                                ? FT_REHEARSAL_CONSOLE_SEEN
                                : FT_REHEARSAL_CONSOLE_MISSED;
}

/* Once, when it has run long enough: what follows is looked at once more. */
static void
ask_agent(struct ft_rehearsal_run *run)
{
    run->agent_asked = true;
    if (run->seen.guest != FT_REHEARSAL_GUEST_RUNS ||
        !ft_rehearsal_agent_is_there(run->dom))
        return;
    run->seen.agent = ft_rehearsal_agent_answers(run->dom, AGENT_SECONDS)
                          ? FT_REHEARSAL_AGENT_ANSWERS
                          : FT_REHEARSAL_AGENT_SILENT;
}

void
ft_rehearsal_judge_run(struct ft_rehearsal_run *run,
                       struct ft_rehearsal_verdict *verdict)
{
    look_for_stop(run);
    look_for_kill(run);
    ft_rehearsal_judge(&run->seen, verdict);
}

void
ft_rehearsal_watch(struct ft_rehearsal_run *run,
                   struct ft_rehearsal_verdict *verdict)
{
    do {
        ft_clock_sleep(LOOK_NS);
        look_at_console(run);
        look_at_guest(run);
        if (!run->agent_asked && run->seen.ran_ns >= run->seen.wanted_ns) {
            ask_agent(run);
            look_at_guest(run);
        }
        ft_rehearsal_judge_run(run, verdict);
    } while (verdict->outcome == FT_REHEARSAL_OPEN);
}
