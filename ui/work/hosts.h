/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts: what the database knows of them, how they come in and how they leave.
 * The store's thread. JSON is new and the caller's.
 */
#ifndef FT_UI_WORK_HOSTS_H
#define FT_UI_WORK_HOSTS_H

#include "ui/work/fleet.h"

/* All known hosts, rows of ft_host_list_row; nobody is asked. */
int ft_work_hosts_list(const struct ft_work *work, json_t **rows,
                       struct ft_error *err);

/* Everything known about one host (ft_host_record); -ENOENT. */
int ft_work_host_show(const struct ft_work *work, const char *name,
                      json_t **record, struct ft_error *err);

/*
 * For adding hosts: locks each of them and makes a fleet of them, untouched
 * yet. hosts is taken over always; -ENOENT no local engine; -EBUSY. fleet is
 * to be closed also after an error.
 */
int ft_work_hosts_prepare(const struct ft_work *work,
                          struct ft_store_host *hosts, size_t count,
                          struct ft_work_fleet *fleet, struct ft_error *err);

/*
 * Installs the engine on every host of such a fleet, looks around there, and
 * remembers those where that went well; the others are in fleet->errors.
 * Returns how many went well.
 */
size_t ft_work_hosts_add(struct ft_work_fleet *fleet);

/* Rows of ft_host_added_row, in the fleet's order, after ft_work_hosts_add. */
json_t *ft_work_hosts_added(const struct ft_work_fleet *fleet);

/*
 * For removing a host: finds it, locks it and makes sure that no pair of ours
 * uses it. -ENOENT, -EBUSY.
 */
int ft_work_host_claim(const struct ft_work *work, const char *name,
                       struct ft_store_host *host, struct ft_error *err);

/*
 * Takes the engine away from the host; with purge its state too. Refused
 * (-EBUSY) while the engine there carries pairs or is witness of some. fleet,
 * made of this host, has the error; it is to be closed also after an error,
 * which is one of ours and none of the host's. *gone: it went well.
 */
int ft_work_host_uninstall(const struct ft_work *work,
                           const struct ft_store_host *host, bool purge,
                           struct ft_work_fleet *fleet, bool *gone,
                           struct ft_error *err);

/* Removes it from the database. */
int ft_work_host_forget(const struct ft_work *work,
                        const struct ft_store_host *host, struct ft_error *err);

#endif
