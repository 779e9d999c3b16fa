/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/fix.h"

#include <string.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/check-vm.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/work/fixes.h"

#define TURNS \
    3 /* a pool that is started may have to be started with the host, too */

static enum ft_exit
ask(struct ft_cli *cli, const struct ft_fix *fixes, size_t count, bool undo)
{
    char text[FT_FIX_TEXT];

    ft_cli_note(cli, undo ? "To be taken back:" : "What ftadmin can do:");
    for (size_t i = 0; i < count; i++) {
        ft_fix_text(&fixes[i], undo, text);
        ft_cli_note(cli, "  %s: %s", fixes[i].host, text);
    }
    return ft_cli_confirm(cli, undo ? "Take it back?" : "Do it?");
}

static enum ft_exit
apply(struct ft_cli *cli, const struct ft_work_protect *job,
      const struct ft_fix *fixes, size_t count, json_t *fixed)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    char text[FT_FIX_TEXT];
    size_t done;
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_fix(&cli->fleet, job->plan.vm, job->plan.vm_uuid, fixes, count,
                     &progress, &done, NULL, &err);
    ft_cli_progress_end(&shown);
    for (size_t i = 0; i < done; i++) {
        ft_fix_text(&fixes[i], false, text);
        json_array_append_new(fixed, json_pack("{s:s,s:s}", "host",
                                               fixes[i].host, "fix", text));
    }
    return rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;
}

enum ft_exit
ft_cli_fix(struct ft_cli *cli, struct ft_work_protect *job, const char *vm,
           json_t **fixed)
{
    struct ft_fix fixes[FT_FIXES_MAX];
    enum ft_exit code = FT_EXIT_OK;

    *fixed = json_array();
    if (!ft_findings_fixes(&job->plan.findings, fixes))
        ft_cli_note(cli, "Nothing was found that ftadmin can mend by itself.");
    for (int i = 0; i < TURNS && !code; i++) {
        size_t count = ft_findings_fixes(&job->plan.findings, fixes);

        if (!count)
            break;
        code = ask(cli, fixes, count, false);
        if (!code)
            code = apply(cli, job, fixes, count, *fixed);
        if (code)
            break;
        ft_work_protect_free(job);
        memset(job, 0, sizeof(*job));
        code = ft_cli_check(cli, job, vm);
    }
    return code;
}

enum ft_exit
ft_cli_undo_fix(struct ft_cli *cli, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_fix fixes[FT_FIXES_MAX];
    struct ft_cli_progress shown;
    struct ft_progress progress;
    size_t count, left;
    enum ft_exit code;
    int rc;

    if (ft_work_fixes_made(&cli->work, vm, fixes, &count, &err))
        return ft_cli_fail(cli, &err);
    code = ask(cli, fixes, count, true);
    if (code)
        return code;
    progress = ft_cli_progress_start(&shown, cli);
    ft_cli_catch_interrupts();
    rc = ft_work_fixes_undo(&cli->fleet, vm, &progress, &count, &left, NULL,
                            &err);
    ft_cli_progress_end(&shown);
    if (rc)
        return ft_cli_fail(cli, &err);
    ft_cli_note(cli, "%zu taken back for %s", count, vm);
    if (left)
        ft_cli_note(cli,
                    "%zu not: a host is not known any more. Once ftadmin host "
                    "add has added it again, give the same command.",
                    left);
    return left ? FT_EXIT_PARTLY : FT_EXIT_OK;
}
