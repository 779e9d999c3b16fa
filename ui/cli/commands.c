/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/commands.h"

/* clang-format off */
const struct ft_command *const ft_commands[] = {
    &ft_command_discover,
    &ft_command_host_add,
    &ft_command_host_list,
    &ft_command_host_show,
    &ft_command_host_diff,
    &ft_command_host_upgrade,
    &ft_command_host_remove,
    &ft_command_vm_list,
    &ft_command_check,
    &ft_command_checks,
    &ft_command_estimate,
    &ft_command_facts_export,
    &ft_command_facts_import,
    &ft_command_rule_add,
    &ft_command_rule_list,
    &ft_command_rule_remove,
    &ft_command_waive,
    &ft_command_waivers,
    &ft_command_protect,
    &ft_command_status,
    &ft_command_events,
    &ft_command_set,
    &ft_command_backup,
    &ft_command_switchover,
    &ft_command_witness,
    &ft_command_maintenance,
    &ft_command_rehearse,
    &ft_command_policy,
    &ft_command_start,
    &ft_command_unprotect,
    &ft_command_verify,
    &ft_command_resume,
    &ft_command_rollback,
    &ft_command_jobs,
    &ft_command_jobs_show,
    &ft_command_jobs_stop,
    &ft_command_console,
    &ft_command_complete,
    &ft_command_help,
    NULL,
};
/* clang-format on */
