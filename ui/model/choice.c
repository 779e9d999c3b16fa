/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/choice.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

struct line {
    const char *vm, *host; /* vm: NULL for all */
    size_t vm_size, host_size;
};

/* The next line, and *list behind it; false at the end. */
static bool
next(const char **list, struct line *line)
{
    size_t size = *list ? strcspn(*list, "\n") : 0;
    const char *equals;

    if (!*list || !**list)
        return false;
    equals = memrchr(*list, '=', size);
    line->vm = equals ? *list : NULL;
    line->vm_size = equals ? (size_t)(equals - *list) : 0;
    line->host = equals ? equals + 1 : *list;
    line->host_size = (size_t)(*list + size - line->host);
    *list += size + ((*list)[size] == '\n');
    return true;
}

static bool
is_for(const struct line *line, const char *vm)
{
    return line->vm && strlen(vm) == line->vm_size &&
           !memcmp(vm, line->vm, line->vm_size);
}

const char *
ft_choice_of(const char *list, const char *vm, char out[FT_CHOICE_MAX])
{
    bool own = false;
    struct line line;

    *out = '\0';
    while (next(&list, &line)) {
        if (line.vm ? !is_for(&line, vm) : own)
            continue;
        own = line.vm != NULL;
        snprintf(out, FT_CHOICE_MAX, "%.*s",
                 (int)FT_MIN(line.host_size, (size_t)FT_CHOICE_MAX - 1),
                 line.host);
    }
    return *out ? out : NULL;
}

int
ft_choice_check(const char *list, const char *option, char *const vms[],
                int count, struct ft_error *err)
{
    struct line line;

    while (next(&list, &line)) {
        bool found = !line.vm;

        for (int i = 0; !found && i < count; i++)
            found = is_for(&line, vms[i]);
        if (!line.host_size || line.host_size >= FT_CHOICE_MAX)
            return ft_fail(err, EINVAL, NULL, "--%s needs a host", option);
        if (!found)
            return ft_fail(err, EINVAL, "Write the VM as it is named there.",
                           "--%s is for %.*s, which is not to be protected",
                           option, (int)FT_MIN(line.vm_size, (size_t)200),
                           line.vm);
    }
    return 0;
}
