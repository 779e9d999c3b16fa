/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to do on a host that lacks what the engine needs, in the words of its own
 * distribution: the package, and what to start again. Pure; the texts are
 * constants.
 *
 * What which release has: Debian's and Ubuntu's package archives, the release
 * notes of RHEL; Linux 6.7 is the first with WP_ASYNC and PAGEMAP_SCAN.
 */
#ifndef FT_PLAN_REMEDY_H
#define FT_PLAN_REMEDY_H

#include "inventory/host.h"

/* For a host whose kernel lacks a feature. Never NULL. */
const char *ft_remedy_kernel(const struct ft_host *host);

/* For a host whose libvirt is older than 8.2. Never NULL. */
const char *ft_remedy_libvirt(const struct ft_host *host);

#endif
