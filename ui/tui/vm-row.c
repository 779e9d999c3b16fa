/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/vm-row.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

bool
ft_vm_line_is_pair(const json_t *row)
{
    return json_is_string(json_object_get(row, "pair"));
}

const char *
ft_vm_line_identity(const json_t *row)
{
    return ft_json_string(row, "uuid", ft_json_string(row, "vm", ""));
}

int
ft_vm_line_rank(const json_t *row)
{
    static const char *const worst_first[] = {
        "failed",  "unprotected", "unknown", "alone",
        "at risk", "resyncing",   "syncing", "protected",
    };
    const char *standing = ft_json_string(row, "standing", "none");
    int i = 0;

    while (i < (int)FT_ARRAY_SIZE(worst_first) &&
           strcmp(worst_first[i], standing) != 0)
        i++;
    return ft_vm_line_is_pair(row) ? i : (int)FT_ARRAY_SIZE(worst_first);
}

bool
ft_vm_line_is_calm(const json_t *row)
{
    return !ft_vm_line_is_pair(row) ||
           !strcmp(ft_json_string(row, "standing", "none"), "protected");
}
