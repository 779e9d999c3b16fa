/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which operating system a host has, by the words of its /etc/os-release
 * (os-release(5)). Pure; strings are within the struct.
 */
#ifndef FT_INVENTORY_SYSTEM_H
#define FT_INVENTORY_SYSTEM_H

struct ft_system {
    char id[32];      /* ID: debian, ubuntu, rhel; empty: not known */
    char version[32]; /* VERSION_ID: 12, 22.04, 9.5; empty on rolling ones */
    char like[64];    /* ID_LIKE: what else it is like, words */
    char name[128];   /* PRETTY_NAME */
};

/*
 * Takes what it knows of the text of an os-release file; values may be quoted.
 * What is missing, too long or has control characters is left empty.
 */
void ft_system_parse(const char *text, struct ft_system *system);

#endif
