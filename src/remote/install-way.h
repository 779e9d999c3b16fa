/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which engine a host is to run: what is there is looked at by others, this
 * decides. Pure; any thread.
 */
#ifndef FT_REMOTE_INSTALL_WAY_H
#define FT_REMOTE_INSTALL_WAY_H

#include <stdbool.h>

struct ft_install_state {
    bool uploaded; /* an engine that ftadmin, or make install, put there */
    bool running;  /* the control socket answers */
    bool current;  /* the uploaded one has the same SHA-256 as ours */
    bool stale; /* what runs is not what is there: it was not started since */
    bool systemd;
    bool hook_wanted; /* libvirt is there */
    bool hook_there;
    char version[64];  /* what the uploaded one says with --version; or empty */
    char packaged[64]; /* what the package's says; empty: there is none */
    char sha256[65];
};

enum ft_install_way {
    FT_INSTALL_NOTHING, /* the right one runs */
    FT_INSTALL_PACKAGE, /* start the package's; an uploaded one is taken away */
    FT_INSTALL_START,   /* start the uploaded one */
    FT_INSTALL_UPLOAD,  /* ours, beside a package of another version */
};

/* version: of this program, without its name. */
enum ft_install_way ft_install_way(const struct ft_install_state *state,
                                   const char *version);

/* The package's is of this version: "ftengine VERSION", as it says. */
bool ft_install_packaged(const struct ft_install_state *state,
                         const char *version);

/* Any engine is there. */
bool ft_install_any(const struct ft_install_state *state);

#endif
