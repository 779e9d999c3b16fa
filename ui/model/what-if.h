/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would become of each VM if one thing were lost now: a host, the link
 * between two hosts, or a witness. Answered by the hosts' own ownership
 * machine (pair-world.h), fed with the loss; where a host that has to be heard
 * for it is silent the answer is that nobody can tell.
 *
 * Pure; any thread. Rows are new and the caller's.
 */
#ifndef FT_UI_MODEL_WHAT_IF_H
#define FT_UI_MODEL_WHAT_IF_H

#include <jansson.h>

#include "base/error.h"
#include "db/store.h"

/* Name, word, meaning; the worst last. */
#define FT_OUTCOMES(X)                                                   \
    X(UNTOUCHED, "goes on", "as it is now")                              \
    X(ELSEWHERE, "goes on elsewhere", "its copy takes over")             \
    X(NO_TAKEOVER, "loses its witness",                                  \
      "goes on where it is, and no copy may take over")                  \
    X(LOSES_COPY, "loses its copy", "goes on where it is, alone")        \
    X(CANNOT_TELL, "cannot tell", "a host that must be heard is silent") \
    X(HELD, "output held", "runs, and nothing that it says is heard")    \
    X(STOPS, "stops", "nothing of it runs any more")

#define FT_OUTCOME_ENUM_(name, ...) FT_OUTCOME_##name,
enum ft_outcome { FT_OUTCOMES(FT_OUTCOME_ENUM_) FT_OUTCOME_COUNT };
#undef FT_OUTCOME_ENUM_

enum ft_loss_kind { FT_LOSS_HOST, FT_LOSS_LINK, FT_LOSS_WITNESS };

struct ft_loss {
    enum ft_loss_kind kind;
    char host[FT_STORE_NAME];  /* that, or one end of the link */
    char other[FT_STORE_NAME]; /* of a link: the other end */
};

struct ft_what_if {
    enum ft_outcome outcome;
    const char *on;     /* where it runs then; NULL: nowhere, or not known */
    double after_ms;    /* nothing is heard of it so long; 0: no gap */
    const char *reason; /* constant; empty when there is no more to say */
};

const char *ft_outcome_word(enum ft_outcome outcome);

/*
 * From "HOST" or "HOST,HOST". hosts are rows (ft_host_status_row): a name that
 * is none of them is -ENOENT. A host without hypervisor is a witness.
 */
int ft_loss_parse(const char *text, const json_t *hosts, struct ft_loss *loss,
                  struct ft_error *err);

/* Of one pair by its row (ft_pair_row). Strings belong to the row. */
void ft_what_if(const json_t *row, const struct ft_loss *loss,
                struct ft_what_if *what);

/*
 * Of all pairs, and of the VMs (rows of ft_vm_rows, may be NULL) that have no
 * pair and run on a host that is lost: rows of vm, outcome, on, after_ms,
 * reason, the worst first. NULL without memory.
 */
json_t *ft_what_if_rows(const json_t *pairs, const json_t *vms,
                        const struct ft_loss *loss);

/* The worst outcome of such rows. */
enum ft_outcome ft_what_if_worst(const json_t *rows);

#endif
