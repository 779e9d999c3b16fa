/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look for drift: the program `ftengine drift`, which the daemon starts every few
 * seconds and ends when it hangs, as libvirt and file servers do. It writes down what
 * this host is, and of each pair whose VM runs here what became of its standby; the
 * files are those of worker/worker-drift.h.
 */
#ifndef FT_DRIFT_DRIFT_RUN_H
#define FT_DRIFT_DRIFT_RUN_H

/* The exit status. Does nothing where no pair is kept. */
int ft_drift_main(void);

#endif
