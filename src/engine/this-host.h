/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host is called. Memory: the caller's. Threads: any.
 */
#ifndef FT_ENGINE_THIS_HOST_H
#define FT_ENGINE_THIS_HOST_H

/* This host's name as pairs know it, without domain; out has 64 bytes. */
void ft_this_host_name(char out[64]);

#endif
