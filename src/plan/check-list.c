/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/check-list.h"

#include <string.h>

const struct ft_check_line ft_check_lines[] = {
#define LINE(name, id, looks, seen) { id, looks, seen },
    FT_CHECK_LIST(LINE)
#undef LINE
};

enum ft_check_id
ft_check_find(const char *id)
{
    size_t i = 0;

    while (i < FT_CHECKS && strcmp(ft_check_lines[i].id, id) != 0)
        i++;
    return (enum ft_check_id)i;
}
