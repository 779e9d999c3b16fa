/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal of src/protect, kept in the topology database. */
#ifndef FT_UI_CLI_JOURNAL_H
#define FT_UI_CLI_JOURNAL_H

#include "db/store.h"
#include "protect/journal.h"

/* Operations on store, which must outlive them; the store's thread only. */
struct ft_journal_ops ft_cli_journal(struct ft_store *store);

#endif
