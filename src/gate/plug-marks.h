/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which order the kernel's plug gets at each boundary and commit. Pure.
 *
 * The plug counts packets in two heaps: those since the last marker and those
 * before it. BUFFER sets a marker and forgets the count of the heap before it;
 * RELEASE_ONE lets that heap go. So at most one marker is outstanding: a
 * boundary that finds one sets none, and its packets go with the next marker.
 * Packets leave late by that, never early.
 *
 * RELEASE_INDEFINITE lets all go, but what is in the queue when a marker ends
 * that is counted nowhere: closing is done by a fresh plug, born closed, and so
 * is every repair. What the old one held is thrown away, as a NIC would.
 *
 * Threads: none of its own. Source: linux/net/sched/sch_plug.c, plug_change.
 */
#ifndef FT_GATE_PLUG_MARKS_H
#define FT_GATE_PLUG_MARKS_H

#include <stdbool.h>
#include <stdint.h>

enum ft_plug_order {
    FT_PLUG_NOTHING,
    FT_PLUG_BUFFER,
    FT_PLUG_RELEASE_ONE,
    FT_PLUG_RELEASE_ALL, /* RELEASE_INDEFINITE */
    FT_PLUG_FRESH,       /* replace the plug */
};

/* All zero: a fresh plug, closed. */
struct ft_plug_marks {
    uint64_t last;     /* mark given last */
    uint64_t covering; /* mark of the outstanding marker, 0: there is none */
    bool open;
};

/* A boundary: the next mark is `last` then. BUFFER or NOTHING. */
enum ft_plug_order ft_plug_marks_set(struct ft_plug_marks *marks);

/* mark and earlier ones are committed. RELEASE_ONE or NOTHING. */
enum ft_plug_order ft_plug_marks_release(struct ft_plug_marks *marks,
                                         uint64_t mark);

/* RELEASE_ALL, FRESH, or NOTHING where it is so already. */
enum ft_plug_order ft_plug_marks_open(struct ft_plug_marks *marks, bool open);

/* The plug was replaced, for whatever reason. Returns what the fresh one gets
 * at once: RELEASE_ALL where the gate is open. */
enum ft_plug_order ft_plug_marks_replaced(struct ft_plug_marks *marks);

#endif
