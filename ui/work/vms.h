/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual machines of all hosts. The store's thread.
 */
#ifndef FT_UI_WORK_VMS_H
#define FT_UI_WORK_VMS_H

#include "ui/work/fleet.h"

/*
 * Asks all hosts, remembers what they have, and makes rows (ft_vm_rows) of all
 * that are known; fleet->errors says who did not answer. *rows is new.
 */
int ft_work_vms_list(struct ft_work_fleet *fleet, json_t **rows,
                     struct ft_error *err);

#endif
