/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/guest-clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <x86intrin.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "qemu/clock-line.h"
#include "qemu/device-clocks.h"
#include "qemu/process-memory.h"
#include "qemu/variable-search.h"

/* At most so long of a stop goes into the search. */
#define SEARCH_NS (700 * FT_NS_PER_US)
#define SEARCH_ROUNDS 2
#define SEARCH_STATES (4u * FT_CANDIDATE_SURE) /* at least: some tell nothing */
#define SEARCH_AGAIN_NS (60 * FT_NS_PER_S)

/* struct TimersState has cpu_clock_offset behind cpu_ticks_offset by 48 bytes in
 * QEMU 7.2 to 10.0. The other places that hold the virtual clock's value under
 * KVM are the vCPUs' APICCommonState.initial_count_load_time: QEMU sets it to
 * that clock whenever it takes the APIC's state from KVM (kvm_get_apic_state,
 * hw/i386/kvm/apic.c). */
#define TIMERS_STATE_BYTES 128

/* QEMU saves into a buffer of so many bytes and writes it when it is full, or at
 * the end (migration/qemu-file.c, IO_BUF_SIZE): when the first of them comes all
 * of them are saved. */
#define SAVED_AT_ONCE 32768u

/* It waits for us for longer than these last bytes: the pipe holds half of them
 * (saver-pipe.c), and states differ a little. */
#define BEHIND_NEEDED 8192u

/* Clocks of one host may differ by this part, and by this much. */
#define SLACK_PART 1000
#define SLACK_NS FT_NS_PER_MS

/* A rate measured over less is too coarse. */
#define RATE_NS (50 * FT_NS_PER_MS)

struct variable {
    uint64_t address;
    uint64_t value, host; /* the last that is known, and when */
    uint64_t seen;        /* at this stop, before it was changed */
};

struct ft_guest_clock {
    pid_t pid;
    struct ft_ram_block ram[FT_RAM_BLOCKS_MAX];
    size_t n_ram;
    enum ft_guest_clock_state state;
    struct ft_clock_line lines[FT_CLOCK_COUNT];
    struct variable variables[FT_CLOCK_COUNT]; /* while they are kept */
    bool has[FT_CLOCK_COUNT];                  /* which this VM has */
    struct ft_variable_search *search;         /* otherwise, or NULL */
    unsigned states;                           /* that this search was told */
    int64_t search_again;
    struct ft_device_clocks at; /* in the last state */
    uint64_t told[FT_CLOCK_COUNT], told_host[FT_CLOCK_COUNT]; /* by it, when */
    size_t size;  /* of the last state */
    bool written; /* at this stop */

    int64_t since; /* we may hold the VM since then; 0: we do not */
    int64_t carry; /* so long we may have held it before that, not counted yet */
    int64_t mono0; /* a TSC and a time that belong together */
    uint64_t tsc0;
    int64_t given;
    uint64_t stop_host[FT_CLOCK_COUNT]; /* when the last values were current */
};

/* What runs on the host as this clock does in the guest, in the same unit. */
static uint64_t
host_clock(enum ft_device_clock k)
{
    struct timespec t;

    if (k == FT_CLOCK_TICKS)
        return __rdtsc();
    /* kvmclock follows the raw clock (arch/x86/kvm/x86.c, get_kvmclock_base_ns) */
    clock_gettime(k == FT_CLOCK_KVM ? CLOCK_MONOTONIC_RAW : CLOCK_MONOTONIC, &t);
    return (uint64_t)(t.tv_sec * FT_NS_PER_S + t.tv_nsec);
}

/* Ticks of the host's TSC a ns, 0 when not known yet. */
static double
tsc_rate(const struct ft_guest_clock *c)
{
    int64_t ns = ft_clock_ns() - c->mono0;

    return ns < RATE_NS ? 0 : (double)(__rdtsc() - c->tsc0) / (double)ns;
}

static uint64_t
in_unit(const struct ft_guest_clock *c, enum ft_device_clock k, int64_t ns)
{
    return k == FT_CLOCK_TICKS ? (uint64_t)((double)ns * tsc_rate(c))
                               : (uint64_t)ns;
}

/* ----- the search ----- */

static void
start_search(struct ft_guest_clock *c)
{
    ft_variable_search_free(c->search);
    c->search = ft_variable_search_new(c->pid, FT_CLOCK_COUNT, c->ram, c->n_ram);
    c->search_again = ft_clock_ns() + SEARCH_AGAIN_NS;
    c->states = 0;
}

