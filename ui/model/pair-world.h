/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pair in a world of its own: the two real ownership machines (src/pair), a
 * link, a witness, and no clock but a number. What is asked here is answered
 * by the code that decides on the hosts, so it cannot say something else.
 *
 * Pure; plain memory of the caller; any thread.
 */
#ifndef FT_UI_MODEL_PAIR_WORLD_H
#define FT_UI_MODEL_PAIR_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "pair/ownership.h"

#define FT_WORLD_QUEUE 64

struct ft_world_event {
    int side;
    struct ft_ownership_event event;
};

/* Side 0 is the primary in the beginning. */
struct ft_world_side {
    struct ft_ownership own;
    bool up;         /* the host lives */
    bool witness;    /* the witness answers it */
    bool connecting; /* wants a link */
    bool gate_open;  /* what the guest says leaves */
    enum ft_vm_state vm;
};

struct ft_world {
    struct ft_world_side sides[2];
    bool link;           /* frames go through */
    bool session;        /* and both sides know it */
    uint64_t generation; /* the witness's record */
    int owner;           /* the same */
    uint64_t epoch;      /* last one committed */
    int64_t now_ns;
    int64_t silent_ns; /* how long nobody spoke in ft_world_run */
    struct ft_world_event queue[FT_WORLD_QUEUE];
    unsigned queued;
    bool lost; /* too much happened: nothing here may be believed */
};

/*
 * Both hosts, link and witness up, the VM running at side 0, its copy waiting
 * at side 1. config's "self" is not looked at.
 */
void ft_world_begin(struct ft_world *world,
                    const struct ft_ownership_config *config);

/* Faults. The host goes as by a power cut: nobody is told. */
void ft_world_kill(struct ft_world *world, int side);
void ft_world_cut(struct ft_world *world);
void ft_world_silence_witness(struct ft_world *world, int side);

/* Lets so much time pass; returns ft_world_speaker. */
int ft_world_run(struct ft_world *world, int64_t time_ns);

/* The side from which what the guest says is heard: 0, 1; -1: none. */
int ft_world_speaker(const struct ft_world *world);

/* Whether the speaker has a copy that could take over. */
bool ft_world_protected(const struct ft_world *world);

#endif
