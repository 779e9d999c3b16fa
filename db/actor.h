/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who works with the database: the user of this process and where they sit, as
 * others are told it. Not proven, only said: whoever may open the database may
 * do everything with it. Any thread, as long as nobody changes the environment.
 */
#ifndef FT_DB_ACTOR_H
#define FT_DB_ACTOR_H

struct ft_actor {
    char who[64];     /* the login name; behind sudo(8) the one before it */
    char origin[128]; /* the address of the SSH client, or the terminal; or empty */
};

void ft_actor_self(struct ft_actor *actor);

#endif
