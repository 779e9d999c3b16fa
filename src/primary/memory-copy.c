/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first copy of guest memory: which way it goes, its rounds, and what is told
 * of it. Replication thread only.
 */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "primary/page-compare.h"
#include "primary/primary-private.h"

#define ROUND_BYTES_ENOUGH (UINT64_C(8) << 20)
#define ROUNDS_MAX 12

void
ft_primary_take_kept_memory(struct ft_primary *p, const json_t *answer)
{
    const json_t *kept = json_object_get(answer, "memory");
    int protocol = ft_link_protocol(ft_session_link(p->out.session));

    p->memory_copy = (struct ft_memory_copy){
        .compares =
            protocol >= FT_RAM_HASH_PROTOCOL && ft_json_bool(kept, "held", 0),
    };
    snprintf(p->memory_copy.why, sizeof(p->memory_copy.why), "%s",
             ft_json_string(kept, "why", ""));
}

struct round {
    struct ft_primary *p;
    uint64_t before, total;
};

static int
on_pages(void *opaque, uint64_t done)
{
    struct round *r = opaque;

    ft_epoch_stats_progress(&r->p->stats, "memory", r->before + done,
                            r->total + r->before);
    return ft_primary_pace_pages(r->p);
}

/* Later rounds are of pages that were written: they are sent as they are. */
static int
send_round(struct ft_primary *p, int number, struct round *r,
           struct ft_error *err)
{
    return number == 0 && p->memory_copy.compares
               ? ft_page_compare_stream(p->sender, &p->out, &p->set, 1,
                                        on_pages, r, &p->memory_copy.same, err)
               : ft_page_sender_stream(p->sender, &p->set, 1, on_pages, r, err);
}

/*
 * Everything once while the VM runs, then what was written meanwhile, again
 * and again, until the rest is small enough for an ordinary checkpoint. What
 * is known of a page is so only since one of the short stops (design, section 4).
 */
static int
copy_rounds(struct ft_primary *p, struct ft_error *err)
{
    uint64_t sent = 0, last = UINT64_MAX;
    int rounds, rc = ft_guest_memory_arm_ahead(p->memory, err);

    for (rounds = 0; !rc && rounds < ROUNDS_MAX; rounds++) {
        struct round r = { p, sent, 0 };
        int number = rounds;

        rc = ft_stop_to_scan(p, err);
        if (rc)
            break;
        r.total = p->set.bytes;
        if (rounds && p->set.bytes > last / 2)
            rounds = ROUNDS_MAX; /* it does not shrink any more */
        last = p->set.bytes;
        rc = send_round(p, number, &r, err);
        sent += p->set.bytes;
        if (p->set.bytes <= ROUND_BYTES_ENOUGH)
            break;
    }
    return rc;
}

int
ft_primary_copy_memory(struct ft_primary *p, struct ft_error *err)
{
    struct ft_memory_copy *m = &p->memory_copy;
    int64_t began = ft_clock_ns();
    uint64_t before[2], after[2];
    int rc;

    ft_page_sender_counts(p->sender, &before[0], &before[1]);
    rc = copy_rounds(p, err);
    ft_page_sender_counts(p->sender, &after[0], &after[1]);
    m->sent = (after[0] - before[0]) * FT_PAGE_SIZE;
    m->zero = (after[1] - before[1]) * FT_PAGE_SIZE;
    m->took_ns = ft_clock_ns() - began;
    return rc;
}

json_t *
ft_primary_memory_copied(const struct ft_primary *p)
{
    const struct ft_memory_copy *m = &p->memory_copy;
    int64_t ms = m->took_ns / FT_NS_PER_MS;

    return json_pack("{s:s,s:s*,s:I,s:I,s:I,s:f}", "way",
                     m->compares ? "comparison" : "all", "why",
                     *m->why && !m->compares ? m->why : NULL, "sent_bytes",
                     (json_int_t)m->sent, "zero_bytes", (json_int_t)m->zero,
                     "same_bytes", (json_int_t)m->same, "seconds",
                     (double)ms / 1000);
}
