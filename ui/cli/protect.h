/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up the command protect; not for others.
 *
 *     protect.c       its options; which of the two
 *     protect-one.c   one VM: plan, what is shown, and carrying it out
 *     protect-many.c  several in one command
 *     protect-saved.c a plan that was saved
 */
#ifndef FT_UI_CLI_PROTECT_H
#define FT_UI_CLI_PROTECT_H

#include "ui/cli/cli.h"
#include "ui/model/choice.h"
#include "ui/work/protect.h"

/* Empty: the best. */
struct ft_protect_wish {
    char standby[FT_CHOICE_MAX], witness[FT_CHOICE_MAX];
};

/* By the options. */
void ft_cli_protect_wish(const struct ft_cli *cli, const char *vm,
                         struct ft_protect_wish *wish);

/* Says why nobody can be planned with. */
enum ft_exit ft_cli_protect_look_failed(struct ft_cli *cli,
                                        const struct ft_error *err);

/* After ft_work_protect_look; what keeps it from being protected is said. */
enum ft_exit ft_cli_protect_plan(struct ft_cli *cli,
                                 struct ft_work_protect *job, const char *vm,
                                 const struct ft_protect_wish *wish);

/* The plan: whole with --dry-run, else as far as one confirms it. */
enum ft_exit ft_cli_protect_show(struct ft_cli *cli,
                                 struct ft_work_protect *job);

enum ft_exit ft_cli_protect_apply(struct ft_cli *cli,
                                  struct ft_work_protect *job);

/* Says why there is no plan, after ft_work_protect_plan. */
enum ft_exit ft_cli_protect_plan_failed(struct ft_cli *cli,
                                        struct ft_work_protect *job,
                                        const struct ft_error *err);

/* By cli->options.apply_plan. */
enum ft_exit ft_cli_protect_saved(struct ft_cli *cli);

/* Several: all are planned, then all are protected, one after another. */
enum ft_exit ft_cli_protect_many(struct ft_cli *cli, int count, char **vms);

#endif
