/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out on its host what mends a finding, and takes it back.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/fixes.h"
#include "protect/protect.h"

#define IS_SO 3 /* of ft_fix_script */

struct run {
    const struct ft_fix *fix;
    bool undo;
    bool changed; /* also by a try whose connection broke, for all that is known */
};

static int
run(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct run *run = data;
    struct ft_ssh_result result = { 0 };
    char line[sizeof(run->fix->object) + 1], text[FT_FIX_TEXT];
    int rc;

    snprintf(line, sizeof(line), "%s\n", run->fix->object);
    rc = ft_ssh_run(session, ft_fix_script(run->fix->kind, run->undo), line,
                    strlen(line), 0, &result, err);
    run->changed |= rc < 0 || result.status <= 0;
    if (rc == 0 && result.status != 0 && result.status != IS_SO) {
        ft_fix_text(run->fix, run->undo, text);
        rc = ft_fail(err, EREMOTEIO, NULL, "%s: could not %s: %.200s",
                     run->fix->host, text,
                     *result.errors != '\0' ? result.errors : result.out);
    }
    ft_ssh_result_free(&result);
    return rc;
}

int
ft_protect_fix(struct ft_fleet *fleet, const struct ft_fix *fix, bool undo,
               bool *changed, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, fix->host);
    struct run data = { .fix = fix, .undo = undo };
    int rc;

    *changed = false;
    if (member == NULL || fix->kind == FT_FIX_NONE)
        return ft_fail(err, ENOENT, "ftadmin host list shows the known hosts.",
                       "no host %s is known", fix->host);
    rc = ft_member_do(fleet, member, run, &data, err);
    *changed = data.changed;
    return rc;
}
