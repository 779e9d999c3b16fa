/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Epochs as estimate.c supposes them. Private to estimate*.c. Times in ms. */
#ifndef FT_PAIR_ESTIMATE_PRIVATE_H
#define FT_PAIR_ESTIMATE_PRIVATE_H

#include "pair/estimate.h"

struct ft_epoch_model {
    const struct ft_measurement *measured;
    struct ft_trigger_settings trigger;
    double stop_ms;       /* of a pause, but for pages */
    double copy_bytes_ms; /* bytes a ms: out of QEMU */
    double host_bytes_ms; /* as fast as a host can send */
    double ship_bytes_ms; /* and to the standby */
    double packed; /* share of the pages' bytes that goes over the network */
    double round_trip_ms;
    double output_gap_ms; /* from what the guest sends to the next; 0: nothing */
};

enum ft_epoch_share { FT_EPOCH_MEAN, FT_EPOCH_P50, FT_EPOCH_P99 };

/* Bytes written in an epoch of that length: between what was measured, and beyond. */
double ft_epoch_bytes(const struct ft_epoch_model *model,
                      enum ft_epoch_share share, double length_ms);

struct ft_epoch_cost {
    double behind_ms; /* pages are sent while the VM runs, before the last stop */
    double pause_ms;
    double commit_ms; /* from the last stop to the acknowledgement */
    double bytes;     /* of pages, in all */
};

/* What an epoch takes in which the VM wrote so many bytes. */
void ft_epoch_cost(const struct ft_epoch_model *model, double bytes,
                   struct ft_epoch_cost *out);

struct ft_epochs {
    double length_ms; /* means */
    double pause_ms;
    double bytes;
    double wait_p50, wait_p99; /* of what is sent, until it leaves */
};

/* Some hundred epochs, as the trigger begins them. */
void ft_epochs_play(const struct ft_epoch_model *model, struct ft_epochs *out);

#endif
