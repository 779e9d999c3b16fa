/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fleet as it was seen, as one JSON document: from it the checks can be repeated
 * where the hosts are not. It has what the engines tell of hosts and pairs, the
 * definitions of all VMs with it, and no key. Pure.
 *
 *   {"schema":1,"taken_at":"2026-11-29T23:52:00Z","ftadmin":"0.1.0","hosts":[
 *     {"name","address","host_key","clock_offset_ms" (null: not known),
 *      "facts" (of the probe), "status" (of the engine; null: none runs)}]}
 */
#ifndef FT_PROTECT_RECORD_H
#define FT_PROTECT_RECORD_H

#include "protect/fleet.h"

#define FT_RECORD_SCHEMA 1
#define FT_RECORD_HOSTS_MAX 1024
#define FT_RECORD_SIZE_MAX (INT64_C(256) << 20) /* bytes of such a file */

/* Of the members whose facts are known. New reference or NULL. */
json_t *ft_fleet_record(const struct ft_fleet *fleet, const char *taken_at);

/* Whether it is one: -EPROTO of another schema, -EINVAL with the member that is wrong. */
int ft_record_check(const json_t *record, struct ft_error *err);

/* The name and address of a host in it, by its index; NULL beyond the last one. */
const char *ft_record_host(const json_t *record, size_t index,
                           const char **address);

/*
 * Gives the members what the record has of them, by their names. From then on no
 * host of the fleet is asked for anything: what would be asked fails with ENOTCONN.
 * Errors as ft_record_check, and those of ft_host_from_json; -ENOMEM.
 */
int ft_fleet_replay(struct ft_fleet *fleet, const json_t *record,
                    struct ft_error *err);

#endif
