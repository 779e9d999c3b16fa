/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for a terminal: widths, safe characters, and numbers with units.
 * Pure functions; any thread. Widths follow wcwidth(3) of the locale in force.
 */
#ifndef FT_UI_TEXT_TEXT_H
#define FT_UI_TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes one UTF-8 character (RFC 3629: no overlong forms, no surrogates).
 * Returns its length in bytes, 0 at the end of the text, and -1 for a bad byte.
 */
int ft_utf8_decode(const char *text, unsigned *character);

/* Columns of one character, 0 to 2; -1 for what must not reach a terminal. */
int ft_character_width(unsigned character);

#define FT_TEXT_GLYPH 12 /* bytes with NUL */

/*
 * The first character of text as it may reach a terminal, and its columns (0:
 * it combines with the one before): control characters and bad bytes are
 * escapes ("\x1b", "\u202e"), and without utf8 everything beyond ASCII is '?'.
 * Returns how many bytes of text it was, 0 at its end.
 */
int ft_text_next(const char *text, bool utf8, char out[FT_TEXT_GLYPH],
                 int *columns);

/* Width in terminal columns, escapes as ft_text_next makes them. */
size_t ft_text_width(const char *text);

/* Copies text for a terminal (ft_text_next), cut before what does not fit. */
void ft_text_safe(const char *text, bool utf8, char *out, size_t size);

/*
 * How many bytes of text a line of so many columns takes: up to the last blank that
 * lets it fit, or else as many characters as fit, and one at least. 0 at its end.
 */
size_t ft_text_fold(const char *text, size_t columns);

/* "512 B", "4.0 MiB"; out needs 16 bytes. */
void ft_format_bytes(double bytes, char out[16]);

/* "now", "12 s", "3 min", "2 h", "5 d"; out needs 24 bytes. */
void ft_format_age(double seconds, char out[24]);

#endif
