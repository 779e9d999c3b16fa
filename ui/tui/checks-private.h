/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by checks.c, which asks, and checks-list.c, which shows; not for others.
 */
#ifndef FT_UI_TUI_CHECKS_PRIVATE_H
#define FT_UI_TUI_CHECKS_PRIVATE_H

#include "ui/model/counts.h"
#include "ui/tui/checks.h"

struct ft_checks {
    struct ft_words words; /* "check VM ...", as it is shown */
    struct ft_words asked; /* the same by the VM's UUID, where it is known */
    json_t *document;      /* the last answer with checks, or NULL */
    json_t *rows;          /* its checks, each with its "key" */
    struct ft_counts counts;
    int64_t answered_ms; /* of the picture's clock */
    char trouble[512];   /* why there is no newer answer */
    unsigned ticket;     /* of what is asked now; 0: nothing is */
    unsigned doing;      /* of what changes it; 0: nothing does */
};

/* Of a row, as it was found, also when that is long ago ("was pass"). */
const char *ft_checks_verdict(const json_t *row);
bool ft_checks_passed(const json_t *row);

/* The VM's name, or what was asked for. */
const char *ft_checks_vm(const struct ft_checks *checks);

#endif
