/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before a backup, as a form: where its files go and upon which earlier one
 * they are made, or where others may pull it by TLS, and whether the guest is frozen for
 * it. The command that it makes is shown, and judged by what judges that command's
 * options (ui/model/backup-how.h). Pure.
 */
#ifndef FT_UI_TUI_BACKUP_FORM_H
#define FT_UI_TUI_BACKUP_FORM_H

#include "ui/tui/deeds.h"
#include "ui/tui/state.h"

/* Opens it for the VM of this row, which deed is possible for. */
void ft_backup_form_open(struct ft_console *console, const struct ft_deed *deed,
                         const json_t *row);

/* True: it is to be begun, by these words; shown: the same for people. */
bool ft_backup_form_key(struct ft_console *console, const struct ft_key *key,
                        struct ft_words *words, struct ft_words *shown);
void ft_backup_form_draw(struct ft_console *console, struct ft_grid *grid);

/* Line by line: what is asked, and the field as a question. */
void ft_backup_form_tell(const struct ft_console *console, char *out,
                         size_t size);
void ft_backup_form_ask(const struct ft_backup_form *form, char *out,
                        size_t size);

#endif
