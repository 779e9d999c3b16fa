/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link that is lost leaves the waiting QEMU as it is, with the guest's memory of
 * the last epoch, and the next copy begins with the same machine: it goes into that
 * QEMU, and of memory only what differs is sent. What the memory holds is not
 * believed but hashed, so all that counts here is that the QEMU is the one that
 * would be started, and has done nothing since but wait. Until when the copy before
 * may take over is the same in every case: until the primary's DISCARD, from which on
 * nothing may before epoch 1 of the next one is whole. Its memory is written to from
 * then on only.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "standby/standby-private.h"

void
ft_standby_forget_waiting(struct ft_standby *s)
{
    struct ft_waiting *w = &s->waiting;

    free(w->definition);
    free(w->machine);
    json_decref(w->disks);
    w->definition = w->machine = NULL;
    w->disks = NULL;
}

/* Its package was renewed: the next one is started from the new program. */
static bool
is_program_replaced(pid_t pid)
{
    char link[64], path[PATH_MAX];
    struct stat runs, there;
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    n = readlink(link, path, sizeof(path) - 1);
    if (n < 0 || stat(link, &runs) < 0)
        return true;
    path[n] = '\0';
    return stat(path, &there) < 0 || runs.st_dev != there.st_dev ||
           runs.st_ino != there.st_ino;
}

static void
see_open(int fd, struct ft_file_seen *seen)
{
    struct stat st = { 0 };

    seen->error = fstat(fd, &st) ? errno : 0;
    seen->device = st.st_dev;
    seen->inode = st.st_ino;
    seen->size = (uint64_t)st.st_size;
}

static bool
judge(struct ft_waiting *w)
{
    w->why_not = ft_judge_keeping(&w->seen);
    if (w->why_not && *w->why_not)
        ft_log(FT_LOG_INFO, "the waiting copy is started anew: %s", w->why_not);
    return !w->why_not;
}

bool
ft_standby_may_keep(struct ft_standby *s, const json_t *setup, bool compares)
{
    struct ft_waiting *w = &s->waiting;
    struct ft_keeping_seen *seen = &w->seen;
    unsigned vcpus = 0;

    *seen = (struct ft_keeping_seen){
        .made = w->definition && w->machine && w->disks && s->worker->dom,
        .asked = compares,
        .useless = s->useless,
    };
    if (!seen->made)
        return judge(w);
    seen->other_disks = !json_equal(w->disks, json_object_get(setup, "disks"));
    seen->other_program = is_program_replaced(w->pid);
    ft_standby_see_waiting(s->worker, w->machine, &seen->waiting, &vcpus);
    return judge(w);
}

bool
ft_standby_keeps(struct ft_standby *s, const char *definition)
{
    struct ft_waiting *w = &s->waiting;
    struct ft_file_seen now;

    if (w->why_not)
        return false;
    w->seen.other_definition = strcmp(w->definition, definition) != 0;
    for (size_t i = 0; i < s->replica.n_disks; i++) {
        see_open(s->replica.disks[i].fd, &now);
        if (now.error || now.device != w->files[i].device ||
            now.inode != w->files[i].inode)
            w->seen.other_files = true;
    }
    return judge(w);
}

void
ft_standby_note_started(struct ft_standby *s, const char *definition)
{
    ft_standby_forget_waiting(s);
    s->waiting.definition = strdup(definition); /* NULL: it is not kept */
}

void
ft_standby_note_waiting(struct ft_standby *s, const json_t *setup)
{
    struct ft_waiting *w = &s->waiting;

    free(w->machine);
    w->machine = ft_standby_machine(s->worker->dom);
    json_decref(w->disks);
    w->disks = json_deep_copy(json_object_get(setup, "disks"));
    w->pid = s->replica.pid;
    for (size_t i = 0; i < s->replica.n_disks; i++)
        see_open(s->replica.disks[i].fd, &w->files[i]);
}
