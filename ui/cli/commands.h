/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptors of all commands, each in the file of its name. */
#ifndef FT_UI_CLI_COMMANDS_H
#define FT_UI_CLI_COMMANDS_H

#include "ui/cli/command.h"

extern const struct ft_command ft_command_host_add;
extern const struct ft_command ft_command_host_list;
extern const struct ft_command ft_command_host_show;
extern const struct ft_command ft_command_host_remove;
extern const struct ft_command ft_command_vm_list;
extern const struct ft_command ft_command_protect;
extern const struct ft_command ft_command_status;
extern const struct ft_command ft_command_events;
extern const struct ft_command ft_command_switchover;
extern const struct ft_command ft_command_unprotect;
extern const struct ft_command ft_command_verify;

#endif
