/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of src/protect, kept in the topology database. The store and its
 * thread are the caller's.
 */
#ifndef FT_UI_WORK_JOURNAL_H
#define FT_UI_WORK_JOURNAL_H

#include "db/store.h"
#include "protect/journal.h"

/* Operations on store, which must outlive them; the store's thread only. */
struct ft_journal_ops ft_work_journal(struct ft_store *store);

#endif
