/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the console looks at everything and how often it draws: quick for
 * what has happened, slower for figures, and no more than the machine and the
 * line to the terminal can bear. Pure; times in ns.
 */
#ifndef FT_UI_MODEL_PACE_H
#define FT_UI_MODEL_PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Between two pictures. turned: something stands otherwise than before, else
 * only figures and ages have changed, for which at most one part in 400 of a
 * processor is spent, but at least every 5 s. cost_ns: of the last picture.
 */
int64_t ft_pace_picture_ns(bool turned, int64_t cost_ns);

/*
 * Between two redraws of data; keys are answered at once. baud: of the line, 0
 * where there is none; write_ns: how long the last redraw took to be written.
 */
int64_t ft_pace_draw_ns(unsigned baud, int64_t write_ns);

#endif
