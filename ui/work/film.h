/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A takeover told (ui/model/film.h), of what hosts and database know now. */
#ifndef FT_UI_WORK_FILM_H
#define FT_UI_WORK_FILM_H

#include "ui/work/fleet.h"

/*
 * Asks all hosts for their events, states and clocks; fleet->errors says why
 * some did not answer. The last takeover of the VM (name, UUID, or the pair's)
 * until a time (ISO 8601), NULL: the last one. *film is new. -ENOENT: the VM is
 * not known, or no takeover of it; -ENODATA: it is in no pair. The store's
 * thread.
 */
int ft_work_film(struct ft_work_fleet *fleet, const char *vm, const char *until,
                 json_t **film, struct ft_error *err);

#endif
