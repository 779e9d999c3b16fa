/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown, taken along: to the terminal's clipboard, to a file. */
#ifndef FT_UI_TUI_COPY_H
#define FT_UI_TUI_COPY_H

#include <stddef.h>

#include "ui/tui/screen.h"

#define FT_COPY_MAX 74994 /* bytes that xterm takes as OSC 52 */

/*
 * By OSC 52 (xterm's "Manipulate Selection Data"); terminals that do not know
 * it ignore it. Too long a text is not sent.
 */
void ft_copy_to_terminal(struct ft_screen *screen, const char *text);

/*
 * To $XDG_CACHE_HOME/ftadmin/NAME or ~/.cache/ftadmin/NAME; NULL: a new file,
 * ftadmin-TIME.txt, in the current folder. path gets where. 0 or -errno.
 */
int ft_copy_to_file(const char *text, const char *name, char *path, size_t size);

#endif
