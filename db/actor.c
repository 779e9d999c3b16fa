/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/actor.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
name_user(char *out, size_t size)
{
    const char *before = getenv("SUDO_USER");
    struct passwd entry, *found = NULL;
    char buffer[4096];

    if (before && *before && geteuid() == 0)
        snprintf(out, size, "%s", before);
    else if (!getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) &&
             found)
        snprintf(out, size, "%s", found->pw_name);
    else
        snprintf(out, size, "uid %u", (unsigned)geteuid());
}

/* SSH_CLIENT is "ADDRESS PORT PORT" (sshd(8)). */
static void
name_place(char *out, size_t size)
{
    const char *client = getenv("SSH_CLIENT");

    *out = '\0';
    if (client && *client)
        snprintf(out, size, "%.*s", (int)strcspn(client, " "), client);
    else if (ttyname_r(STDIN_FILENO, out, size))
        *out = '\0';
}

void
ft_actor_self(struct ft_actor *actor)
{
    name_user(actor->who, sizeof(actor->who));
    name_place(actor->origin, sizeof(actor->origin));
}
