/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sheets that were begun and left: which VMs, and what was chosen for them.
 * They are kept from one time to the next (memory.h) and are offered again;
 * what has gone meanwhile is dropped, with a word. Pure.
 *
 * A draft is {"vms": [{"uuid", "vm", "standby", "witness"}]}, choices may be "".
 * Ownership: drafts is the console's array, the newest last.
 */
#ifndef FT_UI_TUI_DRAFTS_H
#define FT_UI_TUI_DRAFTS_H

#include <jansson.h>

#include "ui/tui/state.h"

#define FT_DRAFTS_MAX 16
#define FT_DRAFT_VMS_MAX 32 /* in one of them */

/* Appends draft (stolen; NULL is none); others lose the VMs that are in it. */
void ft_drafts_keep(json_t *drafts, json_t *draft);

/* Takes the one out that this VM is in: new, or NULL. */
json_t *ft_drafts_take(json_t *drafts, const char *uuid);

/*
 * Drops VMs that are gone or protected by now, and choices of hosts that are
 * gone; out has a sentence about the first of them, or is empty. Drafts that
 * are not of this form go without a word.
 */
void ft_drafts_mend(const struct ft_console *console, json_t *drafts, char *out,
                    size_t size);

/* Says at the beginning which there are, and what was dropped. */
void ft_drafts_offer(struct ft_console *console);

#endif
