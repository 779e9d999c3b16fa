/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's file systems frozen by its agent, for a moment, and thawed whatever
 * happens: a process of its own, "ftengine freeze", asks libvirt for both
 * (virDomainFSFreeze, virDomainFSThaw), for libvirt waits for the guest. It thaws
 * when its time is over, when it is told to, and when whoever started it is gone;
 * it insists on it as long as the guest is there.
 *
 * A mark in the worker's folder says that a guest may be frozen, for whoever comes
 * after the death of both. The folder lives no longer than the host's boot.
 *
 * Between the two: lines of text over a socket pair, one way; its end is the word to
 * thaw. Threads: the loop's (virt/loop.h).
 */
#ifndef FT_VIRT_GUEST_FREEZE_H
#define FT_VIRT_GUEST_FREEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum ft_guest_freeze_word {
    FT_GUEST_FROZEN,   /* all that can be */
    FT_GUEST_UNFROZEN, /* as it was: the agent does not answer, or would not */
    FT_GUEST_THAWED,
    FT_GUEST_STILL_FROZEN, /* thawing fails, and is tried on */
    FT_GUEST_FREEZE_ENDED, /* the process, after one of those that say how it is */
    FT_GUEST_FREEZE_LOST, /* it died: nobody knows */
};

struct ft_guest_freeze_news {
    enum ft_guest_freeze_word word;
    int count;        /* FROZEN: file systems */
    int64_t until_ns; /* FROZEN: not thawed before, but by ft_guest_freeze_end */
    char text[256];   /* UNFROZEN, STILL_FROZEN: why */
};

struct ft_guest_freeze;

typedef void (*ft_guest_freeze_told)(void *opaque,
                                     const struct ft_guest_freeze_news *news);

/*
 * Begins to freeze the guest of a domain, by its UUID, for limit_ms at most from
 * when it is frozen; 0: thaws only. told is called later, and for the last time with
 * ENDED or LOST: it is freed then. -EAGAIN, -ENOMEM: no process.
 */
int ft_guest_freeze_start(const char *domain, const char *folder, int limit_ms,
                          ft_guest_freeze_told told, void *opaque,
                          struct ft_guest_freeze **out, struct ft_error *err);

/* Thaws it now, or as soon as it is frozen. told is called as ever. */
void ft_guest_freeze_end(struct ft_guest_freeze *freeze);

/* Whether a guest of this folder may be frozen, by whoever is gone. */
bool ft_guest_freeze_marked(const char *folder);

/* One line of the process, without its end. -EPROTO: it is none. Pure. */
int ft_guest_freeze_parse(const char *line, struct ft_guest_freeze_news *news);

/* The process. An exit code. */
int ft_guest_freeze_main(const char *domain, const char *folder, int limit_ms);

#endif
