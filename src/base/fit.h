/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences and lists that are to fit into a place of fixed size. Pure. */
#ifndef FT_BASE_FIT_H
#define FT_BASE_FIT_H

#include <stddef.h>

/*
 * Copies text, in UTF-8, into size bytes (32 at least) with its NUL. Where it is
 * longer as many of its items as fit are kept, with ", and N more" for the rest; items end
 * at a comma, a semicolon or a full stop with a blank behind it. Of a first item
 * that is too long by itself as much is kept as fits, and "...".
 */
void ft_text_fit(char *out, size_t size, const char *text);

#endif
