/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/facts.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "protect/record.h"
#include "ui/model/copy.h"
#include "ui/work/remember.h"

static int
read_record(const char *path, json_t **record, struct ft_error *err)
{
    const char *from = strcmp(path, "-") ? path : "/dev/stdin";
    FT_AUTOFREE char *text = NULL;
    size_t size;
    int rc = ft_file_read(from, FT_RECORD_SIZE_MAX, &text, &size);

    *record = NULL;
    if (rc)
        return ft_fail(err, -rc, NULL, "%s: %s", path, strerror(-rc));
    rc = ft_json_parse(text, size, record, err);
    return rc ? ft_error_prefix(err, "%s", path) : ft_record_check(*record, err);
}

/* The hosts of a record, as if they were in the database. */
static int
hosts_of(const json_t *record, struct ft_store_host **hosts, size_t *count,
         struct ft_error *err)
{
    size_t n = json_array_size(json_object_get(record, "hosts"));
    const char *address;

    *count = n;
    *hosts = calloc(n + 1, sizeof(**hosts));
    if (!*hosts)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < n; i++) {
        FT_COPY((*hosts)[i].name, ft_record_host(record, i, &address));
        FT_COPY((*hosts)[i].address, address);
    }
    return 0;
}

int
ft_work_facts_replay(const struct ft_work *work, const char *path,
                     struct ft_work_fleet *fleet, struct ft_error *err)
{
    FT_AUTOJSON json_t *record = NULL;
    struct ft_store_host *hosts = NULL;
    size_t count = 0;
    int rc = read_record(path, &record, err);

    memset(fleet, 0, sizeof(*fleet));
    if (!rc)
        rc = hosts_of(record, &hosts, &count, err);
    if (!rc)
        rc = ft_work_fleet_from(work, false, hosts, count, fleet, err);
    return rc ? rc : ft_fleet_replay(&fleet->fleet, record, err);
}

/* A record of other hosts must not stand for those that are administered here. */
static int
check_unknown(const struct ft_work_fleet *fleet, struct ft_error *err)
{
    struct ft_store_host known;

    for (size_t i = 0; i < fleet->count; i++)
        if (!ft_store_host_get(fleet->work->store, fleet->hosts[i].name, &known,
                               NULL))
            return ft_fail(err, EPERM,
                           "Import into a database of its own: --db NEWFILE.",
                           "the database has a host %s already",
                           fleet->hosts[i].name);
    return 0;
}

int
ft_work_facts_import(const struct ft_work *work, const char *path,
                     struct ft_work_fleet *fleet, struct ft_error *err)
{
    int rc = ft_work_facts_replay(work, path, fleet, err);

    if (!rc)
        rc = check_unknown(fleet, err);
    return rc ? rc : ft_work_remember_all(fleet, err);
}
