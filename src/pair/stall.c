/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/stall.h"

#include "base/cleanup.h"

#define WORD_(name, word) word,
static const char *const words[] = { FT_STALLS(WORD_) };

const char *
ft_stall_word(enum ft_stall stall)
{
    return (unsigned)stall < FT_STALL_COUNT ? words[stall] : "";
}

/* Not for the first time in this epoch: what has taken so long is something else. */
static bool
is_asked_anew(const struct ft_stall_facts *f)
{
    return f->qemu_ns > f->epoch_ns &&
           f->now_ns - f->qemu_ns < ft_stall_look_ns(f->patience_ns);
}

/* A process that is stopped needs no other witness; a hung libvirtd is none. */
static enum ft_stall
find_cause(const struct ft_stall_facts *f)
{
    if (!f->qemu_ns || is_asked_anew(f))
        return f->link_blocked ? FT_STALL_LINK : FT_STALL_STANDBY;
    if (f->stopped)
        return FT_STALL_STOPPED;
    if (f->link_blocked) /* a write of the guest's waits there for its answer */
        return FT_STALL_LINK;
    if (f->libvirt_ns <= f->qemu_ns)
        return FT_STALL_LIBVIRT;
    return f->job ? FT_STALL_JOB : FT_STALL_QEMU;
}

/*
 * QEMU alone is never left: what it was asked, it may do at any moment. An epoch
 * may ask several times (copy-behind.h), and libvirtd owes the last answer only.
 */
static bool
is_past_patience(const struct ft_stall_facts *f, enum ft_stall by,
                 int64_t passed, int64_t asked)
{
    switch (by) {
    case FT_STALL_LIBVIRT:
    case FT_STALL_JOB:
        return asked >= f->patience_ns;
    case FT_STALL_LINK:
    case FT_STALL_STANDBY:
        return passed >= (f->link_rate < FT_STALL_LITTLE
                              ? f->patience_ns
                              : FT_STALL_BUSY_TIMES * f->patience_ns);
    default:
        return false;
    }
}

/* Only what QEMU itself owes counts, not what somebody does with it meanwhile. */
static bool
is_hung(const struct ft_stall_facts *f, enum ft_stall by, int64_t asked)
{
    if (by == FT_STALL_STOPPED)
        return asked >= FT_STALL_END_NS;
    return by == FT_STALL_QEMU && asked >= FT_STALL_HUNG_NS &&
           f->owes_ns >= FT_STALL_HUNG_NS;
}

int64_t
ft_stall_look_ns(int64_t patience_ns)
{
    return FT_MIN(patience_ns / 2, FT_STALL_ASK_NS);
}

struct ft_stall_answer
ft_stall_judge(const struct ft_stall_facts *f)
{
    struct ft_stall_answer answer = { .by = FT_STALL_NONE };
    int64_t passed = f->epoch_ns ? f->now_ns - f->epoch_ns : 0;
    int64_t asked = f->qemu_ns ? f->now_ns - f->qemu_ns : 0;
    enum ft_stall by = passed > 0 ? find_cause(f) : FT_STALL_NONE;

    answer.ask_libvirt = asked >= ft_stall_look_ns(f->patience_ns) &&
                         (f->libvirt_ns <= f->qemu_ns ||
                          f->now_ns - f->libvirt_ns >= FT_STALL_LOOK_NS);
    answer.end_qemu = f->may_give_up && is_hung(f, by, asked) && !f->gone;
    /* the copy is all that is left of the guest: going alone would void it */
    answer.tell_end = f->gone && passed >= f->patience_ns;
    answer.go_alone =
        f->may_go_alone && is_past_patience(f, by, passed, asked) && !f->gone;
    if (passed >= FT_STALL_SAY_NS || answer.go_alone) {
        answer.by = by;
        answer.for_ns = passed;
    }
    return answer;
}