static void
end_search(struct ft_guest_clock *c)
{
    ft_variable_search_free(c->search);
    c->search = NULL;
}

int
ft_guest_clock_new(pid_t pid, const struct ft_ram_block *ram, size_t n,
                   struct ft_guest_clock **out)
{
    struct ft_guest_clock *c = calloc(1, sizeof(*c));

    *out = c;
    if (!c)
        return -ENOMEM;
    c->pid = pid;
    c->n_ram = FT_MIN(n, FT_RAM_BLOCKS_MAX);
    if (c->n_ram)
        memcpy(c->ram, ram, c->n_ram * sizeof(*ram));
    c->mono0 = ft_clock_ns();
    c->tsc0 = __rdtsc();
    start_search(c);
    return 0;
}

bool
ft_guest_clock_fits(const struct ft_guest_clock *c, pid_t pid,
                    const struct ft_ram_block *ram, size_t n)
{
    size_t i;

    if (c->pid != pid || c->n_ram != FT_MIN(n, FT_RAM_BLOCKS_MAX))
        return false;
    for (i = 0; i < c->n_ram; i++)
        if (c->ram[i].host != ram[i].host || c->ram[i].size != ram[i].size)
            return false;
    return true;
}

void
ft_guest_clock_free(struct ft_guest_clock *c)
{
    if (!c)
        return;
    end_search(c);
    free(c);
}

/* Whether QEMU still waits for us when it has saved this section. */
static bool
is_early(const struct ft_guest_clock *c)
{
    return !ft_guest_clock_needs(c) ||
           c->size - ft_guest_clock_needs(c) > BEHIND_NEEDED;
}

/*
 * Which of a state's values are those of a clock: it has gone on since the state
 * before, and not by more than the host's. What does not, a guest may have made
 * up, and it must not choose what we write to.
 */
static void
find_moved(struct ft_guest_clock *c, const uint64_t *values, bool *moved)
{
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        uint64_t passed = c->stop_host[k] - c->told_host[k];
        uint64_t slack = passed / SLACK_PART + in_unit(c, k, SLACK_NS);

        moved[k] = c->has[k] && values[k] != c->told[k] &&
                   values[k] - c->told[k] <= passed + slack;
        c->told[k] = values[k];
        c->told_host[k] = c->stop_host[k];
    }
}

/* What is too much for one jump is lost; all clocks lose the same. */
static void
forget_old_lag(struct ft_guest_clock *c)
{
    unsigned k;

    if (c->lines[FT_CLOCK_VIRTUAL].lacking <= (uint64_t)FT_GUEST_CLOCK_JUMP_NS)
        return;
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        if (c->has[k])
            ft_clock_line_begin(&c->lines[k], c->variables[k].value,
                                c->variables[k].host);
}

/* Takes the variables that were found; false: not all of them are yet. */
static bool
take_found(struct ft_guest_clock *c)
{
    const struct ft_candidate *found[FT_CLOCK_COUNT] = { NULL };
    size_t n;
    const struct ft_candidate *list =
        ft_variable_search_candidates(c->search, &n);
    unsigned k;

    if (!ft_candidate_pair(list, n, FT_CLOCK_TICKS, FT_CLOCK_VIRTUAL,
                           TIMERS_STATE_BYTES, &found[FT_CLOCK_TICKS],
                           &found[FT_CLOCK_VIRTUAL]))
        return false;
    if (c->has[FT_CLOCK_KVM]) {
        /* only when all was searched is one the only one */
        if (!ft_variable_search_is_whole(c->search) || !is_early(c))
            return false;
        found[FT_CLOCK_KVM] = ft_candidate_only(list, n, FT_CLOCK_KVM);
        if (!found[FT_CLOCK_KVM])
            return false;
    }
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        if (found[k])
            c->variables[k] =
                (struct variable){ found[k]->address, found[k]->seen,
                                   c->stop_host[k], 0 };
    forget_old_lag(c);
    return true;
}

/* ----- around a stop ----- */

void
ft_guest_clock_stopping(struct ft_guest_clock *c)
{
    c->written = false;
    if (!c->since)
        c->since = ft_clock_ns();
}

size_t
ft_guest_clock_needs(const struct ft_guest_clock *c)
{
    size_t end = c->at.at[FT_CLOCK_KVM] + 8;

    return end > SAVED_AT_ONCE ? (end - 1) / SAVED_AT_ONCE * SAVED_AT_ONCE + 1
                               : 0;
}

