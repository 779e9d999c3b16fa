/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the tests here work: a home and a database of their own. Threads: one.
 */
#ifndef FT_TESTS_TUI_FILL_H
#define FT_TESTS_TUI_FILL_H

/* Set-up and tear-down of a group: $HOME is a new folder. */
int home_enter(void **state);
int home_leave(void **state);

/* A path in that home; until the next call. */
const char *home_path(const char *name);

/*
 * A database in that home with hosts h1, h2, w1, whose addresses refuse at once,
 * and pairs of vm000 to vm(count - 1), or of those names where names is given.
 */
const char *fill(const char *name, int count, const char *const *names);

/* Another host in that database, at the same address. */
void fill_one_more_host(const char *path, const char *name);

/* Where the hosts of the next ones are; must stay. */
void fill_hosts_at(const char *address);

#endif
