/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured of a VM that nobody protects (src/measure): how much memory
 * it writes in intervals of several lengths, what it writes to its disks and
 * sends; and JSON of it, between `ftengine measure` and ftadmin (ftengine(8)).
 * Pure; plain data.
 *
 * Units: milliseconds, bytes, pages of 4096 bytes; shares are from 0 to 1.
 */
#ifndef FT_PAIR_MEASURED_H
#define FT_PAIR_MEASURED_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

#define FT_MEASURED_SCHEMA 1
#define FT_MEASURED_LENGTHS_MAX 8
#define FT_MEASURED_PAGE 4096

/* For so long at least and at most a VM is measured. */
#define FT_MEASURED_SECONDS_MIN 2
#define FT_MEASURED_SECONDS_MAX 300
#define FT_MEASURED_SECONDS 30

/* Intervals of one length, as the lengths of epochs. */
struct ft_measurement_length {
    double interval_ms;          /* their mean */
    unsigned count;              /* how many there were; at least 1 */
    double mean, p50, p99, most; /* pages that were written in one */
    double sent; /* share of them in which the guest sent something */
};

struct ft_measurement {
    char vm[256];
    char uuid[37];
    char qemu[32];   /* "7.2.22" */
    double seconds;  /* for so long */
    uint64_t memory; /* of all RAM blocks */
    unsigned vcpus;
    struct ft_measurement_length lengths[FT_MEASURED_LENGTHS_MAX]; /* ascending */
    unsigned n_lengths; /* at least 1 */
    double scan_ms;     /* to find the written pages and arm them; median */
    double copy_bytes_per_s; /* read out of QEMU; 0: not known */
    double data;             /* share of the memory that is not zero */
    double dirty_data;       /* share of the written pages that are not zero */
    double packed; /* what LZ4 leaves of those; 1: nothing is saved, or not known */
    uint64_t disk_capacity, disk_allocated; /* of disks that would be copied */
    double write_bytes_per_s, writes_per_s;
    double write_ms, flush_ms; /* what a write and a flush took; 0: none came */
    double packets_per_s, sent_bytes_per_s;
    double monitor_ms; /* a question to QEMU and its answer; median */
    double held_ms;    /* QEMU's main thread stood, in all, for the tracking */
    double pressure;   /* percent of the time in which somebody waited for a
                          processor of the host; -1: not known */
};

/* A new object, "schema" first; NULL without memory. */
json_t *ft_measurement_to_json(const struct ft_measurement *measured);

/*
 * Reads such an object, which a host says. -EPROTO names the member that is
 * missing, of another type or beyond all bounds, and a schema that is not known.
 */
int ft_measurement_from_json(const json_t *json, struct ft_measurement *out,
                             struct ft_error *err);

#endif
