/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts: what the database knows of them, how they come in and how they leave.
 * The store's thread. JSON is new and the caller's.
 */
#ifndef FT_UI_WORK_HOSTS_H
#define FT_UI_WORK_HOSTS_H

#include "ui/work/fleet.h"
#include "ui/work/job.h"

/* All known hosts, rows of ft_host_list_row; nobody is asked. */
int ft_work_hosts_list(const struct ft_work *work, json_t **rows,
                       struct ft_error *err);

/* Everything known about one host (ft_host_record); -ENOENT. */
int ft_work_host_show(const struct ft_work *work, const char *name,
                      json_t **record, struct ft_error *err);

/* In what two of them differ (plan/differences.h); -ENOENT, also of one that was
 * never looked at. */
int ft_work_hosts_diff(const struct ft_work *work, const char *first,
                       const char *second, json_t **rows, struct ft_error *err);

#define FT_WORK_IDENTITY_NONE "none" /* no key file of its own, for a host */

/*
 * For adding hosts: locks each of them and makes a fleet of them, untouched
 * yet. One without address is reached as it was before, or by its name; the key
 * file of one that is known stays unless another is given, or
 * FT_WORK_IDENTITY_NONE. hosts is taken over always; -ENOENT no local engine;
 * -EBUSY. fleet is to be closed also after an error.
 */
int ft_work_hosts_prepare(const struct ft_work *work,
                          struct ft_store_host *hosts, size_t count,
                          struct ft_work_fleet *fleet, struct ft_error *err);

/*
 * Installs the engine on every host of such a fleet, looks around there, and
 * remembers those where that went well, as a job with a step a host; the others
 * are in fleet->errors. *added: how many went well. 0 also when some did not;
 * otherwise it could not be begun.
 */
int ft_work_hosts_add(struct ft_work_fleet *fleet, size_t *added,
                      struct ft_error *err);

/* Rows of ft_host_added_row, in the fleet's order, after ft_work_hosts_add. */
json_t *ft_work_hosts_added(const struct ft_work_fleet *fleet);

/*
 * For removing a host: finds it, locks it and makes sure that no pair of ours
 * uses it. -ENOENT, -EBUSY.
 */
int ft_work_host_claim(const struct ft_work *work, const char *name,
                       struct ft_store_host *host, struct ft_error *err);

/*
 * Takes the engine away from the host, unless keep_engine, with purge its state
 * too, and forgets the host; as a job. Refused (-EBUSY) while the engine there
 * carries pairs or is witness of some. *gone false: the host would not have it,
 * or could not be asked, which is in fleet->errors; 0 is returned then. fleet is
 * made of this host, and to be closed always.
 */
int ft_work_host_remove(const struct ft_work *work,
                        const struct ft_store_host *host, bool keep_engine,
                        bool purge, struct ft_work_fleet *fleet, bool *gone,
                        struct ft_error *err);

#endif
