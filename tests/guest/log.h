/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's log: records on the guest's disks and, the last ones, in memory. One thread. */
#ifndef FT_GUEST_LOG_H
#define FT_GUEST_LOG_H

#include "record.h"

#define LOG_MEMORY_RECORDS 131072 /* kept in memory: 8 MiB */
#define LOG_DISKS 4
#define LOG_BATCH 512 /* most records between two commits */

/* Opens the disks that are there (/dev/vda to /dev/vdd) and recovers the log: it goes on after the
 * last record that all disks hold. What a disk holds beyond that was never answered. Says on stdout
 * what it found. */
void log_open(void);

/* Adds a record to the current batch: fills magic, global and checksum. Returns 0, or -1: the disks
 * are full or broken. The record counts only once log_commit() returned 0. */
int log_append(struct ledger_record *record);

/* Writes the batch to every disk and flushes. Returns 0, or -1: a disk failed and the log takes
 * nothing more. */
int log_commit(void);

uint64_t log_batched(void); /* records of the current batch */
uint64_t log_count(void);   /* all records */
int log_disks(void);
int log_failed(void);
uint64_t log_disk_errors(void);

/* The record with this number from memory, or NULL: no longer (or not yet) there. */
const struct ledger_record *log_recall(uint64_t global);

/* Reads up to `count` (at most LEDGER_READ_MAX) records from a disk, past every cache. Returns how
 * many, or -1. */
int log_read(int disk, uint64_t from, uint64_t count,
             struct ledger_record *records);

/* Calls back with every record that is in memory, oldest first: to learn the clients again after a
 * reboot. */
void log_each(void (*see)(const struct ledger_record *record));

#endif