/*
 * Reads the host's clocks for a look, and says for how long at most we held the
 * VM since the last one. What lies about the reading counts twice: one that is
 * interrupted there must not take our own stop for somebody else's.
 */
static int64_t
take_held(struct ft_guest_clock *c, uint64_t *host)
{
    int64_t begin = ft_clock_ns(), held = c->carry;
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++)
        host[k] = host_clock(k);
    if (c->since)
        held += ft_clock_ns() - c->since;
    c->carry = 0;
    c->since = begin;
    return held;
}

static bool
read_variables(struct ft_guest_clock *c)
{
    struct iovec local[FT_CLOCK_COUNT], remote[FT_CLOCK_COUNT];
    unsigned k, n = 0;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!c->has[k])
            continue;
        local[n] = (struct iovec){ &c->variables[k].seen, 8 };
        remote[n++] =
            (struct iovec){ (void *)(uintptr_t)c->variables[k].address, 8 };
    }
    return ft_process_memory_read(c->pid, local, remote, n, NULL) == 0;
}

/* Between the last value and that plus what has passed. */
static bool
is_plausible(const struct ft_guest_clock *c, enum ft_device_clock k)
{
    const struct variable *v = &c->variables[k];
    uint64_t passed = host_clock(k) - v->host;
    uint64_t slack = passed / SLACK_PART + in_unit(c, k, SLACK_NS);

    return v->seen - v->value <= passed + slack;
}

static bool
write_variables(const struct ft_guest_clock *c, const uint64_t *values)
{
    struct iovec local[FT_CLOCK_COUNT], remote[FT_CLOCK_COUNT];
    unsigned k, n = 0;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!c->has[k])
            continue;
        local[n] = (struct iovec){ (void *)(uintptr_t)&values[k], 8 };
        remote[n++] =
            (struct iovec){ (void *)(uintptr_t)c->variables[k].address, 8 };
    }
    return ft_process_memory_write(c->pid, local, remote, n, NULL) == 0;
}

static bool
set_forward(struct ft_guest_clock *c)
{
    uint64_t values[FT_CLOCK_COUNT] = { 0 }, host[FT_CLOCK_COUNT];
    uint64_t lack[FT_CLOCK_COUNT];
    int64_t held = take_held(c, host);
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!c->has[k])
            continue;
        lack[k] = ft_clock_line_look(&c->lines[k], c->variables[k].seen,
                                     host[k], in_unit(c, k, held));
        values[k] = c->variables[k].seen + lack[k];
    }
    if (!write_variables(c, values))
        return false;
    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!c->has[k])
            continue;
        ft_clock_line_give(&c->lines[k], lack[k]);
        c->variables[k].value = values[k];
        c->variables[k].host = host[k];
    }
    c->given += (int64_t)lack[FT_CLOCK_VIRTUAL];
    return true;
}

void
ft_guest_clock_give(struct ft_guest_clock *c)
{
    bool right = true;
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++)
        c->stop_host[k] = host_clock(k);
    if (c->state != FT_GUEST_CLOCK_KEPT) {
        if (c->search)
            ft_variable_search_look(c->search, SEARCH_NS);
        return;
    }
    if (!is_early(c) || !read_variables(c))
        return;
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        right &= !c->has[k] || is_plausible(c, k);
    c->written = right && set_forward(c);
}

/* ----- afterwards ----- */

/* Which clocks there are, and what they said; false: none that can be kept, or
 * others than those that are. */
static bool
read_state(struct ft_guest_clock *c, const uint8_t *state, size_t size,
           uint64_t *values)
{
    bool same = true;
    unsigned k;

    if (!ft_device_clocks_again(state, size, &c->at))
        ft_device_clocks_find(state, size, &c->at);
    c->size = size;
    if (!c->at.at[FT_CLOCK_TICKS])
        return false;
    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        bool has = c->at.at[k] != 0;

        same &= has == c->has[k];
        c->has[k] = has;
        values[k] = has ? ft_device_clock_get(state, c->at.at[k]) : 0;
    }
    return same || c->state != FT_GUEST_CLOCK_KEPT;
}

/* The guest runs from these values on: what does it lack now? */
static void
look_at_lines(struct ft_guest_clock *c, const uint64_t *values)
{
    uint64_t host[FT_CLOCK_COUNT];
    int64_t held = take_held(c, host);
    unsigned k;

    if (tsc_rate(c) <= 0)
        return; /* all lines begin at once, or their clocks would differ */
    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!c->has[k])
            continue;
        if (!c->lines[k].begun)
            ft_clock_line_begin(&c->lines[k], values[k], c->stop_host[k]);
        ft_clock_line_look(&c->lines[k], values[k], host[k],
                           in_unit(c, k, held));
    }
}

