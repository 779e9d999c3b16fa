/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `unprotect` came to, in words: where the VM is, and what became of what
 * the other host had of it. Pure; results are new references.
 */
#ifndef FT_UI_PARTED_H
#define FT_UI_PARTED_H

#include <jansson.h>

/*
 * said is the list of what the hosts' engines answered, left the names of hosts
 * where something remains, the witness among them. All is borrowed.
 */
struct ft_parted {
    const char *vm, *pair;
    const char *hosts[2]; /* the pair's, in any order */
    const char *runs_on;  /* empty: not known */
    const char *since;    /* its last takeover, UTC; empty: it never had one */
    const json_t *said, *left;
};

/* The document of `unprotect --json`. */
json_t *ft_parted_json(const struct ft_parted *parted);

/* That for people, a list of lines, the VM's first. */
json_t *ft_parted_lines(const json_t *document);

#endif
