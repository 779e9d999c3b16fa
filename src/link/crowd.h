/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who makes room when a door is full of connections that have not said who they
 * are: the oldest one of the address that has most of them, so that a crowd
 * drives out itself, and whoever comes from elsewhere has time to say it. Pure,
 * but for ft_crowd_from().
 */
#ifndef FT_LINK_CROWD_H
#define FT_LINK_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_CROWD_ADDRESS_SIZE 8

/* One place at the door. */
struct ft_crowd_place {
    /* where it comes from: IPv4 whole, of IPv6 what one network has (/64) */
    unsigned char from[FT_CROWD_ADDRESS_SIZE];
    int64_t since_ns;
    bool stranger; /* else it is not asked to go */
};

/* Fills from of a connected socket; zeros where it is none of TCP. */
void ft_crowd_from(int fd, unsigned char from[FT_CROWD_ADDRESS_SIZE]);

/* The index of the one that makes room; count when there is no stranger. */
size_t ft_crowd_victim(const struct ft_crowd_place *places, size_t count);

#endif
