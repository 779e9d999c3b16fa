/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a host is known under another name already. */
#ifndef FT_WORK_LIKENESS_H
#define FT_WORK_LIKENESS_H

#include "inventory/identity.h"
#include "ui/work/work.h"

struct ft_work_likeness {
    enum ft_identity what;
    char name[FT_STORE_NAME]; /* the known host that it is, or is a clone of */
    char text[FT_STORE_TEXT]; /* a sentence for people */
};

/*
 * Compares with what is stored of all other hosts; the same one comes before a
 * clone. FT_IDENTITY_OTHER also when the database says nothing.
 */
void ft_work_likeness(const struct ft_work *work, const char *name,
                      const struct ft_host *facts,
                      struct ft_work_likeness *likeness);

/* The next three are for who adds or removes a host. -EEXIST: it has a name. */
int ft_work_refuse_second_name(const struct ft_work *work, const char *name,
                               const struct ft_host *facts,
                               struct ft_error *err);

/* -EBUSY: its engine is that of another name, too. */
int ft_work_refuse_shared_engine(const struct ft_work *work,
                                 const struct ft_store_host *host,
                                 struct ft_error *err);

/* A sentence, or null. facts may be NULL. A new reference. */
json_t *ft_work_clone_warning(const struct ft_work *work, const char *name,
                              const struct ft_host *facts);

#endif
