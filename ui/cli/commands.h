/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of all commands, and their descriptors, each in the file of its
 * name. Constant; any thread.
 */
#ifndef FT_UI_CLI_COMMANDS_H
#define FT_UI_CLI_COMMANDS_H

#include "ui/cli/command.h"

/* Only for those who hand it on: main, and the test of the table. */
extern const struct ft_command *const ft_commands[];

extern const struct ft_command ft_command_backup;
extern const struct ft_command ft_command_check;
extern const struct ft_command ft_command_checks;
extern const struct ft_command ft_command_complete;
extern const struct ft_command ft_command_console;
extern const struct ft_command ft_command_discover;
extern const struct ft_command ft_command_estimate;
extern const struct ft_command ft_command_facts_export;
extern const struct ft_command ft_command_facts_import;
extern const struct ft_command ft_command_help;
extern const struct ft_command ft_command_host_add;
extern const struct ft_command ft_command_host_diff;
extern const struct ft_command ft_command_host_list;
extern const struct ft_command ft_command_host_show;
extern const struct ft_command ft_command_host_remove;
extern const struct ft_command ft_command_host_upgrade;
extern const struct ft_command ft_command_vm_list;
extern const struct ft_command ft_command_policy;
extern const struct ft_command ft_command_protect;
extern const struct ft_command ft_command_resume;
extern const struct ft_command ft_command_rollback;
extern const struct ft_command ft_command_rehearse;
extern const struct ft_command ft_command_rule_add;
extern const struct ft_command ft_command_rule_list;
extern const struct ft_command ft_command_rule_remove;
extern const struct ft_command ft_command_set;
extern const struct ft_command ft_command_status;
extern const struct ft_command ft_command_events;
extern const struct ft_command ft_command_start;
extern const struct ft_command ft_command_maintenance;
extern const struct ft_command ft_command_witness;
extern const struct ft_command ft_command_switchover;
extern const struct ft_command ft_command_unprotect;
extern const struct ft_command ft_command_verify;
extern const struct ft_command ft_command_waive;
extern const struct ft_command ft_command_waivers;
extern const struct ft_command ft_command_jobs;
extern const struct ft_command ft_command_jobs_show;
extern const struct ft_command ft_command_jobs_stop;

#endif
