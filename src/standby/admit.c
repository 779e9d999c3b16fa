/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the standby takes of its peer's set-up, and of what it made of it. */
#include "config.h"

#include "standby/admit.h"

#include <string.h>

#include "allow/allow.h"
#include "base/json.h"

static int
check_disk(const json_t *disks, size_t i, struct ft_error *err)
{
    const json_t *disk = json_array_get(disks, i);
    const char *target = ft_json_string(disk, "target", "");
    size_t k;

    if (!ft_allow_target(target) ||
        !ft_json_int(disk, "capacity", 1, INT64_MAX, 0))
        return ft_fail(err, EPERM, NULL,
                       "the set-up is refused: disk %zu has no proper target or "
                       "size",
                       i);
    for (k = 0; k < i; k++)
        if (!strcmp(target,
                    ft_json_string(json_array_get(disks, k), "target", "")))
            return ft_fail(err, EPERM, NULL,
                           "the set-up is refused: disk %s comes twice", target);
    return 0;
}

int
ft_standby_admit_setup(const struct ft_pair_config *config, const json_t *setup,
                       struct ft_error *err)
{
    const struct ft_allow_terms terms = { .name = config->vm,
                                          .uuid = config->vm_uuid };
    const json_t *disks = json_object_get(setup, "disks");
    const char *xml = ft_json_string(setup, "xml", NULL);
    size_t i;
    int rc;

    if (!xml)
        return ft_fail(err, EPROTO, NULL, "a setup without domain XML");
    rc = ft_allow_xml(xml, &terms, err);
    if (!rc && json_array_size(disks) > FT_DISKS_MAX)
        rc = ft_fail(err, E2BIG, NULL, "more than %d disks", FT_DISKS_MAX);
    for (i = 0; !rc && i < json_array_size(disks); i++)
        rc = check_disk(disks, i, err);
    return rc;
}

int
ft_standby_admit_ours(const struct ft_pair_config *config,
                      const struct ft_replica *replica, const char *xml,
                      struct ft_error *err)
{
    struct ft_allow_replica replicas[FT_DISKS_MAX];
    const struct ft_allow_terms terms = { .name = config->vm,
                                          .uuid = config->vm_uuid,
                                          .ours = true,
                                          .replicas = replicas,
                                          .n_replicas = replica->n_disks };
    size_t i;

    for (i = 0; i < replica->n_disks; i++) {
        replicas[i].target = replica->disks[i].target;
        replicas[i].path = replica->disks[i].path;
    }
    return ft_allow_xml(xml, &terms, err);
}
