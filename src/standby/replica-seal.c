/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/replica-seal.h"

#include <string.h>
#include <time.h>

#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"

/* Not a time that a file gets by itself, nor one that looks like a mistake. */
#define SEAL_AGE_S 86400

/* ----- which base ----- */

/* Says why not. */
static bool
is_base(struct ft_replica_seals *s, const struct ft_replica_base *had,
        const char *id, const struct ft_seal_disk *disks, size_t n)
{
    s->disk = s->why = "";
    if (!*id)
        return false;
    if (strcmp(had->id, id) != 0)
        s->why = "it has no copy that goes with what was kept";
    else if (had->n != n)
        s->why = "the VM had other disks";
    for (size_t i = 0; i < n && !*s->why; i++) {
        if (!disks[i].differs)
            continue;
        s->disk = disks[i].target;
        s->why = disks[i].differs;
    }
    return !*s->why;
}

static void
make_base(struct ft_replica_base *b, const char *id,
          const struct ft_seal_disk *disks, size_t n)
{
    b->seal_s = (int64_t)time(NULL) - SEAL_AGE_S;
    for (size_t i = 0; i < n; i++)
        if (ft_replica_base_add(b, disks[i].target, disks[i].fd))
            return; /* a device has no time: it is never a base */
    memcpy(b->id, id, FT_COPY_ID_SIZE);
}

void
ft_replica_choose_base(struct ft_replica_seals *s,
                       const struct ft_replica_base *had, const json_t *wanted,
                       const struct ft_seal_disk *disks, size_t n)
{
    const char *next = ft_json_string(wanted, "next", "");

    memset(s, 0, sizeof(*s));
    s->based = is_base(s, had, ft_json_string(wanted, "is", ""), disks, n);
    if (s->based)
        s->base = *had;
    else if (ft_replica_base_is_id(next))
        make_base(&s->base, next, disks, n);
}

/* ----- the seals ----- */

/*
 * Never sealed again: what we write from now on leaves another time, so that the
 * record, if there is one, is not believed either.
 */
static void
be_no_base(struct ft_replica_seals *s, const char *why)
{
    ft_log(FT_LOG_WARN, "a replica %s: the next copy compares all of it", why);
    s->base.id[0] = '\0';
    s->sealed = false;
}

bool
ft_replica_check_seals(struct ft_replica_seals *s, const int *fds, size_t n)
{
    for (size_t i = 0; i < n && s->sealed; i++)
        if (!ft_replica_base_is_sealed(&s->base, fds[i]))
            be_no_base(s, "was written by somebody else");
    return s->base.id[0] != '\0';
}

bool
ft_replica_seal(struct ft_replica_seals *s, const int *fds, size_t n, bool all)
{
    if (all)
        s->sealed = s->base.id[0] != '\0';
    for (size_t i = 0; i < n && s->sealed; i++)
        if (FT_FAULT("replica-seal") || ft_replica_base_seal(&s->base, fds[i]))
            be_no_base(s, "cannot be given a time");
    return s->base.id[0] != '\0';
}