/* What was seen and changed was what this state tells. */
static bool
agrees(const struct ft_guest_clock *c, const uint64_t *values)
{
    unsigned k;

    if (!c->written)
        return false;
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        if (c->has[k] && c->variables[k].seen != values[k])
            return false;
    return FT_FAULT("clock-compare") == 0;
}

static bool
change(struct ft_guest_clock *c, enum ft_guest_clock_state state)
{
    bool changed = c->state != state;

    c->state = state;
    return changed;
}

static bool
lose(struct ft_guest_clock *c, struct ft_error *why)
{
    start_search(c);
    ft_fail(why, EBADMSG, NULL,
            "a clock of QEMU's is not where it was: it is left alone and "
            "searched again");
    return change(c, FT_GUEST_CLOCK_SEARCHING);
}

static bool
give_up(struct ft_guest_clock *c, const char *because, struct ft_error *why)
{
    end_search(c);
    ft_fail(why, ENOENT, NULL, "%s: the guest's clocks lag by what stops take",
            because);
    return change(c, FT_GUEST_CLOCK_NOT_FOUND);
}

static bool
go_on_searching(struct ft_guest_clock *c, const uint64_t *values,
                struct ft_error *why)
{
    bool moved[FT_CLOCK_COUNT];
    unsigned k;

    find_moved(c, values, moved);
    if (!c->search) {
        if (ft_clock_ns() > c->search_again)
            start_search(c);
        return false;
    }
    ft_variable_search_match(c->search, values, moved);
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        if (c->has[k] && !c->lines[k].begun)
            return false;
    if (take_found(c)) {
        end_search(c);
        ft_fail(why, 0, NULL,
                "the guest's clocks are found in QEMU and get "
                "back what stops take");
        return change(c, FT_GUEST_CLOCK_KEPT);
    }
    return ++c->states >= SEARCH_STATES &&
           ft_variable_search_rounds(c->search) >= SEARCH_ROUNDS &&
           give_up(c, "QEMU's clocks are not found in its memory", why);
}

static bool
take_state(struct ft_guest_clock *c, const uint8_t *state, size_t size,
           struct ft_error *why)
{
    uint64_t values[FT_CLOCK_COUNT];
    bool known = read_state(c, state, size, values);

    if (c->state == FT_GUEST_CLOCK_KEPT)
        return known && agrees(c, values) ? false : lose(c, why);
    if (!known)
        return c->search &&
               give_up(c, "QEMU's device state does not tell its clocks", why);
    look_at_lines(c, values);
    return go_on_searching(c, values, why);
}

bool
ft_guest_clock_ran(struct ft_guest_clock *c, const uint8_t *state, size_t size,
                   struct ft_error *why)
{
    bool changed = state && take_state(c, state, size, why);

    if (c->since)
        c->carry += ft_clock_ns() - c->since;
    c->since = 0;
    return changed;
}

/* The one that the guest most likely keeps its time by, in ns. */
static enum ft_device_clock
shown_clock(const struct ft_guest_clock *c)
{
    return c->has[FT_CLOCK_KVM] ? FT_CLOCK_KVM : FT_CLOCK_VIRTUAL;
}

int64_t
ft_guest_clock_lack(const struct ft_guest_clock *c, const uint8_t *state,
                    size_t size, int64_t most)
{
    enum ft_device_clock k = shown_clock(c);
    struct ft_clock_line line = c->lines[k];

    if (!line.begun || !ft_device_clocks_again(state, size, &c->at))
        return -1;
    line.lacking = 0;
    return (int64_t)ft_clock_line_look(&line,
                                       ft_device_clock_get(state, c->at.at[k]),
                                       host_clock(k), (uint64_t)most);
}

void
ft_guest_clock_report(const struct ft_guest_clock *c,
                      struct ft_guest_clock_report *out)
{
    const struct ft_clock_line *shown = &c->lines[shown_clock(c)];

    out->state = c->state;
    out->lag_ns = (int64_t)shown->lacking + c->carry;
    out->given_ns = c->given;
    out->tsc_hz = (uint64_t)(tsc_rate(c) * 1e9);
}

const char *
ft_guest_clock_state_name(enum ft_guest_clock_state state)
{
    static const char *const names[] = { "searching", "kept", "not-found" };

    return (size_t)state < FT_ARRAY_SIZE(names) ? names[state] : "unknown";
}
