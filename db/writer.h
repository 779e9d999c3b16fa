/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to db/: which process is writing to a database just now. Any thread.
 */
#ifndef FT_DB_WRITER_H
#define FT_DB_WRITER_H

/* The process that holds SQLite's write lock of this file, or 0. */
int ft_writer_pid(const char *database);

#endif
